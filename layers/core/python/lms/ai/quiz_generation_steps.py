"""How questions about lessons are made: lesson by lesson, then all of them as one proposal."""

from collections.abc import Iterator, Sequence
from typing import Any

from bson import ObjectId
from pydantic import ValidationError

from lms.ai import lesson_material, sources
from lms.ai.lesson_texts import Asked, LessonText, Questions, QuestionTask
from lms.ai.metering import provider_of
from lms.ai.proposals.standing import bare, stands_in
from lms.ai.quiz_generation import LESSON, STAGE
from lms.courses import readings
from lms.jobs.failures import StepFailed
from lms.jobs.steps import Finish, Kind, Stage, Step
from lms.mongo import Document
from lms.quizzes import generated

_PROPOSAL = "proposal"


def _stages(job: Document) -> Sequence[Stage]:
    asking = [f"{LESSON}{number}" for number in range(1, len(job["lessons"]) + 1)]
    return Stage(STAGE, asking), Stage(_PROPOSAL, [_PROPOSAL])


def _work(step: Step) -> tuple[Any, Finish | None]:
    if step.name == _PROPOSAL:
        return None, _proposal(step)
    job = step.job
    row = job["lessons"][int(step.name.removeprefix(LESSON)) - 1]
    lesson = _lesson(job, row)
    request = job["request"]
    task = QuestionTask(
        count=row["count"],
        kinds=request["kinds"],
        difficulty=request["difficulty"],
        language=request["language"],
        besides=generated.evidence_about(job["course_id"], row["lesson_id"]),
    )
    rows = lesson_material.sources_of([lesson], job["owner_id"])
    ai = provider_of(step, alone=len(job["lessons"]) == 1)
    return ai.questions(task, lesson, lesson_material.as_sources(rows)).model_dump(mode="json"), None


def _lesson(job: Document, row: Document) -> LessonText:
    lesson = readings.at(job["course_id"], row["lesson_id"], row["version"])
    return lesson_material.text_of(lesson, job["about"], row["lesson_id"])


def _proposal(step: Step) -> Finish:
    """Raise StepFailed where the lessons hold nothing that can be asked."""
    job, wanted = step.job, step.job["request"]["count"]
    done = step.outputs(LESSON)
    lessons = [_lesson(job, row) for row in job["lessons"]]
    asked = [
        (lesson, Questions.model_validate(done[f"{LESSON}{n}"]).asked) for n, lesson in enumerate(lessons, start=1)
    ]
    rows = lesson_material.sources_of(lessons, job["owner_id"])
    cited = sources.citing(rows)
    known = {str(row["_id"]) for row in rows}
    questions = [
        {
            "id": str(ObjectId()),
            "lesson_id": ObjectId(lesson.id),
            "block_id": _block_of(each.question.evidence, lesson),
            **content,
            "evidence": each.question.evidence,
            "source": cited(source) if (source := each.question.source) and source.source_id in known else None,
            "difficulty": each.difficulty,
            "decision": None,
        }
        for lesson, each in _by_turns(asked)
        if (content := _content(each))
    ][:wanted]
    if not questions:
        raise StepFailed(
            "NOTHING_TO_ASK",
            "The lessons hold nothing that questions of these kinds could be asked about, beside what the question "
            "bank asks about them already.",
        )
    order = {lesson.id: place for place, lesson in enumerate(lessons)}
    questions.sort(key=lambda each: order[str(each["lesson_id"])])
    why = None if len(questions) == wanted else "The lessons hold no more that can be asked well."
    proposal = {"asked_for": wanted, "questions": questions, "why": why}
    return lambda tx: {"result": {"course_id": job["course_id"], "proposal": proposal}}


def _by_turns(asked: Sequence[tuple[LessonText, Sequence[Asked]]]) -> Iterator[tuple[LessonText, Asked]]:
    """The questions of all lessons, each lesson's spread evenly over the whole, none asked twice."""
    spread = [
        ((place + 1) / (len(found) + 1), lesson, each)
        for lesson, found in asked
        for place, each in enumerate(found)
    ]
    seen = set[str]()
    for _, lesson, each in sorted(spread, key=lambda row: row[0]):
        said = {bare(each.question.evidence), bare(each.question.prompt)}
        if not said & seen:
            seen |= said
            yield lesson, each


def _content(asked: Asked) -> Document | None:
    """As the question bank holds it; None for what it cannot hold, a text that is far too long, say."""
    try:
        found = generated.question(asked.question)
    except ValidationError:
        return None
    return {
        "kind": asked.question.kind,
        "prompt": found.prompt,
        "content": found.content.model_dump(mode="json"),
    }


def _block_of(evidence: str, lesson: LessonText) -> str | None:
    return next((block.id for block in lesson.blocks if stands_in(evidence, block.text)), None)


KIND = Kind(stages=_stages, work=_work)
