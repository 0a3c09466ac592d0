"""A lesson's versions: each change keeps the one before, any comes back, deleted lessons too; and reviews."""

from typing import Any

import pytest
from bson import ObjectId

from lms import clock
from tests.functions.courses.authored import Authored, author, events_of, publish, seat
from tests.people import Api

IMAGE = {"kind": "image", "url": "https://example.org/leaf.png", "alt": "A leaf"}


@pytest.fixture
def course(api: Api) -> Authored:
    return author(api.person())


def versions(course: Authored, query: str = "") -> list[dict[str, Any]]:
    answer = course.owner.get(f"{course.lesson_path}/versions?{query}")
    assert answer.status == 200, answer.text
    return answer.json["items"]


def restore(course: Authored, n: int, **more: Any) -> Any:
    return course.owner.post(f"{course.lesson_path}/versions/{n}/restore", **more)


def test_each_change_keeps_the_version_before(api: Api, course: Authored):
    colleague = api.person()
    seat(colleague, course.id, "instructor")
    course.owner.patch(course.lesson_path, {"blocks": [IMAGE], "minutes": 5})
    course.owner.patch(course.lesson_path, {"minutes": 0})
    colleague.patch(course.lesson_path, {"title": "Changed"})
    items = versions(course)
    assert [(each["n"], each["by"], each["title"], each["changed"]) for each in items] == [
        (3, colleague.id, "Changed", ["title"]),
        (2, course.owner.id, "First", ["blocks", "minutes"]),
        (1, course.owner.id, "First", []),
    ]
    assert {each["restored_from"] for each in items} == {None}
    lesson = course.owner.get(course.lesson_path).json
    assert items[0]["at"] == lesson["updated_at"] >= items[1]["at"] >= items[2]["at"] == lesson["created_at"]


def test_an_old_version_becomes_the_next_one(course: Authored):
    first = course.owner.patch(
        course.lesson_path, {"blocks": [IMAGE, {"kind": "markdown", "text": "*a*"}], "objectives": ["o"]}
    ).json
    course.owner.patch(course.lesson_path, {"blocks": [], "title": "Other", "objectives": [], "skills": ["s"]})
    answer = restore(course, 2)
    assert answer.status == 200, answer.text
    same = ("title", "blocks", "objectives", "skills", "minutes", "key_terms")
    assert {name: answer.json[name] for name in same} == {name: first[name] for name in same}
    assert answer.json["version"] == 4
    assert answer.json == course.owner.get(course.lesson_path).json
    assert [(each["n"], each["changed"], each["restored_from"]) for each in versions(course)[:2]] == [
        (4, ["restored"], 2),
        (3, ["blocks", "objectives", "skills", "title"], None),
    ]
    row = course.outline()[0]["lessons"][0]
    assert (row["title"], row["block_count"], row["objectives"]) == ("First", 2, ["o"])
    event = events_of(course.lessons[0])[-1]
    assert (event["type"], event["data"]["n"]) == ("lesson.restored", 2)
    assert restore(course, 3).json["title"] == "Other"


def test_what_is_kept_goes_without_html_and_gets_it_anew(course: Authored):
    from lms.courses.repository import lesson_versions

    course.owner.patch(course.lesson_path, {"blocks": [{"kind": "markdown", "text": "*a*"}]})
    course.owner.patch(course.lesson_path, {"blocks": []})
    kept = lesson_versions().find_one({"lesson_id": ObjectId(course.lessons[0]), "n": 2})
    assert kept is not None and [set(block) & {"html", "text"} for block in kept["blocks"]] == [{"text"}]
    assert restore(course, 2).json["blocks"][0]["html"] == "<p><em>a</em></p>\n"


