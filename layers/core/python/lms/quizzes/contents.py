"""What a question asks and what counts as right: the nine kinds, as they are written, stored and scored.

Texts are Markdown. A weight is the share of the question's points that an answer earns: 1 all, 0 none, below 0 it
takes away. Ids stand for themselves within their question; where an author leaves one out, the server gives one.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from bson import ObjectId
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from lms.fields import Body, Flag, Reference
from lms.quizzes.fields import GAP, Heading, Hints, Key, Number, Points, Pool, Remark, Short, Skills, Text, Weight

_ROUNDING = 0.011
"""Files write a third as 33.33333 percent."""


def _new_key() -> str:
    return str(ObjectId())


def _require_distinct(keys: Iterable[str]) -> None:
    found = list(keys)
    if len(set(found)) < len(found):
        raise ValueError("an id stands twice")


class Choice(Body):
    id: Key = Field(default_factory=_new_key)
    text: Text
    weight: Weight = 0.0
    feedback: Remark = ""


def _choices(choices: "list[Choice]") -> "list[Choice]":
    _require_distinct(choice.id for choice in choices)
    return choices


Choices = Annotated[list[Choice], Field(min_length=2, max_length=50), AfterValidator(_choices)]


def _require_a_full_answer(weights: Sequence[float]) -> None:
    if 1.0 not in weights:
        raise ValueError("one answer must have the weight 1")


class Single(Body):
    """One of several options; others may earn a part."""

    kind: Literal["single"] = "single"
    options: Choices

    @model_validator(mode="after")
    def _answerable(self) -> "Single":
        _require_a_full_answer([option.weight for option in self.options])
        return self


class Multiple(Body):
    """Any of several options: right are those with a weight above 0, and their weights add up to 1."""

    kind: Literal["multiple"] = "multiple"
    options: Choices
    all_or_nothing: Flag = False

    @model_validator(mode="after")
    def _answerable(self) -> "Multiple":
        if abs(sum(option.weight for option in self.options if option.weight > 0) - 1) > _ROUNDING:
            raise ValueError("the weights above 0 must add up to 1")
        return self


class TrueFalse(Body):
    kind: Literal["true_false"] = "true_false"
    answer: Flag
    feedback_true: Remark = ""
    feedback_false: Remark = ""


class NumericAnswer(Body):
    """Right within ``tolerance``, which is absolute, or a share of ``value`` where it is ``relative``."""

    value: Number
    tolerance: Annotated[Number, Field(ge=0)] = 0.0
    relative: Flag = False
    weight: Weight = 1.0
    feedback: Remark = ""


class Unit(Body):
    """A unit that an answer may carry; a value in it times ``multiplier`` is in the unit of the key."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30)]
    multiplier: Annotated[Number, Field(gt=0)]


NumericAnswers = Annotated[list[NumericAnswer], Field(min_length=1, max_length=50)]


class Numeric(Body):
    kind: Literal["numeric"] = "numeric"
    answers: NumericAnswers
    units: Annotated[list[Unit], Field(max_length=20)] = []

    @model_validator(mode="after")
    def _answerable(self) -> "Numeric":
        _require_a_full_answer([answer.weight for answer in self.answers])
        return self


class TextAnswer(Body):
    """``*`` stands for any characters, as in Moodle; ``\\*`` for itself."""

    text: Short
    weight: Weight = 1.0
    feedback: Remark = ""


TextAnswers = Annotated[list[TextAnswer], Field(min_length=1, max_length=100)]


class ShortText(Body):
    kind: Literal["short_text"] = "short_text"
    answers: TextAnswers
    case_sensitive: Flag = False

    @model_validator(mode="after")
    def _answerable(self) -> "ShortText":
        _require_a_full_answer([answer.weight for answer in self.answers])
        return self


class Pair(Body):
    id: Key = Field(default_factory=_new_key)
    prompt: Text
    answer: Short


