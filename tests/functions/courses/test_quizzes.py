"""POST, GET /courses/{id}/quizzes; GET, PATCH, DELETE /quizzes/{id}; PUT /quizzes/{id}/items."""

from typing import Any

import pytest
from bson import ObjectId

from lms import markdown
from tests.functions.courses.authored import Authored, audits_of, author, events_of, publish, seat
from tests.functions.courses.test_questions import add
from tests.mongo_commands import recorded
from tests.people import Api, Person

FULL = {
    "title": "Variables",
    "instructions": "Take your *time*. <script>alert(1)</script>",
    "time_limit_minutes": 30,
    "attempts": 2,
    "shuffle_questions": True,
    "shuffle_options": True,
    "score_policy": "average",
    "late_policy": {
        "percent": 10,
        "per": "hour",
        "floor": 40,
        "grace_minutes": 5,
        "cut_off_at": "2026-09-04T09:00:00.000Z",
    },
    "feedback_release": "after_close",
    "passing_percent": 62.5,
    "opens_at": "2026-09-01T09:00:00.000Z",
    "due_at": "2026-09-02T09:00:00.000Z",
    "closes_at": "2026-09-05T09:00:00.000Z",
}


@pytest.fixture
def course(api: Api) -> Authored:
    return author(api.person())


def new_quiz(course: Authored, **fields: Any) -> dict[str, Any]:
    answer = course.owner.post(f"{course.path}/quizzes", {"title": "Check", **fields})
    assert answer.status == 201, answer.text
    return answer.json


def published(course: Authored, **fields: Any) -> str:
    """A quiz of one question that learners see."""
    quiz: str = new_quiz(course, **fields)["id"]
    ask(course, quiz, add(course)["id"])
    assert course.owner.patch(f"/quizzes/{quiz}", {"published": True}).status == 200
    return quiz


def ask(course: Authored, quiz: str, *question_ids: str) -> dict[str, Any]:
    items = [{"kind": "question", "question_id": id} for id in question_ids]
    answer = course.owner.put(f"/quizzes/{quiz}/items", {"items": items})
    assert answer.status == 200, answer.text
    return answer.json


def learner_of(api: Api, course: Authored, **enrollment: Any) -> Person:
    from lms.enrollment.repository import enrollments

    person = api.person()
    publish(course.id)
    seat(person, course.id, "learner")
    if enrollment:
        enrollments().update_one({"user_id": ObjectId(person.id)}, {"$set": enrollment})
    return person


def test_a_quiz_is_shown_as_it_was_made(course: Authored):
    answer = course.owner.post(f"{course.path}/quizzes", {**FULL, "access_code": "sesame"})
    assert answer.status == 201, answer.text
    quiz = answer.json
    assert {name: quiz[name] for name in FULL} == FULL
    assert (quiz["course_id"], quiz["lesson_id"], quiz["published"], quiz["version"]) == (course.id, None, False, 1)
    assert (quiz["items"], quiz["question_count"], quiz["needs_access_code"]) == ([], 0, True)
    assert quiz["html"] == "<p>Take your <em>time</em>. </p>\n"
    assert "sesame" not in answer.text
    assert answer.headers["location"] == f"/quizzes/{quiz['id']}"
    read = course.owner.get(f"/quizzes/{quiz['id']}")
    assert (read.json, read.headers["etag"]) == (quiz, answer.headers["etag"])
    listed = course.owner.get(f"{course.path}/quizzes").json["items"]
    assert listed == [{**quiz, "items": None}]
    [event] = events_of(quiz["id"])
    assert (event["type"], event["data"]["course_id"]) == ("quiz.created", ObjectId(course.id))


