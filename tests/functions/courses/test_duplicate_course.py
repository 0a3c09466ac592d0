"""POST /courses/{id}/duplicate: a course's content anew, and nothing of its people."""

import json
from typing import Any

import pytest
from bson import ObjectId

from tests.functions.courses.authored import Authored, audits_of, author, events_of, publish, seat
from tests.people import Api

TEXT = {"kind": "markdown", "text": "*Leaves* are green."}


@pytest.fixture
def course(api: Api) -> Authored:
    course = author(api.person())
    course.owner.patch(course.path, {"description": "Leaves.", "tags": ["a"], "skills": ["s"], "language": "de"})
    for lesson in course.lessons:
        course.owner.patch(f"{course.path}/lessons/{lesson}", {"blocks": [TEXT]})
    return course


def duplicate(course: Authored, body: dict[str, Any] | None = None, **more: Any) -> Authored:
    answer = course.owner.post(f"{course.path}/duplicate", body, **more)
    assert answer.status == 201, answer.text
    id = answer.json["id"]
    modules = course.owner.get(f"/courses/{id}/outline").json["modules"]
    lessons = [lesson["id"] for module in modules for lesson in module["lessons"]]
    return Authored(course.owner, id, [module["id"] for module in modules], lessons)


def test_a_copy_is_a_new_draft_of_the_callers(api: Api, course: Authored):
    publish(course.id)
    colleague, learner = api.person(), api.person()
    seat(colleague, course.id, "instructor")
    seat(learner, course.id, "learner")
    answer = colleague.post(f"{course.path}/duplicate")
    assert answer.status == 201, answer.text
    copy, original = answer.json, course.owner.get(course.path).json
    assert answer.headers["location"] == f"/courses/{copy['id']}"
    assert copy == colleague.get(f"/courses/{copy['id']}").json
    assert (copy["title"], copy["status"], copy["owner_id"], copy["role"], copy["version"]) == (
        f"{original['title']} (copy)",
        "draft",
        colleague.id,
        "owner",
        1,
    )
    same = "audience difficulty description tags skills language time_zone module_count lesson_count".split()
    assert {name: copy[name] for name in same} == {name: original[name] for name in same}
    assert course.owner.get(f"/courses/{copy['id']}").status == 404
    assert learner.get(f"/courses/{copy['id']}").status == 404
    [event] = events_of(copy["id"])
    assert (event["type"], str(event["data"]["duplicated_from"])) == ("course.created", course.id)


def without_ids(value: Any, *ids: str) -> Any:
    text = json.dumps(value)
    for number, id in enumerate(ids):
        text = text.replace(id, f"id {number}")
    return json.loads(text)


def test_the_outline_and_the_lessons_are_the_same_under_new_ids(course: Authored):
    rule = {"match": "all", "conditions": [{"kind": "lesson_completed", "lesson_id": course.lessons[0]}]}
    answer = course.owner.patch(f"{course.path}/lessons/{course.lessons[1]}", {"release": rule})
    assert answer.status == 200, answer.text
    copy = duplicate(course)
    assert not {copy.id, *copy.modules, *copy.lessons} & {course.id, *course.modules, *course.lessons}
    original = without_ids(course.outline(), *course.modules, *course.lessons)
    assert without_ids(copy.outline(), *copy.modules, *copy.lessons) == original
    assert f'"lesson_id": "{copy.lessons[0]}"' in json.dumps(copy.outline()[0]["lessons"][1]["release"])
    state = ("version", "created_at", "updated_at", "id", "course_id", "release")
    for mine, theirs in zip(copy.lessons, course.lessons, strict=True):
        lesson = course.owner.get(f"{copy.path}/lessons/{mine}").json
        assert lesson["version"] == 1
        shown = course.owner.get(f"{course.path}/lessons/{theirs}").json
        assert {k: v for k, v in lesson.items() if k not in state} == {
            k: v for k, v in shown.items() if k not in state
        }
    course.owner.patch(copy.lesson_path, {"title": "Other", "blocks": []})
    assert course.owner.get(course.lesson_path).json["blocks"] != []
    items = course.owner.get(f"{copy.lesson_path}/versions").json["items"]
    assert [(each["n"], each["by"]) for each in items] == [(2, course.owner.id), (1, course.owner.id)]


