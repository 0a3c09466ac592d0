from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from bson import ObjectId

from lms import clock
from tests import at_once
from tests.people import Answer, Api, Person

COURSE = {"title": "Introduction to Knots", "audience": "a", "difficulty": "beginner"}
DAY = 86_400


@pytest.fixture
def moved_clock():
    yield clock.shift
    clock.shift(0)


@dataclass
class Course:
    id: str
    owner: Person

    def invite(self, role: str = "learner", *, by: Person | None = None, **more: Any) -> str:
        answer = (by or self.owner).post("/invitations", {"course_id": self.id, "role": role, **more})
        assert answer.status == 201, answer.text
        return str(answer.json["token"])

    def role_of(self, person: Person) -> str | None:
        from lms.courses.repository import courses

        course = courses().find_one({"_id": ObjectId(self.id)})
        assert course
        found = [row["role"] for row in course["staff"] if row["user_id"] == ObjectId(person.id)]
        assert len(found) < 2
        return found[0] if found else None

    def learners(self) -> list[str]:
        from lms.enrollment.repository import enrollments

        return [str(row["user_id"]) for row in enrollments().find({"course_id": ObjectId(self.id)})]


@pytest.fixture
def course(api: Api) -> Course:
    owner = api.person()
    return Course(owner.post("/courses", COURSE).json["id"], owner)


def accept(person: Person, token: str) -> Answer:
    return person.post(f"/invitations/{token}/accept")


def uses_left(token: str) -> int:
    from lms.auth.invitations import _hash
    from lms.auth.repository import invitations

    found = invitations().find_one({"token_hash": _hash(token)})
    assert found
    return int(found["uses_left"])


def told(subject: str, type: str) -> list[dict[str, Any]]:
    from lms.events import events

    return list(events().find({"type": type, "subject_id": ObjectId(subject)}))


def require_404(answer: Answer) -> None:
    assert (answer.status, answer.json["code"], answer.json["detail"]) == (404, "NOT_FOUND", "Not found")


def test_an_invitation_says_what_it_is_for_and_shows_its_token_once(api: Api, course: Course):
    answer = course.owner.post("/invitations", {"course_id": course.id, "role": "assistant", "uses": 3})
    assert answer.status == 201
    made = answer.json
    assert set(made) == {"id", "token", "course_id", "role", "uses_left", "created_at", "expires_at"}
    assert (made["course_id"], made["role"], made["uses_left"]) == (course.id, "assistant", 3)
    assert len(made["token"]) >= 43
    assert answer.headers["location"] == f"/invitations/{made['token']}"
    read = api.anonymous.get(f"/invitations/{made['token']}")
    assert read.status == 200
    assert read.json == {
        "course_id": course.id,
        "course_title": "Introduction to Knots",
        "role": "assistant",
        "expires_at": made["expires_at"],
    }
    assert (len(told(made["id"], "invitation.created")), read.headers["ratelimit-policy"]) == (
        1,
        '"invitation-address";q=600;w=60',
    )


def test_a_learner_who_joins_the_staff_gives_the_seat_up(api: Api, course: Course):
    path, learner, waiting = f"/courses/{course.id}", api.person(), api.person()
    course.owner.put(f"{path}/enrollment-policy", {"seats": 1, "waiting_list": True})
    for person in (learner, waiting):
        course.owner.post(f"{path}/enrollments", {"user_id": person.id})
    assert accept(learner, course.invite("assistant")).json["role"] == "assistant"
    rows = course.owner.get(f"{path}/enrollments").json["items"]
    assert [(row["user_id"], row["role"], row["status"]) for row in rows] == [
        (learner.id, "assistant", "withdrawn"),
        (waiting.id, "learner", "active"),
    ]