def test_what_is_left_out_is_not_limited(course: Authored):
    quiz = new_quiz(course)
    for name in ("time_limit_minutes", "attempts", "late_policy", "passing_percent", "opens_at", "closes_at"):
        assert quiz[name] is None
    assert (quiz["score_policy"], quiz["feedback_release"], quiz["needs_access_code"]) == ("best", "now", False)


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"due_at": "2026-08-31T09:00:00Z"}, "/due_at"),
        ({"closes_at": "2026-09-01T23:00:00Z"}, "/closes_at"),
        ({"due_at": None, "closes_at": "2026-08-01T09:00:00Z"}, "/closes_at"),
        ({"late_policy": {"percent": 5, "cut_off_at": "2026-09-01T10:00:00Z"}}, "/late_policy/cut_off_at"),
        ({"late_policy": {"percent": 101}}, "/late_policy/percent"),
        ({"lesson_id": "0" * 24}, "/lesson_id"),
        ({"attempts": 0}, "/attempts"),
        ({"time_limit_minutes": 1.5}, "/time_limit_minutes"),
        ({"published": True}, "/published"),
        ({"instructions": "|a" * 99 + "\n" + "|-" * 99 + "\n" + "|\n" * 199}, "/instructions"),
    ],
)
def test_what_is_no_quiz_is_refused_with_its_place(course: Authored, wrong: dict[str, Any], pointer: str):
    answer = course.owner.post(f"{course.path}/quizzes", {**FULL, **wrong})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert course.owner.get(f"{course.path}/quizzes").json["items"] == []


def test_a_change_names_what_it_changes(course: Authored):
    quiz = course.owner.post(f"{course.path}/quizzes", {**FULL, "access_code": "sesame"}).json
    path = f"/quizzes/{quiz['id']}"
    tag = course.owner.get(path).headers["etag"]
    changed = course.owner.patch(path, {"attempts": None, "access_code": None}, headers={"If-Match": tag})
    assert (changed.status, changed.json["version"]) == (200, 2)
    assert (changed.json["attempts"], changed.json["needs_access_code"]) == (None, False)
    assert {name: changed.json[name] for name in FULL if name != "attempts"} == {
        name: value for name, value in FULL.items() if name != "attempts"
    }
    assert course.owner.patch(path, {"title": "B"}, headers={"If-Match": tag}).status == 412
    assert course.owner.patch(path, {"title": None}).status == 422
    late = course.owner.patch(path, {"opens_at": "2026-09-03T09:00:00Z"})
    assert (late.status, late.json["errors"][0]["pointer"]) == (422, "/due_at")
    assert course.owner.get(path).json == changed.json
    event = events_of(quiz["id"])[-1]
    assert (event["type"], event["data"]["fields"]) == ("quiz.updated", ["access_code", "attempts"])


def test_items_are_fixed_questions_and_draws(course: Authored):
    fixed = [add(course, pool=pool)["id"] for pool in ("p", None)]
    for _ in range(3):
        add(course, pool="p")
    quiz = new_quiz(course)["id"]
    items = [
        {"kind": "question", "question_id": fixed[1], "points": 3},
        {"kind": "draw", "pool": "p", "count": 2, "points": 0.5},
        {"kind": "question", "question_id": fixed[0]},
        {"kind": "draw", "pool": "p", "count": 1},
    ]
    answer = course.owner.put(f"/quizzes/{quiz}/items", {"items": items}, headers={"If-Match": '"1"'})
    assert (answer.status, answer.json["version"], answer.json["question_count"]) == (200, 2, 5)
    nothing = dict.fromkeys(("question_id", "pool", "count", "points"))
    assert answer.json["items"] == [{**nothing, **item} for item in items]
    assert course.owner.put(f"/quizzes/{quiz}/items", {"items": items}, headers={"If-Match": '"1"'}).status == 412
    assert course.owner.get(f"/quizzes/{quiz}").json == answer.json


def test_items_that_cannot_be_asked_are_refused_with_their_place(course: Authored):
    mine = [add(course, pool="p")["id"] for _ in range(3)]
    theirs = add(author(course.owner))["id"]
    quiz = new_quiz(course)["id"]

    def pointers(*items: dict[str, Any]) -> list[str]:
        answer = course.owner.put(f"/quizzes/{quiz}/items", {"items": list(items)})
        assert answer.status == 422, answer.text
        return [row["pointer"] for row in answer.json["errors"]]

    def fixed(id: str) -> dict[str, Any]:
        return {"kind": "question", "question_id": id}

    def draw(count: int, pool: str = "p") -> dict[str, Any]:
        return {"kind": "draw", "pool": pool, "count": count}

    assert pointers(fixed(mine[0]), fixed(mine[1]), fixed(mine[0])) == ["/items/2/question_id"]
    assert pointers(fixed(theirs), fixed(mine[0]), fixed("0" * 24)) == [
        "/items/0/question_id",
        "/items/2/question_id",
    ]
    assert pointers(draw(4)) == ["/items/0/count"]
    assert pointers(draw(1, "q")) == ["/items/0/count"]
    assert pointers(fixed(mine[0]), draw(2), draw(1)) == ["/items/2/count"]
    assert pointers(draw(0)) == ["/items/0/draw/count"]
    assert pointers(*[fixed(f"{number:024x}") for number in range(501)]) == ["/items"]
    course.owner.delete(f"/questions/{mine[2]}")
    assert pointers(fixed(mine[2])) == ["/items/0/question_id"]
    assert pointers(draw(3)) == ["/items/0/count"]
    assert course.owner.get(f"/quizzes/{quiz}").json["items"] == []


