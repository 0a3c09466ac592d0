"""Submissions for the comparison with each other."""

from collections.abc import Collection, Iterable

from bson import ObjectId

from lms.files import handed_in
from lms.mongo import Document
from lms.submissions import repository


def sizes(assignment_ids: Collection[ObjectId]) -> dict[ObjectId, int]:
    """The bytes of text, code and what has been read of its files of each submission for these assignments."""
    return _with_files(repository.sizes(assignment_ids))


def latest_sizes(assignment_id: ObjectId) -> dict[ObjectId, int]:
    """As ``sizes``, of each holder's last submission."""
    return _with_files({row["holder_id"]: row for row in repository.sizes([assignment_id])}.values())


def _with_files(rows: Iterable[Document]) -> dict[ObjectId, int]:
    found = list(rows)
    lengths = handed_in.lengths({_id for row in found for _id in row["file_ids"]})
    return {row["_id"]: row["size"] + sum(lengths.get(_id, 0) for _id in row["file_ids"]) for row in found}


def with_content(submission_ids: Collection[ObjectId]) -> list[Document]:
    """Those of these submissions that there are."""
    return repository.by_ids(submission_ids)


def with_texts(submission_ids: Collection[ObjectId]) -> list[Document]:
    """As ``with_content``, and ``file_texts``: by the file's id its ``lms.files.handed_in.FileText``."""
    found = repository.by_ids(submission_ids)
    texts = handed_in.Texts({_id for row in found for _id in row["file_ids"]})
    return [{**row, "file_texts": texts.of(row["file_ids"])} for row in found]
