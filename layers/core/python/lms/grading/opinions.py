"""What the graders say of a work: the provider, and beside a model the independent grader too."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bson import ObjectId

from lms.ai import agreement
from lms.ai.agreement import Agreement, Compared
from lms.ai.grading_task import CriterionGrade, Grading, GradingTask
from lms.ai.grounded import grading as independent
from lms.ai.metering import provider_of
from lms.config import settings
from lms.grading.reading import ALL, Read
from lms.intelligence.precedents import Graded
from lms.jobs.models import Usage
from lms.jobs.steps import Step
from lms.mongo import Document
from lms.rubrics.points import total


class Opinions(NamedTuple):
    """``beside``: what the independent grader says where a model has made the ``grading``."""

    task: GradingTask
    grading: Grading
    beside: Grading | None
    provenance: Document

    @property
    def agreed(self) -> Agreement:
        if self.beside is None:
            return Agreement([Compared(each.id, None) for each in self.task.criteria])
        return agreement.agreement(self.grading, self.beside, self.task.criteria)

    def kept(self, read: Read) -> Document:
        """As a suggestion keeps them."""
        return {
            **_grades(self.grading, read),
            "worth": total(each.best.points for each in self.task.criteria),
            "independent": _grades(self.beside, read) if self.beside else None,
            "apart": [
                {"criterion_id": _id(each.criterion_id), "percent": _float(each.percent)}
                for each in self.agreed.compared
            ],
            **self.provenance,
        }


def of(step: Step, task: GradingTask, graded: Mapping[str, tuple[Graded, ...]]) -> Opinions:
    """``graded``: by criterion, works that persons have graded. Raise StepFailed or Trouble where the provider does
    not deliver."""
    provider = step.job["provider"]
    if provider == "grounded":
        return Opinions(task, independent.grade(task, graded), None, _provenance(provider, None, {}, []))
    used: list[Usage] = []
    ai = provider_of(step, told=used.append)
    grading = ai.grade(task)
    provenance = _provenance(provider, settings().gemini_model, ai.prompts, used)
    return Opinions(task, grading, independent.grade(task, graded), provenance)


def _provenance(provider: str, model: str | None, prompts: Mapping[str, str], used: Sequence[Usage]) -> Document:
    tokens = {
        "input": sum(each.input_tokens for each in used),
        "output": sum(each.output_tokens for each in used),
    }
    return {"provider": provider, "model": model, "prompts": dict(prompts), "tokens": tokens}


def _grades(grading: Grading, read: Read) -> Document:
    return {
        "criteria": [_criterion(each, read) for each in grading.grades],
        "points": grading.points,
        "confidence": grading.confidence,
    }


def _criterion(grade: CriterionGrade, read: Read) -> Document:
    whole = grade.criterion_id == ALL
    return {
        "criterion_id": _id(grade.criterion_id),
        "level_id": ObjectId(grade.level_id) if grade.level_id and not whole else None,
        "points": grade.points,
        "evidence": read.place(grade.evidence),
        "feedback": grade.feedback,
        "confidence": grade.confidence,
    }


def _id(criterion_id: str) -> ObjectId | None:
    return None if criterion_id == ALL else ObjectId(criterion_id)


def _float(percent: Any) -> float | None:
    return None if percent is None else round(float(percent), 4)