def test_an_attempt_fits_into_lambdas_answer(course: Authored):
    options = [{"text": "x" * 18_000, "weight": 1} for _ in range(12)]
    large = {"prompt": "p", "content": {"kind": "single", "options": options}, "pool": "large"}
    for _ in range(10):
        course.owner.post(f"{course.path}/questions", large)
    quiz = new_quiz(course)["id"]
    answer = course.owner.put(f"/quizzes/{quiz}/items", {"items": [{"kind": "draw", "pool": "large", "count": 10}]})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/items")
    answer = course.owner.put(f"/quizzes/{quiz}/items", {"items": [{"kind": "draw", "pool": "large", "count": 8}]})
    assert answer.status == 200


def test_a_quiz_is_published_once_it_asks_something(api: Api, course: Authored):
    quiz = new_quiz(course)["id"]
    learner = learner_of(api, course)
    empty = course.owner.patch(f"/quizzes/{quiz}", {"published": True})
    assert (empty.status, empty.json["code"]) == (409, "QUIZ_EMPTY")
    ask(course, quiz, add(course)["id"])
    assert learner.get(f"/quizzes/{quiz}").status == 404
    assert learner.get(f"{course.path}/quizzes").json["items"] == []
    assert course.owner.patch(f"/quizzes/{quiz}", {"published": True}).json["published"] is True
    assert learner.get(f"/quizzes/{quiz}").status == 200
    empty = course.owner.put(f"/quizzes/{quiz}/items", {"items": []})
    assert (empty.status, empty.json["code"]) == (409, "QUIZ_EMPTY")
    assert course.owner.get(f"/quizzes/{quiz}").json["question_count"] == 1


def test_a_learner_sees_neither_items_nor_codes(api: Api, course: Authored):
    learner = learner_of(api, course)
    quiz = published(course, access_code="sesame", lesson_id=course.lessons[0])
    answers = [
        learner.get(f"/quizzes/{quiz}"),
        learner.get(f"{course.path}/quizzes"),
        learner.get(course.lesson_path),
    ]
    assert [answer.status for answer in answers] == [200] * 3
    assert answers[0].json == answers[1].json["items"][0]
    assert (answers[0].json["items"], answers[0].json["needs_access_code"]) == (None, True)
    assert answers[0].json["question_count"] == 1
    for answer in answers:
        assert "sesame" not in answer.text and "question_id" not in answer.text


def test_assistants_see_drafts_without_items(api: Api, course: Authored):
    assistant = api.person()
    publish(course.id)
    seat(assistant, course.id, "assistant")
    quiz = new_quiz(course)["id"]
    assert assistant.get(f"/quizzes/{quiz}").json["items"] is None
    assert [row["id"] for row in assistant.get(f"{course.path}/quizzes").json["items"]] == [quiz]
    assert assistant.patch(f"/quizzes/{quiz}", {"title": "B"}).status == 403


def test_a_learner_sees_the_dates_that_are_theirs(api: Api, course: Authored):
    quiz = published(course, **FULL)
    given = {"time_factor": 1.5, "extra_days": 1}
    plain, slow = learner_of(api, course), learner_of(api, course, accommodations=given)
    assert plain.get(f"/quizzes/{quiz}").json["closes_at"] == FULL["closes_at"]
    theirs = slow.get(f"/quizzes/{quiz}").json
    assert (theirs["time_limit_minutes"], theirs["attempts"]) == (45, 2)
    # The end of the next day in the course's zone, and the quarter of an hour by which the limit grows.
    assert (theirs["due_at"], theirs["closes_at"]) == ("2026-09-04T00:14:00.000Z", "2026-09-07T00:14:00.000Z")
    assert slow.get(f"{course.path}/quizzes").json["items"] == [theirs]
    assert course.owner.get(f"/quizzes/{quiz}").json["due_at"] == FULL["due_at"]


