"""What must be true of every generated course, whoever asks and whatever happened on the way."""

from typing import Any

from tests.people import Person

REQUEST = {
    "topic": "Machine Learning",
    "audience": "intermediate",
    "difficulty": "advanced",
    "lesson_count": 15,
}


def generate(person: Person, **changes: object) -> str:
    answer = person.post("/ai/generate-course", {**REQUEST, **changes})
    assert answer.status == 202, answer.text
    return answer.json["job_id"]


def lessons_of(person: Person, course_id: str) -> list[dict[str, Any]]:
    outline = person.get(f"/courses/{course_id}/outline").json
    return [
        person.get(f"/courses/{course_id}/lessons/{lesson['id']}").json
        for module in outline["modules"]
        for lesson in module["lessons"]
    ]


def check_course(person: Person, course_id: str, lesson_count: int, *, sources: bool) -> None:
    """Exactly the lessons asked for, each complete, each answer standing in its lesson."""
    course = person.get(f"/courses/{course_id}").json
    assert (course["status"], course["owner_id"]) == ("draft", person.id)
    assert course["lesson_count"] == lesson_count
    outline = person.get(f"/courses/{course_id}/outline").json
    rows = [lesson for module in outline["modules"] for lesson in module["lessons"]]
    assert len(rows) == len({row["id"] for row in rows}) == len({row["title"] for row in rows}) == lesson_count
    for row, lesson in zip(rows, lessons_of(person, course_id), strict=True):
        assert lesson["objectives"] and lesson["minutes"] >= 1 and lesson["blocks"]
        assert row["title"] == lesson["title"]
        if sources:
            assert all(block["source"] for block in lesson["blocks"])
        check_quiz(lesson)


def plain(text: str) -> str:
    return " ".join(text.replace("*", "").replace("_", "").replace("`", "").split()).casefold()


def check_quiz(lesson: dict[str, Any]) -> None:
    text = plain("\n\n".join(block["text"] for block in lesson["blocks"]))
    assert lesson["quiz"]["questions"]
    for question in lesson["quiz"]["questions"]:
        assert plain(question["evidence"]) in text
        answer = question["answer"]
        if question["kind"] == "single":
            options = [plain(option) for option in question["options"]]
            assert len(set(options)) == len(options)
            answer = question["options"][answer]
        if question["kind"] != "true_false":
            assert plain(answer) in plain(question["evidence"])
        if question["kind"] == "cloze":
            assert question["prompt"].count("____") == 1
