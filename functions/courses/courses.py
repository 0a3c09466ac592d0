"""POST /courses, GET /courses"""

from typing import Annotated

from lms.caller import Caller, allowed
from lms.courses import authoring, catalogue
from lms.courses.catalogue import Sort
from lms.courses.models.course import Course, NewCourse
from lms.fields import Difficulty, Language
from lms.http import Cursor, Limit, Page, app, created, lambda_handler, page
from lms.idempotency import once
from lms.mongo import Transaction

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

__all__ = ["lambda_handler"]

Name = Annotated[str | None, Query(min_length=1, max_length=100)]


@app.post("/courses", status_code=201)
def create(body: NewCourse, caller: Annotated[Caller, Depends(allowed("course.create"))]) -> Response[Course]:
    def work(tx: Transaction) -> Response[Course]:
        course = authoring.create(tx, caller, body)
        return created(Course, course, f"/courses/{course['_id']}", variant=course["role"])

    return once(caller.id, work)


@app.get("/courses", compress=True)
def browse(
    caller: Annotated[Caller, Depends(allowed("course.list"))],
    difficulty: Annotated[Difficulty | None, Query()] = None,
    tag: Name = None,
    skill: Name = None,
    language: Annotated[Language | None, Query()] = None,
    owner: Annotated[str | None, Query(description="a person's id, or me")] = None,
    q: Annotated[str | None, Query(min_length=1, max_length=200, description="words, all to be found")] = None,
    sort: Annotated[Sort | None, Query(description="newest, or with q relevance, unless said otherwise")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[Page[Course]]:
    filters = {"difficulty": difficulty, "tag": tag, "skill": skill, "language": language, "owner": owner}
    order = catalogue.order(sort, q)
    courses = catalogue.courses(caller, filters, q, order, cursor, limit + 1)
    return page(courses, limit=limit, key=order.place)
