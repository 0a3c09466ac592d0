"""A gradebook brought in from a spreadsheet."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from lms.fields import Body, Flag, Id, Resource
from lms.gradebook.models.change import Why


class GradebookSheet(Body):
    """``csv`` has the columns of the export, or some of them; an empty cell leaves what is there. With ``dry_run``
    the answer says what would change and what is refused, and has a ``basis``; without it, ``basis`` is the dry
    run's."""

    csv: Annotated[str, StringConstraints(min_length=1, max_length=5_000_000)]
    dry_run: Flag = True
    basis: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")] | None = None
    why: Why | None = None

    @model_validator(mode="after")
    def _builds_on_a_dry_run(self) -> Self:
        if not self.dry_run and self.basis is None:
            raise ValueError("give the basis that a dry run has answered")
        return self


class SheetChange(Resource):
    """``row`` counts as a spreadsheet does. ``old`` and ``new`` are points, EX for excused, or null for nothing
    yet. ``version`` is that of the cell which the change builds on."""

    row: int
    user_id: Id
    column_id: str
    old: float | Literal["EX"] | None
    new: float | Literal["EX"] | None
    version: int


class SheetProblem(Resource):
    """``column`` is the header's text, empty where it is of the whole row."""

    row: int
    column: str
    code: str
    message: str


class SheetReport(Resource):
    """``problems`` are the first 100 of ``problem_count``. A file that has any is not brought in."""

    applied: bool
    basis: str
    changes: Annotated[list[SheetChange], Field(max_length=2_000)]
    problem_count: int
    problems: list[SheetProblem]
