"""The two sides of a pair, as far as the caller may see each: other courses' and cohorts' stay hidden."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bson import ObjectId

from lms.assignments import assignments
from lms.blind import pseudonyms
from lms.courses.access import CourseAccess, enter
from lms.enrollment import learners, visible
from lms.errors import Forbidden, NotFound
from lms.mongo import Document

Side = Mapping[str, Any]


class Sides:
    """What the caller, who is staff of the course, sees of these sides of an assignment's pairs.

    Of one that is graded blind and one that shows names the other side stays hidden as well: who reads that the
    same text stands in both knows whose both are.
    """

    def __init__(self, access: CourseAccess, assignment_id: ObjectId, sides: Iterable[Side]) -> None:
        self._course_id = access.course_id
        by_course = defaultdict[ObjectId, list[Side]](list)
        for side in sides:
            by_course[side["course_id"]].append(side)
        seen = [side for theirs in by_course.values() for side in _seen(access, theirs)]
        self._named = {_id: _names(_id) for _id in {assignment_id, *(side["assignment_id"] for side in seen)}}
        blind = self._named[assignment_id] is not None
        self._shown = {
            side["submission_id"] for side in seen if (self._named[side["assignment_id"]] is not None) is blind
        }

    def shows(self, side: Side) -> bool:
        return side["submission_id"] in self._shown

    def shown(self, side: Side) -> Document:
        """Under its pseudonym where that assignment is graded blind; of a hidden one only where it is from."""
        here = side["course_id"] == self._course_id
        where = "this_course" if here else "another_course"
        if not self.shows(side):
            return {"hidden": True, "where": where}
        named = self._named[side["assignment_id"]]
        member_ids = [named.of(_id) if named else _id for _id in side["member_ids"]]
        user_id = named.of(side["user_id"]) if named else side["user_id"]
        kept = {name: side[name] for name in ("submission_id", "assignment_id", "course_id", "submitted_at")}
        return {**kept, "hidden": False, "where": where, "user_id": user_id, "member_ids": member_ids}


def _names(assignment_id: ObjectId) -> pseudonyms.Pseudonyms | None:
    needed = pseudonyms.are_needed(assignments.of(assignment_id))
    return pseudonyms.of(assignment_id) if needed else None


def _seen(access: CourseAccess, sides: Sequence[Side]) -> Sequence[Side]:
    """Those of the sides, all of one course, that the caller may see."""
    there = _entered(access, sides[0]["course_id"])
    if there is None:
        return []
    cohort_ids = visible.cohorts_seen(there)
    if cohort_ids is None:
        return sides
    enrolled = learners.active([there.course_id], {_id for side in sides for _id in side["member_ids"]})
    theirs = {each["user_id"] for each in enrolled if each.get("cohort_id") in cohort_ids}
    return [side for side in sides if theirs.intersection(side["member_ids"])]


def _entered(access: CourseAccess, course_id: ObjectId) -> CourseAccess | None:
    if course_id == access.course_id:
        return access
    try:
        return enter(access.caller, course_id, "similarity.read")
    except (NotFound, Forbidden):
        return None
