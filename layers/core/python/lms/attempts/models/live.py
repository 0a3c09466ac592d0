"""Who sits in a quiz at the moment."""

from lms.fields import DocumentId, Id, Moment, Resource


class LiveAttempt(Resource):
    """``answered`` of ``asked`` items have an answer. Where ``blind``, ``user_id`` is a pseudonym and
    ``deadline_at`` null."""

    id: DocumentId
    user_id: Id
    blind: bool
    number: int
    started_at: Moment
    deadline_at: Moment | None
    saved_at: Moment | None
    asked: int
    answered: int


class Live(Resource):
    now: Moment
    attempts: list[LiveAttempt]
