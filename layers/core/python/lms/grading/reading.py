"""What of a submission a grader is given to read, and what not: nothing says who handed it in."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bson import ObjectId

from lms.ai.grading_task import Evidence, GradingCriterion, GradingTask
from lms.courses import readings
from lms.files.handed_in import NOT_READY, FileText
from lms.jobs.failures import Trouble
from lms.mongo import Document
from lms.rubrics import rubrics

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


class StillRead(Trouble):
    """A file's text is being taken out at this moment."""


def read(submission: Mapping[str, Any]) -> Read:
    """``submission`` has its ``file_texts``. Raise StillRead while one of them is to come."""
    text, parts, unread = "", [], []
    for name, file_id, content in _said(submission):
        if isinstance(content, FileText):
            if content.reason_code == NOT_READY:
                raise StillRead("The text of a file is still being taken out of it.")
            reasons = {"reason_code": content.reason_code, "reason": content.reason}
            unread += [{"file_id": file_id, **reasons}] if content.text is None else []
            content = content.text
        if content and content.strip():
            text += _BETWEEN if text else ""
            parts.append(Part(name, file_id, len(text), len(text) + len(content)))
            text += content
    return Read(text, parts, unread)


def _said(submission: Mapping[str, Any]) -> Iterator[tuple[str, ObjectId | None, Any]]:
    yield "text", None, submission["text"]
    yield "code", None, submission["code"]
    yield from (("file", file_id, found) for file_id, found in submission["file_texts"].items())


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
