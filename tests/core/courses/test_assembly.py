"""A generated course is written whole or not at all, and reads as one made by hand."""

import re
from typing import Any

import pytest
from bson import ObjectId

from lms.ai import models as ai
from tests.people import Api, Person

SOURCE = "0123456789abcdef01234567"
SPAN = ai.Span(source_id=SOURCE, start=10, end=42)
REQUEST = ai.CourseRequest(
    topic="Plants", audience="everyone", difficulty=ai.Difficulty.BEGINNER, lesson_count=3, language="en"
)
OUTLINE = ai.Outline(
    title="How plants eat",
    description="Light, water, air.",
    skills=[f"skill {number}" for number in range(60)],
    modules=[
        ai.ModulePlan(
            title="Light", lessons=[ai.LessonPlan(number=1, title="Leaves", objectives=["See"], minutes=5)]
        ),
        ai.ModulePlan(
            title="Air",
            lessons=[
                ai.LessonPlan(number=2, title="Stomata", objectives=["Open"], minutes=7),
                ai.LessonPlan(number=3, title="Sugar", objectives=["Taste"], minutes=9),
            ],
        ),
    ],
)
LESSON = ai.Lesson(
    blocks=[
        ai.Block(kind="markdown", text="A leaf is **green**.", source=SPAN),
        ai.Block(kind="code", text="x < 1", language="python"),
    ],
    key_terms=[ai.KeyTerm(term="Leaf", definition="What is green.", source=SPAN)],
)
QUIZ = ai.Quiz(
    questions=[
        ai.SingleChoice(
            prompt="What is green?",
            options=["Leaf", "Root", "Soil"],
            answer=0,
            evidence="A leaf is green.",
            source=SPAN,
        ),
        ai.TrueFalse(prompt="A leaf is red.", answer=False, evidence="A leaf is green."),
        ai.Cloze(prompt="A leaf is ____.", answer="green", evidence="A leaf is green."),
        ai.ShortText(prompt="Which colour?", answer="green", evidence="A leaf is green."),
    ]
)


def assemble(
    owner: Person, course_id: ObjectId, job_id: ObjectId, *, quiz: ai.Quiz = QUIZ, fail: bool = False
) -> None:
    from lms import mongo
    from lms.courses import assembly

    def work(tx: mongo.Transaction) -> None:
        assembly.assemble(
            tx,
            course_id=course_id,
            owner_id=ObjectId(owner.id),
            job_id=job_id,
            provider="grounded",
            prompts={"outline": {"v1": "0" * 64}},
            request=REQUEST,
            outline=OUTLINE,
            lessons={1: LESSON, 2: LESSON, 3: LESSON},
            quizzes={1: quiz, 3: quiz},
            cite=lambda span: {**span.model_dump(), "title": "A text on leaves"},
        )
        if fail:
            raise RuntimeError("the worker died")

    mongo.transaction(work)


@pytest.fixture
def owner(api: Api) -> Person:
    return api.person()


def lessons_of(owner: Person, course_id: ObjectId) -> list[dict[str, Any]]:
    modules = owner.get(f"/courses/{course_id}/outline").json["modules"]
    return [
        owner.get(f"/courses/{course_id}/lessons/{row['id']}").json
        for module in modules
        for row in module["lessons"]
    ]


def test_the_course_is_a_draft_of_its_owners(owner: Person):
    from lms.events import events

    course_id, job_id = ObjectId(), ObjectId()
    assemble(owner, course_id, job_id)
    course = owner.get(f"/courses/{course_id}").json
    assert (course["title"], course["description"]) == ("How plants eat", "Light, water, air.")
    assert (course["audience"], course["difficulty"], course["language"]) == ("everyone", "beginner", "en")
    assert (course["status"], course["role"], course["version"]) == ("draft", "owner", 1)
    assert (course["module_count"], course["lesson_count"], len(course["skills"])) == (2, 3, 50)
    assert course["generated"] == {
        "job_id": str(job_id),
        "provider": "grounded",
        "prompts": {"outline": {"v1": "0" * 64}},
    }
    assert [item["id"] for item in owner.get("/courses?owner=me").json["items"]] == [str(course_id)]
    [event] = events().find({"subject_id": course_id})
    assert (event["type"], event["actor_id"]) == ("course.created", ObjectId(owner.id))
    assert event["data"]["job_id"] == job_id


def test_the_outline_follows_the_plan(owner: Person):
    course_id = ObjectId()
    assemble(owner, course_id, ObjectId())
    modules = owner.get(f"/courses/{course_id}/outline").json["modules"]
    assert [module["title"] for module in modules] == ["Light", "Air"]
    rows = [row for module in modules for row in module["lessons"]]
    assert [(row["title"], row["minutes"], row["objectives"]) for row in rows] == [
        ("Leaves", 5, ["See"]),
        ("Stomata", 7, ["Open"]),
        ("Sugar", 9, ["Taste"]),
    ]
    assert [(row["block_count"], row["question_count"]) for row in rows] == [(2, 4), (2, 0), (2, 4)]


