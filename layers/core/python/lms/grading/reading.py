"""What of a submission a grader is given to read, and what not: nothing says who handed it in."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bson import ObjectId

from lms.ai import sources
from lms.ai.grading_task import Evidence, GradingCriterion, GradingTask
from lms.courses import readings
from lms.mongo import Document
from lms.rubrics import rubrics

_MOST_CHARACTERS = 400_000
"""Of all files together; of one that does not fit nothing is read."""
_BETWEEN = "\n\n"


class Part(NamedTuple):
    """``text[start:end]`` of what is read; ``name`` is text, code or file."""

    name: str
    file_id: ObjectId | None
    start: int
    end: int


class Read(NamedTuple):
    """``unread``: the files that were not, each with why."""

    text: str
    parts: list[Part]
    unread: list[Document]

    def place(self, evidence: Evidence | None) -> Document | None:
        """Where it stands in the part of the submission."""
        if evidence is None:
            return None
        part = next(each for each in self.parts if each.start <= evidence.start < each.end)
        start, end = evidence.start - part.start, min(evidence.end, part.end) - part.start
        return {"part": part.name, "file_id": part.file_id, "start": start, "end": end}


def read(submission: Mapping[str, Any]) -> Read:
    files, unread = _files(submission["file_ids"])
    said = [("text", None, submission["text"]), ("code", None, submission["code"]), *files]
    text, parts = "", []
    for name, file_id, content in said:
        if content and content.strip():
            text += _BETWEEN if text else ""
            parts.append(Part(name, file_id, len(text), len(text) + len(content)))
            text += content
    return Read(text, parts, unread)


def _files(file_ids: list[ObjectId]) -> tuple[list[tuple[str, ObjectId, str]], list[Document]]:
    texts = sources.of_files(file_ids) if file_ids else {}
    taken, unread, room = [], [], _MOST_CHARACTERS
    for file_id in file_ids:
        text = texts.get(file_id)
        if text and len(text) <= room:
            taken.append(("file", file_id, text))
            room -= len(text)
        else:
            unread.append({"file_id": file_id, "why": "too_long" if text else "no_text"})
    return taken, unread


def task(assignment: Mapping[str, Any], rubric: Mapping[str, Any] | None, language: str, text: str) -> GradingTask:
    """Along the rubric; without one, by one criterion that gives any of the assignment's points."""
    criteria = _of_rubric(rubric) if rubric else [_of_points(assignment["points"])]
    return GradingTask(
        title=assignment["title"],
        instructions=assignment["instructions"],
        criteria=list(criteria),
        references=assignment["reference_answers"],
        language=language,
        text=text,
    )


def latest_task(assignment: Mapping[str, Any]) -> GradingTask:
    """Along the rubric as it stands, without a submission."""
    rubric = rubrics.latest(assignment["rubric_id"]) if assignment["rubric_id"] else None
    return task(assignment, rubric, readings.language(assignment["course_id"]), "")


def _of_rubric(rubric: Mapping[str, Any]) -> Iterator[GradingCriterion]:
    for each in rubric["criteria"]:
        levels = [{**level, "id": str(level["id"])} for level in each["levels"]]
        yield GradingCriterion.model_validate({**each, "id": str(each["id"]), "levels": levels})


def _of_points(most: float) -> GradingCriterion:
    levels = [{"id": "most", "title": "All points", "points": most}, {"id": "none", "title": "None", "points": 0}]
    return GradingCriterion.model_validate({"id": ALL, "title": "The whole work", "ranged": True, "levels": levels})


ALL = "whole"
"""The one criterion of a task without a rubric."""