def test_neither_token_nor_address_stands_in_the_database(api: Api, course: Course):
    from lms import mongo

    email = f"invited.{ObjectId()}@example.org"
    made = course.owner.post("/invitations", {"course_id": course.id, "role": "learner", "email": email}).json
    for collection in ("invitations", "events", "audit_log", "idempotency_answers"):
        rows = str(list(mongo.database()[collection].find()))
        assert made["token"] not in rows and email not in rows


def test_a_repetition_under_an_idempotency_key_keeps_no_token(api: Api, course: Course):
    body = {"course_id": course.id, "role": "learner"}
    first, second = (course.owner.post("/invitations", body, headers={"idempotency-key": "k"}) for _ in range(2))
    assert first.json["token"] != second.json["token"]


def test_a_learner_comes_in_by_invitation(api: Api, course: Course):
    token, person = course.invite(), api.person()
    answer = accept(person, token)
    assert (answer.status, answer.json) == (200, {"course_id": course.id, "role": "learner", "status": "active"})
    assert course.learners() == [person.id]
    assert course.role_of(person) is None
    require_404(api.anonymous.get(f"/invitations/{token}"))


@pytest.mark.parametrize("role", ["assistant", "instructor"])
def test_staff_come_in_by_invitation(api: Api, course: Course, role: str):
    person = api.person()
    answer = accept(person, course.invite(role))
    assert (answer.status, answer.json["role"], course.role_of(person)) == (200, role, role)
    assert person.get(f"/courses/{course.id}").json["role"] == role
    (event,) = told(course.id, "course.staff_changed")
    assert (event["actor_id"], event["data"]["role"]) == (ObjectId(person.id), role)


def test_an_assistant_becomes_an_instructor_and_no_instructor_an_assistant(api: Api, course: Course):
    person = api.person()
    accept(person, course.invite("assistant"))
    assert accept(person, course.invite("instructor")).json["role"] == "instructor"
    lower = course.invite("assistant")
    assert accept(person, lower).json["role"] == course.role_of(person) == "instructor"
    assert uses_left(lower) == 1


@pytest.mark.parametrize("role", ["instructor", "admin"])
def test_an_admin_invites_to_the_institution(api: Api, role: str):
    token = api.person("admin").post("/invitations", {"role": role}).json["token"]
    assert api.anonymous.get(f"/invitations/{token}").json["course_title"] is None
    person = api.person()
    answer = accept(person, token)
    assert (answer.status, answer.json["role"]) == (200, role)
    assert person.get("/auth/me").json["role"] == role
    (event,) = told(person.id, "user.role_changed")
    assert event["data"]["role"] == role


def test_an_admin_who_is_invited_to_less_stays_admin(api: Api):
    token = api.person("admin").post("/invitations", {"role": "instructor"}).json["token"]
    person = api.person("admin")
    assert accept(person, token).json["role"] == "admin"
    assert person.get("/auth/me").json["role"] == "admin"
    assert uses_left(token) == 1


@pytest.mark.parametrize("role", ["learner", "assistant", "instructor"])
def test_who_is_in_already_uses_nothing_up(api: Api, course: Course, role: str):
    token, person = course.invite(role, uses=2), api.person()
    assert [accept(person, token).status for _ in range(3)] == [200, 200, 200]
    assert uses_left(token) == 1
    assert accept(course.owner, token).json["role"] == "owner"
    assert uses_left(token) == 1


def test_who_lost_the_answer_may_accept_a_used_up_invitation_again(api: Api, course: Course):
    token, person = course.invite(), api.person()
    assert accept(person, token).json == accept(person, token).json
    require_404(accept(api.person(), token))
    assert course.learners() == [person.id]


def test_an_invitation_has_as_many_uses_as_it_was_given(api: Api, course: Course):
    token = course.invite(uses=3)
    assert [accept(api.person(), token).status for _ in range(5)] == [200, 200, 200, 404, 404]
    assert len(course.learners()) == 3


