"""POST, GET /courses/{id}/questions; GET, PATCH, DELETE /questions/{id}."""

from typing import Any

import pytest
from bson import ObjectId

from lms import markdown
from tests.functions.courses.authored import Authored, audits_of, author, events_of, publish, seat
from tests.mongo_commands import recorded
from tests.people import Api

SINGLE = {
    "title": "Numbers",
    "prompt": "Which is a **number**? <script>alert(1)</script>",
    "content": {
        "kind": "single",
        "options": [
            {"id": "one", "text": "`1`", "weight": 1, "feedback": "Right: *digits*."},
            {"id": "text", "text": "`'1'`"},
        ],
    },
    "points": 2,
    "feedback": {"general": "See lesson 1."},
    "hints": ["No quotes."],
    "skills": ["types"],
    "pool": "types",
}
CONTENTS: dict[str, dict[str, Any]] = {
    "single": SINGLE["content"],
    "multiple": {
        "options": [{"text": "a", "weight": 0.5}, {"text": "b", "weight": 0.5}, {"text": "c", "weight": -1}]
    },
    "true_false": {"answer": True, "feedback_false": "No."},
    "numeric": {"answers": [{"value": 9.81, "tolerance": 0.01}], "units": [{"name": "m/s²", "multiplier": 1}]},
    "short_text": {"answers": [{"text": "colo*r"}]},
    "matching": {
        "pairs": [{"prompt": "1", "answer": "one"}, {"prompt": "2", "answer": "two"}],
        "distractors": ["x"],
    },
    "ordering": {"items": [{"text": "first"}, {"text": "second"}], "grading": "neighbours"},
    "cloze": {
        "gaps": [
            {"id": "a", "kind": "short_text", "answers": [{"text": "x"}]},
            {"id": "b", "kind": "single", "options": [{"text": "y", "weight": 1}, {"text": "z"}]},
            {"id": "c", "kind": "numeric", "answers": [{"value": 1}], "share": 3},
        ]
    },
    "essay": {"notes": "Look for *three* reasons.", "least_words": 50},
}


def question(kind: str, **fields: Any) -> dict[str, Any]:
    prompt = "Fill {{a}}, {{b}} and {{c}}." if kind == "cloze" else "What?"
    return {"prompt": prompt, "content": {**CONTENTS[kind], "kind": kind}, **fields}


def add(course: Authored, kind: str = "true_false", **fields: Any) -> dict[str, Any]:
    answer = course.owner.post(f"{course.path}/questions", question(kind, **fields))
    assert answer.status == 201, answer.text
    return answer.json


@pytest.fixture
def course(api: Api) -> Authored:
    return author(api.person())


def covers(shown: Any, sent: Any) -> bool:
    """Whether all that was sent is shown."""
    if isinstance(sent, dict):
        return all(name in shown and covers(shown[name], sent[name]) for name in sent)
    if isinstance(sent, list):
        return len(shown) == len(sent) and all(map(covers, shown, sent))
    return bool(shown == sent)


def test_a_question_is_shown_with_its_key_and_as_safe_html(course: Authored):
    answer = course.owner.post(f"{course.path}/questions", SINGLE)
    assert answer.status == 201, answer.text
    made = answer.json
    assert answer.headers["location"] == f"/questions/{made['id']}"
    assert covers(made, SINGLE)
    assert (made["kind"], made["version"], made["origin"], made["source"]) == ("single", 1, "person", None)
    assert made["html"]["options/one/text"] == "<p><code>1</code></p>\n"
    assert made["html"]["feedback/general"] == "<p>See lesson 1.</p>\n"
    assert "<strong>number</strong>" in made["html"]["prompt"] and "<script" not in made["html"]["prompt"]
    read = course.owner.get(f"/questions/{made['id']}")
    assert read.json == made
    assert read.headers["etag"] == answer.headers["etag"] == f'"1-{markdown.VERSION}"'
    [event] = events_of(made["id"])
    assert (event["type"], event["data"]["course_id"]) == ("question.created", ObjectId(course.id))


@pytest.mark.parametrize("kind", CONTENTS)
def test_every_kind_can_be_kept_and_put_back_as_it_is_shown(course: Authored, kind: str):
    made = add(course, kind)
    assert covers(made["content"], question(kind)["content"])
    again = course.owner.patch(f"/questions/{made['id']}", {"content": made["content"]})
    assert (again.status, again.json["content"], again.json["version"]) == (200, made["content"], 2)


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"content": {"kind": "single", "options": [{"text": "a"}, {"text": "b"}]}}, "/content/single"),
        ({"content": {"kind": "riddle"}}, "/content"),
        ({"prompt": ""}, "/prompt"),
        ({"points": 0}, "/points"),
        ({"version": 7}, "/version"),
        ({"content": CONTENTS["cloze"] | {"kind": "cloze"}, "prompt": "No gap"}, ""),
        ({"content": CONTENTS["cloze"] | {"kind": "cloze"}, "prompt": "[{{a}}]({{b}}) {{c}}"}, "/prompt"),
    ],
)
def test_what_is_no_question_is_refused_with_its_place(course: Authored, wrong: dict[str, Any], pointer: str):
    answer = course.owner.post(f"{course.path}/questions", {**SINGLE, **wrong})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)


