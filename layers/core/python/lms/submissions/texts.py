"""What could be read of the files of a submission."""

from lms.courses.access import CourseAccess
from lms.files import handed_in
from lms.mongo import Document
from lms.submissions import submissions


def of_files(access: CourseAccess) -> list[Document]:
    """In the order in which they were handed in, named as the caller sees them. Raise 404 for who may not see the
    submission."""
    seen = submissions.shown(access, access.resource)
    texts = handed_in.Texts(seen["file_ids"]).of(seen["file_ids"])
    return [{"file_id": file["id"], "name": file["name"], **texts[file["id"]]._asdict()} for file in seen["files"]]
