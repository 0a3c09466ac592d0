"""GET, POST /courses/{id}/enrollments; PATCH, DELETE /courses/{id}/enrollments/{user_id}"""

from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId

from lms import clock
from lms.fields import rfc3339
from tests.functions.courses.authored import audits_of, events_of, new_course, seat
from tests.functions.courses.enrolled import Class, open_class
from tests.people import Answer, Api


def code(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["code"]


def types(subject: str) -> list[str]:
    return [event["type"] for event in events_of(subject)]


@pytest.fixture
def course(api: Api) -> Class:
    return open_class(api)


# ------------------------------------------------------------------ coming in


def test_a_person_enrolls_and_reads_the_course(api: Api, course: Class):
    person = api.person()
    answer = course.join(person)
    assert answer.status == 201, answer.text
    row = answer.json
    assert answer.headers["location"] == f"{course.enrollments}/{person.id}"
    assert answer.headers["etag"] == '"1"'
    assert row == {
        "id": row["id"],
        "course_id": course.id,
        "user_id": person.id,
        "role": "learner",
        "status": "active",
        "position": None,
        "cohort_id": None,
        "accommodations": {"time_factor": 1.0, "extra_days": 0},
        "source": "open",
        "enrolled_at": row["created_at"],
        "history": [{"at": row["created_at"], "by": person.id, "action": "enrolled"}],
        "version": 1,
        "created_at": row["created_at"],
        "updated_at": row["created_at"],
    }
    assert person.get(course.path).json["role"] == "learner"
    assert course.taken() == 1
    [event] = events_of(row["id"])
    assert (event["type"], event["actor_id"]) == ("enrollment.created", ObjectId(person.id))
    assert event["data"] == {"course_id": ObjectId(course.id), "user_id": ObjectId(person.id)}


def test_who_clicks_twice_is_enrolled_once(api: Api, course: Class):
    person = api.person()
    first, again = course.join(person), course.join(person)
    assert (again.status, again.json) == (200, first.json)
    assert course.taken() == 1
    assert types(first.json["id"]) == ["enrollment.created"]


def test_a_repeated_key_gets_the_first_answer(api: Api, course: Class):
    person, key = api.person(), {"Idempotency-Key": "k1"}
    answers = [person.post(course.enrollments, {}, headers=key) for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json


def test_by_invitation_nobody_enrolls_themselves(api: Api, course: Class):
    course.set_policy(mode="invitation")
    assert code(course.join(api.person())) == (403, "ENROLL_BY_INVITATION")
    assert course.taken() == 0


def test_by_key_who_knows_it_enrolls(api: Api, course: Class):
    course.set_policy(mode="key", key="open sesame")
    person = api.person()
    assert code(course.join(person)) == (403, "WRONG_KEY")
    assert code(course.join(person, key="open barley")) == (403, "WRONG_KEY")
    answer = course.join(person, key="open sesame")
    assert (answer.status, answer.json["source"]) == (201, "key")
    assert course.join(person).status == 200


def test_guesses_at_a_key_are_rationed_for_each_person(api: Api, course: Class):
    course.set_policy(mode="key", key="open sesame")
    person = api.person()
    answers = [course.join(person, key=f"guess {number}") for number in range(11)]
    assert [answer.status for answer in answers] == [403] * 10 + [429]
    assert course.join(person, key="open sesame").status == 429
    assert course.join(api.person(), key="open sesame").status == 201


def test_enrollment_is_open_from_its_opening_to_before_its_closing(api: Api, course: Class):
    now, hour = clock.now(), timedelta(hours=1)
    person = api.person()
    for times in ({"opens_at": rfc3339(now + hour)}, {"closes_at": rfc3339(now - hour)}):
        course.set_policy(mode="open", **times)
        answer = course.join(person)
        assert code(answer) == (409, "ENROLLMENT_CLOSED")
        assert {name: answer.json[name] for name in times} == times
    staffed = course.owner.post(course.enrollments, {"user_id": person.id})
    assert (staffed.status, staffed.json["source"]) == (201, "staff")
    course.set_policy(mode="open", opens_at=rfc3339(now - hour), closes_at=rfc3339(now + hour))
    assert course.join(api.person()).status == 201


def test_a_draft_takes_no_one_who_must_not_know_of_it(api: Api):
    draft = new_course(api.person())
    assert api.person().post(f"/courses/{draft}/enrollments", {}).status == 404


# ------------------------------------------------------------------ brought by staff


def test_staff_bring_a_person_by_id_or_by_address_into_a_cohort(api: Api, course: Class):
    cohort = course.cohort()
    first, second = api.person(), api.person()
    for body, person in (
        ({"user_id": first.id}, first),
        ({"email": f" {second.email.upper()} ", "cohort_id": cohort}, second),
    ):
        answer = course.owner.post(course.enrollments, body)
        assert answer.status == 201, answer.text
        assert (answer.json["user_id"], answer.json["source"]) == (person.id, "staff")
        assert answer.json["cohort_id"] == body.get("cohort_id")
        assert answer.json["history"][0]["by"] == course.owner.id
    assert course.owner.post(course.enrollments, {"user_id": first.id}).status == 200
    assert course.taken() == 2


def test_staff_cannot_bring_who_is_unknown_or_into_what_is_not_there(api: Api, course: Class):
    other = open_class(api).cohort()
    person = api.person()
    for body, expected, pointer in (
        ({"user_id": "0" * 24}, "UNKNOWN_ACCOUNT", "/user_id"),
        ({"email": "nobody@example.org"}, "UNKNOWN_ACCOUNT", "/email"),
        ({"user_id": person.id, "cohort_id": other}, "INVALID", "/cohort_id"),
    ):
        answer = course.owner.post(course.enrollments, body)
        assert code(answer) == (422, expected)
        assert answer.json["errors"][0]["pointer"] == pointer
    assert course.taken() == 0


@pytest.mark.parametrize(
    "body",
    [
        {"user_id": "x"},
        {"user_id": {"$gt": ""}},
        {"email": "nobody"},
        {"user_id": "0" * 24, "email": "a@example.org"},
        {"user_id": "0" * 24, "key": "k"},
        {"cohort_id": "0" * 24},
        {"key": ""},
        {"key": {"$ne": 1}},
        {"status": "active"},
    ],
)
def test_a_wrong_entry_is_refused(course: Class, body: dict[str, Any]):
    assert code(course.owner.post(course.enrollments, body)) == (422, "INVALID")


def test_only_editors_bring_others(api: Api, course: Class):
    someone, learner, assistant = api.person(), course.learner(), api.person()
    seat(assistant, course.id, "assistant")
    for person in (api.person(), learner, assistant):
        assert person.post(course.enrollments, {"user_id": someone.id}).status == 403


def test_staff_need_no_seat(api: Api, course: Class):
    teacher = api.person()
    seat(teacher, course.id, "instructor")
    assert code(course.join(teacher)) == (409, "STAFF_NEED_NO_SEAT")
    assert code(course.owner.post(course.enrollments, {"user_id": teacher.id})) == (409, "STAFF_NEED_NO_SEAT")
    assert course.taken() == 0


def test_what_an_admin_does_is_audited(api: Api, course: Class):
    admin, person = api.person("admin"), api.person()
    row = admin.post(course.enrollments, {"user_id": person.id}).json
    assert admin.delete(f"{course.enrollments}/{person.id}").status == 204
    assert audits_of(row["id"]) == ["enrollment.create", "enrollment.end"]


# ------------------------------------------------------------------ seats and waiting


def test_a_full_course_refuses_or_lets_wait(api: Api, course: Class):
    course.set_policy(mode="open", seats=1)
    course.learner()
    assert code(course.join(api.person())) == (409, "COURSE_FULL")
    course.set_policy(mode="open", seats=1, waiting_list=True)
    first, second = api.person(), api.person()
    for person, position in ((first, 1), (second, 2)):
        answer = course.join(person)
        assert (answer.status, answer.json["status"], answer.json["position"]) == (201, "waiting", position)
        assert answer.json["enrolled_at"] is None
        assert course.join(person).json["position"] == position
        assert types(answer.json["id"]) == ["enrollment.waiting"]
        assert person.get(course.path).json["role"] == "reader"
    assert course.taken() == 1


def test_a_freed_seat_goes_to_who_waited_longest(api: Api, course: Class):
    course.set_policy(mode="open", seats=1, waiting_list=True)
    seated, first, second = course.learner(), api.person(), api.person()
    rows = [course.join(person).json for person in (first, second)]
    assert course.leave(seated).status == 204
    assert [course.row(person)["status"] for person in (seated, first, second)] == [
        "withdrawn",
        "active",
        "waiting",
    ]
    assert course.row(second)["position"] == 1
    assert types(rows[0]["id"]) == ["enrollment.waiting", "enrollment.promoted"]
    assert [row["action"] for row in course.row(first)["history"]] == ["waiting", "promoted"]
    assert course.row(first)["enrolled_at"]
    assert course.taken() == 1


def test_who_leaves_the_waiting_list_frees_no_seat(api: Api, course: Class):
    course.set_policy(mode="open", seats=1, waiting_list=True)
    course.learner()
    first, second = api.person(), api.person()
    course.join(first), course.join(second)
    assert course.leave(first).status == 204
    assert (course.row(second)["status"], course.row(second)["position"]) == ("waiting", 1)
    assert course.taken() == 1


def test_more_seats_let_in_who_waits_and_fewer_end_nothing(api: Api, course: Class):
    course.set_policy(mode="open", seats=0, waiting_list=True)
    people = [api.person() for _ in range(4)]
    for person in people:
        course.join(person)

    def standing() -> list[str]:
        return [course.row(person)["status"] for person in people]

    assert course.set_policy(mode="open", seats=2, waiting_list=False)["taken"] == 2
    assert standing() == ["active", "active", "waiting", "waiting"]
    assert course.set_policy(mode="open", seats=1)["taken"] == 2
    assert standing() == ["active", "active", "waiting", "waiting"]
    course.leave(people[0])
    assert standing() == ["withdrawn", "active", "waiting", "waiting"]
    assert course.taken() == 1
    assert course.set_policy(mode="open", seats=None)["taken"] == 3
    assert standing() == ["withdrawn", "active", "active", "active"]


# ------------------------------------------------------------------ leaving and coming back


def test_withdrawal_and_return_keep_one_enrollment_and_its_history(api: Api, course: Class):
    person = api.person()
    first = course.join(person).json
    assert course.leave(person).status == 204
    assert person.get(course.path).json["role"] == "reader"
    assert course.taken() == 0
    assert course.leave(person).status == 204
    back = course.join(person)
    assert (back.status, back.json["id"], back.json["enrolled_at"]) == (201, first["id"], first["enrolled_at"])
    assert [row["action"] for row in back.json["history"]] == ["enrolled", "withdrawn", "enrolled"]
    assert types(first["id"]) == ["enrollment.created", "enrollment.ended", "enrollment.created"]
    assert audits_of(first["id"]) == []
    assert course.taken() == 1


def test_an_editor_removes_a_learner(course: Class):
    person = course.learner()
    row = course.row(person)
    assert course.owner.delete(f"{course.enrollments}/{person.id}", headers={"If-Match": '"9"'}).status == 412
    for _ in range(2):
        assert course.owner.delete(f"{course.enrollments}/{person.id}").status == 204
    assert course.row(person)["history"][-1] == {
        "at": course.row(person)["updated_at"],
        "by": course.owner.id,
        "action": "removed",
    }
    assert audits_of(row["id"]) == ["enrollment.end"]


def test_others_remove_nobody(api: Api, course: Class):
    learner, other, assistant = course.learner(), course.learner(), api.person()
    seat(assistant, course.id, "assistant")
    for person in (other, assistant, api.person()):
        assert person.delete(f"{course.enrollments}/{learner.id}").status == 403
    for unknown in ("0" * 24, "x", api.person().id):
        assert course.owner.delete(f"{course.enrollments}/{unknown}").status == 404
    assert course.taken() == 2


# ------------------------------------------------------------------ changing


def test_an_editor_sets_cohort_and_accommodations(course: Class):
    person, cohort = course.learner(), course.cohort()
    path = f"{course.enrollments}/{person.id}"
    new = {"cohort_id": cohort, "accommodations": {"time_factor": 1.5, "extra_days": 2}}
    answer = course.owner.patch(path, new, headers={"If-Match": '"1"'})
    assert answer.status == 200, answer.text
    assert {name: answer.json[name] for name in new} == new
    assert (answer.headers["etag"], answer.json["history"][-1]["action"]) == ('"2"', "changed")
    assert course.owner.patch(path, {"cohort_id": None}, headers={"If-Match": '"1"'}).status == 412
    event = events_of(answer.json["id"])[-1]
    assert (event["type"], event["data"]["fields"]) == ("enrollment.changed", ["accommodations", "cohort_id"])
    assert audits_of(answer.json["id"]) == ["enrollment.change"]
    assert course.owner.patch(path, new).headers["etag"] == '"2"', "nothing changed"
    assert types(answer.json["id"]).count("enrollment.changed") == 1
    assert course.owner.patch(path, {"cohort_id": None}).json["cohort_id"] is None
    assert events_of(answer.json["id"])[-1]["data"]["fields"] == ["cohort_id"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"cohort_id": "x"},
        {"accommodations": None},
        {"accommodations": {"time_factor": 0.5}},
        {"accommodations": {"time_factor": 11}},
        {"accommodations": {"time_factor": "2"}},
        {"accommodations": {"time_factor": True}},
        {"accommodations": {"extra_days": -1}},
        {"accommodations": {"extra_days": 366}},
        {"accommodations": {"extra_days": 1.5}},
        {"status": "active"},
        {"role": "owner"},
        {"role": "reader"},
        {"role": None},
    ],
)
def test_a_wrong_change_is_refused(course: Class, body: dict[str, Any]):
    person = course.learner()
    assert code(course.owner.patch(f"{course.enrollments}/{person.id}", body)) == (422, "INVALID")