def test_a_question_has_a_most_of_bytes(course: Authored):
    options = [{"text": "x" * 20_000, "weight": 1} for _ in range(30)]
    answer = course.owner.post(
        f"{course.path}/questions", {"prompt": "p", "content": {"kind": "single", "options": options}}
    )
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/prompt")


def test_a_change_is_a_new_version_and_every_version_stays(course: Authored):
    from lms.quizzes.repository import question_versions

    made = add(course, "single", hints=["a"], pool="p")
    path = f"/questions/{made['id']}"
    changed = course.owner.patch(path, {"prompt": "Why?", "hints": []}, headers={"If-Match": '"1"'})
    assert (changed.status, changed.json["version"]) == (200, 2)
    assert (changed.json["prompt"], changed.json["hints"], changed.json["pool"]) == ("Why?", [], "p")
    assert changed.json["html"]["prompt"] == "<p>Why?</p>\n"
    assert course.owner.patch(path, {"pool": None}, headers={"If-Match": '"1"'}).status == 412
    assert course.owner.patch(path, {"pool": None}).json["pool"] is None
    kept = list(question_versions().find({"question_id": ObjectId(made["id"])}).sort("version", 1))
    assert [(each["version"], each["prompt"], each["pool"]) for each in kept] == [
        (1, "What?", "p"),
        (2, "Why?", "p"),
        (3, "Why?", None),
    ]
    assert kept[0]["html"]["prompt"] == "<p>What?</p>\n"
    assert [event["type"] for event in events_of(made["id"])] == ["question.created"] + ["question.updated"] * 2


def test_a_prompt_cannot_lose_its_gaps(course: Authored):
    made = add(course, "cloze")
    answer = course.owner.patch(f"/questions/{made['id']}", {"prompt": "Fill {{a}}."})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/prompt")
    assert course.owner.patch(f"/questions/{made['id']}", {"prompt": "{{c}}{{b}}{{a}}"}).status == 200


def test_what_a_person_rewrites_is_no_longer_the_ais(course: Authored):
    from lms.quizzes.repository import questions

    made = add(course)
    questions().update_one({"_id": ObjectId(made["id"])}, {"$set": {"origin": "ai", "evidence": "It says so."}})
    path = f"/questions/{made['id']}"
    kept = course.owner.patch(path, {"points": 3, "prompt": made["prompt"]}).json
    assert (kept["origin"], kept["evidence"]) == ("ai", "It says so.")
    changed = course.owner.patch(path, {"prompt": "Really?"}).json
    assert (changed["origin"], changed["evidence"]) == ("person", "")


def test_html_of_an_older_make_is_made_anew(course: Authored):
    from lms.quizzes.repository import questions

    made = add(course)
    questions().update_one({"_id": ObjectId(made["id"])}, {"$set": {"html_version": 0, "html.prompt": "<blink>"}})
    assert course.owner.get(f"/questions/{made['id']}").json["html"] == made["html"]
    assert course.owner.get(f"{course.path}/questions").json["items"][0]["html"] == made["html"]


def test_the_bank_is_paged_and_filtered(course: Authored):
    made = [
        add(course, "single", pool="a", skills=["s", "t"], title="Alpha (1)"),
        add(course, "essay", pool="a"),
        add(course, "single", pool="b", skills=["t"], prompt="What is ALPHA (1)?"),
    ]
    other = author(course.owner)
    add(other, "single", pool="a")

    def ids(query: str) -> list[str]:
        return [row["id"] for row in course.owner.get(f"{course.path}/questions?{query}").json["items"]]

    every = [each["id"] for each in made]
    assert ids("") == every
    assert ids("pool=a") == every[:2]
    assert ids("pool=a&kind=essay") == every[1:2]
    assert ids("skill=t") == [every[0], every[2]]
    assert ids("q=alpha%20(1") == [every[0], every[2]]
    assert ids("q=.*") == []
    first = course.owner.get(f"{course.path}/questions?limit=2&kind=single").json
    assert [row["id"] for row in first["items"]] == [every[0], every[2]] and first["next_cursor"] is None
    first = course.owner.get(f"{course.path}/questions?limit=2").json
    later = add(course)["id"]
    second = course.owner.get(f"{course.path}/questions?limit=2&cursor={first['next_cursor']}").json
    assert [row["id"] for row in first["items"] + second["items"]] == [*every, later]
    assert first["items"][0] == made[0]
    assert course.owner.get(f"{course.path}/questions?kind=riddle").status == 422
    assert course.owner.get(f"{course.path}/questions?cursor=x").status == 422


