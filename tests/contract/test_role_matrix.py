"""Every endpoint × every role, generated from the handlers' signatures and the permission table.

Validation runs before permissions, so every call is otherwise valid. An endpoint without its row here fails.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from aws_lambda_powertools.event_handler.depends import Depends
from bson import ObjectId

from lms.permissions import EDITORS, GLOBAL, IN_COURSE, CourseRole, Role
from tests.conftest import import_http_handlers
from tests.people import Answer, Api, Person
from tests.uploads import available, begin, described, post_form

COURSE = {"title": "T", "audience": "a", "difficulty": "beginner"}
QUESTION = {"prompt": "?", "content": {"kind": "true_false", "answer": True}, "pool": "p"}
OTHER_KEY = {"kind": "true_false", "answer": False}
GENERATE = {"topic": "Python", "audience": "a", "difficulty": "beginner", "lesson_count": 1}
LEARNERS = {"csv": "email\nnobody@example.org\n"}

RUBRIC = {
    "title": "R",
    "criteria": [{"title": "C", "levels": [{"title": "Good", "points": 4}, {"title": "Poor", "points": 0}]}],
}

PUBLIC = {
    "GET /health",
    "GET /health/services",
    "POST /auth/register",
    "POST /auth/login",
    "POST /auth/refresh",
    "POST /auth/logout",
    "GET /invitations/{token}",
}


@dataclass
class Place:
    """A course of somebody's with a lesson in it, made anew for each call.

    ``more`` holds what an operation's row of PREPARED adds, by the path's place for it (``cohort_id``), or, for the
    first ``{id}``, by the path's first segment (``quizzes``).
    """

    course: str
    module: str
    lesson: str
    more: dict[str, str] = field(default_factory=dict)


Body = Callable[[Place], Any]

BODIES: dict[str, Body] = {
    "GET /auth/me": lambda place: None,
    "GET /users": lambda place: None,
    "PUT /users/{id}/role": lambda place: {"role": "instructor"},
    "POST /invitations": lambda place: {"course_id": place.more.get("course_id", NOBODYS), "role": "learner"},
    "DELETE /invitations/{token}": lambda place: None,
    "POST /invitations/{token}/accept": lambda place: None,
    "GET /courses": lambda place: None,
    "POST /courses": lambda place: COURSE,
    "GET /courses/{id}": lambda place: None,
    "PATCH /courses/{id}": lambda place: {"title": "Changed"},
    "DELETE /courses/{id}": lambda place: None,
    "GET /courses/{id}/enrollment-policy": lambda place: None,
    "PUT /courses/{id}/enrollment-policy": lambda place: {"mode": "open", "seats": 30},
    "GET /courses/{id}/enrollments": lambda place: None,
    "POST /courses/{id}/enrollments": lambda place: bringing(place.more.get("brings")),
    "PATCH /courses/{id}/enrollments/{user_id}": lambda place: {"accommodations": {"time_factor": 2}},
    "DELETE /courses/{id}/enrollments/{user_id}": lambda place: None,
    "POST /courses/{id}/enrollments/import": lambda place: LEARNERS,
    "GET /courses/{id}/enrollments/import/{job_id}": lambda place: None,
    "GET /courses/{id}/people": lambda place: None,
    "GET /courses/{id}/cohorts": lambda place: None,
    "POST /courses/{id}/cohorts": lambda place: {"name": "New"},
    "PATCH /courses/{id}/cohorts/{cohort_id}": lambda place: {"name": "Changed"},
    "DELETE /courses/{id}/cohorts/{cohort_id}": lambda place: None,
    "GET /courses/{id}/outline": lambda place: None,
    "PUT /courses/{id}/outline": lambda place: {
        "modules": [{"id": place.module, "title": "M", "lessons": [{"id": place.lesson, "title": "L"}]}]
    },
    "POST /courses/{id}/modules": lambda place: {"title": "M"},
    "PATCH /courses/{id}/modules/{module_id}": lambda place: {"title": "Changed"},
    "DELETE /courses/{id}/modules/{module_id}": lambda place: None,
    "POST /courses/{id}/lessons": lambda place: {"module_id": place.module, "title": "L"},
    "GET /courses/{id}/lessons/{lesson_id}": lambda place: None,
    "PATCH /courses/{id}/lessons/{lesson_id}": lambda place: {"title": "Changed"},
    "DELETE /courses/{id}/lessons/{lesson_id}": lambda place: None,
    "POST /courses/{id}/duplicate": lambda place: None,
    "POST /courses/{id}/transfer": lambda place: {"user_id": place.more.get("users", NOBODYS)},
    "POST /courses/{id}/unpublish": lambda place: None,
    "POST /courses/{id}/publish": lambda place: {"dry_run": True},
    "POST /courses/{id}/restore": lambda place: None,
    "PUT /courses/{id}/lessons/{lesson_id}/progress": lambda place: {"position": 1.5, "seconds": 30},
    "GET /courses/{id}/progress": lambda place: None,
    "GET /courses/{id}/progress/{user_id}": lambda place: None,
    "GET /courses/{id}/learners/progress": lambda place: None,
    "GET /users/me/courses": lambda place: None,
    "GET /users/me/agenda": lambda place: None,
    "POST /courses/{id}/lessons/{lesson_id}/review": lambda place: None,
    "POST /courses/{id}/lessons/{lesson_id}/versions/{n}/restore": lambda place: None,
    "GET /courses/{id}/lessons/{lesson_id}/versions": lambda place: None,
    "GET /courses/{id}/quizzes": lambda place: None,
    "POST /courses/{id}/quizzes": lambda place: {"title": "Q", "lesson_id": place.lesson},
    "GET /quizzes/{id}": lambda place: None,
    "PATCH /quizzes/{id}": lambda place: {"title": "Changed"},
    "DELETE /quizzes/{id}": lambda place: None,
    "PUT /quizzes/{id}/items": lambda place: {"items": [*fixed(place), {"kind": "draw", "pool": "p", "count": 1}]},
    "GET /quizzes/{id}/overrides": lambda place: None,
    "PUT /quizzes/{id}/overrides": lambda place: {"overrides": []},
    "GET /courses/{id}/questions": lambda place: None,
    "POST /courses/{id}/questions": lambda place: QUESTION,
    "POST /courses/{id}/questions/import": lambda place: {"format": "gift", "content": "1 + 1? {=2 ~3}"},
    "GET /courses/{id}/questions/export": lambda place: None,
    "GET /questions/{id}": lambda place: None,
    "PATCH /questions/{id}": lambda place: {"prompt": "Changed"},
    "DELETE /questions/{id}": lambda place: None,
    "POST /questions/{id}/regrade": lambda place: {"action": "new_key", "content": OTHER_KEY},
    "POST /quizzes/{id}/attempts": lambda place: {},
    "GET /quizzes/{id}/attempts": lambda place: None,
    "POST /quizzes/{id}/preview": lambda place: None,
    "POST /quizzes/{id}/release": lambda place: None,
    "GET /quizzes/{id}/live": lambda place: None,
    "GET /quizzes/{id}/analysis": lambda place: None,
    "GET /attempts/{id}": lambda place: None,
    "PUT /attempts/{id}/answers": lambda place: {"client_id": "tab", "seq": 1, "answers": {"1": True}},
    "GET /attempts/{id}/answers": lambda place: None,
    "POST /attempts/{id}/submit": lambda place: None,
    "POST /attempts/{id}/grade": lambda place: {"items": [{"item_id": "1", "points": 0.5}], "why": "Misread"},
    "POST /attempts/{id}/ai-grade": lambda place: None,
    "GET /attempts/{id}/ai-grade": lambda place: None,
    "POST /attempts/{id}/extend": lambda place: {"minutes": 5},
    "POST /attempts/{id}/reopen": lambda place: {"minutes": 5},
    "GET /courses/{id}/rubrics": lambda place: None,
    "POST /courses/{id}/rubrics": lambda place: RUBRIC,
    "GET /rubrics/{id}": lambda place: None,
    "PATCH /rubrics/{id}": lambda place: {"criteria": RUBRIC["criteria"]},
    "DELETE /rubrics/{id}": lambda place: None,
    "GET /courses/{id}/assignments": lambda place: None,
    "POST /courses/{id}/assignments": lambda place: {"title": "A"},
    "GET /assignments/{id}": lambda place: None,
    "PATCH /assignments/{id}": lambda place: {"title": "Changed"},
    "DELETE /assignments/{id}": lambda place: None,
    "GET /assignments/{id}/overrides": lambda place: None,
    "PUT /assignments/{id}/overrides": lambda place: {"overrides": []},
    "GET /assignments/{id}/draft": lambda place: None,
    "PUT /assignments/{id}/draft": lambda place: {"client_id": "tab", "seq": 9, "text": "Leaves turn light."},
    "GET /assignments/{id}/submissions": lambda place: None,
    "POST /assignments/{id}/submissions": lambda place: {},
    "GET /submissions/{id}": lambda place: None,
    "GET /submissions/{id}/texts": lambda place: None,
    "POST /assignments/{id}/similarity": lambda place: None,
    "GET /assignments/{id}/similarity": lambda place: None,
    "GET /submissions/{id}/similarity": lambda place: None,
    "POST /assignments/{id}/ai-grade": lambda place: None,
    "GET /submissions/{id}/ai-grade": lambda place: None,
    "POST /submissions/{id}/ai-grade": lambda place: None,
    "GET /assignments/{id}/grades": lambda place: None,
    "GET /assignments/{id}/grades/{user_id}": lambda place: None,
    "PUT /assignments/{id}/grades/{user_id}": lambda place: {"points": 85, "group": True},
    "POST /assignments/{id}/release": lambda place: {},
    "GET /assignments/{id}/analysis": lambda place: None,
    "GET /users/me/grades": lambda place: None,
    "GET /users/me/reviews": lambda place: None,
    "GET /users/me/grading-queue": lambda place: None,
    "PUT /reviews/{id}": lambda place: {
        "criteria": [{"criterion_id": place.more.get("criterion", NOBODYS), "points": 4}]
    },
    "GET /submissions/{id}/reviews": lambda place: None,
    "POST /submissions/{id}/appeal": lambda place: {"reason": "The second paragraph names its source."},
    "GET /courses/{id}/appeals": lambda place: None,
    "POST /appeals/{id}/resolve": lambda place: {"answer": "So it does.", "grade_version": 1},
    "GET /courses/{id}/gradebook": lambda place: None,
    "PATCH /courses/{id}/gradebook": lambda place: entered_by_hand(place.more.get("user_id", NOBODYS)),
    "GET /courses/{id}/gradebook/export": lambda place: None,
    "POST /courses/{id}/gradebook/import": lambda place: {"csv": f"id\n{place.more.get('user_id', NOBODYS)}"},
    "POST /courses/{id}/gradebook/freeze": lambda place: {},
    "PUT /courses/{id}/grading-scheme": lambda place: {"bands": [{"label": "Pass", "least": 0}]},
    "GET /courses/{id}/groups": lambda place: None,
    "PUT /courses/{id}/groups": lambda place: grouping(place.more.get("user_id", NOBODYS)),
    "POST /ai/generate-course": lambda place: GENERATE,
    "POST /ai/enhance-content": lambda place: {"lesson_id": place.lesson, "action": "shorten"},
    "POST /ai/generate-quiz": lambda place: {
        "course_id": place.course,
        "lesson_ids": [place.lesson],
        "count": 1,
        "kinds": ["true_false"],
    },
    "POST /jobs/{id}/apply": lambda place: {"accept": [place.more.get("piece", NOBODYS)]},
    "POST /ai/analyze-performance": lambda place: {"course_id": place.course or NOBODYS},
    "POST /ai/ask": lambda place: {"course_id": place.course or NOBODYS, "question": "What is chlorophyll?"},
    "POST /ai/estimate": lambda place: {"task": "generate_course", "request": GENERATE},
    "GET /ai/usage": lambda place: None,
    "GET /ai/budgets": lambda place: None,
    "PUT /ai/budgets": lambda place: {"users": {str(ObjectId()): {"tokens": 1_000_000_000}}},
    "GET /jobs": lambda place: None,
    "GET /jobs/{id}": lambda place: None,
    "POST /jobs/{id}/cancel": lambda place: None,
    "POST /jobs/{id}/retry": lambda place: None,
    "POST /notifications/ticket": lambda place: None,
    "GET /files": lambda place: None,
    "POST /files": lambda place: described(b"A text to be grounded on."),
    "GET /files/usage": lambda place: None,
    "GET /files/{id}": lambda place: None,
    "DELETE /files/{id}": lambda place: None,
    "GET /files/{id}/parts": lambda place: None,
    "POST /files/{id}/complete": lambda place: None,
    "GET /files/{id}/download": lambda place: None,
}

QUERIES = {"GET /courses/{id}/questions/export": "?format=gift"}
HEADERS = {
    "PUT /reviews/{id}": {"If-Match": '"1"'},
    "POST /appeals/{id}/resolve": {"If-Match": '"1"'},
    "PUT /assignments/{id}/grades/{user_id}": {"If-Match": '"0"'},
    "PATCH /courses/{id}/gradebook": {"If-Match": '"0"'},
    "PUT /courses/{id}/grading-scheme": {"If-Match": '"0"'},
}
"""Of the operations that cannot do without."""

Prepare = Callable[[Person, Place, Person], None]
"""(owner of the course, place, who will call): brings about what the operation needs, in ``place.more``."""

PREPARED: dict[str, Prepare] = {
    "DELETE /courses/{id}/modules/{module_id}": lambda owner, place, caller: without_lesson(owner, place),
    "POST /courses/{id}/transfer": lambda owner, place, caller: with_somebody(place, caller),
    "POST /courses/{id}/lessons/{lesson_id}/review": lambda owner, place, caller: with_unreviewed_block(place),
    "POST /courses/{id}/lessons/{lesson_id}/versions/{n}/restore": lambda owner, place, caller: with_versions(
        owner, place
    ),
    "POST /courses/{id}/enrollments": lambda owner, place, caller: with_somebody_to_bring(owner, place, caller),
    "PATCH /courses/{id}/enrollments/{user_id}": lambda owner, place, caller: with_learner(owner, place),
    "DELETE /courses/{id}/enrollments/{user_id}": lambda owner, place, caller: with_who_may_go(
        owner, place, caller
    ),
    "GET /courses/{id}/progress/{user_id}": lambda owner, place, caller: with_learner(owner, place),
    "GET /courses/{id}/learners/progress": lambda owner, place, caller: with_learner(owner, place),
    "GET /courses/{id}/enrollments/import/{job_id}": lambda owner, place, caller: with_import(owner, place),
    "PATCH /courses/{id}/cohorts/{cohort_id}": lambda owner, place, caller: with_cohort(owner, place),
    "DELETE /courses/{id}/cohorts/{cohort_id}": lambda owner, place, caller: with_cohort(owner, place),
    "GET /courses/{id}/quizzes": lambda owner, place, caller: with_quiz(owner, place),
    "GET /quizzes/{id}": lambda owner, place, caller: with_quiz(owner, place),
    "PATCH /quizzes/{id}": lambda owner, place, caller: with_quiz(owner, place),
    "DELETE /quizzes/{id}": lambda owner, place, caller: with_quiz(owner, place),
    "PUT /quizzes/{id}/items": lambda owner, place, caller: with_quiz(owner, place),
    "GET /quizzes/{id}/overrides": lambda owner, place, caller: with_quiz(owner, place),
    "PUT /quizzes/{id}/overrides": lambda owner, place, caller: with_quiz(owner, place),
    "GET /courses/{id}/questions": lambda owner, place, caller: with_questions(owner, place),
    "GET /questions/{id}": lambda owner, place, caller: with_questions(owner, place),
    "PATCH /questions/{id}": lambda owner, place, caller: with_quiz(owner, place),
    "DELETE /questions/{id}": lambda owner, place, caller: with_questions(owner, place),
    "POST /questions/{id}/regrade": lambda owner, place, caller: with_result(owner, place, caller),
    "POST /quizzes/{id}/attempts": lambda owner, place, caller: with_quiz(owner, place),
    "GET /quizzes/{id}/attempts": lambda owner, place, caller: with_attempt(owner, place, caller),
    "POST /quizzes/{id}/preview": lambda owner, place, caller: with_quiz(owner, place),
    "POST /quizzes/{id}/release": lambda owner, place, caller: with_quiz(owner, place, blind=True),
    "GET /quizzes/{id}/live": lambda owner, place, caller: with_attempt(owner, place, caller),
    "GET /quizzes/{id}/analysis": lambda owner, place, caller: with_result(owner, place, caller),
    "GET /attempts/{id}": lambda owner, place, caller: with_attempt(owner, place, caller),
    "PUT /attempts/{id}/answers": lambda owner, place, caller: with_attempt(owner, place, caller),
    "GET /attempts/{id}/answers": lambda owner, place, caller: with_attempt(owner, place, caller),
    "POST /attempts/{id}/submit": lambda owner, place, caller: with_attempt(owner, place, caller),
    "POST /attempts/{id}/grade": lambda owner, place, caller: with_result(owner, place, caller),
    "POST /attempts/{id}/ai-grade": lambda owner, place, caller: with_essay(owner, place, caller),
    "GET /attempts/{id}/ai-grade": lambda owner, place, caller: with_essay(owner, place, caller),
    "POST /attempts/{id}/extend": lambda owner, place, caller: with_attempt(owner, place, caller),
    "POST /attempts/{id}/reopen": lambda owner, place, caller: with_result(owner, place, caller),
    "GET /rubrics/{id}": lambda owner, place, caller: with_rubric(owner, place),
    "PATCH /rubrics/{id}": lambda owner, place, caller: with_rubric(owner, place),
    "DELETE /rubrics/{id}": lambda owner, place, caller: with_rubric(owner, place),
    "GET /courses/{id}/assignments": lambda owner, place, caller: with_group_work(owner, place, caller),
    "GET /assignments/{id}": lambda owner, place, caller: with_group_work(owner, place, caller),
    "PATCH /assignments/{id}": lambda owner, place, caller: with_assignment(owner, place),
    "DELETE /assignments/{id}": lambda owner, place, caller: with_assignment(owner, place),
    "GET /assignments/{id}/overrides": lambda owner, place, caller: with_assignment(owner, place),
    "PUT /assignments/{id}/overrides": lambda owner, place, caller: with_assignment(owner, place),
    "GET /assignments/{id}/draft": lambda owner, place, caller: with_draft(owner, place, caller),
    "PUT /assignments/{id}/draft": lambda owner, place, caller: with_draft(owner, place, caller),
    "GET /assignments/{id}/submissions": lambda owner, place, caller: with_submission(owner, place, caller),
    "POST /assignments/{id}/submissions": lambda owner, place, caller: with_draft(owner, place, caller),
    "GET /submissions/{id}": lambda owner, place, caller: with_submission(owner, place, caller),
    "GET /submissions/{id}/texts": lambda owner, place, caller: with_submission(owner, place, caller),
    "POST /assignments/{id}/similarity": lambda owner, place, caller: with_comparing(owner, place),
    "GET /assignments/{id}/similarity": lambda owner, place, caller: with_similar_ones(owner, place, caller),
    "GET /submissions/{id}/similarity": lambda owner, place, caller: with_similar_ones(owner, place, caller),
    "POST /assignments/{id}/ai-grade": lambda owner, place, caller: with_suggestion(owner, place, caller),
    "GET /submissions/{id}/ai-grade": lambda owner, place, caller: with_suggestion(owner, place, caller),
    "POST /submissions/{id}/ai-grade": lambda owner, place, caller: with_suggestion(owner, place, caller),
    "GET /assignments/{id}/grades": lambda owner, place, caller: with_submission(owner, place, caller),
    "GET /assignments/{id}/grades/{user_id}": lambda owner, place, caller: with_submission(owner, place, caller),
    "PUT /assignments/{id}/grades/{user_id}": lambda owner, place, caller: with_submission(owner, place, caller),
    "POST /assignments/{id}/release": lambda owner, place, caller: with_grade(owner, place, caller),
    "GET /assignments/{id}/analysis": lambda owner, place, caller: with_grade(owner, place, caller),
    "GET /courses/{id}/gradebook": lambda owner, place, caller: with_grade(owner, place, caller),
    "PATCH /courses/{id}/gradebook": lambda owner, place, caller: with_learner(owner, place),
    "GET /courses/{id}/gradebook/export": lambda owner, place, caller: with_grade(owner, place, caller),
    "POST /courses/{id}/gradebook/import": lambda owner, place, caller: with_learner(owner, place),
    "POST /courses/{id}/gradebook/freeze": lambda owner, place, caller: with_grade(owner, place, caller),
    "GET /users/me/reviews": lambda owner, place, caller: with_own_review(caller),
    "GET /users/me/grading-queue": lambda owner, place, caller: with_submission(caller, place_of(caller), caller),
    "PUT /reviews/{id}": lambda owner, place, caller: with_review(owner, place, caller),
    "POST /submissions/{id}/appeal": lambda owner, place, caller: with_released_grade(owner, place, caller),
    "GET /courses/{id}/appeals": lambda owner, place, caller: with_appeal(owner, place, caller),
    "POST /appeals/{id}/resolve": lambda owner, place, caller: with_appeal(owner, place, caller),
    "GET /submissions/{id}/reviews": lambda owner, place, caller: with_reviewed_work(owner, place, caller),
    "GET /courses/{id}/groups": lambda owner, place, caller: with_group_work(owner, place, caller),
    "PUT /courses/{id}/groups": lambda owner, place, caller: with_learner(owner, place),
    "GET /files": lambda owner, place, caller: with_file(place, caller),
    "GET /files/{id}": lambda owner, place, caller: with_file(place, caller),
    "DELETE /files/{id}": lambda owner, place, caller: with_file(place, caller),
    "GET /files/{id}/download": lambda owner, place, caller: with_file(place, caller),
    "GET /files/{id}/parts": lambda owner, place, caller: with_upload(place, caller),
    "POST /files/{id}/complete": lambda owner, place, caller: with_upload(place, caller),
    "POST /ai/enhance-content": lambda owner, place, caller: with_text(owner, place),
    "POST /ai/generate-quiz": lambda owner, place, caller: with_text(owner, place),
    "POST /jobs/{id}/apply": lambda owner, place, caller: with_proposal(place, caller),
    "GET /jobs/{id}": lambda owner, place, caller: with_job(place, caller),
    "POST /jobs/{id}/cancel": lambda owner, place, caller: with_job(place, caller),
    "POST /jobs/{id}/retry": lambda owner, place, caller: with_cancelled_job(place, caller),
    "PUT /users/{id}/role": lambda owner, place, caller: with_somebody(place, caller),
    "POST /invitations": lambda owner, place, caller: with_course(place, caller),
    "DELETE /invitations/{token}": lambda owner, place, caller: with_invitation(place, caller),
    "POST /invitations/{token}/accept": lambda owner, place, caller: with_invitation(place, somebody(caller)),
}


def without_lesson(owner: Person, place: Place) -> None:
    owner.delete(f"/courses/{place.course}/lessons/{place.lesson}")


def with_unreviewed_block(place: Place) -> None:
    from lms.courses.blocks import block
    from lms.courses.repository import lessons
    from lms.courses.states import Origin

    blocks = [block("markdown", "x", None, origin=Origin.AI)]
    lessons().update_one({"_id": ObjectId(place.lesson)}, {"$set": {"blocks": blocks}})


def with_versions(owner: Person, place: Place) -> None:
    owner.patch(f"/courses/{place.course}/lessons/{place.lesson}", {"title": "Changed"})
    place.more["n"] = "1"


def edits(caller: Person, place: Place) -> bool:
    answer = caller.get(f"/courses/{place.course}")
    return answer.status != 200 or answer.json["role"] in EDITORS


def with_somebody_to_bring(owner: Person, place: Place, caller: Person) -> None:
    """Editors bring another, the others themselves."""
    owner.put(f"/courses/{place.course}/enrollment-policy", {"mode": "open"})
    place.more["brings"] = somebody(owner).id if edits(caller, place) else ""


def bringing(user_id: str | None) -> Any:
    return {"user_id": user_id} if user_id else {}


def with_learner(owner: Person, place: Place) -> None:
    place.more["user_id"] = somebody(owner).id
    owner.post(f"/courses/{place.course}/enrollments", {"user_id": place.more["user_id"]})


def with_who_may_go(owner: Person, place: Place, caller: Person) -> None:
    """Editors remove another, the others themselves."""
    with_learner(owner, place)
    if not edits(caller, place):
        place.more["user_id"] = caller.id
        owner.put(f"/courses/{place.course}/enrollment-policy", {"mode": "open", "seats": 1, "waiting_list": True})
        caller.post(f"/courses/{place.course}/enrollments", {})


def with_import(owner: Person, place: Place) -> None:
    place.more["job_id"] = owner.post(f"/courses/{place.course}/enrollments/import", LEARNERS).json["job_id"]


def with_cohort(owner: Person, place: Place) -> None:
    place.more["cohort_id"] = owner.post(f"/courses/{place.course}/cohorts", {"name": "A"}).json["id"]


def with_questions(owner: Person, place: Place) -> None:
    """Two, both in one pool."""
    for name in ("pooled", "questions"):
        place.more[name] = owner.post(f"/courses/{place.course}/questions", QUESTION).json["id"]


def with_quiz(owner: Person, place: Place, **settings: Any) -> None:
    """The lesson's, which asks one question and is published."""
    with_questions(owner, place)
    new = {"title": "Q", "lesson_id": place.lesson, **settings}
    place.more["quizzes"] = owner.post(f"/courses/{place.course}/quizzes", new).json["id"]
    quiz = f"/quizzes/{place.more['quizzes']}"
    owner.put(f"{quiz}/items", {"items": fixed(place)})
    owner.patch(quiz, {"published": True})


