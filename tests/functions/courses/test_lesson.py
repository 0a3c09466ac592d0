"""POST /courses/{id}/lessons; GET, PATCH, DELETE /courses/{id}/lessons/{lesson_id}."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bson import ObjectId

from lms import markdown
from lms.courses.outline import MOST_BYTES
from tests.functions.courses.authored import Authored, audits_of, author, events_of, new_lesson, publish, seat
from tests.people import Api

TEXT = "# Loops\n\nUse `for`, never <script>alert('x')</script>.\n\n|a|b|\n|-|-|\n|1|2|"
BLOCKS = [
    {"kind": "markdown", "text": TEXT},
    {"kind": "code", "text": "if a < b and c > '<script>':\n    pass\n", "language": "python"},
]

RULES: dict[str, Any] = {"release": None, "completion": {"kind": "viewed"}}


@pytest.fixture
def course(api: Api) -> Authored:
    return author(api.person())


def test_a_lesson_is_shown_as_written_and_as_safe_html(course: Authored):
    given = {"objectives": ["Write a loop"], "skills": ["loops"], "minutes": 25, "blocks": BLOCKS}
    answer = course.owner.post(
        f"{course.path}/lessons", {"module_id": course.modules[1], "title": "Loops", **given}
    )
    assert answer.status == 201, answer.text
    lesson = answer.json
    path = f"{course.path}/lessons/{lesson['id']}"
    assert (answer.headers["location"], answer.headers["etag"]) == (path, f'"1-owner-{markdown.VERSION}"')
    assert (lesson["title"], lesson["course_id"], lesson["key_terms"], lesson["quiz"]) == (
        "Loops",
        course.id,
        [],
        None,
    )
    assert [lesson[name] for name in ("objectives", "skills", "minutes")] == [["Write a loop"], ["loops"], 25]
    [prose, code] = lesson["blocks"]
    assert (prose["text"], prose["origin"], prose["source"]) == (TEXT, "person", None)
    assert "<h1>Loops</h1>" in prose["html"] and "<td>1</td>" in prose["html"]
    assert "<script" not in prose["html"]
    assert code["text"] == BLOCKS[1]["text"]
    assert code["html"] == (
        "<pre><code class=\"language-python\">if a &lt; b and c &gt; '&lt;script&gt;':\n    pass\n</code></pre>"
    )
    assert course.owner.get(path).json == lesson
    [row] = course.outline()[1]["lessons"]
    assert (row["id"], row["title"], row["minutes"], row["objectives"]) == (
        lesson["id"],
        "Loops",
        25,
        ["Write a loop"],
    )
    assert (row["block_count"], row["question_count"]) == (2, 0)


def test_a_change_reaches_the_outline(course: Authored):
    before = course.etag()
    answer = course.owner.patch(
        course.lesson_path, {"title": "Changed", "minutes": 30, "objectives": ["o"], "blocks": BLOCKS}
    )
    assert (answer.status, answer.json["version"]) == (200, 2)
    row = course.outline()[0]["lessons"][0]
    assert [row[name] for name in ("title", "minutes", "objectives", "block_count")] == ["Changed", 30, ["o"], 2]
    assert course.etag() != before
    assert course.owner.get(course.lesson_path).json == answer.json


def test_a_change_of_the_body_alone_leaves_the_outline_at_its_version(course: Authored):
    course.owner.patch(course.lesson_path, {"blocks": BLOCKS})
    before = course.etag()
    answer = course.owner.patch(course.lesson_path, {"blocks": BLOCKS[::-1], "skills": ["s"]})
    assert (answer.status, answer.json["skills"]) == (200, ["s"])
    assert course.etag() == before


def test_blocks_are_replaced_and_keep_their_ids(course: Authored):
    [first, second] = course.owner.patch(course.lesson_path, {"blocks": BLOCKS}).json["blocks"]
    changed = {**first, "text": "other"}
    [moved, edited, added] = course.owner.patch(
        course.lesson_path, {"blocks": [second, changed, {"kind": "markdown", "text": "new"}]}
    ).json["blocks"]
    assert moved == second
    assert (edited["id"], edited["text"], edited["html"]) == (first["id"], "other", "<p>other</p>\n")
    assert added["id"] not in (first["id"], second["id"])


def test_provenance_is_the_servers_to_say(course: Authored):
    from lms.courses.repository import lessons

    source = {"source_id": ObjectId(), "title": "Text", "start": 3, "end": 9}
    [kept, edited] = course.owner.patch(course.lesson_path, {"blocks": BLOCKS}).json["blocks"]
    lessons().update_one(
        {"_id": ObjectId(course.lessons[0])}, {"$set": {"blocks.$[].origin": "ai", "blocks.$[].source": source}}
    )
    forged = {"kind": "markdown", "text": "mine", "origin": "ai", "source": {**source, "source_id": "0" * 24}}
    forged["html"] = "<script>alert(1)</script>"
    [kept, edited, new] = course.owner.patch(
        course.lesson_path, {"blocks": [kept, {**edited, "text": "changed"}, forged]}
    ).json["blocks"]
    assert (kept["origin"], kept["source"]["end"]) == ("ai", 9)
    assert (edited["origin"], edited["source"]) == ("person", None)
    assert (new["origin"], new["source"], new["html"]) == ("person", None, "<p>mine</p>\n")


def test_html_of_an_older_make_is_made_anew(course: Authored):
    from lms.courses.repository import lessons

    course.owner.patch(course.lesson_path, {"blocks": BLOCKS})
    lessons().update_one(
        {"_id": ObjectId(course.lessons[0])}, {"$set": {"html_version": 0, "blocks.$[].html": "<blink>"}}
    )
    blocks = course.owner.get(course.lesson_path).json["blocks"]
    assert "<h1>Loops</h1>" in blocks[0]["html"] and "<pre>" in blocks[1]["html"]
    kept = course.owner.patch(course.lesson_path, {"blocks": blocks}).json["blocks"]
    assert kept == blocks == course.owner.get(course.lesson_path).json["blocks"]


def test_if_match_protects_a_newer_version(course: Authored):
    assert course.owner.patch(course.lesson_path, {"title": "B"}, headers={"If-Match": '"1"'}).status == 200
    assert course.owner.patch(course.lesson_path, {"title": "C"}, headers={"If-Match": '"1"'}).status == 412
    assert course.owner.delete(course.lesson_path, headers={"If-Match": '"1"'}).status == 412
    assert course.owner.get(course.lesson_path).json["title"] == "B"
    assert course.outline()[0]["lessons"][0]["title"] == "B"


def test_a_lessons_tag_serves_reads_and_changes(course: Authored):
    tag = course.owner.get(course.lesson_path).headers["etag"]
    assert course.owner.get(course.lesson_path, headers={"If-None-Match": tag}).status == 304
    changed = course.owner.patch(course.lesson_path, {"title": "B"}, headers={"If-Match": tag})
    assert changed.status == 200
    tag = changed.headers["etag"]
    assert course.owner.get(course.lesson_path, headers={"If-None-Match": tag}).status == 304
    assert course.owner.patch(course.lesson_path, {"title": "C"}, headers={"If-Match": tag}).status == 200
    assert course.owner.delete(course.lesson_path, headers={"If-Match": tag}).status == 412


@pytest.fixture
def newer_make() -> Iterator[Callable[[], None]]:
    """Raises the version of what markdown makes, until the test ends."""
    present = markdown.VERSION

    def upgrade() -> None:
        markdown.VERSION = present + 1

    yield upgrade
    markdown.VERSION = present


def test_html_of_an_older_make_is_not_kept_by_clients(course: Authored, newer_make: Callable[[], None]):
    tag = course.owner.get(course.lesson_path).headers["etag"]
    newer_make()
    assert course.owner.get(course.lesson_path, headers={"If-None-Match": tag}).status == 200
    assert course.owner.patch(course.lesson_path, {"title": "B"}, headers={"If-Match": tag}).status == 200


def test_an_editor_who_becomes_a_learner_does_not_keep_the_answers(api: Api, course: Authored):
    from lms.courses.repository import courses

    person = api.person()
    seat(person, course.id, "instructor")
    tag = person.get(course.lesson_path).headers["etag"]
    courses().update_one(
        {"_id": ObjectId(course.id), "staff.user_id": ObjectId(person.id)}, {"$set": {"staff.$.role": "learner"}}
    )
    assert person.get(course.lesson_path, headers={"If-None-Match": tag}).status == 200


def test_a_deleted_lesson_leaves_the_outline(course: Authored):
    assert course.owner.delete(course.lesson_path).status == 204
    assert course.owner.get(course.lesson_path).status == 404
    assert course.owner.patch(course.lesson_path, {"title": "B"}).status == 404
    assert course.owner.delete(course.lesson_path).status == 404
    assert [row["id"] for row in course.outline()[0]["lessons"]] == course.lessons[1:]
    assert audits_of(course.lessons[0]) == ["lesson.delete"]
    types = [event["type"] for event in events_of(course.lessons[0])]
    assert types == ["lesson.created", "lesson.deleted"]


def test_lesson_bodies_are_for_members(api: Api, course: Authored):
    reader, learner = api.person(), api.person()
    new = {"module_id": course.modules[0], "title": "L"}
    assert reader.get(course.lesson_path).status == 404
    assert reader.post(f"{course.path}/lessons", new).status == 404
    publish(course.id)
    seat(learner, course.id, "learner")
    assert reader.get(course.lesson_path).status == 403
    assert learner.get(course.lesson_path).json["title"] == "First"
    for person in (reader, learner):
        assert person.patch(course.lesson_path, {"title": "B"}).status == 403
        assert person.delete(course.lesson_path).status == 403
        assert person.post(f"{course.path}/lessons", new).status == 403


def test_another_courses_lesson_is_not_found(course: Authored):
    other = author(course.owner)
    for id in (other.lessons[0], "0" * 24, "x", "%7B%22$gt%22:%22%22%7D"):
        path = f"{course.path}/lessons/{id}"
        assert course.owner.get(path).status == 404
        assert course.owner.patch(path, {"title": "B"}).status == 404
        assert course.owner.delete(path).status == 404


def test_a_lesson_needs_a_module_of_its_course(course: Authored):
    other = author(course.owner)
    for id in (other.modules[0], "0" * 24):
        answer = course.owner.post(f"{course.path}/lessons", {"module_id": id, "title": "L"})
        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/module_id")
    from lms.courses.repository import lessons

    assert lessons().count_documents({"course_id": ObjectId(course.id)}) == 2


def test_a_repeated_idempotency_key_makes_one_lesson(course: Authored):
    new, key = {"module_id": course.modules[1], "title": "L"}, {"Idempotency-Key": "k1"}
    answers = [course.owner.post(f"{course.path}/lessons", new, headers=key) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert len(course.outline()[1]["lessons"]) == 1


def test_a_course_has_a_most_of_lessons(course: Authored):
    from lms.courses.repository import courses

    row = {"title": "L", "minutes": 1, "objectives": [], "block_count": 0, "question_count": 0, **RULES}
    courses().update_one(
        {"_id": ObjectId(course.id)},
        {"$push": {"modules.1.lessons": {"$each": [{"_id": ObjectId(), **row} for _ in range(497)]}}},
    )
    new_lesson(course.owner, course.id, course.modules[0])
    answer = course.owner.post(f"{course.path}/lessons", {"module_id": course.modules[0], "title": "L"})
    assert (answer.status, answer.json["code"]) == (409, "TOO_MANY_LESSONS")
    assert course.owner.get(course.path).json["lesson_count"] == 500


def test_the_outline_has_a_most_of_bytes(course: Authored):
    """It is read whole, and has to fit into Lambda's answer."""
    from lms.courses.repository import courses

    full = {"objectives": ["🐍" * 300] * 20}
    row = {
        "_id": ObjectId(),
        "title": "L",
        "minutes": 1,
        "block_count": 0,
        "quiz_id": None,
        "question_count": 0,
        **RULES,
        **full,
    }
    courses().update_one(
        {"_id": ObjectId(course.id)}, {"$push": {"modules.1.lessons": {"$each": [row] * (MOST_BYTES // 25_000)}}}
    )
    new = {"module_id": course.modules[0], "title": "L"}
    while (last := course.owner.post(f"{course.path}/lessons", {**new, **full})).status == 201:
        added = last.json["id"]
    changed = course.owner.patch(course.lesson_path, full)
    assert [(each.status, each.json["code"]) for each in (last, changed)] == [(409, "OUTLINE_TOO_LARGE")] * 2
    outline = course.owner.get(f"{course.path}/outline")
    assert MOST_BYTES * 0.95 < len(outline.body) < MOST_BYTES * 1.1
    assert course.owner.get(course.lesson_path).json["objectives"] == []
    assert course.owner.post(f"{course.path}/lessons", new).status == 201
    assert course.owner.delete(f"{course.path}/lessons/{added}").status == 204
    assert course.owner.patch(course.lesson_path, full).status == 200


MARKDOWN = {"kind": "markdown", "text": "x"}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"title": None}, "/title"),
        ({"title": {"$gt": ""}}, "/title"),
        ({"minutes": 0}, "/minutes"),
        ({"minutes": 601}, "/minutes"),
        ({"minutes": True}, "/minutes"),
        ({"minutes": "15"}, "/minutes"),
        ({"minutes": 15.0}, "/minutes"),
        ({"objectives": ["x" * 301]}, "/objectives/0"),
        ({"objectives": None}, "/objectives"),
        ({"skills": [1]}, "/skills/0"),
        ({"blocks": None}, "/blocks"),
        ({"blocks": [MARKDOWN] * 201}, "/blocks"),
        ({"blocks": [{**MARKDOWN, "text": "x" * 50_001}]}, "/blocks/0/text"),
        ({"blocks": [{**MARKDOWN, "text": "é" * 30_000}] * 4}, "/blocks"),
        ({"blocks": [{**MARKDOWN, "text": ""}]}, "/blocks/0/text"),
        ({"blocks": [{**MARKDOWN, "text": {"$gt": ""}}]}, "/blocks/0/text"),
        ({"blocks": [{**MARKDOWN, "kind": "html"}]}, "/blocks/0/kind"),
        ({"blocks": [{**MARKDOWN, "language": '"><script>'}]}, "/blocks/0/language"),
        ({"blocks": [{**MARKDOWN, "id": "0" * 24}]}, "/blocks/0/id"),
        ({"blocks": [{**MARKDOWN, "id": "x"}]}, "/blocks/0/id"),
        ({"blocks": [{**MARKDOWN, "score": 1}]}, "/blocks/0/score"),
        ({"blocks": [{"text": "x"}]}, "/blocks/0/kind"),
        ({"quiz_id": "0" * 24}, "/quiz_id"),
        ({"key_terms": []}, "/key_terms"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_changed(course: Authored, change: dict[str, Any], pointer: str):
    new = {"module_id": course.modules[0], "title": "L", **change}
    for answer in (
        course.owner.post(f"{course.path}/lessons", new),
        course.owner.patch(course.lesson_path, change),
    ):
        assert answer.status == 422, answer.text
        assert answer.json["errors"][0]["pointer"] == pointer
    assert len(course.outline()[0]["lessons"]) == 2
    assert course.owner.get(course.lesson_path).json["version"] == 1


def test_a_block_may_not_stand_twice(course: Authored):
    [block] = course.owner.patch(course.lesson_path, {"blocks": BLOCKS[:1]}).json["blocks"]
    answer = course.owner.patch(course.lesson_path, {"blocks": [block, block]})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/blocks/1/id")


def test_an_empty_change_is_refused(course: Authored):
    assert course.owner.patch(course.lesson_path, {}).status == 422
    assert course.owner.patch(course.lesson_path, {"module_id": course.modules[1]}).status == 422


def test_text_whose_html_would_fill_the_answer_is_refused(course: Authored):
    """Four blocks of the shortest links there are grow twelvefold."""
    answer = course.owner.patch(course.lesson_path, {"blocks": [{**MARKDOWN, "text": "[](a)" * 10_000}] * 4})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/blocks")
    assert course.owner.get(course.lesson_path).json["version"] == 1


def test_the_html_is_measured_in_bytes(course: Authored):
    """A link of this one's length shows its four-byte characters as they are in its title."""
    text = "[x][a] " * 90 + f'\n\n[a]: b "{"🐍" * 2_000}"'
    blocks = [{**MARKDOWN, "text": text}] * 5
    answer = course.owner.patch(course.lesson_path, {"blocks": blocks})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/blocks")