def test_a_page_of_large_questions_still_fits_into_lambdas_answer(course: Authored):
    options = [{"text": "x" * 18_000, "weight": 1} for _ in range(12)]
    large = {"prompt": "p", "content": {"kind": "single", "options": options}}
    every = [course.owner.post(f"{course.path}/questions", large).json["id"] for _ in range(9)]
    found: list[str] = []
    cursor = ""
    while cursor is not None:
        answer = course.owner.get(f"{course.path}/questions?limit=100&cursor={cursor}")
        assert answer.status == 200 and len(answer.body) < 4_500_000
        found += [row["id"] for row in answer.json["items"]]
        cursor = answer.json["next_cursor"]
    assert found == every


@pytest.mark.parametrize("query", ["", "pool=a", "kind=single", "skill=s", "q=x", "pool=a&skill=s&q=x"])
def test_the_bank_is_read_by_an_index_in_the_order_of_the_page(course: Authored, query: str):
    add(course, "single", pool="a", skills=["s"])
    with recorded() as log:
        assert course.owner.get(f"{course.path}/questions?{query}").status == 200
    assert [command.name for command in log] == ["aggregate", "find"]
    assert not any(command.scans_a_collection for command in log)
    assert "'SORT'" not in str(log[1].plan()["queryPlanner"]["winningPlan"])


def test_a_question_can_be_deleted_once_no_quiz_asks_it(course: Authored):
    made = add(course)
    path = f"/questions/{made['id']}"
    quiz = course.owner.post(f"{course.path}/quizzes", {"title": "Check"}).json
    items = f"/quizzes/{quiz['id']}/items"
    course.owner.put(items, {"items": [{"kind": "question", "question_id": made["id"]}]})
    refused = course.owner.delete(path)
    assert (refused.status, refused.json["code"]) == (409, "QUESTION_IN_USE")
    assert refused.json["quizzes"] == [{"id": quiz["id"], "title": "Check"}]
    course.owner.put(items, {"items": []})
    assert course.owner.delete(path, headers={"If-Match": '"2"'}).status == 412
    assert course.owner.delete(path, headers={"If-Match": '"1"'}).status == 204
    assert [course.owner.get(path).status, course.owner.patch(path, {"points": 1}).status] == [404, 404]
    assert course.owner.get(f"{course.path}/questions").json["items"] == []
    assert audits_of(made["id"]) == ["question.delete"]


def test_a_pool_keeps_what_quizzes_draw_from_it(course: Authored):
    made = [add(course, pool="p")["id"] for _ in range(3)]
    quiz = course.owner.post(f"{course.path}/quizzes", {"title": "Check"}).json["id"]
    drawn = {"items": [{"kind": "draw", "pool": "p", "count": 2}]}
    assert course.owner.put(f"/quizzes/{quiz}/items", drawn).status == 200
    assert course.owner.patch(f"/questions/{made[0]}", {"pool": "q"}).status == 200
    for answer in (
        course.owner.delete(f"/questions/{made[1]}"),
        course.owner.patch(f"/questions/{made[1]}", {"pool": None}),
    ):
        assert (answer.status, answer.json["code"]) == (409, "QUESTION_IN_USE")
        assert answer.json["quizzes"] == [{"id": quiz, "title": "Check"}]
    assert course.owner.patch(f"/questions/{made[1]}", {"points": 2}).status == 200
    assert course.owner.delete(f"/questions/{made[0]}").status == 204


def test_a_question_of_a_lessons_quiz_changes_the_lesson(course: Authored):
    made = add(course)
    quiz = course.owner.post(f"{course.path}/quizzes", {"title": "Q", "lesson_id": course.lessons[0]}).json["id"]
    course.owner.put(f"/quizzes/{quiz}/items", {"items": [{"kind": "question", "question_id": made["id"]}]})
    tag = course.owner.get(course.lesson_path).headers["etag"]
    course.owner.patch(f"/questions/{made['id']}", {"prompt": "Really?"})
    again = course.owner.get(course.lesson_path, headers={"If-None-Match": tag})
    assert (again.status, again.json["quiz"]["questions"][0]["prompt"]) == (200, "Really?")


def test_the_bank_is_for_editors(api: Api, course: Authored):
    made = add(course)
    people = {role: api.person() for role in ("reader", "learner", "assistant")}
    publish(course.id)
    for role in ("learner", "assistant"):
        seat(people[role], course.id, role)
    for person in people.values():
        assert person.get(f"{course.path}/questions").status == 403
        assert person.post(f"{course.path}/questions", SINGLE).status == 403
        assert person.get(f"/questions/{made['id']}").status == 403
        assert person.patch(f"/questions/{made['id']}", {"points": 1}).status == 403
        assert person.delete(f"/questions/{made['id']}").status == 403


def test_what_is_not_there_is_not_found(course: Authored):
    for id in ("0" * 24, "x", course.id):
        assert course.owner.get(f"/questions/{id}").status == 404
        assert course.owner.patch(f"/questions/{id}", {"points": 1}).status == 404
        assert course.owner.delete(f"/questions/{id}").status == 404


def test_a_repeated_idempotency_key_makes_one_question(course: Authored):
    key = {"Idempotency-Key": "k1"}
    answers = [course.owner.post(f"{course.path}/questions", SINGLE, headers=key) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert len(course.owner.get(f"{course.path}/questions").json["items"]) == 1
