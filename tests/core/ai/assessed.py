"""A grading task about leaves, and a submission that is wrong."""

from typing import Any

from lms.ai.grading_task import GradingCriterion, GradingTask

WRONG = "Leaves are green because the rain paints them."
RIGHT = "Leaves look green since their chlorophyll absorbs red and blue light and reflects the green light."
REFERENCE = "Leaves hold chlorophyll, which absorbs red and blue light and reflects green light."


def criterion(name: str, *, ranged: bool = False, title: str = "Explanation", **best: Any) -> GradingCriterion:
    levels = [
        {"id": f"{name}-right", "title": "Right", "points": 10, **best},
        {"id": f"{name}-partly", "title": "Partly", "points": 5},
        {"id": f"{name}-wrong", "title": "Wrong", "points": 0},
    ]
    return GradingCriterion.model_validate({"id": name, "title": title, "ranged": ranged, "levels": levels})


def graded(*submission: str, **change: Any) -> GradingTask:
    """The paragraphs that are handed in behind a wrong one."""
    fields = {
        "title": "Leaves",
        "instructions": "Why are leaves green?",
        "criteria": [criterion("a", ranged=True), criterion("b", title="Use of terms")],
        "references": [REFERENCE],
        "language": "en",
        "text": "\n\n".join([WRONG, *submission]),
    }
    return GradingTask.model_validate({**fields, **change})