def test_restoring_honours_if_match(course: Authored):
    course.owner.patch(course.lesson_path, {"title": "B"})
    assert restore(course, 1, headers={"If-Match": '"1"'}).status == 412
    assert course.owner.get(course.lesson_path).json["title"] == "B"
    answer = restore(course, 1, headers={"If-Match": course.owner.get(course.lesson_path).headers["etag"]})
    assert (answer.status, answer.json["title"]) == (200, "First")


@pytest.mark.parametrize("n", ["0", "7", "-1", "x", "1.0", "٣", "9" * 30, "%00"])
def test_an_unknown_version_is_not_found(course: Authored, n: str):
    assert course.owner.post(f"{course.lesson_path}/versions/{n}/restore").status == 404
    assert course.owner.get(course.lesson_path).json["version"] == 1


def test_pages_of_versions(course: Authored):
    for number in range(5):
        course.owner.patch(course.lesson_path, {"title": f"T{number}"})
    seen, cursor = [], ""
    while cursor is not None:
        page = course.owner.get(f"{course.lesson_path}/versions?limit=2{cursor and f'&cursor={cursor}'}").json
        seen += [each["n"] for each in page["items"]]
        cursor = page["next_cursor"]
        course.owner.patch(course.lesson_path, {"title": f"Between {cursor}"})
    assert seen == [6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    "cursor", ["!!!", "e30", "W10", "dHJ1ZQ", "MS41", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk", "Ingi"]
)
def test_a_wrong_cursor_is_refused(course: Authored, cursor: str):
    answer = course.owner.get(f"{course.lesson_path}/versions?cursor={cursor}")
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "?cursor")


def test_versions_of_another_course_are_not_found(course: Authored):
    other = author(course.owner)
    path = f"{course.path}/lessons/{other.lessons[0]}"
    assert course.owner.get(f"{path}/versions").status == 404
    assert course.owner.post(f"{path}/versions/1/restore").status == 404
    assert course.owner.post(f"{path}/review").status == 404


def with_quiz(course: Authored) -> ObjectId:
    """A quiz of the lesson's with two questions."""
    from lms import mongo
    from lms.ai.models import TrueFalse
    from lms.courses import outline
    from lms.courses.repository import courses, lessons
    from lms.quizzes import generated

    lesson = lessons().find_one({"_id": ObjectId(course.lessons[0])})
    assert lesson is not None
    asked = [(TrueFalse(prompt=prompt, answer=True, evidence="e"), None) for prompt in ("p", "q")]
    quiz, questions = generated.quiz(lesson, asked, clock.now())
    mongo.transaction(lambda tx: generated.add(tx, [quiz], questions))
    lessons().update_one({"_id": lesson["_id"]}, {"$set": {"quiz_id": quiz["_id"]}})
    row = outline.row({**lesson, "quiz_id": quiz["_id"]}, 2)
    courses().update_one({"_id": ObjectId(course.id)}, {"$set": {"modules.0.lessons.0": row}})
    return quiz["_id"]


def quiz_and_uses(quiz_id: ObjectId) -> tuple[bool, int]:
    """Whether the quiz is deleted, and how many questions say that it asks them."""
    from lms.quizzes.repository import questions, quizzes

    quiz = quizzes().find_one({"_id": quiz_id})
    assert quiz is not None
    return bool(quiz["deleted_at"]), questions().count_documents({"used_in": quiz_id, "deleted_at": None})


def test_a_deleted_lesson_takes_its_quiz_along_and_brings_it_back(course: Authored):
    quiz_id = with_quiz(course)
    before = course.owner.get(course.lesson_path).json
    assert len(before["quiz"]["questions"]) == 2
    row = course.outline()[0]["lessons"][0]
    assert (row["quiz_id"], row["question_count"]) == (str(quiz_id), 2)
    course.owner.delete(course.lesson_path)
    assert quiz_and_uses(quiz_id) == (True, 0)
    assert [(each["n"], each["changed"]) for each in versions(course)] == [(2, ["deleted"]), (1, [])]
    answer = restore(course, 1)
    assert answer.status == 200, answer.text
    state = ("version", "updated_at")
    assert {k: v for k, v in answer.json.items() if k not in state} == {
        k: v for k, v in before.items() if k not in state
    }
    assert quiz_and_uses(quiz_id) == (False, 2)
    assert course.outline()[0]["lessons"][1] == row
    assert course.owner.get(course.lesson_path).json == answer.json
    assert course.owner.get(course.path).json["lesson_count"] == 2