def with_rubric(owner: Person, place: Place) -> None:
    place.more["rubrics"] = owner.post(f"/courses/{place.course}/rubrics", RUBRIC).json["id"]


def with_assignment(owner: Person, place: Place, **settings: Any) -> None:
    """One that learners see, with a rubric."""
    with_rubric(owner, place)
    new = {"title": "A", "rubric_id": place.more["rubrics"], **settings}
    place.more["assignments"] = owner.post(f"/courses/{place.course}/assignments", new).json["id"]
    owner.patch(f"/assignments/{place.more['assignments']}", {"published": True})


def with_group_work(owner: Person, place: Place, caller: Person) -> None:
    """An assignment that a group hands in: the caller's where they learn in the course."""
    if learns(caller, place):
        place.more["user_id"] = caller.id
    else:
        with_learner(owner, place)
    groups = owner.put(f"/courses/{place.course}/groups", grouping(place.more["user_id"]))
    with_assignment(owner, place, group_set_id=groups.json["sets"][0]["id"])


def with_draft(owner: Person, place: Place, caller: Person) -> None:
    """Of the group of a learner, who is the caller where they learn in the course."""
    from lms.submissions import drafts
    from lms.submissions.models.draft import DraftBody

    with_group_work(owner, place, caller)
    learner = Person(owner.send, id=place.more["user_id"])
    access = as_learner(place, learner, "assignments")
    drafts.save(access, DraftBody(client_id="tab", seq=1, text="Leaves turn light into sugar."))