def test_only_editors_change_an_enrollment(api: Api, course: Class):
    learner, assistant = course.learner(), api.person()
    seat(assistant, course.id, "assistant")
    more_time = {"accommodations": {"time_factor": 2}}
    for person in (learner, assistant, api.person()):
        assert person.patch(f"{course.enrollments}/{learner.id}", more_time).status == 403
    for unknown in ("0" * 24, "x", api.person().id):
        assert course.owner.patch(f"{course.enrollments}/{unknown}", more_time).status == 404


def test_a_cohort_of_another_course_is_refused(api: Api, course: Class):
    other, person = open_class(api).cohort(), course.learner()
    answer = course.owner.patch(f"{course.enrollments}/{person.id}", {"cohort_id": other})
    assert (code(answer), answer.json["errors"][0]["pointer"]) == ((422, "INVALID"), "/cohort_id")
    assert course.row(person)["cohort_id"] is None


def test_a_learner_becomes_staff_and_a_learner_again(api: Api, course: Class):
    course.set_policy(mode="open", seats=1, waiting_list=True)
    person, waiting = course.learner(), api.person()
    course.join(waiting)
    path = f"{course.enrollments}/{person.id}"
    made = course.owner.patch(path, {"role": "assistant"}, headers={"If-Match": '"1"'})
    assert (made.status, made.json["role"], made.json["status"]) == (200, "assistant", "withdrawn")
    assert person.get(course.path).json["role"] == course.row(person)["role"] == "assistant"
    assert (course.row(waiting)["status"], course.taken()) == ("active", 1)
    higher = course.owner.patch(path, {"role": "instructor"})
    assert person.get(course.path).json["role"] == "instructor"
    assert course.owner.patch(path, {"role": "instructor"}).headers["etag"] == higher.headers["etag"]
    back = course.owner.patch(path, {"role": "learner"})
    assert (back.status, back.json["role"], back.json["status"]) == (200, "learner", "waiting")
    assert back.json["position"] == 1
    assert person.get(course.path).json["role"] == "reader"
    actions = ["enrolled", "made_assistant", "made_instructor", "waiting"]
    assert [row["action"] for row in back.json["history"]] == actions


