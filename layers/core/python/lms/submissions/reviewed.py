"""Submissions for the learners who review them."""

from bson import ObjectId

from lms.mongo import Document, Transaction
from lms.submissions import repository


def latest(tx: Transaction, assignment_id: ObjectId) -> dict[ObjectId, Document]:
    """The last submission of each holder, without its content."""
    return repository.latest_of_all(tx, assignment_id)