def test_a_tag_changes_with_what_the_reader_sees(api: Api, course: Authored):
    from lms.enrollment.repository import enrollments

    quiz = published(course, **FULL)
    learner = learner_of(api, course)
    tag = learner.get(f"/quizzes/{quiz}").headers["etag"]
    assert learner.get(f"/quizzes/{quiz}", headers={"If-None-Match": tag}).status == 304
    change = {"$set": {"accommodations": {"time_factor": 2.0}}}
    enrollments().update_one({"user_id": ObjectId(learner.id)}, change)
    assert learner.get(f"/quizzes/{quiz}", headers={"If-None-Match": tag}).status == 200
    assert course.owner.get(f"/quizzes/{quiz}", headers={"If-None-Match": tag}).status == 200


def test_html_of_an_older_make_is_made_anew(course: Authored):
    from lms.quizzes.repository import quizzes

    quiz = new_quiz(course, instructions="*a*")
    quizzes().update_one({"_id": ObjectId(quiz["id"])}, {"$set": {"html_version": 0, "html": "<blink>"}})
    assert course.owner.get(f"/quizzes/{quiz['id']}").json["html"] == quiz["html"]
    assert str(markdown.VERSION) in course.owner.get(f"/quizzes/{quiz['id']}").headers["etag"]


def test_the_list_is_paged_in_the_order_of_making(course: Authored):
    made = [new_quiz(course, title=f"Quiz {number}")["id"] for number in range(3)]
    first = course.owner.get(f"{course.path}/quizzes?limit=2").json
    second = course.owner.get(f"{course.path}/quizzes?limit=2&cursor={first['next_cursor']}").json
    assert [row["id"] for row in first["items"] + second["items"]] == made
    assert second["next_cursor"] is None


def test_a_page_of_long_instructions_still_fits_into_lambdas_answer(course: Authored):
    from lms.quizzes.repository import quizzes

    new_quiz(course, instructions="*a* " * 5_000)
    [row] = quizzes().find({"course_id": ObjectId(course.id)})
    quizzes().insert_many([{**row, "_id": ObjectId()} for _ in range(120)])
    answer = course.owner.get(f"{course.path}/quizzes?limit=100")
    assert answer.status == 200 and len(answer.body) < 4_500_000
    assert 1 < len(answer.json["items"]) < 100 and answer.json["next_cursor"]


def row_of(course: Authored, lesson: str) -> dict[str, Any]:
    return next(row for module in course.outline() for row in module["lessons"] if row["id"] == lesson)


def test_a_lesson_follows_its_quiz(course: Authored):
    first, second = course.lessons
    quiz = new_quiz(course, lesson_id=first)["id"]
    assert (row_of(course, first)["quiz_id"], row_of(course, first)["question_count"]) == (quiz, 0)
    tag = course.owner.get(course.lesson_path).headers["etag"]
    ask(course, quiz, *[add(course)["id"] for _ in range(3)])
    assert row_of(course, first)["question_count"] == 3
    lesson = course.owner.get(course.lesson_path, headers={"If-None-Match": tag})
    assert (lesson.status, len(lesson.json["quiz"]["questions"])) == (200, 3)
    course.owner.patch(f"/quizzes/{quiz}", {"title": "Other"})
    assert course.owner.get(course.lesson_path).json["quiz"]["title"] == "Other"
    assert course.owner.get(course.lesson_path).headers["etag"] != lesson.headers["etag"]
    assert course.owner.patch(f"/quizzes/{quiz}", {"lesson_id": second}).status == 200
    assert (row_of(course, first)["quiz_id"], row_of(course, first)["question_count"]) == (None, 0)
    assert (row_of(course, second)["quiz_id"], row_of(course, second)["question_count"]) == (quiz, 3)
    assert course.owner.get(course.lesson_path).json["quiz"] is None
    assert course.owner.patch(f"/quizzes/{quiz}", {"lesson_id": None}).status == 200
    assert row_of(course, second)["question_count"] == 0
    course.owner.patch(f"/quizzes/{quiz}", {"lesson_id": first})
    assert course.owner.delete(f"/quizzes/{quiz}").status == 204
    assert (row_of(course, first)["quiz_id"], row_of(course, first)["question_count"]) == (None, 0)
    assert course.owner.get(course.lesson_path).json["quiz"] is None


