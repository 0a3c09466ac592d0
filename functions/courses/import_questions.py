"""POST /courses/{id}/questions/import"""

from functools import partial
from typing import Annotated

from lms import http
from lms.courses.access import CourseAccess, in_course
from lms.http import app, shown
from lms.idempotency import Work, once_prepared
from lms.mongo import Transaction
from lms.quizzes.models.files import FileReport, QuestionFile
from lms.quizzes.transfer import Import

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]

# Reading 5,000 questions takes seconds, and its transaction comes after that.
lambda_handler = partial(http.lambda_handler, mongodb_seconds=25)


_ANSWERS = {
    status: {"description": "", "content": {"application/json": {"model": FileReport}}} for status in (200, 201)
}


@app.post("/courses/<id>/questions/import", status_code=201, compress=True, responses=_ANSWERS)
def import_questions(
    id: str, body: QuestionFile, access: Annotated[CourseAccess, Depends(in_course("question.edit"))]
) -> Response[FileReport]:
    """201 where questions were kept; 200 where none were, a dry run's answer too."""

    def prepare() -> Work:
        read = Import(access, body)
        kept = read.count > 0 and not body.dry_run

        def work(tx: Transaction) -> Response[FileReport]:
            if kept:
                read.add(tx)
            return shown(FileReport, read.report(kept=kept), status=201 if kept else 200)

        return work

    return once_prepared(access.caller.id, prepare)
