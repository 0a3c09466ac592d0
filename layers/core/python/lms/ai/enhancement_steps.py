"""How a lesson's text is worked on: part by part, then all of it as one proposal."""

from collections.abc import Sequence
from typing import Any

from bson import ObjectId

from lms.ai import lesson_material, sources
from lms.ai.enhancement import PART, STAGE
from lms.ai.lesson_texts import Change, Enhancement, LessonText, Picture, Task
from lms.ai.metering import provider_of
from lms.ai.models import KeyTerm
from lms.ai.proposals import differences
from lms.courses import readings
from lms.jobs.steps import Finish, Kind, Stage, Step
from lms.mongo import Document

_PROPOSAL = "proposal"


def _stages(job: Document) -> Sequence[Stage]:
    return Stage(STAGE, _part_names(job)), Stage(_PROPOSAL, [_PROPOSAL])


def _part_names(job: Document) -> list[str]:
    return [f"{PART}{number}" for number in range(1, len(job["parts"]) + 1)]


def _work(step: Step) -> tuple[Any, Finish | None]:
    if step.name == _PROPOSAL:
        return None, _proposal(step)
    job, lesson = step.job, _lesson(step)
    request = job["request"]
    task = Task(
        action=request["action"],
        block_ids=job["parts"][int(step.name.removeprefix(PART)) - 1],
        level=request["level"],
        language=request["language"],
    )
    missing: list[Change] = []
    if task.action == "alt_text":
        task, missing = _with_pictures(task, lesson, job["course_id"])
        if not task.block_ids:
            return Enhancement(changes=missing).model_dump(mode="json"), None
    rows = lesson_material.sources_of([lesson], job["owner_id"])
    ai = provider_of(step, alone=len(job["parts"]) == 1)
    made = ai.enhance(task, lesson, lesson_material.as_sources(rows))
    return made.model_copy(update={"changes": [*made.changes, *missing]}).model_dump(mode="json"), None


def _with_pictures(task: Task, lesson: LessonText, course_id: ObjectId) -> tuple[Task, list[Change]]:
    """The task with what its images show, and the refusals of those that cannot be had."""
    # Imported here: of all that is done with a lesson, only this looks at files.
    from lms.files import pictures

    found, missing = list[Picture](), list[Change]()
    for block in lesson.parts(task.block_ids):
        try:
            if block.file_id is None:
                raise pictures.NotShown(
                    "The image stands at an address elsewhere: upload it as a file of the course."
                )
            content_type, data = pictures.picture(ObjectId(block.file_id), course_id)
            found.append(Picture(block_id=block.id, content_type=content_type, data=data))
        except pictures.NotShown as reason:
            missing.append(Change(block_id=block.id, why=str(reason)))
    return task.model_copy(update={"block_ids": [each.block_id for each in found], "pictures": found}), missing


def _lesson(step: Step) -> LessonText:
    job = step.job
    lesson = readings.at(job["course_id"], job["lesson_id"], job["lesson_version"])
    return lesson_material.text_of(lesson, job["about"], job["lesson_id"])


def _proposal(step: Step) -> Finish:
    job, lesson = step.job, _lesson(step)
    done = step.outputs(PART)
    parts = [Enhancement.model_validate(done[name]) for name in _part_names(job)]
    shown = _Shown(lesson, job)
    proposal = {
        "lesson_id": job["lesson_id"],
        "lesson_version": job["lesson_version"],
        "action": job["request"]["action"],
        "blocks": [shown.block(change) for part in parts for change in part.changes],
        "summary": next((part.summary for part in parts if part.summary), None),
        "key_terms": [shown.term(term) for part in parts for term in part.key_terms],
    }
    return lambda tx: {"result": {"course_id": job["course_id"], "proposal": proposal}}


class _Shown:
    """What a provider wrote, as the people see it who decide about it."""

    def __init__(self, lesson: LessonText, job: Document) -> None:
        self.field = "alt" if job["request"]["action"] == "alt_text" else "text"
        self.blocks = {block.id: block for block in lesson.blocks}
        self.terms = {each.term.casefold(): each.definition for each in lesson.key_terms}
        rows = lesson_material.sources_of([lesson], job["owner_id"])
        self.cited = sources.citing(rows)
        self.known = {str(row["_id"]) for row in rows}

    def block(self, change: Change) -> Document:
        old = self.blocks[change.block_id] if change.block_id else None
        before = (old.alt or "" if self.field == "alt" else old.text) if old else None
        status = "refused" if change.text is None else "unchanged" if change.text == before else "proposed"
        after = change.text if status == "proposed" else None
        source = change.source or (old.source if old else None)
        return {
            "id": change.block_id or str(ObjectId()),
            "block_id": change.block_id,
            "after_id": change.after_id,
            "field": self.field,
            "before": before,
            "after": after,
            "diff": [] if after is None else differences.of(before or "", after),
            "source": self.cited(source) if source and source.source_id in self.known else None,
            "status": status,
            "why": change.why,
            "decision": None,
        }

    def term(self, found: KeyTerm) -> Document:
        return {
            "id": str(ObjectId()),
            "term": found.term,
            "before": self.terms.get(found.term.casefold()),
            "definition": found.definition,
            "source": self.cited(found.source) if found.source and found.source.source_id in self.known else None,
            "decision": None,
        }


KIND = Kind(stages=_stages, work=_work)