def with_submission(owner: Person, place: Place, caller: Person) -> None:
    """Made of the draft."""
    from lms import mongo
    from lms.submissions import making
    from lms.submissions.models.submission import SubmitBody

    with_draft(owner, place, caller)
    access = as_learner(place, Person(owner.send, id=place.more["user_id"]), "assignments")
    plan = making.plan(access, SubmitBody())
    made = mongo.transaction(lambda tx: making.make(tx, access, plan))
    place.more["submissions"] = str(made["_id"])


def with_comparing(owner: Person, place: Place) -> None:
    with_assignment(owner, place, similarity={"enabled": True})


def with_similar_ones(owner: Person, place: Place, caller: Person) -> None:
    """A submission and a run's pair of it and an earlier one."""
    from lms import clock
    from lms.mongo import database

    with_submission(owner, place, caller)
    submission = database().submissions.find_one({"_id": ObjectId(place.more["submissions"])})
    assert submission
    run_id, other_id, assignment_id = ObjectId(), ObjectId(), submission["assignment_id"]
    finished = {"run_id": run_id, "at": clock.now(), "submissions": 2, "cohort": [0.5, 0.5], "clusters": []}
    database().similarity_summaries.insert_one({"_id": assignment_id, "finished": finished})
    named = "assignment_id course_id holder_id user_id member_ids submitted_at".split()
    side = {"submission_id": submission["_id"], **{name: submission[name] for name in named}}
    pair = {"left": {**side, "submission_id": other_id}, "right": side, "score": 0.5, "parts": []}
    ids = [other_id, submission["_id"]]
    database().similarity_reports.insert_one(
        {"run_id": run_id, "assignment_id": assignment_id, "submission_ids": ids, **pair}
    )


