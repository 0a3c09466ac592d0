"""The figures of an assignment."""

from typing import Literal

from lms.fields import Id, Moment, Resource


class ScoreFigures(Resource):
    """Of the scores that count, in points. ``sd`` is their standard deviation. ``histogram``: how many have under
    10 % of the assignment's points, from there to under 20 %, and so on; the last has all from 90 % on."""

    count: int
    mean: float | None
    median: float | None
    sd: float | None
    lowest: float | None
    highest: float | None
    quartiles: list[float] | None
    histogram: list[int]


class LevelFigures(Resource):
    level_id: Id
    title: str
    points: float
    count: int


class CriterionFigures(Resource):
    """Over all versions of the rubric. ``best_share``: of those graded, how many have the best level, from 0 to 1;
    ``between``: how many have points of no level."""

    criterion_id: Id
    title: str
    points: float
    count: int
    mean: float
    best_share: float
    levels: list[LevelFigures]
    between: int


class GradingFigures(Resource):
    """From handing in to the first grade, of ``count`` submissions; how many wait for a grade now."""

    count: int
    median_seconds: float | None
    p90_seconds: float | None
    waiting: int
    oldest_waiting_since: Moment | None


class AgreementFigures(Resource):
    """``kappa``, weighted by the square of the distance, is null where all are in one level; ``exact`` and
    ``within_one`` are shares of the pairs. ``shift``: how far the AI lies above people, in standard deviations."""

    pairs: int
    kappa: float | None
    exact: float | None
    within_one: float | None
    shift: float | None


class CriterionAgreement(AgreementFigures):
    criterion_id: Id
    title: str


class AiAgreement(AgreementFigures):
    """Of the levels that people gave and those that an AI suggested: what they took over from it counts as
    agreement. ``unseen``: how many of the pairs people gave before there was a suggestion. ``drift``: what to look
    into, by the later half of the grades beside the earlier one."""

    unseen: int
    criteria: list[CriterionAgreement]
    drift: list[Literal["low_agreement", "falling_agreement", "harsher", "milder"]]


class AssignmentAnalysis(Resource):
    """Of the active learners whom the caller sees. ``missing``: those past their own due date with neither a
    submission nor a grade."""

    assignment_id: Id
    learners: int
    scores: ScoreFigures
    criteria: list[CriterionFigures]
    grading: GradingFigures
    late: int
    missing: int
    excused: int
    agreement: AiAgreement
