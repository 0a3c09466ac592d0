"""Whether an assignment's settings go together."""

from collections.abc import Iterator, Mapping
from typing import Any

from lms.enrollment import dates, overrides

Error = dict[str, str]
_BOUNDS = ("least_confidence", "lowest_percent", "highest_percent")


def errors(assignment: Mapping[str, Any]) -> list[Error]:
    """An error for each setting that another one forbids, with its pointer."""
    return [
        *dates.unordered(assignment),
        *overrides.unordered(assignment, assignment["overrides"]),
        *_of_takes(assignment),
        *_of_graders(assignment),
        *_of_ai(assignment["ai_grading"]),
    ]


def _of_takes(assignment: Mapping[str, Any]) -> Iterator[Error]:
    takes = assignment["takes"]
    if ("code" in takes) != (assignment["language"] is not None):
        yield {"pointer": "/language", "message": "goes with code, and code needs it"}
    if assignment["file_types"] and "files" not in takes:
        yield {"pointer": "/file_types", "message": "goes with files"}
    if takes:
        return
    if assignment["peer_reviews"]:
        yield {"pointer": "/peer_reviews", "message": "needs something that is handed in"}
    if assignment["ai_grading"]["mode"] != "off":
        yield {"pointer": "/ai_grading/mode", "message": "needs something that is handed in"}
    if assignment["similarity"]["enabled"]:
        yield {"pointer": "/similarity/enabled", "message": "needs something that is handed in"}


def _of_graders(assignment: Mapping[str, Any]) -> Iterator[Error]:
    reviews = assignment["peer_reviews"]
    if assignment["blind"] and assignment["group_set_id"]:
        yield {"pointer": "/blind", "message": "does not go with groups, whose members graders know"}
    if reviews and reviews["criteria"] == "rubric" and not assignment["rubric_id"]:
        yield {"pointer": "/peer_reviews/criteria", "message": "needs a rubric, or comments only"}
    if reviews and not (assignment["due_at"] or assignment["closes_at"]):
        yield {"pointer": "/peer_reviews", "message": "needs due_at or closes_at, after which reviews begin"}


def _of_ai(grading: Mapping[str, Any]) -> Iterator[Error]:
    if grading["mode"] == "auto":
        for name in _BOUNDS:
            if grading[name] is None:
                yield {"pointer": f"/ai_grading/{name}", "message": "must be set before an AI gives grades"}
    lowest, highest = grading["lowest_percent"], grading["highest_percent"]
    if lowest is not None and highest is not None and highest < lowest:
        yield {"pointer": "/ai_grading/highest_percent", "message": "lies below lowest_percent"}