def test_one_of_the_staff_without_a_seat_changes_role_and_leaves(api: Api, course: Class):
    teacher = api.person()
    seat(teacher, course.id, "instructor")
    path = f"{course.enrollments}/{teacher.id}"
    made = course.owner.patch(path, {"role": "assistant"})
    assert (made.json["role"], made.json["status"]) == ("assistant", "withdrawn")
    assert course.row(teacher)["id"] == made.json["id"]
    assert course.taken() == 0
    assert teacher.delete(path).status == 204
    assert teacher.get(course.path).json["role"] == "reader"
    seat(teacher, course.id, "assistant")
    assert course.owner.delete(path).status == 204
    assert teacher.get(course.path).json["role"] == "reader"


def test_role_and_accommodations_change_in_one_call(api: Api, course: Class):
    from lms.enrollment.repository import enrollments

    teacher, person = api.person(), course.learner()
    seat(teacher, course.id, "assistant")
    more_time = {"role": "learner", "accommodations": {"time_factor": 2.0, "extra_days": 0}}
    answer = course.owner.patch(f"{course.enrollments}/{teacher.id}", more_time)
    assert (answer.status, answer.json["role"], answer.json["status"]) == (200, "learner", "active")
    assert answer.json["accommodations"] == more_time["accommodations"]
    stored = [enrollments().find_one({"user_id": ObjectId(each.id)}) for each in (teacher, person)]
    assert stored[0] and stored[1] and stored[0].keys() == stored[1].keys(), "nothing but what an enrollment has"


