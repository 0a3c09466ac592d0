"""Who may see a file: decided anew at each request, by the row of its purpose."""

from collections.abc import Collection

from bson import ObjectId

from lms.caller import Caller
from lms.courses import attached
from lms.courses.access import CourseAccess, enter
from lms.errors import Forbidden, NotFound
from lms.files import repository
from lms.files.purposes import PURPOSES, Purpose, Rule
from lms.files.states import FileStatus
from lms.mongo import Document
from lms.progress import gate
from lms.reviews import anonymity as reviewed
from lms.submissions import attached as submitted


def own(who: Caller, file_id: ObjectId) -> Document:
    """Raise 404 where it is another's."""
    file = repository.file(file_id)
    if file is None or file["owner_id"] != who.id:
        raise NotFound()
    return file


def readable(who: Caller, file_id: ObjectId) -> Document:
    """The file as the caller sees it: to graders without its author where they grade blind. Raise 404 for one that
    the caller may not see."""
    file = repository.file(file_id)
    seen = _as_seen(who, file) if file else None
    if seen is None:
        raise NotFound()
    return seen


def variant(seen: Document) -> str:
    """What the representation depends on beside the file's version: whether it is shown without its author."""
    return "blind" if seen.get("blind") else ""


def removable(who: Caller, file_id: ObjectId) -> Document:
    """Raise 404 for a file that is neither the caller's own nor one that they may remove from its course."""
    file = repository.file(file_id)
    if file is None:
        raise NotFound()
    if file["owner_id"] != who.id:
        permission, course = rule_of(file).remove, _entered(who, file["course_id"])
        if not (permission and course and course.may(permission)):
            raise NotFound()
    return file


def readable_of(who: Caller, file_ids: Collection[ObjectId]) -> dict[ObjectId, Document]:
    """Those that the caller may see, by id."""
    seen = (_as_seen(who, file) for file in repository.named(file_ids, None))
    return {file["_id"]: file for file in seen if file}


def rule_of(file: Document) -> Rule:
    return PURPOSES[Purpose(file["purpose"])]


def _as_seen(who: Caller, file: Document) -> Document | None:
    """None where the caller may not see it."""
    if file["owner_id"] != who.id and rule_of(file).through_submissions:
        entered = _entered(who, file["course_id"])
        return (submitted.as_seen(entered, file) or reviewed.as_seen(entered, file)) if entered else None
    return file if _may_see(who, file) else None


def _may_see(who: Caller, file: Document) -> bool:
    rule = rule_of(file)
    if file["owner_id"] == who.id:
        return True
    if rule.public:
        return bool(file["status"] == FileStatus.AVAILABLE)
    its_course = _entered(who, file["course_id"], progress=rule.through_lessons)
    if its_course and rule.see and its_course.may(rule.see):
        return True
    # What a lesson shows is available, and stays so.
    return rule.through_lessons and _sees_a_lesson_with(who, file["_id"], its_course)


def _sees_a_lesson_with(who: Caller, file_id: ObjectId, entered: CourseAccess | None) -> bool:
    """Whether a lesson that is open to the caller shows the file; of whichever course, since copies of a course
    show the files of the first. ``entered`` is a course that the caller is in already."""
    for course_id, releases in attached.releases(file_id, who).items():
        known = entered if entered and entered.course_id == course_id else None
        access = known or _entered(who, course_id, progress=True)
        if access and access.may("lesson.read") and not all(gate.is_locked(access, each) for each in releases):
            return True
    return False


def _entered(who: Caller, course_id: ObjectId | None, *, progress: bool = False) -> CourseAccess | None:
    """None for no course, and for one that the caller may not know of."""
    if course_id is None:
        return None
    try:
        return enter(who, course_id, "course.read", progress=progress)
    except (NotFound, Forbidden):
        return None