def test_blocks_and_key_terms_carry_their_source(owner: Person):
    course_id = ObjectId()
    assemble(owner, course_id, ObjectId())
    unknown = {"file_id": None, "page": None, "last_page": None, "heading": None, "changed": False}
    source = {"source_id": SOURCE, "title": "A text on leaves", "start": 10, "end": 42, **unknown}
    for lesson in lessons_of(owner, course_id):
        [markdown, code] = lesson["blocks"]
        assert (markdown["html"], markdown["origin"], markdown["source"]) == (
            "<p>A leaf is <strong>green</strong>.</p>\n",
            "ai",
            source,
        )
        assert (code["html"], code["language"], code["source"]) == (
            '<pre><code class="language-python">x &lt; 1</code></pre>',
            "python",
            None,
        )
        assert lesson["key_terms"] == [{"term": "Leaf", "definition": "What is green.", "source": source}]


def test_editors_see_the_quiz_with_its_answers_in_order(owner: Person, api: Api):
    from tests.functions.courses.authored import publish, seat

    course_id = ObjectId()
    assemble(owner, course_id, ObjectId())
    first, second, _ = lessons_of(owner, course_id)
    assert second["quiz"] is None
    assert first["quiz"]["title"] == "Leaves"
    questions = first["quiz"]["questions"]
    assert [(question["kind"], question["answer"]) for question in questions] == [
        ("single", 0),
        ("true_false", False),
        ("cloze", "green"),
        ("short_text", "green"),
    ]
    assert [type(question["answer"]) for question in questions] == [int, bool, str, str]
    assert questions[0]["options"] == ["Leaf", "Root", "Soil"]
    assert questions[0]["source"]["title"] == "A text on leaves"
    assert {question["evidence"] for question in questions} == {"A leaf is green."}
    learner = api.person()
    publish(str(course_id))
    seat(learner, str(course_id), "learner")
    shown = learner.get(f"/courses/{course_id}/lessons/{first['id']}")
    assert shown.status == 200
    assert shown.json["quiz"] is None
    assert not re.search("evidence|answer", shown.text)


def test_texts_that_look_like_gaps_and_wildcards_come_back_as_the_ai_wrote_them(owner: Person):
    course_id = ObjectId()
    asked = [
        ai.Cloze(prompt="In {{name}} a ____ stands for {{b}}.", answer="*", evidence="e"),
        ai.ShortText(prompt="Which {{mark}}?", answer=r"a*b\*", evidence="e"),
    ]
    assemble(owner, course_id, ObjectId(), quiz=ai.Quiz(questions=asked))
    questions = lessons_of(owner, course_id)[0]["quiz"]["questions"]
    assert [(each["prompt"], each["answer"]) for each in questions] == [
        (each.prompt, each.answer) for each in asked
    ]


def test_what_the_bank_cannot_hold_is_left_out(owner: Person):
    course_id = ObjectId()
    long = ai.ShortText(prompt="Which?", answer="x" * 2_000, evidence="e")
    assemble(owner, course_id, ObjectId(), quiz=ai.Quiz(questions=[long, *QUIZ.questions]))
    lesson = lessons_of(owner, course_id)[0]
    assert len(lesson["quiz"]["questions"]) == len(QUIZ.questions)
    row = owner.get(f"/courses/{course_id}/outline").json["modules"][0]["lessons"][0]
    assert row["question_count"] == len(QUIZ.questions)
    assemble(owner, other := ObjectId(), ObjectId(), quiz=ai.Quiz(questions=[long]))
    assert lessons_of(owner, other)[0]["quiz"] is None


def test_a_generated_course_can_be_edited(owner: Person):
    course_id = ObjectId()
    assemble(owner, course_id, ObjectId())
    lesson = lessons_of(owner, course_id)[0]
    path = f"/courses/{course_id}/lessons/{lesson['id']}"
    changed = owner.patch(path, {"title": "Changed", "blocks": lesson["blocks"][:1]}, headers={"If-Match": '"1"'})
    assert changed.status == 200, changed.text
    assert changed.json["blocks"] == lesson["blocks"][:1]
    assert changed.json["quiz"] == lesson["quiz"]
    row = owner.get(f"/courses/{course_id}/outline").json["modules"][0]["lessons"][0]
    assert (row["title"], row["block_count"], row["question_count"]) == ("Changed", 1, 4)


def test_what_fails_leaves_nothing(owner: Person):
    from lms.courses.repository import lessons
    from lms.events import events
    from lms.quizzes.repository import question_versions, questions, quizzes

    course_id = ObjectId()
    with pytest.raises(RuntimeError):
        assemble(owner, course_id, ObjectId(), fail=True)
    assert owner.get(f"/courses/{course_id}").status == 404
    for collection in (lessons, quizzes, questions, question_versions):
        assert collection().count_documents({"course_id": course_id}) == 0
    assert events().count_documents({"subject_id": course_id}) == 0