def test_quizzes_and_questions_are_copied_and_refer_to_each_other(course: Authored):
    from lms.quizzes.repository import question_versions, questions, quizzes

    content = {"kind": "true_false", "answer": True}
    bank = [
        course.owner.post(f"{course.path}/questions", {"prompt": prompt, "content": content}).json["id"]
        for prompt in ("asked", "drawn", "deleted")
    ]
    answer = course.owner.post(f"{course.path}/quizzes", {"title": "Q", "lesson_id": course.lessons[0]})
    assert answer.status == 201, answer.text
    quiz = answer.json["id"]
    items = {"items": [{"kind": "question", "question_id": bank[0]}]}
    assert course.owner.put(f"/quizzes/{quiz}/items", items).status == 200
    assert course.owner.delete(f"/questions/{bank[2]}").status == 204
    quizzes().update_one(
        {"_id": ObjectId(quiz)}, {"$set": {"overrides": [{"user_id": ObjectId()}], "released_at": 1}}
    )

    copy = duplicate(course)
    [copied] = quizzes().find({"course_id": ObjectId(copy.id)})
    row = copy.outline()[0]["lessons"][0]
    assert (row["quiz_id"], row["question_count"]) == (str(copied["_id"]), 1)
    assert str(copied["_id"]) != quiz
    assert (str(copied["lesson_id"]), copied["overrides"], copied["version"], copied["released_at"]) == (
        copy.lessons[0],
        [],
        1,
        None,
    )
    found = {each["prompt"]: each for each in questions().find({"course_id": ObjectId(copy.id)})}
    assert set(found) == {"asked", "drawn"}
    assert copied["items"][0]["question_id"] == found["asked"]["_id"] != ObjectId(bank[0])
    assert (found["asked"]["used_in"], found["drawn"]["used_in"]) == ([copied["_id"]], [])
    for question in found.values():
        [version] = question_versions().find({"question_id": question["_id"]})
        assert (version["version"], version["course_id"]) == (1, ObjectId(copy.id))
    assert quizzes().count_documents({"course_id": ObjectId(course.id)}) == 1
    lesson = course.owner.get(copy.lesson_path).json
    assert [each["prompt"] for each in lesson["quiz"]["questions"]] == ["asked"]


def test_rubrics_and_assignments_are_copied_and_refer_to_each_other(course: Authored):
    from lms.assignments.repository import assignments
    from lms.rubrics.repository import rubric_versions, rubrics

    levels = [{"title": "Good", "points": 4}, {"title": "Poor", "points": 0}]
    rubric = {"title": "R", "criteria": [{"title": "C", "levels": levels}]}
    deleted, rubric_id = (course.owner.post(f"{course.path}/rubrics", rubric).json["id"] for _ in range(2))
    assert course.owner.delete(f"/rubrics/{deleted}").status == 204
    groups = course.owner.put(f"{course.path}/groups", {"sets": [{"name": "S"}]}).json
    due = "2026-09-10T09:00:00.000Z"
    new = {"title": "A", "rubric_id": rubric_id, "group_set_id": groups["sets"][0]["id"], "due_at": due}
    kept, gone = (course.owner.post(f"{course.path}/assignments", new).json["id"] for _ in range(2))
    course.owner.patch(f"/assignments/{kept}", {"published": True})
    assert course.owner.delete(f"/assignments/{gone}").status == 204
    change = {"$set": {"overrides": [{"user_id": ObjectId(), "attempts": 1}], "released_at": None}}
    assignments().update_one({"_id": ObjectId(kept)}, change)

    copy = duplicate(course)
    [assignment] = course.owner.get(f"{copy.path}/assignments").json["items"]
    [copied] = course.owner.get(f"{copy.path}/rubrics").json["items"]
    assert (assignment["title"], assignment["due_at"], assignment["published"]) == ("A", due, True)
    assert (assignment["rubric_id"], assignment["group_set_id"]) == (copied["id"], None)
    assert copied["id"] != rubric_id and assignment["id"] != kept
    assert course.owner.get(f"/assignments/{assignment['id']}/overrides").json == {"overrides": []}
    assert course.owner.get(f"{copy.path}/groups").json == {"sets": []}
    [stored] = rubrics().find({"course_id": ObjectId(copy.id)})
    assert stored["used_in"] == [ObjectId(assignment["id"])]
    [version] = rubric_versions().find({"rubric_id": stored["_id"]})
    assert (version["version"], version["criteria"]) == (1, stored["criteria"])


