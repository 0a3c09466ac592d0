"""How a question is graded anew, and whose results that changes."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from lms.fields import Body, Flag, Id, Resource
from lms.quizzes.contents import Content


class RegradeBody(Body):
    """``new_key``: ``content`` replaces the question's, ``accept_both``: it counts beside it, each attempt gets the
    better of the two. It offers what the question offers, in the same sequence; only what counts as right differs.
    ``drop`` takes the question's points out of what is possible. ``never_lower``: who would lose by it, keeps what
    they have."""

    action: Literal["new_key", "accept_both", "full_credit", "drop"]
    content: Content | None = None
    never_lower: Flag = False

    @model_validator(mode="after")
    def _with_its_key(self) -> Self:
        if (self.content is not None) != (self.action in ("new_key", "accept_both")):
            raise ValueError("new_key and accept_both need content, the others take none")
        return self


class RegradedScore(Resource):
    """Null until all is graded."""

    score: float | None
    percent: float | None
    passed: bool | None


class RegradedAttempt(Resource):
    """Where ``blind``, ``user_id`` is a pseudonym."""

    attempt_id: Id
    user_id: Id
    blind: bool
    number: int
    from_: Annotated[RegradedScore, Field(alias="from")]
    to: RegradedScore


class Regrade(Resource):
    """Whose result changes, from what to what: of the ``changed`` the first 10,000 stand in ``changes``.
    ``unchanged`` are all others that are handed in and hold the question; among them those that a grader said the
    points of (``graded_by_hand``), and that were asked a version that offered something else (``other_versions``):
    neither follows a key."""

    changes: list[RegradedAttempt]
    changed: int
    unchanged: int
    graded_by_hand: int
    other_versions: int