def test_the_owner_stays(api: Api, course: Class):
    path = f"{course.enrollments}/{course.owner.id}"
    teacher = api.person()
    seat(teacher, course.id, "instructor")
    for answer in (course.owner.delete(path), teacher.delete(path), teacher.patch(path, {"role": "assistant"})):
        assert code(answer) == (409, "OWNER_STAYS")


def test_a_full_course_has_no_seat_for_one_who_leaves_the_staff(api: Api, course: Class):
    course.set_policy(mode="open", seats=0)
    teacher = api.person()
    seat(teacher, course.id, "instructor")
    answer = course.owner.patch(f"{course.enrollments}/{teacher.id}", {"role": "learner"})
    assert code(answer) == (409, "COURSE_FULL")
    assert teacher.get(course.path).json["role"] == "instructor"


# ------------------------------------------------------------------ the roster


def test_the_roster_is_paged_and_filtered(api: Api, course: Class):
    cohort = course.cohort()
    people = [course.learner() for _ in range(3)]
    course.put_into(cohort, people[1])
    course.leave(people[2])
    course.set_policy(mode="open", seats=2, waiting_list=True)
    waiting = [api.person(), api.person()]
    for person in waiting:
        course.join(person)

    def listed(query: str) -> list[tuple[str, str, int | None]]:
        rows, cursor = [], ""
        while cursor is not None:
            answer = course.owner.get(f"{course.enrollments}?limit=2{query}{cursor and f'&cursor={cursor}'}").json
            rows += answer["items"]
            cursor = answer["next_cursor"]
        assert {row["name"] for row in rows} <= {"Some Body"}
        return [(row["user_id"], row["status"], row["position"]) for row in rows]

    everyone = [
        (people[0].id, "active", None),
        (people[1].id, "active", None),
        (people[2].id, "withdrawn", None),
        (waiting[0].id, "waiting", 1),
        (waiting[1].id, "waiting", 2),
    ]
    assert listed("") == everyone
    assert listed("&status=active") == everyone[:2]
    assert listed("&status=waiting") == everyone[3:]
    assert listed(f"&cohort={cohort}") == [everyone[1]]
    assert listed(f"&cohort={cohort}&status=waiting") == []
    assert "@" not in course.owner.get(course.enrollments).text
    assert {row["percent"] for row in course.owner.get(course.enrollments).json["items"]} == {0}
    for query in ("status=gone", "cohort=x", "cursor=x", "limit=0"):
        assert course.owner.get(f"{course.enrollments}?{query}").status == 422


