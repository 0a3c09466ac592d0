"""A grade without a language model: how near a short answer in English comes to the reference answers, and to what
the best level of a criterion says. A suggestion, as sure as the comparison is; where there is nothing to compare
with it says so and suggests nothing."""

from collections.abc import Mapping
from types import MappingProxyType

from lms.ai import submission_reading as reading
from lms.ai.grading_task import CriterionGrade, Evidence, Grading, GradingCriterion, GradingTask, given
from lms.ai.grounded.text import sentences
from lms.ai.grounded.words import word_count
from lms.intelligence import short_answers
from lms.intelligence.precedents import Graded
from lms.intelligence.wording import worded
from lms.rubrics.points import decimal

_MOST_WORDS = 180
"""Of a longer answer the comparison reads the beginning alone: lms/intelligence/short_answers.md."""

_LEAST_SAID = 4
"""A level's description with fewer content words names a quality ("clear and correct"), no answer."""

_OF_FORM = frozenset(
    worded(
        "style grammar spelling punctuation structure format layout presentation clarity tone citations language"
    ).content
)
"""A criterion of these asks for what a comparison of what is said does not see."""

_LEVELS = ((0.75, "is near to"), (0.4, "is partly near to"), (0.0, "is far from"))


def grade(task: GradingTask, graded: Mapping[str, tuple[Graded, ...]] = MappingProxyType({})) -> Grading:
    """Of each criterion; the points lie between its levels' as the score lies between 0 and 1. ``graded``: by
    criterion, answers to the same that persons have graded."""
    said = reading.own_words(task)
    return Grading(
        grades=[_grade(criterion, task, said, graded.get(criterion.id, ())) for criterion in task.criteria]
    )


def _grade(criterion: GradingCriterion, task: GradingTask, said: str, graded: tuple[Graded, ...]) -> CriterionGrade:
    references = _references(criterion, task)
    if why := _not_compared(criterion, task, said, references):
        return CriterionGrade(
            criterion_id=criterion.id, level_id=None, points=None, evidence=None, feedback=why, confidence=0.0
        )
    judgement = short_answers.score(said, references, reading.question(task), graded)
    worst, best = decimal(criterion.worst.points), decimal(criterion.best.points)
    near = next(words for least, words in _LEVELS if judgement.score >= least)
    return given(
        criterion,
        float(worst + (best - worst) * decimal(judgement.score)),
        _evidence(task, references),
        f"What was handed in {near} what a good answer says.",
        judgement.confidence,
    )


def _not_compared(criterion: GradingCriterion, task: GradingTask, said: str, references: list[str]) -> str:
    """Why; empty where it can be."""
    if task.language.partition("-")[0] != "en":
        return "Answers are compared in English alone."
    if not references:
        return "There is nothing to compare with: neither a reference answer nor a level that says what is right."
    titled = set(worded(criterion.title).content)
    if titled & _OF_FORM and not titled & reading.matter(task):
        return "This criterion is about more than what an answer says."
    if word_count(said) > _MOST_WORDS:
        return f"Answers of more than {_MOST_WORDS} words are not compared."
    return ""


def _references(criterion: GradingCriterion, task: GradingTask) -> list[str]:
    """The reference answers, and the best level's description where it is about the same matter."""
    references = [each for each in task.references if each.strip()]
    described = set(worded(criterion.best.description).content)
    if len(described) >= _LEAST_SAID and described & reading.matter(task):
        references.append(criterion.best.description)
    return references


def _evidence(task: GradingTask, references: list[str]) -> Evidence | None:
    """The sentence with most content words of the references; None where none has any."""
    shown, wanted = reading.shown(task.text), {word for each in references for word in worded(each).content}
    places = [place for part in reading.own_parts(task) for place in sentences(shown.text, *part)]
    shared = {place: len(wanted & set(worded(shown.text[slice(*place)]).content)) for place in places}
    best = max(shared, key=lambda place: shared[place], default=None)
    return shown.evidence(*best) if best and shared[best] else None
