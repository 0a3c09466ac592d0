"""Shapes that both AI providers take and give when they grade a submission along a rubric.

Who handed it in is no part of the task: what a provider does not know it can neither tell nor favour.
"""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from lms.rubrics.points import decimal, rounded


class _Content(BaseModel):
    """What holds people's or a model's text: its validation errors, which are logged, do not quote it."""

    model_config = ConfigDict(hide_input_in_errors=True, defer_build=True, frozen=True)


class GradingLevel(_Content):
    id: str
    title: str
    description: str = ""
    points: float


class GradingCriterion(_Content):
    """``levels`` by falling points. ``ranged``: any points between the first level's and the last one's."""

    id: str
    title: str
    description: str = ""
    ranged: bool = False
    levels: list[GradingLevel]

    @property
    def best(self) -> GradingLevel:
        return self.levels[0]

    @property
    def worst(self) -> GradingLevel:
        return self.levels[-1]

    def allowed(self, points: float) -> float:
        """The nearest points that may be given; of two equally near levels the lower one's."""
        given = decimal(points)
        if self.ranged:
            return rounded(min(max(given, decimal(self.worst.points)), decimal(self.best.points)))
        return min(self.levels, key=lambda each: (abs(decimal(each.points) - given), each.points)).points

    def level_of(self, points: float) -> str | None:
        """The level with exactly these points; None between two levels."""
        return next((each.id for each in self.levels if each.points == points), None)


class GradingTask(_Content):
    """``references`` say what a good answer says. ``language`` is the course's, in which feedback is written.
    ``text`` is the submission as it is stored: places in it count from there."""

    title: str
    instructions: str
    criteria: list[GradingCriterion]
    references: list[str] = []
    language: str
    text: str


class Evidence(_Content):
    """``text[start:end]`` of the submission."""

    start: int
    end: int


class CriterionGrade(_Content):
    """``points`` is None where the provider has nothing to go by: ``feedback`` then says why. ``level_id`` is None
    between two levels. ``confidence`` is from 0 to 1."""

    criterion_id: str
    level_id: str | None
    points: float | None
    evidence: Evidence | None
    feedback: str
    confidence: float


class Grading(_Content):
    """Every criterion of the task once, in its order."""

    grades: list[CriterionGrade]

    @property
    def confidence(self) -> float:
        """Of the whole: as sure as the least sure part."""
        return min((each.confidence for each in self.grades), default=0.0)

    @property
    def points(self) -> float | None:
        """Of the whole; None where a criterion has none."""
        return total([each.points for each in self.grades])


def total(points: Sequence[float | None]) -> float | None:
    known = [decimal(each) for each in points if each is not None]
    return rounded(sum(known, decimal(0))) if len(known) == len(points) else None


def given(
    criterion: GradingCriterion, points: float, evidence: Evidence | None, feedback: str, confidence: float
) -> CriterionGrade:
    """With the nearest points that the rubric allows."""
    allowed = criterion.allowed(points)
    return CriterionGrade(
        criterion_id=criterion.id,
        level_id=criterion.level_of(allowed),
        points=allowed,
        evidence=evidence,
        feedback=feedback,
        confidence=confidence,
    )