def test_only_staff_see_the_roster(api: Api, course: Class):
    learner = course.learner()
    for person in (learner, api.person()):
        assert person.get(course.enrollments).status == 403


def test_people_are_staff_first_then_active_learners(api: Api, course: Class):
    cohort, assistant = course.cohort(), api.person()
    seat(assistant, course.id, "assistant")
    learners = [course.learner() for _ in range(3)]
    course.put_into(cohort, learners[0])
    gone = course.learner()
    course.leave(gone)
    expected = [
        (course.owner.id, "owner", None),
        (assistant.id, "assistant", None),
        (learners[0].id, "learner", cohort),
        (learners[1].id, "learner", None),
        (learners[2].id, "learner", None),
    ]
    for limit in (1, 2, 3, 100):
        rows, cursor = [], ""
        while cursor is not None:
            answer = assistant.get(f"{course.path}/people?limit={limit}{cursor and f'&cursor={cursor}'}").json
            rows += answer["items"]
            cursor = answer["next_cursor"]
        assert [(row["user_id"], row["role"], row["cohort_id"]) for row in rows] == expected
    seen = learners[1].get(f"{course.path}/people").json["items"]
    assert [(row["user_id"], row["cohort_id"]) for row in seen] == [(row[0], None) for row in expected]
    assert {row["name"] for row in seen} == {"Some Body"}
    assert api.person().get(f"{course.path}/people").status == 403