def with_essay(owner: Person, place: Place, caller: Person) -> None:
    """In an attempt that is handed in, with an AI's suggestion for it."""
    from lms.attempts.repository import attempts
    from lms.grading.repository import essay_suggestions
    from lms.quizzes.repository import quizzes

    with_result(owner, place, caller)
    attempt = attempts().find_one({"_id": ObjectId(place.more["attempts"])})
    assert attempt
    content = {"kind": "essay", "references": []}
    made = owner.post(f"/courses/{place.course}/questions", {"prompt": "Why?", "content": content}).json
    item = {**attempt["items"][0], "question_id": ObjectId(made["id"]), "version": 1}
    answer = {**attempt["answers"]["1"], "value": "Because."}
    said = {"items": [item], "answers": {"1": answer}}
    attempts().update_one({"_id": attempt["_id"]}, {"$set": said})
    quizzes().update_one({"_id": attempt["quiz_id"]}, {"$set": {"ai_grading": "suggest"}})
    named = {"attempt_id": attempt["_id"], **{name: attempt[name] for name in ("course_id", "submitted_at")}}
    essay_suggestions().insert_one({**named, "item_id": "1", **suggested()})


def with_suggestion(owner: Person, place: Place, caller: Person) -> None:
    """Of a submission that an AI may grade."""
    from lms.grading.repository import suggestions

    with_submission(owner, place, caller)
    owner.patch(f"/assignments/{place.more['assignments']}", {"ai_grading": {"mode": "suggest"}})
    suggestions().insert_one(
        {
            "assignment_id": ObjectId(place.more["assignments"]),
            "course_id": ObjectId(place.course),
            "submission_id": ObjectId(place.more["submissions"]),
            **suggested(),
        }
    )


