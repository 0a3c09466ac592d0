"""Courses whose lessons an AI works on, and the queue's worker done by hand."""

import importlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from bson import ObjectId

from tests.conftest import LambdaContext
from tests.functions.courses.authored import new_course, new_lesson
from tests.people import Person

CELLS = (
    "A **cell** is the smallest unit of life. Every cell is surrounded by a membrane of lipids and proteins. "
    "Notwithstanding considerable morphological heterogeneity, prokaryotic organisms invariably lack "
    "compartmentalised intracellular membranous organelles. The **nucleus** is the part of the cell that holds its "
    "genes."
)
GENES = (
    "A **gene** is a piece of DNA that tells the cell how to build one protein. Cells copy their DNA before they "
    "divide. A **chromosome** is a long thread of DNA with the proteins that pack it. Human cells hold 46 "
    "chromosomes. For example, the gene for insulin lies on chromosome 11."
)
ENERGY = (
    "A **mitochondrion** is an organelle that turns food into energy for the cell. Muscle cells hold thousands of "
    "them, since muscles need much energy. **ATP** is the molecule that carries this energy through the cell. "
    "Plants have mitochondria too, beside their chloroplasts."
)


def text(*texts: str) -> list[dict[str, str]]:
    return [{"kind": "markdown", "text": each} for each in texts]


class Taught:
    """A course with one lesson of these blocks."""

    def __init__(self, owner: Person, *texts: str, **fields: Any) -> None:
        self.owner = owner
        self.id = new_course(owner, title="Cells", **fields)
        module = owner.post(f"/courses/{self.id}/modules", {"title": "One"}).json["id"]
        self.module_id = module
        self.lesson_id = self.add_lesson("Cells and genes", text(*(texts or (CELLS, GENES))))
        self.lesson_path = f"/courses/{self.id}/lessons/{self.lesson_id}"

    def add_lesson(self, title: str, blocks: Sequence[dict[str, Any]]) -> str:
        lesson_id: str = new_lesson(self.owner, self.id, self.module_id, title, blocks=blocks)["id"]
        return lesson_id

    def lesson(self) -> dict[str, Any]:
        answer = self.owner.get(self.lesson_path)
        assert answer.status == 200, answer.text
        return answer.json

    def block_ids(self) -> list[str]:
        return [block["id"] for block in self.lesson()["blocks"]]

    def change(self, number: int, text: str) -> None:
        blocks = self.lesson()["blocks"]
        blocks[number]["text"] = text
        answer = self.owner.patch(self.lesson_path, {"blocks": blocks})
        assert answer.status == 200, answer.text

    def enhanced(self, action: str, **more: Any) -> tuple[str, dict[str, Any]]:
        """The id of a finished job, and what it proposes."""
        answer = self.owner.post("/ai/enhance-content", {"lesson_id": self.lesson_id, "action": action, **more})
        assert answer.status == 202, answer.text
        return self.finished(answer.json["job_id"])

    def asked(self, lesson_ids: Sequence[str], count: int, **more: Any) -> tuple[str, dict[str, Any]]:
        body = {"course_id": self.id, "lesson_ids": list(lesson_ids), "count": count, **more}
        answer = self.owner.post("/ai/generate-quiz", body)
        assert answer.status == 202, answer.text
        return self.finished(answer.json["job_id"])

    def finished(self, job_id: str) -> tuple[str, dict[str, Any]]:
        work_off(job_id)
        job = self.owner.get(f"/jobs/{job_id}").json
        assert job["status"] == "succeeded", job
        return job_id, job["result"]["proposal"]


def waiting(job_id: str) -> Iterator[str]:
    from lms.jobs.repository import steps

    while row := steps().find_one({"job_id": ObjectId(job_id), "state": "pending"}):
        yield row["name"]


def run(job_id: str, step: str) -> None:
    """Do what the worker of the queue would."""
    body = json.dumps({"job_id": job_id, "step": step})
    record = {
        "messageId": "m",
        "receiptHandle": "r",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1"},
    }
    answer = importlib.import_module("ai.run_step").lambda_handler({"Records": [record]}, LambdaContext(60))
    assert answer == {"batchItemFailures": []}


def work_off(job_id: str) -> None:
    for step in waiting(job_id):
        run(job_id, step)
