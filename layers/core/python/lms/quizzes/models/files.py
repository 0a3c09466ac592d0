"""Files of questions, and what became of each of their items."""

from typing import Annotated, Literal, Self

from pydantic import StringConstraints, model_validator

from lms.fields import Body, Flag, Id, Resource
from lms.quizzes.fields import Pool
from lms.quizzes.formats import Format


class QuestionFile(Body):
    """A file of questions: ``content`` as text, or ``content_base64`` for a package or another encoding than UTF-8.

    With ``pool`` all questions go there, whatever the file says. With ``dry_run`` nothing is kept.
    """

    format: Format
    content: Annotated[str, StringConstraints(min_length=1)] | None = None
    content_base64: Annotated[str, StringConstraints(min_length=1)] | None = None
    pool: Pool | None = None
    dry_run: Flag = False

    @model_validator(mode="after")
    def _one_content(self) -> Self:
        if (self.content is None) == (self.content_base64 is None):
            raise ValueError("send either content or content_base64")
        return self


class FileRow(Resource):
    """What became of an item. ``place`` is where a file has it, ``type`` its kind there; ``notes`` say what changed
    or why it was refused. ``question_id`` is null where no question was kept, for groups and categories too."""

    number: int
    place: str
    title: str
    type: str
    outcome: Literal["taken", "changed", "refused"]
    notes: list[str]
    question_id: Id | None = None


class FileReport(Resource):
    """A row for every item. ``shortened``: titles and notes are cut, so that the answer is not too long to send."""

    taken: int
    changed: int
    refused: int
    question_count: int
    rows: list[FileRow]
    shortened: bool = False