def suggested() -> dict[str, Any]:
    """What an AI says that says nothing."""
    from lms import clock

    return {
        **dict.fromkeys(("rubric", "points", "independent", "model")),
        **{name: [] for name in ("criteria", "apart", "unread")},
        **{"confidence": 0.0, "worth": 1.0, "prompts": {}, "tokens": {"input": 0, "output": 0}},
        "decision": {"applies": False, "asks": True, "why": "suggested"},
        "provider": "grounded",
        "job_id": ObjectId(),
        "created_at": clock.now(),
    }


def with_grade(owner: Person, place: Place, caller: Person) -> None:
    """Of a learner, held."""
    with_submission(owner, place, caller)
    path = f"/assignments/{place.more['assignments']}/grades/{place.more['user_id']}"
    owner.put(path, {"points": 85}, headers={"If-Match": '"0"'})


def entered_by_hand(user_id: str) -> Any:
    return {
        "categories": [{"id": "c", "name": "C", "weight": 1}],
        "columns": [{"kind": "manual", "id": "oral", "title": "Oral exam", "points": 30, "category_id": "c"}],
        "cells": [{"user_id": user_id, "column_id": "oral", "version": 0, "score": 20}],
        "overrides": [{"user_id": user_id, "version": 0, "percent": 90, "why": "Ill"}],
    }


