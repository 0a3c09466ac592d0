"""A learner's heartbeat in a lesson: where they are, how long they have been there, and that they are through.

A client counts the seconds that its learner spends on a lesson and sends the total, again and again. Of that the
server keeps the highest that its own clock allows: a total never falls, calls that are repeated or overtake each
other come to the same, and two tabs cannot earn the same minute twice.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bson import ObjectId

from lms import clock
from lms.courses.access import CourseAccess
from lms.errors import Invalid
from lms.mongo import Document
from lms.progress import completion, gate, repository

if TYPE_CHECKING:
    from lms.progress.models import Heartbeat

CARRIED = timedelta(seconds=60)
"""Of the time that no heartbeat has claimed, what later ones may claim, and so the most that a first one counts."""

SLACK = timedelta(seconds=5)
"""What a client's clock may be ahead."""


def record(access: CourseAccess, lesson_id: ObjectId, heartbeat: Heartbeat) -> Document:
    """The learner's progress in the course after the heartbeat. ``access`` has the outline and their progress.

    ``seconds`` rise by no more than the server's time since the heartbeat before, what that one left unclaimed, and
    the slack, which counts once. Raise 403 LESSON_LOCKED for a locked lesson, 422 COMPLETION_FOLLOWS_RULE where the
    learner's word does not complete it.
    """
    row = gate.require_open(access, lesson_id)
    claimed = heartbeat.completed and not completion.is_completed(row, access.progress or {})
    if claimed and row["completion"]["kind"] != "viewed":
        detail = "Minutes or a quiz complete this lesson, not the learner's word"
        raise Invalid(detail, code="COMPLETION_FOLLOWS_RULE", completion=_shown(row["completion"]))
    progress = repository.beat(
        access.course_id,
        access.caller.id,
        lesson_id,
        position=heartbeat.position,
        seconds=heartbeat.seconds,
        now=clock.now(),
        carried=CARRIED,
        slack=SLACK,
    )
    return completion.settled(access.course, access.caller.id, progress, lesson_id if claimed else None)


def _shown(rule: Document) -> Document:
    return {name: str(value) if isinstance(value, ObjectId) else value for name, value in rule.items()}
