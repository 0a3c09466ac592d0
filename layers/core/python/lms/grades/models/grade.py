"""What graders say of a learner's work, and what stands then."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AliasChoices, Field, model_validator

from lms.fields import Body, DocumentId, Flag, Id, Kept, Moment, Reference, Resource, each_once
from lms.grades.models.criteria import Comment, GivenCriterion, GradedCriterion, PartOfAi, Why
from lms.rubrics.points import Points
from lms.submissions.models.submission import PinnedRubric, SubmissionSummary

Origin = Literal["person", "group", "ai"]


class GivenGrade(Body):
    """One of ``criteria``, each of the rubric's once; ``points``, at most the assignment's; or ``excused``.

    ``submission_id``: the one that is graded; left out, the last that was handed in, if any. ``group``: the same
    for all who handed it in together, but for those whose grade was given to them alone. ``why`` is needed where a
    released grade changes.
    """

    criteria: Annotated[list[GivenCriterion], Field(min_length=1, max_length=30)] | None = None
    points: Points | None = None
    excused: Flag = False
    comment: Comment = ""
    submission_id: Reference | None = None
    group: Flag = False
    why: Why | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.criteria is not None) + (self.points is not None) + self.excused != 1:
            raise ValueError("give either criteria, or points, or excused")
        return self


class GradeSummary(Resource):
    """Version 0: there is no grade yet, or none that the learner may see.

    ``score`` is ``raw`` less ``penalty``, which coming late by ``late_seconds`` costs. ``criteria`` have the
    points of ``rubric``, ``raw`` is in proportion to what the assignment is worth. ``origin`` ``group``: given to
    the group; ``ai``: by a machine. ``ai`` says where one took part, null where none did. Where
    ``blind``, ``user_id`` is a pseudonym.
    """

    assignment_id: Id
    course_id: Id
    user_id: Id
    blind: bool
    submission_id: Id | None
    rubric: PinnedRubric | None
    criteria: list[GradedCriterion]
    raw: float | None
    penalty: float
    late_seconds: int
    score: float | None
    excused: bool
    comment: str
    origin: Origin | None
    ai: PartOfAi | None = None
    graded_by: Id | None
    graded_at: Moment | None
    released_at: Moment | None
    version: int
    updated_at: Moment | None


Fields = Annotated[dict[str, Any], Kept(dict[str, Any])]


class GradeChange(Resource):
    """The fields that this ``version`` changed, ``before`` and ``after``. ``by`` is null where a rule did it: a
    due date that moved, say."""

    version: int
    at: Moment
    by: Id | None
    why: str | None
    before: Fields
    after: Fields


class Grade(GradeSummary):
    """``history``: every change, the first one first; to the learner those since the release."""

    history: list[GradeChange]


class GradedLearner(Resource):
    """``submission`` is the last one, null where nothing is handed in. In a blind assignment ``user_id`` is a
    pseudonym and ``name`` null."""

    user_id: Id
    name: str | None
    submission: SubmissionSummary | None
    grade: GradeSummary


class GradesToRelease(Body):
    """Of these learners, by pseudonyms where grading is blind; left out, of all."""

    user_ids: (
        Annotated[list[Reference], Field(min_length=1, max_length=1_000), AfterValidator(each_once)] | None
    ) = None


class ReleasedGrades(Resource):
    """How many this call ``released``. ``released_at``: when the assignment's were released as a whole for the
    first time; from then on grading is not blind."""

    assignment_id: Annotated[Id, Field(validation_alias=AliasChoices("_id", "assignment_id"))]
    released: int
    released_at: Moment | None


class GradedWork(Resource):
    id: DocumentId
    title: str
    points: float


class MyGrade(GradeSummary):
    """As the learner sees it, with the ``assignment`` that it is for."""

    assignment: GradedWork
