"""What a quiz asks."""

from typing import Annotated, Literal

from pydantic import Field

from lms.fields import Body, Count, Id, Reference, Resource
from lms.quizzes.fields import Points, Pool
from lms.quizzes.limits import MOST_ITEMS


class FixedItem(Body):
    """A question of the course, worth its own points unless ``points`` says otherwise."""

    kind: Literal["question"] = "question"
    question_id: Reference
    points: Points | None = None


class DrawItem(Body):
    """``count`` questions, drawn for each attempt from those of the pool that the quiz does not hold anyway."""

    kind: Literal["draw"] = "draw"
    pool: Pool
    count: Annotated[Count, Field(ge=1, le=MOST_ITEMS)]
    points: Points | None = None


class Items(Body):
    """What the quiz asks, in its order: at most 500 questions together."""

    items: Annotated[
        list[Annotated[FixedItem | DrawItem, Field(discriminator="kind")]], Field(max_length=MOST_ITEMS)
    ]


class QuizItem(Resource):
    """A fixed question, or a draw of ``count`` from ``pool``. Null ``points``: each question says its own."""

    kind: Literal["question", "draw"]
    question_id: Id | None = None
    pool: str | None = None
    count: int | None = None
    points: float | None = None
