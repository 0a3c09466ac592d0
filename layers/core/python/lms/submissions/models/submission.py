"""What is handed in, and who has handed in."""

from typing import Annotated

from pydantic import StringConstraints

from lms.fields import DocumentId, Id, Moment, Resource
from lms.submissions.models.draft import Content

Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class SubmitBody(Content):
    """Without any content: the draft as it stands, and where ``draft_hash`` is given, only if that is its hash."""

    draft_hash: Hash | None = None


class SubmittedFile(Resource):
    """As it was when it was handed in."""

    id: Id
    name: str
    content_type: str
    size: int
    sha256: str


class PinnedRubric(Resource):
    """The version in force when it was handed in."""

    id: Id
    version: int


class SubmissionSummary(Resource):
    """``user_id`` handed in for all of ``member_ids``. Where ``blind``, these are pseudonyms, the files have other
    names, and ``due_at`` is not shown. ``hash`` is of the content (``lms.submissions.contents``)."""

    id: DocumentId
    assignment_id: Id
    course_id: Id
    user_id: Id
    member_ids: list[Id]
    group_id: Id | None
    blind: bool
    attempt: int
    files: list[SubmittedFile]
    hash: str
    submitted_at: Moment
    due_at: Moment | None
    late_seconds: int
    rubric: PinnedRubric | None
    version: int


class Submission(SubmissionSummary):
    """The receipt of what was handed in; never changed by a learner afterwards."""

    text: str | None
    code: str | None
    language: str | None


class HandedIn(Resource):
    """Staff see a row for each learner: ``submission`` is the last one, null where nothing is handed in;
    ``draft_saved_at`` says that there is a draft, whose content is its learners' alone. In a blind assignment
    ``user_id`` is a pseudonym and ``name`` null. Learners see a row for each of their own submissions."""

    user_id: Id
    name: str | None
    draft_saved_at: Moment | None
    submission: SubmissionSummary | None


class FileText(Resource):
    """``text``, or why there is none: ``reason_code`` is that of a file's text, NOT_READY while that is being read,
    TOO_LONG where the submission's files together hold too much."""

    file_id: Id
    name: str
    text: str | None
    reason_code: str | None
    reason: str | None


class FileTexts(Resource):
    items: list[FileText]