def with_review(owner: Person, place: Place, caller: Person) -> None:
    """The caller's to do, of another's work."""
    with_submission(owner, place, owner)
    add_review(place, caller.id)


def with_released_grade(owner: Person, place: Place, caller: Person) -> None:
    with_grade(owner, place, caller)
    owner.patch(f"/assignments/{place.more['assignments']}", {"appeal_days": 7})
    owner.post(f"/assignments/{place.more['assignments']}/release", {})


def with_appeal(owner: Person, place: Place, caller: Person) -> None:
    """The caller's where they learn in the course."""
    from lms import mongo
    from lms.appeals import making
    from lms.appeals.models.appeal import NewAppeal

    with_released_grade(owner, place, caller)
    access = as_learner(place, Person(owner.send, id=place.more["user_id"]), "submissions")
    made = mongo.transaction(lambda tx: making.make(tx, access, NewAppeal(reason="It does.")))
    place.more["appeals"] = str(made["_id"])


def with_own_review(caller: Person) -> None:
    """In a course where the caller learns."""
    teacher = somebody(caller)
    seat(caller, place := place_of(teacher), CourseRole.LEARNER)
    with_review(teacher, place, caller)


def with_reviewed_work(owner: Person, place: Place, caller: Person) -> None:
    """The caller's where they learn in the course."""
    with_submission(owner, place, caller)
    add_review(place, somebody(owner).id)


