"""GET, PATCH, DELETE /rubrics/{id}"""

from typing import Annotated

from lms.courses.access import CourseAccess
from lms.http import app, if_match, lambda_handler, no_content, shown
from lms.rubrics import rubrics
from lms.rubrics.access import of_rubric
from lms.rubrics.models.rubric import Rubric, RubricChange

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/rubrics/<id>", compress=True, enable_validation=False)
def read(id: str, access: Annotated[CourseAccess, Depends(of_rubric("rubric.edit"))]) -> Response[Rubric]:
    return shown(Rubric, access.resource)


@app.patch("/rubrics/<id>")
def change(
    id: str, body: RubricChange, access: Annotated[CourseAccess, Depends(of_rubric("rubric.edit"))]
) -> Response[Rubric]:
    return shown(Rubric, rubrics.change(access, body, if_match()))


@app.delete("/rubrics/<id>", status_code=204, enable_validation=False)
def delete(id: str, access: Annotated[CourseAccess, Depends(of_rubric("rubric.edit"))]) -> Response[None]:
    rubrics.delete(access, if_match())
    return no_content()
