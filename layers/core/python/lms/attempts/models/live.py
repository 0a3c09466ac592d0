"""Who sits in a quiz at the moment."""

from lms.fields import DocumentId, Id, Moment, Resource


class LiveAttempt(Resource):
    """``answered`` of ``asked`` items have an answer."""

    id: DocumentId
    user_id: Id
    number: int
    started_at: Moment
    deadline_at: Moment | None
    saved_at: Moment | None
    asked: int
    answered: int


class Live(Resource):
    now: Moment
    attempts: list[LiveAttempt]