def test_an_assistant_limited_to_cohorts_sees_those_alone(api: Api, course: Class):
    seen, unseen, assistant = course.cohort("Seen"), course.cohort("Unseen"), api.person()
    inside, outside, nowhere = course.learner(), course.learner(), course.learner()
    course.put_into(seen, inside)
    course.put_into(unseen, outside)

    def limit_to(*cohort_ids: str) -> None:
        change = {"role": "assistant", "cohort_ids": cohort_ids}
        answer = course.owner.patch(f"{course.enrollments}/{assistant.id}", change)
        assert answer.status == 200, answer.text

    def listed(path: str) -> list[str]:
        return [row.get("user_id", row.get("id")) for row in assistant.get(path).json["items"]]

    seat(assistant, course.id, "instructor")
    limit_to(seen)
    assert listed(course.enrollments) == [inside.id]
    staff = course.owner.get(f"{course.path}/people").json["items"][:2]
    assert [row["cohort_ids"] for row in staff] == [None, [seen]]
    assert {row["cohort_ids"] for row in inside.get(f"{course.path}/people").json["items"]} == {None}
    assert listed(f"{course.enrollments}?cohort={unseen}") == []
    assert listed(f"{course.path}/people") == [course.owner.id, assistant.id, inside.id]
    assert listed(f"{course.path}/cohorts") == [seen]
    assert nowhere.id not in listed(f"{course.path}/people")
    course.owner.delete(f"{course.path}/cohorts/{seen}")
    assert listed(course.enrollments) == listed(f"{course.path}/cohorts") == []
    limit_to()
    assert {inside.id, outside.id, nowhere.id} < set(listed(f"{course.path}/people"))


def test_only_an_assistant_is_limited_and_to_cohorts_of_the_course(api: Api, course: Class):
    cohort, other, learner = course.cohort(), open_class(api).cohort(), course.learner()
    path = f"{course.enrollments}/{learner.id}"
    for body in (
        {"cohort_ids": [cohort]},
        {"role": "instructor", "cohort_ids": [cohort]},
        {"role": "assistant", "cohort_ids": [other]},
    ):
        answer = course.owner.patch(path, body)
        assert (code(answer), answer.json["errors"][0]["pointer"]) == ((422, "INVALID"), "/cohort_ids")
    assert course.row(learner)["role"] == "learner"
