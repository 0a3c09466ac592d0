"""How performance is told of: figures that the code computes, then sentences that are held against them."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from bson import ObjectId

from lms import clock
from lms.ai import gates, narration, performance
from lms.ai.grounded import narrating
from lms.ai.metering import provider_of
from lms.ai.narration import About, Sentence
from lms.ai.performance import NARRATIVE, Subject
from lms.attempts import figures as attempts
from lms.auth import roles
from lms.caller import Caller
from lms.courses import access
from lms.courses.access import CourseAccess
from lms.enrollment import visible
from lms.errors import Forbidden, NotFound, Unauthenticated
from lms.figures import Figure
from lms.jobs.failures import StepFailed
from lms.jobs.steps import Finish, Kind, Stage, Step
from lms.mongo import Document
from lms.progress import figures as progress

_MOST_LEARNERS = 20_000


class Source(NamedTuple):
    """Figures of one kind: of a learner, and of several learners together."""

    of_learner: Callable[[CourseAccess, ObjectId], list[Figure]]
    of_learners: Callable[[CourseAccess, Sequence[ObjectId]], list[Figure]]


SOURCES = (
    Source(progress.of_learner, progress.of_learners),
    Source(attempts.of_learner, attempts.of_learners),
)
"""What a narrative draws on, in the order in which it is told. A package that computes more figures adds a line."""


def _work(step: Step) -> tuple[Any, Finish]:
    job = step.job
    asked = _subject(job)
    language: str = job["request"]["language"]
    figures = _figures(asked)
    sentences = _sentences(step, figures, asked.about, language)
    if wrong := gates.narrative(sentences, figures, language):
        raise StepFailed("CONTENT_REFUSED", f"The narrative does not agree with its figures: {'; '.join(wrong)}")
    analysis = {
        "about": asked.about,
        "user_id": asked.user_id,
        "language": language,
        "computed_at": clock.now(),
        "figures": [figure._asdict() for figure in figures],
        "sentences": [sentence._asdict() for sentence in sentences],
    }
    return None, lambda tx: {"result": {"course_id": job["course_id"], "analysis": analysis}}


def _sentences(step: Step, figures: Sequence[Figure], about: About, language: str) -> list[Sentence]:
    """Where there is nothing to judge by yet, that needs no model to say."""
    if not narration.has_evidence(figures) and narration.base_language(language) == "en":
        return narrating.narrative(figures, about)
    return provider_of(step, alone=True).narrate(figures, about, language)


def _subject(job: Document) -> Subject:
    """Whom the person who asked may see now: they may have left since."""
    try:
        who = Caller(job["owner_id"], roles.present(job["owner_id"]), job["_id"])
        entered = access.enter(who, job["course_id"], "performance.analyze", load="outline", progress=True)
        return performance.subject(entered, job["request"]["user_id"])
    except (NotFound, Forbidden, Unauthenticated) as error:
        raise StepFailed("NO_ACCESS", "You may not see these figures any more") from error


def _figures(asked: Subject) -> list[Figure]:
    if asked.user_id:
        return [figure for source in SOURCES for figure in source.of_learner(asked.access, asked.user_id)]
    learners = [row["user_id"] for row in visible.learners(asked.access, None, _MOST_LEARNERS + 1)]
    if len(learners) > _MOST_LEARNERS:
        raise StepFailed("TOO_MANY_LEARNERS", f"Only courses of up to {_MOST_LEARNERS} learners can be told of.")
    return [figure for source in SOURCES for figure in source.of_learners(asked.access, learners)]


KIND = Kind(stages=lambda job: [Stage(NARRATIVE, [NARRATIVE])], work=_work)