def test_what_is_deleted_stays_behind(course: Authored):
    course.owner.delete(course.lesson_path)
    copy = duplicate(course)
    assert len(copy.lessons) == 1
    from lms.courses.repository import lessons

    assert lessons().count_documents({"course_id": ObjectId(copy.id)}) == 1


def test_a_repeated_idempotency_key_makes_one_copy(course: Authored):
    key = {"Idempotency-Key": "k1"}
    answers = [course.owner.post(f"{course.path}/duplicate", {"title": "Again"}, headers=key) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert answers[0].json["title"] == "Again"
    other = course.owner.post(f"{course.path}/duplicate", {"title": "Other"}, headers=key)
    assert (other.status, other.json["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert len(course.owner.get("/courses?owner=me").json["items"]) == 2


@pytest.mark.parametrize("body", [{"title": ""}, {"title": "x" * 201}, {"name": "x"}, {"title": 1}])
def test_a_wrong_wish_is_refused(course: Authored, body: dict[str, Any]):
    assert course.owner.post(f"{course.path}/duplicate", body).status == 422


def test_a_copy_of_a_copy_has_a_title_that_fits(course: Authored):
    course.owner.patch(course.path, {"title": "x" * 200})
    copy = duplicate(duplicate(course))
    assert len(course.owner.get(copy.path).json["title"]) <= 200


def test_an_admins_copy_is_audited(api: Api, course: Authored):
    assert api.person("admin").post(f"{course.path}/duplicate").status == 201
    assert audits_of(course.id) == ["course.duplicate"]


def fill(course: Authored, count: int, text_bytes: int) -> None:
    """Bring the course to ``count`` lessons by writing them as they are stored."""
    from lms.courses import outline
    from lms.courses.repository import courses, lessons

    lesson = lessons().find_one({"_id": ObjectId(course.lessons[0])})
    assert lesson is not None
    text = "word " * (text_bytes // 5)
    blocks = [{**lesson["blocks"][0], "text": text, "html": f"<p>{text}</p>"}]
    rows = [{**lesson, "_id": ObjectId(), "title": f"L{number}", "blocks": blocks} for number in range(count - 2)]
    lessons().insert_many(rows)
    courses().update_one(
        {"_id": ObjectId(course.id)},
        {"$push": {"modules.1.lessons": {"$each": [outline.row(row, 0) for row in rows]}}},
    )


def test_a_course_of_500_lessons_is_copied_whole(course: Authored):
    fill(course, 500, 20_000)
    copy = duplicate(course)
    assert course.owner.get(copy.path).json["lesson_count"] == 500
    assert len(set(copy.lessons)) == 500
    assert course.owner.get(f"{copy.path}/lessons/{copy.lessons[-1]}").json["title"] == "L497"


def test_a_course_too_large_for_one_transaction_is_not_copied_in_part(course: Authored):
    from lms.courses.repository import courses, lessons

    fill(course, 500, 60_000)
    before = lessons().estimated_document_count(), courses().estimated_document_count()
    answer = course.owner.post(f"{course.path}/duplicate")
    assert (answer.status, answer.json["code"]) == (409, "TOO_LARGE_TO_COPY")
    assert (lessons().estimated_document_count(), courses().estimated_document_count()) == before


def test_copying_is_for_editors(api: Api, course: Authored):
    reader, assistant = api.person(), api.person()
    assert reader.post(f"{course.path}/duplicate").status == 404
    publish(course.id)
    seat(assistant, course.id, "assistant")
    assert [person.post(f"{course.path}/duplicate").status for person in (reader, assistant)] == [403, 403]