def add_review(place: Place, reviewer_id: str) -> None:
    from lms import clock
    from lms.mongo import database

    work = database().submissions.find_one({"_id": ObjectId(place.more["submissions"])})
    assert work
    rubric = database().rubrics.find_one({"_id": work["rubric"]["id"]})
    assert rubric
    row = {
        "_id": ObjectId(),
        **{name: work[name] for name in ("assignment_id", "course_id", "holder_id", "rubric")},
        **{"submission_id": work["_id"], "reviewer_id": ObjectId(reviewer_id), "replaces": None},
        **{"state": "open", "criteria": [], "comment": "", "done_at": None, "version": 1, "deleted_at": None},
        **{"due_at": clock.now() + timedelta(days=7), "created_at": clock.now()},
    }
    database().reviews.insert_one(row)
    place.more |= {"reviews": str(row["_id"]), "criterion": str(rubric["criteria"][0]["id"])}


def grouping(user_id: str) -> Any:
    return {"sets": [{"name": "S", "groups": [{"name": "G", "member_ids": [user_id]}]}]}


def fixed(place: Place) -> list[dict[str, str]]:
    return [{"kind": "question", "question_id": place.more.get("questions", NOBODYS)}]


def learns(person: Person, place: Place) -> bool:
    answer = person.get(f"/courses/{place.course}")
    return answer.status == 200 and answer.json["role"] == CourseRole.LEARNER


def with_attempt(owner: Person, place: Place, caller: Person) -> None:
    """A running one: the caller's where they learn in the course, else of a learner of a draft."""
    from lms.attempts import starting

    with_quiz(owner, place)
    if not learns(caller, place):
        caller = somebody(owner)
        owner.post(f"/courses/{place.course}/enrollments", {"user_id": caller.id})
    attempt, _ = starting.start(as_learner(place, caller, "quizzes"), None)
    place.more["attempts"] = str(attempt["_id"])
    place.more["learner"] = caller.id


def with_result(owner: Person, place: Place, caller: Person) -> None:
    """An attempt with a right answer, handed in."""
    from lms.attempts import saving
    from lms.attempts.models.saving import AnswersBody

    with_attempt(owner, place, caller)
    learner = Person(owner.send, id=place.more["learner"])
    saving.save(as_learner(place, learner, "attempts"), AnswersBody(client_id="tab", seq=1, answers={"1": True}))
    done = saving.submit(as_learner(place, learner, "attempts"))
    place.more["version"] = str(done["version"])


def as_learner(place: Place, person: Person, what: str) -> Any:
    """The way that the person would have into the course if it were published."""
    from lms.caller import Caller
    from lms.courses.access import CourseAccess
    from lms.mongo import database

    course = database().courses.find_one({"_id": ObjectId(place.course)})
    theirs = {"course_id": ObjectId(place.course), "user_id": ObjectId(person.id)}
    resource = database()[what].find_one({"_id": ObjectId(place.more[what])})
    assert course and resource
    who = Caller(ObjectId(person.id), Role.STUDENT, ObjectId())
    enrollment = database().enrollments.find_one(theirs)
    return CourseAccess(who, course, CourseRole.LEARNER, enrollment, None, resource)


def with_file(place: Place, caller: Person) -> None:
    place.more["files"] = available(caller, b"A file that has passed its check.")


def with_upload(place: Place, caller: Person) -> None:
    """All sent, and not yet said to be complete."""
    content = b"A file on its way."
    begun = begin(caller, content)
    post_form(begun["upload"], content)
    place.more["files"] = begun["file"]["id"]


def with_job(place: Place, caller: Person) -> None:
    place.more["jobs"] = caller.post("/ai/generate-course", GENERATE).json["job_id"]


def with_text(owner: Person, place: Place) -> None:
    text = "Every cell is surrounded by a membrane. The nucleus of a cell holds its genes."
    path = f"/courses/{place.course}/lessons/{place.lesson}"
    owner.patch(path, {"blocks": [{"kind": "markdown", "text": text}]})


def with_proposal(place: Place, caller: Person) -> None:
    """A finished job that proposes a shorter text for a lesson of the caller's."""
    from tests.functions.ai.proposed import work_off

    theirs = place_of(caller)
    with_text(caller, theirs)
    job = caller.post("/ai/enhance-content", BODIES["POST /ai/enhance-content"](theirs)).json["job_id"]
    work_off(job)
    proposal = caller.get(f"/jobs/{job}").json["result"]["proposal"]
    place.more |= {"jobs": job, "piece": proposal["blocks"][0]["id"]}


def with_cancelled_job(place: Place, caller: Person) -> None:
    with_job(place, caller)
    caller.post(f"/jobs/{place.more['jobs']}/cancel")


def somebody(caller: Person) -> Person:
    return Api(caller.send, lambda user_id, role: None).person()


def with_somebody(place: Place, caller: Person) -> None:
    place.more["users"] = somebody(caller).id


def with_course(place: Place, teacher: Person) -> None:
    place.more["course_id"] = teacher.post("/courses", COURSE).json["id"]


