"""Submissions for the comparison with each other."""

from collections.abc import Collection

from bson import ObjectId

from lms.mongo import Document
from lms.submissions import repository


def sizes(assignment_ids: Collection[ObjectId]) -> dict[ObjectId, int]:
    """The bytes of text and code of each submission for these assignments that has any."""
    return {row["_id"]: row["size"] for row in repository.sizes(assignment_ids)}


def latest_sizes(assignment_id: ObjectId) -> dict[ObjectId, int]:
    """As ``sizes``, of each holder's last submission that has text or code."""
    last = {row["holder_id"]: row for row in repository.sizes([assignment_id])}
    return {row["_id"]: row["size"] for row in last.values()}


def with_content(submission_ids: Collection[ObjectId]) -> list[Document]:
    """Those of these submissions that there are."""
    return repository.by_ids(submission_ids)
