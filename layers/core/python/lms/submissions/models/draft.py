"""How drafts are saved, and what the server says to that."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from lms.attempts.models.saving import ClientId
from lms.fields import Body, Count, Id, Moment, Reference, Resource, each_once

MOST_CHARACTERS = 200_000
Written = Annotated[str, StringConstraints(max_length=MOST_CHARACTERS)]
FileIds = Annotated[list[Reference], Field(max_length=20), AfterValidator(each_once)]


class Content(Body):
    """As the assignment takes it; texts are kept as they are written. ``code`` is in the assignment's language."""

    text: Written | None = None
    code: Written | None = None
    file_ids: FileIds | None = None

    @property
    def given(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("text", "code", "file_ids") if name in self.model_fields_set}


class DraftBody(Content):
    """``client_id`` names the tab, ``seq`` rises with each of its calls. What is left out stays, null clears."""

    client_id: ClientId
    seq: Annotated[Count, Field(ge=1, le=2**53)]

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.given:
            raise ValueError("names neither text, nor code, nor file_ids")
        return self


class SavedBy(Resource):
    """A tab of a learner's, the caller or another of the group."""

    user_id: Id
    client_id: str
    seq: int


class SupersededField(SavedBy):
    """What is not in force of a save, because of ``by``."""

    field: str
    by: SavedBy


class DraftReceipt(Resource):
    """``last_seq`` is this client's highest. ``hash`` is of the draft as it stands (``lms.submissions.contents``).
    ``superseded`` names what this call put out of force, and what of this call is not in force."""

    last_seq: int
    saved_at: Moment | None
    hash: str
    superseded: list[SupersededField]
    closes_at: Moment | None


class SavedField(SavedBy):
    """Which save a field is from."""

    at: Moment


class Draft(Resource):
    """Of the caller's group where ``group_id`` is not null. ``hash`` as in receipts; ``saved``: by field, whose it
    is; ``clients``: of each of the caller's own tabs the highest seq."""

    assignment_id: Id
    group_id: Id | None
    text: str | None
    code: str | None
    file_ids: list[Id] | None
    hash: str
    saved_at: Moment | None
    saved: dict[str, SavedField]
    clients: dict[str, int]
    due_at: Moment | None
    closes_at: Moment | None