@pytest.mark.parametrize("role", ["learner", "assistant"])
@pytest.mark.parametrize("uses", [1, 5])
def test_of_many_who_accept_at_once_as_many_come_in_as_there_are_uses(
    api: Api, course: Course, role: str, uses: int
):
    from lms.auth import invitations

    people = [api.person() for _ in range(12)]
    for _ in range(4):
        course = Course(course.owner.post("/courses", COURSE).json["id"], course.owner)
        token = course.invite(role, uses=uses)
        outcomes = at_once.endings(*(partial(invitations.accept, caller(person), token) for person in people))
        assert sorted(outcomes) == ["NOT_FOUND"] * (12 - uses) + ["ok"] * uses
        inside = course.learners() if role == "learner" else [p.id for p in people if course.role_of(p)]
        assert (len(inside), uses_left(token)) == (uses, 0)


def test_one_person_who_accepts_many_times_at_once_uses_one(api: Api, course: Course):
    from lms.auth import invitations

    token, person = course.invite(uses=10), api.person()
    assert at_once.endings(*[partial(invitations.accept, caller(person), token)] * 8) == ["ok"] * 8
    assert (course.learners(), uses_left(token)) == ([person.id], 9)


def caller(person: Person) -> Any:
    from lms.caller import Caller
    from lms.permissions import Role

    return Caller(ObjectId(person.id), Role.STUDENT, ObjectId())


def test_an_invitation_for_an_address_is_for_that_account_alone(api: Api, course: Course):
    invited, other = api.person(), api.person()
    token = course.invite("instructor", email=invited.email.upper())
    refused = accept(other, token)
    assert (refused.status, refused.json["code"]) == (403, "INVITATION_FOR_ANOTHER")
    assert (course.role_of(other), uses_left(token)) == (None, 1)
    assert accept(invited, token).status == 200
    assert course.role_of(invited) == "instructor"


def test_an_invitation_expires(api: Api, course: Course, moved_clock: Callable[[float], None]):
    person = api.person()
    lasting, short = course.invite(), course.invite(expires_in_days=1)
    moved_clock(DAY + 1)
    person.sign_in()
    require_404(api.anonymous.get(f"/invitations/{short}"))
    require_404(accept(person, short))
    moved_clock(14 * DAY - 60)
    person.sign_in()
    assert api.anonymous.get(f"/invitations/{lasting}").status == 200
    moved_clock(14 * DAY + 1)
    person.sign_in()
    require_404(accept(person, lasting))
    assert course.learners() == []


@pytest.mark.parametrize("token", ["x", "A" * 43, "0" * 24, "a.b-c_d~e"])
def test_an_unknown_token_is_404(api: Api, token: str):
    require_404(api.anonymous.get(f"/invitations/{token}"))
    require_404(accept(api.person(), token))
    require_404(api.person().delete(f"/invitations/{token}"))


def test_a_withdrawn_invitation_is_over(api: Api, course: Course):
    token = course.invite(uses=5)
    assert [course.owner.delete(f"/invitations/{token}").status for _ in range(2)] == [204, 204]
    require_404(api.anonymous.get(f"/invitations/{token}"))
    require_404(accept(api.person(), token))
    assert course.learners() == []


def test_who_could_not_invite_cannot_withdraw(api: Api, course: Course):
    token = course.invite()
    assert api.person().delete(f"/invitations/{token}").status == 404
    assistant = api.person()
    accept(assistant, course.invite("assistant"))
    assert assistant.delete(f"/invitations/{token}").status == 403
    assert api.anonymous.get(f"/invitations/{token}").status == 200


def test_an_invitation_to_a_withdrawn_course_is_over(api: Api, course: Course):
    token = course.invite()
    assert course.owner.delete(f"/courses/{course.id}").status == 204
    require_404(api.anonymous.get(f"/invitations/{token}"))
    require_404(accept(api.person(), token))
    assert course.learners() == []


