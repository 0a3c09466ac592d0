"""Files of a work under names that do not tell whose it is."""

from collections.abc import Mapping
from typing import Any

from lms.blind import pseudonyms
from lms.courses.access import CourseAccess
from lms.files import names
from lms.mongo import Document
from lms.permissions import CourseRole
from lms.reviews import repository
from lms.submissions import attached


def file(known: Mapping[str, Any]) -> Document:
    """A file, or what a submission keeps of one, by its type alone: its own name may hold its author's."""
    name = f"work-{str(known.get('_id') or known['id'])[-6:]}"
    kind = known["content_type"]
    return {**known, "name": f"{name}.txt" if kind == "text/plain" else names.saved_as(name, kind)}


def as_seen(access: CourseAccess, known: Mapping[str, Any]) -> Document | None:
    """Another learner's file as the reviewer of the work sees it; None for others."""
    if access.role is not CourseRole.LEARNER:
        return None
    works = attached.submissions(known["_id"])
    review = repository.reviewed_by(access.caller.id, works) if works else None
    if review is None:
        return None
    return file(pseudonyms.of(review["assignment_id"]).file(known, known["owner_id"]))
