"""How answers are saved, and what the server says to that."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from lms.fields import Body, Count, Moment, Resource

ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
ItemId = Annotated[str, StringConstraints(pattern=r"^\d{1,3}$")]


class AnswersBody(Body):
    """``client_id`` names the tab, ``seq`` rises with each of its calls. ``answers``: by item, null clears."""

    client_id: ClientId
    seq: Annotated[Count, Field(ge=1, le=2**53)]
    answers: Annotated[dict[ItemId, Any], Field(min_length=1, max_length=100)]


class Said(Resource):
    client_id: str
    seq: int


class Superseded(Resource):
    """An answer that is not in force, because of ``by``."""

    item_id: str
    client_id: str
    seq: int
    by: Said


class Receipt(Resource):
    """``last_seq`` is this client's highest. ``hash`` is of all answers in force: equal answers have an equal one.
    ``superseded`` names what this call put out of force, and what of this call is not in force."""

    last_seq: int
    saved_at: Moment | None
    hash: str
    superseded: list[Superseded]
    deadline_at: Moment | None


class LoggedSave(Resource):
    """One call of a client, as it arrived."""

    client_id: str
    seq: int
    at: Moment
    answers: dict[str, Any]
