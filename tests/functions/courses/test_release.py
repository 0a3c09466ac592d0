"""What a learner sees of lessons that are not open to them yet."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bson import ObjectId

from tests.functions.courses.authored import Authored, author, publish
from tests.functions.courses.learning import enrol
from tests.mongo_commands import recorded
from tests.people import Api, Person


@pytest.fixture
def course(api: Api) -> Authored:
    course = author(api.person())
    publish(course.id)
    return course


@pytest.fixture
def learner(api: Api, course: Authored) -> Person:
    person = api.person()
    enrol(person, course, datetime.now(UTC))
    return person


def complete(person: Person, course: Authored, lesson_id: str) -> None:
    from lms.progress.repository import course_progress

    whose = {"course_id": ObjectId(course.id), "user_id": ObjectId(person.id)}
    change = {"$set": {f"completed.{lesson_id}": datetime.now(UTC)}}
    course_progress().update_one(whose, change, upsert=True)


def rule(course: Authored, lesson_id: str, *conditions: dict[str, Any]) -> None:
    release = {"match": "all", "conditions": list(conditions)}
    answer = course.owner.patch(f"{course.path}/lessons/{lesson_id}", {"release": release})
    assert answer.status == 200, answer.text


def rows(person: Person, course: Authored) -> dict[str, dict[str, Any]]:
    modules = person.get(f"{course.path}/outline").json["modules"]
    return {row["id"]: row for module in modules for row in module["lessons"]}


def test_a_prerequisite_locks_until_it_is_completed(course: Authored, learner: Person):
    first, second = course.lessons
    rule(course, second, {"kind": "lesson_completed", "lesson_id": first})
    row = rows(learner, course)[second]
    assert (row["locked"], row["reason"]) == (True, "LESSON_NOT_COMPLETED")
    assert (row["detail"], row["opens_at"]) == ("Complete “First”", None)
    assert not rows(learner, course)[first]["locked"]
    answer = learner.get(f"{course.path}/lessons/{second}")
    assert (answer.status, answer.json["code"], answer.json["detail"]) == (403, "LESSON_LOCKED", "Complete “First”")
    assert (answer.json["reason"], answer.json["opens_at"]) == ("LESSON_NOT_COMPLETED", None)
    assert answer.json["missing"] == [{"kind": "lesson_completed", "lesson_id": first, "title": "First"}]
    assert learner.get(course.lesson_path).status == 200

    tag = learner.get(f"{course.path}/outline").headers["etag"]
    complete(learner, course, first)
    assert learner.get(f"{course.path}/lessons/{second}").status == 200
    changed = learner.get(f"{course.path}/outline", headers={"If-None-Match": tag})
    assert (changed.status, rows(learner, course)[second]["locked"]) == (200, False)


def test_staff_see_everything_and_readers_nothing(api: Api, course: Authored):
    second = course.lessons[1]
    rule(course, second, {"kind": "lesson_completed", "lesson_id": course.lessons[0]})
    assert not rows(course.owner, course)[second]["locked"]
    assert course.owner.get(f"{course.path}/lessons/{second}").status == 200
    row = rows(api.person(), course)[second]
    assert (row["locked"], row["reason"], row["detail"]) == (True, "MEMBERS_ONLY", "Enrol in the course first")


def test_days_count_from_each_learners_own_enrollment(api: Api, course: Authored, learner: Person):
    earlier = api.person()
    enrol(earlier, course, datetime.now(UTC) - timedelta(days=7))
    rule(course, course.lessons[0], {"kind": "days_after_enrollment", "days": 7})
    assert earlier.get(course.lesson_path).status == 200
    answer = learner.get(course.lesson_path)
    assert (answer.status, answer.json["reason"]) == (403, "OPENS_LATER")
    opens_at = rows(learner, course)[course.lessons[0]]["opens_at"]
    assert opens_at == answer.json["opens_at"] > (datetime.now(UTC) + timedelta(days=6.9)).isoformat()


def test_nothing_opens_before_the_course_starts(course: Authored, learner: Person):
    starts_at = "2099-01-01T09:00:00.000Z"
    assert course.owner.patch(course.path, {"starts_at": starts_at}).status == 200
    assert {(row["reason"], row["opens_at"]) for row in rows(learner, course).values()} == {
        ("COURSE_NOT_STARTED", starts_at)
    }
    answer = learner.get(course.lesson_path)
    assert (answer.status, answer.json["reason"], answer.json["opens_at"]) == (403, "COURSE_NOT_STARTED", starts_at)
    assert course.owner.get(course.lesson_path).status == 200


def test_a_learners_outline_with_locks_is_one_round_trip(course: Authored, learner: Person):
    rule(course, course.lessons[1], {"kind": "lesson_completed", "lesson_id": course.lessons[0]})
    with recorded() as log:
        assert learner.get(f"{course.path}/outline").status == 200
        assert learner.get(course.lesson_path).status == 200
    assert [command.name for command in log] == ["aggregate", "aggregate", "find"]
    assert not any(command.scans_a_collection for command in log)


def test_a_locked_lessons_content_is_not_among_what_a_client_has_kept(course: Authored, learner: Person):
    """A tag from before the lock does not get the lesson past it."""
    tag = learner.get(course.lesson_path).headers["etag"]
    rule(course, course.lessons[0], {"kind": "date", "at": "2099-01-01T00:00:00Z"})
    assert learner.get(course.lesson_path, headers={"If-None-Match": tag}).status == 403