class Matching(Body):
    """Each prompt with its answer; ``distractors`` are answers that belong to none. Each pair counts alike."""

    kind: Literal["matching"] = "matching"
    pairs: Annotated[list[Pair], Field(min_length=2, max_length=50)]
    distractors: Annotated[list[Short], Field(max_length=50)] = []

    @model_validator(mode="after")
    def _distinct(self) -> "Matching":
        _require_distinct(pair.id for pair in self.pairs)
        if set(self.distractors) & {pair.answer for pair in self.pairs}:
            raise ValueError("a distractor is the answer of a pair")
        return self


class Item(Body):
    id: Key = Field(default_factory=_new_key)
    text: Text


class Ordering(Body):
    """``items`` stand in the right order. ``exact``: all or nothing; ``positions``: the share of items in their
    place; ``neighbours``: the share of items that are followed by the right one."""

    kind: Literal["ordering"] = "ordering"
    items: Annotated[list[Item], Field(min_length=2, max_length=50)]
    grading: Literal["exact", "positions", "neighbours"] = "positions"

    @model_validator(mode="after")
    def _distinct(self) -> "Ordering":
        _require_distinct(item.id for item in self.items)
        return self


class _Gap(Body):
    id: Key
    share: Annotated[int, Field(strict=True, ge=1, le=100)] = 1
    """What the gap counts in relation to the others."""


class TextGap(_Gap):
    kind: Literal["short_text"] = "short_text"
    answers: TextAnswers
    case_sensitive: Flag = False


class NumericGap(_Gap):
    kind: Literal["numeric"] = "numeric"
    answers: NumericAnswers


class ChoiceGap(_Gap):
    kind: Literal["single"] = "single"
    options: Choices


Gap = Annotated[TextGap | NumericGap | ChoiceGap, Field(discriminator="kind")]


class Cloze(Body):
    """Gaps in a text: each stands as ``{{id}}`` in the question's prompt, exactly once."""

    kind: Literal["cloze"] = "cloze"
    gaps: Annotated[list[Gap], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _answerable(self) -> "Cloze":
        _require_distinct(gap.id for gap in self.gaps)
        for gap in self.gaps:
            answers = gap.options if isinstance(gap, ChoiceGap) else gap.answers
            _require_a_full_answer([answer.weight for answer in answers])
        return self


References = Annotated[
    list[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]],
    Field(max_length=10),
]


class Essay(Body):
    """Graded by a person, along the course's rubric ``rubric_id`` or by points. ``notes``, and ``references``,
    which say what a good answer says, are for graders alone."""

    kind: Literal["essay"] = "essay"
    template: Remark = ""
    notes: Remark = ""
    rubric_id: Reference | None = None
    references: References = []
    least_words: Annotated[int, Field(strict=True, ge=0, le=20_000)] = 0
    most_words: Annotated[int, Field(strict=True, ge=1, le=20_000)] | None = None


Content = Annotated[
    Single | Multiple | TrueFalse | Numeric | ShortText | Matching | Ordering | Cloze | Essay,
    Field(discriminator="kind"),
]


class Feedback(Body):
    """Shown with the result: always, and by how right the answer was."""

    general: Remark = ""
    correct: Remark = ""
    partly: Remark = ""
    incorrect: Remark = ""


class Question(Body):
    """A question as an author or a file gives it. ``pool`` names the group that quizzes draw from."""

    title: Heading = ""
    prompt: Text
    content: Content
    points: Points = 1.0
    feedback: Feedback = Field(default_factory=Feedback)
    hints: Hints = []
    skills: Skills = []
    pool: Pool | None = None

    @model_validator(mode="after")
    def _gaps_stand_in_the_prompt(self) -> "Question":
        gaps = [gap.id for gap in self.content.gaps] if isinstance(self.content, Cloze) else []
        if gaps and sorted(GAP.findall(self.prompt)) != sorted(gaps):
            raise ValueError("each gap must stand in the prompt once, as {{id}}")
        return self
