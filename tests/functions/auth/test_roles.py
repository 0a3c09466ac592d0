import importlib
from functools import partial
from typing import Any

import pytest
from bson import ObjectId

from tests import at_once
from tests.conftest import LambdaContext
from tests.people import PASSWORD, Api, Person


@pytest.fixture
def no_admin(api: Api) -> None:
    """Those of other tests step down."""
    from lms.auth.repository import users

    users().update_many({"role": "admin"}, {"$set": {"role": "student"}})


@pytest.fixture
def admin(api: Api, no_admin: None) -> Person:
    """The only one."""
    return api.person("admin")


def change(actor: Person, person: Person, role: str) -> Any:
    return actor.put(f"/users/{person.id}/role", {"role": role})


def role_of(person: Person) -> str:
    from lms.auth.repository import users

    user = users().find_one({"_id": ObjectId(person.id)})
    assert user
    return str(user["role"])


def records(person: Person) -> tuple[list[Any], list[Any]]:
    """The changes of role in the event log and in the audit log, as (actor, former, role)."""
    from lms.audit import audit_log
    from lms.events import events

    told = events().find({"type": "user.role_changed", "subject_id": ObjectId(person.id)}).sort("_id")
    audited = audit_log().find({"action": "user.change_role", "target_id": ObjectId(person.id)}).sort("_id")
    return (
        [(row["actor_id"], row["data"]["former"], row["data"]["role"]) for row in told],
        [(row["actor_id"], row["detail"]["former"], row["detail"]["role"]) for row in audited],
    )


def appoint(email: str, **more: Any) -> Any:
    handler = importlib.import_module("auth.appoint_admin").lambda_handler
    return handler({"email": email, **more}, LambdaContext())


def test_an_admin_gives_a_role_and_it_is_told_and_audited(api: Api, admin: Person):
    person = api.person()
    answer = change(admin, person, "instructor")
    assert answer.status == 200
    assert (answer.json["id"], answer.json["role"], role_of(person)) == (person.id, "instructor", "instructor")
    row = (ObjectId(admin.id), "student", "instructor")
    assert records(person) == ([row], [row])


def test_giving_the_role_that_a_person_has_records_nothing(api: Api, admin: Person):
    person = api.person()
    assert change(admin, person, "student").status == 200
    assert records(person) == ([], [])


def test_a_new_role_comes_with_the_next_token(api: Api, admin: Person):
    person = api.person()
    change(admin, person, "admin")
    assert person.get("/users").status == 403
    answer = person.post("/auth/refresh", {"refresh_token": person.refresh_token})
    person.access_token = answer.json["access_token"]
    assert person.get("/users").status == 200


def test_a_demoted_admin_can_do_nothing_more_with_the_token_in_hand(api: Api, admin: Person):
    course = api.person().post("/courses", {"title": "T", "audience": "a", "difficulty": "beginner"}).json["id"]
    other = api.person("admin")
    assert other.get("/users").status == other.get(f"/courses/{course}").status == 200
    assert change(admin, other, "student").status == 200
    assert other.get("/users").status == 403
    assert change(other, other, "admin").status == 403
    assert other.get(f"/courses/{course}").status == 404
    assert other.get("/auth/me").json["role"] == "student", "and stays signed in"


def test_an_admin_whose_account_is_gone_is_nobody(api: Api, admin: Person):
    from lms.auth.repository import users

    users().delete_one({"_id": ObjectId(admin.id)})
    assert admin.get("/users").status == 401


def test_the_last_admin_cannot_step_down(api: Api, admin: Person):
    for role in ("student", "instructor"):
        answer = change(admin, admin, role)
        assert (answer.status, answer.json["code"]) == (409, "LAST_ADMIN")
    assert change(admin, admin, "admin").status == 200
    assert role_of(admin) == "admin"
    assert records(admin) == ([], [])
    assert change(admin, api.person(), "admin").status == 200
    assert change(admin, admin, "student").status == 200


@pytest.mark.parametrize("count", [2, 3, 5])
def test_of_admins_who_all_step_down_at_once_one_remains(api: Api, no_admin: None, count: int):
    from lms.auth import roles
    from lms.auth.repository import users
    from lms.permissions import Role

    for _ in range(10):
        users().update_many({"role": "admin"}, {"$set": {"role": "student"}})
        ids = [ObjectId(api.person("admin").id) for _ in range(count)]
        ended = at_once.endings(*(partial(roles.change, each, each, Role.STUDENT) for each in ids))
        assert sorted(ended) == ["LAST_ADMIN"] + ["ok"] * (count - 1)
        assert users().count_documents({"role": "admin"}) == 1


@pytest.mark.parametrize("id", ["0" * 24, "no-id"])
def test_an_unknown_person_is_404(api: Api, admin: Person, id: str):
    answer = admin.put(f"/users/{id}/role", {"role": "instructor"})
    assert (answer.status, answer.json["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("body", [{}, {"role": "owner"}, {"role": None}, {"role": "admin", "force": True}, []])
def test_a_body_that_is_no_role_is_422(api: Api, admin: Person, body: Any):
    assert admin.put(f"/users/{admin.id}/role", body).status == 422


def test_the_first_admin_is_appointed_by_address(api: Api, no_admin: None):
    person = api.person()
    assert appoint(person.email.upper()) == {"user_id": person.id, "role": "admin"}
    assert role_of(person) == "admin"
    assert records(person) == ([(None, "student", "admin")], [(None, "student", "admin")])
    person.sign_in()
    assert person.get("/users").status == 200


def test_appointing_again_changes_nothing(api: Api, admin: Person):
    assert appoint(admin.email) == {"user_id": admin.id, "role": "admin"}
    assert records(admin) == ([], [])


def test_a_second_admin_is_appointed_by_force_alone(api: Api, admin: Person):
    person = api.person()
    assert appoint(person.email)["code"] == "ADMIN_EXISTS"
    assert role_of(person) == "student"
    assert appoint(person.email, force=True)["role"] == role_of(person) == "admin"


def test_nobody_is_appointed_who_has_not_registered(api: Api, no_admin: None):
    assert appoint("nobody.at.all@example.org")["code"] == "NO_ACCOUNT"


def test_users_come_in_pages_by_address(api: Api, admin: Person):
    prefix = f"page{ObjectId()}"
    emails = [f"{prefix}.{letter}@example.org" for letter in "dbca"]
    for email in emails:
        api.anonymous.post("/auth/register", {"email": email, "name": "N", "password": PASSWORD})
    found, path = [], f"/users?email={prefix.upper()}&limit=3"
    cursor = ""
    for size in (3, 1):
        answer = admin.get(path + cursor)
        assert len(answer.json["items"]) == size
        found += [user["email"] for user in answer.json["items"]]
        cursor = f"&cursor={answer.json['next_cursor']}"
    assert answer.json["next_cursor"] is None
    assert found == sorted(emails)
    assert set(answer.json["items"][0]) == {"id", "email", "name", "role", "created_at"}


def test_a_prefix_is_no_pattern(api: Api, admin: Person):
    assert admin.get("/users?email=.*").json["items"] == []


@pytest.mark.parametrize("cursor", ["e30", "MQ", "IlxudTAwMDAi", "IlxkODAwIg", "IlxuIg", "Ilx1ZDgwMCI"])
def test_a_cursor_of_another_list_is_422(api: Api, admin: Person, cursor: str):
    assert admin.get(f"/users?cursor={cursor}").status == 422