def test_a_lesson_comes_back_where_its_module_is_gone(course: Authored):
    for lesson in course.lessons:
        course.owner.delete(f"{course.path}/lessons/{lesson}")
    course.owner.delete(f"{course.path}/modules/{course.modules[0]}")
    assert restore(course, 2).status == 200
    [module] = course.outline()
    assert [row["id"] for row in module["lessons"]] == [course.lessons[0]]
    course.owner.delete(course.lesson_path)
    course.owner.delete(f"{course.path}/modules/{course.modules[1]}")
    answer = restore(course, 1)
    assert (answer.status, answer.json["code"]) == (409, "NO_MODULE")
    assert course.owner.get(course.lesson_path).status == 404


def test_a_review_marks_what_the_ai_wrote(api: Api, course: Authored):
    from lms.courses.repository import lessons

    blocks = [{"kind": "markdown", "text": text} for text in ("a", "b", "c")]
    course.owner.patch(course.lesson_path, {"blocks": blocks})
    lessons().update_one(
        {"_id": ObjectId(course.lessons[0])}, {"$set": {"blocks.0.origin": "ai", "blocks.1.origin": "ai"}}
    )
    unreviewed = course.owner.get(course.lesson_path)
    assert [block["reviewed"] for block in unreviewed.json["blocks"]] == [None] * 3
    stale = course.owner.post(f"{course.lesson_path}/review", headers={"If-Match": '"1"'})
    assert stale.status == 412
    answer = course.owner.post(f"{course.lesson_path}/review", headers={"If-Match": unreviewed.headers["etag"]})
    assert answer.status == 200, answer.text
    [first, second, own] = answer.json["blocks"]
    assert first["reviewed"] == second["reviewed"]
    assert first["reviewed"]["by"] == course.owner.id
    assert unreviewed.json["updated_at"] <= first["reviewed"]["at"] <= answer.json["updated_at"]
    assert own["reviewed"] is None
    assert answer.headers["etag"] != unreviewed.headers["etag"]
    assert versions(course)[0]["changed"] == ["reviewed"]
    assert events_of(course.lessons[0])[-1]["type"] == "lesson.reviewed"
    colleague = api.person()
    seat(colleague, course.id, "instructor")
    again = colleague.post(f"{course.lesson_path}/review")
    assert again.json == answer.json, "what is reviewed stays so, by whom and when"
    edited = course.owner.patch(course.lesson_path, {"blocks": [first, {**second, "text": "x"}, own]}).json
    assert [block["reviewed"] for block in edited["blocks"]] == [first["reviewed"], None, None]


def test_what_an_ai_writes_anew_is_unreviewed():
    from lms.courses import blocks
    from lms.courses.states import Origin

    review = {"by": ObjectId(), "at": clock.now()}
    [seen] = blocks.reviewed([blocks.block("markdown", "a", None, origin=Origin.AI)], review)
    assert seen["reviewed"] == review
    anew = blocks.block("markdown", "b", None, origin=Origin.AI, id=seen["id"])
    assert "reviewed" not in anew


def test_versions_are_for_editors(api: Api, course: Authored):
    learner, assistant = api.person(), api.person()
    publish(course.id)
    seat(learner, course.id, "learner")
    seat(assistant, course.id, "assistant")
    for person in (learner, assistant):
        assert person.get(f"{course.lesson_path}/versions").status == 403
        assert person.post(f"{course.lesson_path}/versions/1/restore").status == 403
        assert person.post(f"{course.lesson_path}/review").status == 403