def test_a_lesson_shows_the_questions_that_its_simple_form_can_hold(course: Authored):
    quiz = new_quiz(course, lesson_id=course.lessons[0])["id"]
    kinds = ["essay", "single", "matching", "short_text", "cloze", "true_false"]
    ask(course, quiz, *[add(course, kind)["id"] for kind in kinds])
    shown = course.owner.get(course.lesson_path).json["quiz"]
    assert [question["kind"] for question in shown["questions"]] == ["single", "short_text", "true_false"]
    assert [question["answer"] for question in shown["questions"]] == [0, "colo*r", True]
    assert (shown["questions"][0]["options"], shown["question_count"]) == (["`1`", "`'1'`"], 6)


def test_a_lesson_has_at_most_one_quiz(course: Authored):
    first = new_quiz(course, lesson_id=course.lessons[0])["id"]
    other = new_quiz(course)["id"]
    for answer in (
        course.owner.post(f"{course.path}/quizzes", {"title": "Q", "lesson_id": course.lessons[0]}),
        course.owner.patch(f"/quizzes/{other}", {"lesson_id": course.lessons[0]}),
    ):
        assert (answer.status, answer.json["code"]) == (409, "LESSON_HAS_QUIZ")
    course.owner.delete(f"/quizzes/{first}")
    assert course.owner.patch(f"/quizzes/{other}", {"lesson_id": course.lessons[0]}).status == 200


def test_a_quiz_goes_and_comes_back_with_its_lesson(course: Authored):
    quiz = new_quiz(course, lesson_id=course.lessons[0])["id"]
    question = add(course)["id"]
    ask(course, quiz, question)
    assert course.owner.delete(course.lesson_path).status == 204
    assert course.owner.get(f"/quizzes/{quiz}").status == 404
    assert course.owner.delete(f"/questions/{question}").status == 204
    restored = course.owner.post(f"{course.lesson_path}/versions/1/restore")
    assert restored.status == 200, restored.text
    assert course.owner.get(f"/quizzes/{quiz}").json["question_count"] == 1
    assert course.owner.get(f"/questions/{question}").status == 200
    assert course.owner.delete(f"/questions/{question}").json["code"] == "QUESTION_IN_USE"


def test_a_deleted_quiz_is_gone_and_its_questions_are_free(course: Authored):
    question = add(course)["id"]
    quiz = new_quiz(course)["id"]
    ask(course, quiz, question)
    path = f"/quizzes/{quiz}"
    assert course.owner.delete(path, headers={"If-Match": '"1"'}).status == 412
    assert course.owner.delete(path, headers={"If-Match": '"2"'}).status == 204
    assert course.owner.get(path).status == course.owner.patch(path, {"title": "B"}).status == 404
    assert course.owner.put(f"{path}/items", {"items": []}).status == 404
    assert course.owner.get(f"{course.path}/quizzes").json["items"] == []
    assert course.owner.delete(f"/questions/{question}").status == 204
    assert audits_of(quiz) == ["quiz.delete"]
    assert [event["type"] for event in events_of(quiz)] == ["quiz.created", "quiz.updated", "quiz.deleted"]


def test_a_quiz_that_lessons_wait_for_stays(course: Authored):
    quiz = new_quiz(course)["id"]
    rule = {"match": "all", "conditions": [{"kind": "quiz_score", "quiz_id": quiz, "percent": 50}]}
    second = f"{course.path}/lessons/{course.lessons[1]}"
    waiting = course.owner.patch(second, {"release": rule})
    assert waiting.status == 200, waiting.text
    refused = course.owner.delete(f"/quizzes/{quiz}")
    assert (refused.status, refused.json["code"]) == (409, "QUIZ_REQUIRED")
    course.owner.patch(second, {"release": None})
    assert course.owner.delete(f"/quizzes/{quiz}").status == 204


def test_the_list_is_read_by_an_index(api: Api, course: Authored):
    published(course)
    learner = learner_of(api, course)
    for person in (course.owner, learner):
        with recorded() as log:
            assert person.get(f"{course.path}/quizzes").status == 200
        assert [command.name for command in log] == ["aggregate", "aggregate"]
        assert not any(command.scans_a_collection for command in log)


def test_a_repeated_idempotency_key_makes_one_quiz(course: Authored):
    key = {"Idempotency-Key": "k1"}
    answers = [course.owner.post(f"{course.path}/quizzes", FULL, headers=key) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert len(course.owner.get(f"{course.path}/quizzes").json["items"]) == 1
