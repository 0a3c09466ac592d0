"""How a course is made: an outline, then every lesson, then every quiz, then the draft course in one piece."""

from collections.abc import Sequence
from typing import Any

from lms.ai import library, repository, sources
from lms.ai.generation import OUTLINE
from lms.ai.metering import provider_of
from lms.ai.models import CourseRequest, Lesson, Outline, Quiz
from lms.ai.providers import Provider
from lms.courses import assembly
from lms.jobs.failures import StepFailed
from lms.jobs.steps import Finish, Kind, Stage, Step
from lms.mongo import Document, Transaction

_ASSEMBLY = "assembly"


def _stages(job: Document) -> Sequence[Stage]:
    numbers = range(1, job["request"]["lesson_count"] + 1)
    return (
        Stage("outline", [OUTLINE]),
        Stage("lessons", [f"lesson-{number}" for number in numbers]),
        Stage("quizzes", [f"quiz-{number}" for number in numbers]),
        Stage("assembly", [_ASSEMBLY]),
    )


def _work(step: Step) -> tuple[Any, Finish | None]:
    if step.name == _ASSEMBLY:
        return None, _assembly(step)
    return _ask(step, provider_of(step, alone=step.name == OUTLINE)), None


def _ask(step: Step, ai: Provider) -> dict[str, Any]:
    """The output of an outline, lesson or quiz step."""
    request = CourseRequest.model_validate(step.job["request"])
    given = [library.as_source(row) for row in _texts(step.job)]
    if step.name == OUTLINE:
        return ai.outline(request, given).model_dump(mode="json")
    kind, _, number = step.name.partition("-")
    outline = _outline(step)
    plan = outline.lessons[int(number) - 1]
    if kind == "lesson":
        return ai.lesson(request, outline, plan, given).model_dump(mode="json")
    lesson = Lesson.model_validate(step.outputs(f"lesson-{number}$")[f"lesson-{number}"])
    return ai.quiz(request, plan, lesson, given).model_dump(mode="json")


def _texts(job: Document) -> list[Document]:
    """In the order of the request. Raise StepFailed where one was deleted since."""
    row_of = {row["_id"]: row for row in repository.sources_by_id(job["source_ids"]) if row["text"]}
    if len(row_of) < len(job["source_ids"]):
        raise StepFailed("SOURCE_GONE", "A file that the course was to be built from has been deleted.")
    return [row_of[source_id] for source_id in job["source_ids"]]


def _outline(step: Step) -> Outline:
    return Outline.model_validate(step.outputs(f"{OUTLINE}$")[OUTLINE])


def _assembly(step: Step) -> Finish:
    job = step.job
    outline = _outline(step)
    lessons = step.outputs("lesson-")
    quizzes = step.outputs("quiz-")
    cite = sources.citing(_texts(job))

    def assemble(tx: Transaction) -> Document:
        assembly.assemble(
            tx,
            course_id=job["draft_id"],
            owner_id=job["owner_id"],
            job_id=job["_id"],
            provider=job["provider"],
            prompts=job.get("prompts", {}),
            request=CourseRequest.model_validate(job["request"]),
            outline=outline,
            lessons={
                plan.number: Lesson.model_validate(lessons[f"lesson-{plan.number}"]) for plan in outline.lessons
            },
            quizzes={plan.number: Quiz.model_validate(quizzes[f"quiz-{plan.number}"]) for plan in outline.lessons},
            cite=cite,
        )
        sources.follow(tx, job["source_ids"])
        return {"course_id": job["draft_id"], "result": {"course_id": job["draft_id"]}}

    return assemble


KIND = Kind(stages=_stages, work=_work)
