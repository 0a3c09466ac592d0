"""The texts of files, for whoever may see the files."""

from collections.abc import Sequence

from bson import ObjectId

from lms.ai import library, repository
from lms.ai.models import Source
from lms.caller import Caller
from lms.errors import Invalid
from lms.files import access
from lms.files.purposes import Purpose
from lms.files.states import FileStatus, TextStatus
from lms.mongo import Document

_MOST_CHARACTERS = 2_000_000
"""Of all the files of a request: what the endpoint reads in time, and what fits into a model's context."""


def texts(who: Caller, file_ids: Sequence[str]) -> list[Source]:
    """In the order asked for. Raise 422, saying of each file what is wrong with it, where not all can be used."""
    wanted = [ObjectId(each) for each in file_ids]
    files = access.readable_of(who, wanted)
    rows = {row["file_id"]: row for row in repository.sources_of_files(list(files)) if row["text"]}
    errors = [
        {"pointer": f"/source_file_ids/{index}", "message": problem}
        for index, file_id in enumerate(wanted)
        if (problem := _problem(files.get(file_id), file_id in rows))
    ]
    if not errors and sum(len(row["text"]) for row in rows.values()) > _MOST_CHARACTERS:
        message = f"hold more than {_MOST_CHARACTERS:,} characters together"
        errors = [{"pointer": "/source_file_ids", "message": message}]
    if errors:
        raise Invalid(errors=errors)
    return [library.as_source(rows[file_id]) for file_id in wanted]


def _problem(file: Document | None, has_text: bool) -> str | None:
    if file is None:
        return "names no file that you may use"
    if file["status"] != FileStatus.AVAILABLE:
        return f"names a file that is {file['status']}, not available"
    if file["purpose"] != Purpose.SOURCE:
        return "names a file of a purpose that nothing is made of; upload it with the purpose source"
    if file["text"]["status"] == TextStatus.FAILED:
        return f"names a file without usable text: {file['text']['reason']}"
    if file["text"]["status"] != TextStatus.READY or not has_text:
        return "names a file whose text is not ready yet"
    return None