def with_invitation(place: Place, teacher: Person) -> None:
    with_course(place, teacher)
    place.more["token"] = teacher.post("/invitations", BODIES["POST /invitations"](place)).json["token"]


def permission(function: Callable[..., Any]) -> str | None:
    """What the handler's signature asks for, None where it asks for nothing."""
    for hint in get_type_hints(function, include_extras=True).values():
        if get_origin(hint) is Annotated:
            for note in get_args(hint)[1:]:
                if isinstance(note, Depends):
                    return note.dependency.__dict__["permission"]
    return None


@cache
def operations() -> dict[str, str | None]:
    from lms.http import app

    import_http_handlers()
    routes = app._static_routes + app._dynamic_routes
    return {
        f"{route.method} {route.path.replace('<', '{').replace('>', '}')}": permission(route.func)
        for route in routes
    }


def test_every_operation_has_its_row(api: Api):
    found = operations()
    assert {name for name, needed in found.items() if needed is None} == PUBLIC
    assert {name for name, needed in found.items() if needed} == set(BODIES)


def test_every_permission_of_the_table_is_used_and_every_used_one_stands_there(api: Api):
    used = {needed for needed in operations().values() if needed}
    assert used == set(GLOBAL) | set(IN_COURSE)
    assert not set(GLOBAL) & set(IN_COURSE)


def call(name: str, person: Person, place: Place) -> Answer:
    method, path = name.split(" ")
    first = path.split("/")[1]
    ids = {"module_id": place.module, "lesson_id": place.lesson, "courses": place.course} | place.more
    path = path.replace("{id}", ids.get(first, NOBODYS), 1)
    for key, value in ids.items():
        path = path.replace(f"{{{key}}}", value)
    headers = (
        {"If-Match": f'"{place.more["version"]}"'}
        if "version" in place.more and first == "attempts"
        else HEADERS.get(name)
    )
    return person.call(method, path + QUERIES.get(name, ""), BODIES[name](place), headers)


NOBODYS = "0" * 24


def place_of(owner: Person) -> Place:
    course = owner.post("/courses", COURSE).json["id"]
    module = owner.post(f"/courses/{course}/modules", {"title": "M"}).json["id"]
    lesson = owner.post(f"/courses/{course}/lessons", {"module_id": module, "title": "L"}).json["id"]
    return Place(course, module, lesson)


def is_in_a_course(name: str) -> bool:
    return operations()[name] in IN_COURSE


def place_for(name: str, owner: Person, caller: Person | None = None, role: CourseRole | None = None) -> Place:
    """Where this operation succeeds when one who may calls it: its owner, or ``caller`` with ``role``."""
    place = place_of(owner) if is_in_a_course(name) else Place("", "", "")
    if caller and role:
        seat(caller, place, role)
    if name in PREPARED:
        PREPARED[name](owner, place, caller or owner)
    return place


def seat(person: Person, place: Place, role: CourseRole) -> None:
    """Give the person this role in the course, and publish it."""
    from lms import mongo
    from lms.courses.repository import courses
    from lms.enrollment.enrollment import enroll
    from lms.enrollment.states import EnrollmentSource

    change: dict[str, Any] = {"$set": {"status": "published"}}
    if role in (CourseRole.INSTRUCTOR, CourseRole.ASSISTANT):
        change["$push"] = {"staff": {"user_id": ObjectId(person.id), "role": role}}
    courses().update_one({"_id": ObjectId(place.course)}, change)
    if role is CourseRole.LEARNER:
        course, learner = ObjectId(place.course), ObjectId(person.id)
        mongo.transaction(lambda tx: enroll(tx, course, learner, by=learner, source=EnrollmentSource.OPEN))


@pytest.fixture(scope="module")
def cast(api: Api) -> dict[str, Person]:
    people = {role: api.person(role) for role in Role}
    return people | {f"course {role}": api.person("admin" if role == "admin" else "student") for role in CourseRole}


OK = range(200, 300)


NAMES = sorted(set(BODIES) & {name for name, needed in operations().items() if needed})
IN_COURSES = [name for name in NAMES if is_in_a_course(name)]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", [name for name in NAMES if not is_in_a_course(name)])
def test_institution_roles(api: Api, cast: dict[str, Person], name: str, role: Role):
    person = cast[role]
    status = call(name, person, place_for(name, person)).status
    needed = operations()[name]
    assert needed is not None
    assert (status in OK) if role in GLOBAL[needed] else status == 403, f"{name} as {role}: {status}"


@pytest.mark.parametrize("role", list(CourseRole))
@pytest.mark.parametrize("name", IN_COURSES)
def test_course_roles(api: Api, cast: dict[str, Person], name: str, role: CourseRole):
    person = cast[f"course {role}"]
    owner = person if role is CourseRole.OWNER else cast[Role.STUDENT]
    place = place_for(name, owner, person, role)
    status = call(name, person, place).status
    needed = operations()[name]
    assert needed is not None
    assert (status in OK) if role in IN_COURSE[needed] else status == 403, f"{name} as {role}: {status}"


@pytest.mark.parametrize("name", IN_COURSES)
def test_a_stranger_does_not_learn_that_a_draft_exists(api: Api, cast: dict[str, Person], name: str):
    place = place_for(name, cast[Role.STUDENT])
    assert call(name, cast["course reader"], place).status == 404


@pytest.mark.parametrize("name", NAMES)
def test_nobody_without_a_token(api: Api, cast: dict[str, Person], name: str):
    answer = call(name, api.anonymous, place_of(cast[Role.STUDENT]))
    assert (answer.status, answer.json["code"]) == (401, "UNAUTHENTICATED")
