"""What models' calls took for a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from lms.jobs import repository
from lms.mongo import Transaction


def add(
    tx: Transaction, job_id: ObjectId, usage: Mapping[str, Any], prompts: Mapping[str, str] | None = None
) -> None:
    """In the transaction that counts the call. ``usage`` has what ``lms.jobs.models.Usage`` names; ``prompts`` are
    the files that it was asked with: their sha256 by name, such as "outline.v1"."""
    repository.add_usage(
        tx, job_id, usage["input_tokens"], usage["output_tokens"], usage["cost_usd"], prompts=prompts or {}
    )