def test_an_invitation_ends_with_its_makers_right_in_the_course(api: Api, course: Course):
    from lms.courses.repository import courses

    helper = api.person()
    accept(helper, course.invite("instructor"))
    token = course.invite("instructor", by=helper)
    assert api.anonymous.get(f"/invitations/{token}").status == 200
    courses().update_one({"_id": ObjectId(course.id)}, {"$pull": {"staff": {"user_id": ObjectId(helper.id)}}})
    require_404(api.anonymous.get(f"/invitations/{token}"))
    require_404(accept(helper, token))
    assert course.role_of(helper) is None


def test_a_demoted_admins_invitations_are_over(api: Api, course: Course):
    admin = api.person("admin")
    to_all = admin.post("/invitations", {"role": "admin"}).json["token"]
    to_course = course.invite("instructor", by=admin)
    api.set_role(admin.id, "student")
    for token in (to_all, to_course):
        require_404(api.anonymous.get(f"/invitations/{token}"))
        require_404(accept(admin, token))
    assert admin.get("/auth/me").json["role"] == "student"


def test_an_invitation_ends_with_its_makers_account(api: Api, course: Course):
    from lms.auth.repository import users

    token = course.invite()
    users().delete_one({"_id": ObjectId(course.owner.id)})
    require_404(api.anonymous.get(f"/invitations/{token}"))


@pytest.mark.parametrize("role", ["student", "instructor"])
def test_only_admins_invite_to_the_institution(api: Api, role: str):
    assert api.person(role).post("/invitations", {"role": "instructor"}).status == 403


def test_only_editors_invite_to_a_course(api: Api, course: Course):
    body = {"course_id": course.id, "role": "learner"}
    assert api.person("instructor").post("/invitations", body).status == 404
    assistant = api.person()
    accept(assistant, course.invite("assistant"))
    assert assistant.post("/invitations", body).status == 403
    assert api.person("admin").post("/invitations", body).status == 201
    assert course.owner.post("/invitations", {**body, "course_id": "0" * 24}).status == 404


def test_seats_are_never_oversold_by_invitations(api: Api, course: Course):
    assert course.owner.put(f"/courses/{course.id}/enrollment-policy", {"seats": 1}).status == 200
    token = course.invite(uses=5)
    assert accept(api.person(), token).status == 200
    full = accept(api.person(), token)
    assert (full.status, full.json["code"], uses_left(token)) == (409, "COURSE_FULL", 4)
    policy = {"seats": 1, "waiting_list": True}
    assert course.owner.put(f"/courses/{course.id}/enrollment-policy", policy).status == 200
    assert accept(api.person(), token).json["status"] == "waiting"
    assert uses_left(token) == 3


BAD: dict[str, dict[str, Any]] = {
    "/role": {"role": "owner"},
    "/role, of the institution": {"role": "admin"},
    "/role, missing": {"role": None},
    "/course_id": {"course_id": "no-id"},
    "/email": {"email": "nobody"},
    "/expires_in_days": {"expires_in_days": 0},
    "/expires_in_days, long": {"expires_in_days": 91},
    "/expires_in_days, text": {"expires_in_days": "7"},
    "/uses": {"uses": 0},
    "/uses, many": {"uses": 501},
    "/uses, a truth value": {"uses": True},
    "/more": {"more": 1},
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_not_valid_is_422_and_says_where(api: Api, course: Course, case: str):
    body = {"course_id": course.id, "role": "learner", **BAD[case]}
    answer = course.owner.post("/invitations", body)
    assert answer.status == 422
    assert case.partition(",")[0] in [row["pointer"] for row in answer.json["errors"]]


@pytest.mark.parametrize("role", ["learner", "assistant", "owner"])
def test_the_institution_has_no_course_roles(api: Api, role: str):
    answer = api.person("admin").post("/invitations", {"role": role})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/role")


@pytest.mark.parametrize("field, value", [("expires_in_days", 1), ("expires_in_days", 90), ("uses", 500)])
def test_the_bounds_themselves_are_valid(api: Api, course: Course, field: str, value: int):
    course.invite(**{field: value})
