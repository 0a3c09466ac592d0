"""GET /courses/{id}/gradebook/export; POST /courses/{id}/gradebook/import."""

import csv
import io
from typing import Any

import pytest
from bson import ObjectId

from tests.contract.test_role_matrix import suggested
from tests.functions.assessments.assigned import new_assignment
from tests.functions.assessments.sitting import TRUE_FALSE, sitting
from tests.functions.assessments.submitting import handed_in, in_minutes
from tests.functions.assessments.test_gradebook import EXAM, ORAL, WORK, cell, changed, placed, row
from tests.functions.assessments.test_grades import given, read
from tests.functions.assessments.test_grading_queue import queue
from tests.functions.assessments.test_submissions import assistant
from tests.functions.courses.enrolled import Class, open_class
from tests.people import Answer, Api, Person


@pytest.fixture
def course(api: Api) -> Class:
    return open_class(api)


@pytest.fixture
def essay(course: Class) -> str:
    """Worth 10, beside an oral exam entered by hand."""
    path = new_assignment(course, title="=cmd|' /C calc'!A0", points=10)
    changed(course, 0, categories=[WORK, EXAM], columns=[placed(path), ORAL])
    return path


def exported(person: Person, course: Class, query: str = "") -> list[list[str]]:
    answer = person.get(f"{course.path}/gradebook/export{query}")
    assert answer.status == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    text = answer.body.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";" if "comma" in query else ","))


def bring(course: Class, rows: list[list[Any]] | str, **more: Any) -> Answer:
    text = rows if isinstance(rows, str) else "\r\n".join(",".join(map(str, each)) for each in rows)
    return course.owner.post(f"{course.path}/gradebook/import", {"csv": text, **more})


def tried(course: Class, rows: list[list[Any]] | str) -> dict[str, Any]:
    answer = bring(course, rows)
    assert answer.status == 200, answer.text
    assert answer.json["applied"] is False
    return answer.json


def header(course: Class) -> list[str]:
    return exported(course.owner, course)[0]


def test_what_is_exported_is_no_formula_and_comes_back_unchanged(course: Class, essay: str):
    learner, other = course.learner(), course.learner()
    given(course.owner, essay, learner.id, points=7.125)
    changed(course, cells=[cell(other, None, excused=True)])
    table = exported(course.owner, course)
    assert table[0][3].startswith("'=cmd") and table[0][3].endswith("]")
    assert [each[:1] + each[3:5] for each in table[1:]] == [[learner.id, "7.1250", ""], [other.id, "", "EX"]]
    assert table[1][5:] == ["71.25", "C", "71.25", "C", "", "C"]
    assert exported(course.owner, course, "?decimal=comma")[1][3] == "7,1250"
    answer = tried(course, course.owner.get(f"{course.path}/gradebook/export").body.decode("utf-8"))
    assert (answer["changes"], answer["problems"]) == ([], [])
    assert learner.get(f"{course.path}/gradebook/export").status == 403


def test_an_export_holds_no_blind_work_and_only_learners_that_are_seen(course: Class, essay: str):
    inside, outside, gone = (course.learner() for _ in range(3))
    assert course.leave(gone).status == 204
    course.put_into(cohort := course.cohort(), inside)
    new_assignment(course, title="Blind", blind=True)
    course.owner.post(f"{course.path}/assignments", {"title": "Not published"})
    table = exported(assistant(course, cohort), course)
    assert [each[0] for each in table[1:]] == [inside.id]
    assert not any("Blind" in name for name in table[0])
    assert [each[0] for each in exported(course.owner, course)[1:]] == [inside.id, outside.id]
    assert len(tried(course, [["id", "Not published"], [inside.id, 1]])["changes"]) == 1
    assert tried(course, [["id", "Blind"], [inside.id, 1]])["problems"][0]["code"] == "UNKNOWN_COLUMN"
    assert table[0][-7].startswith("Not published")


def test_a_course_is_exported_whole_or_not_at_all(course: Class, essay: str):
    from lms.auth.repository import users
    from lms.enrollment.repository import enrollments

    course.learner()
    seat = enrollments().find_one({"course_id": ObjectId(course.id)})

    def fill(count: int) -> None:
        enrollments().insert_many([{**seat, "_id": ObjectId(), "user_id": ObjectId()} for _ in range(count)])

    fill(1_000)
    ids = [each[0] for each in exported(course.owner, course)[1:]]
    assert len(ids) == len(set(ids)) == 1_001
    names = header(course)
    many = bring(course, [["id", *names[3:5]], *([_id, 1, 1] for _id in ids)])
    assert (many.status, many.json["code"]) == (422, "TOO_MANY_CHANGES")
    fill(1_999)
    people = [{"_id": ObjectId(_id), "name": "x" * 4_500, "email": f"{_id}@school.example"} for _id in ids[1:]]
    users().insert_many(people)
    url = f"{course.path}/gradebook/export"
    assert course.owner.get(url).json["code"] == "EXPORT_TOO_LARGE"
    assert course.owner.get(url, headers={"Accept-Encoding": "gzip"}).status == 200
    fill(1)
    answer = course.owner.get(url)
    assert (answer.status, answer.json["code"]) == (409, "TOO_MANY_LEARNERS")


def test_a_dry_run_says_what_would_change_and_the_same_file_then_changes_it(course: Class, essay: str):
    first, second = course.learner(), course.learner()
    given(course.owner, essay, first.id, points=5)
    names = header(course)
    rows = [["email", names[3], "Oral exam"], [first.email, 8.5, ""], [second.email, "50%", "EX"]]
    dry = tried(course, rows)
    assert [(each["row"], each["old"], each["new"], each["version"]) for each in dry["changes"]] == [
        (2, 5, 8.5, 1),
        (3, None, 5, 0),
        (3, None, "EX", 0),
    ]
    assert read(course.owner, essay, first.id)["score"] == 5
    assert bring(course, rows, dry_run=False).status == 422
    done = bring(course, rows, dry_run=False, basis=dry["basis"])
    assert (done.status, done.json["applied"]) == (200, True), done.text
    grade = read(course.owner, essay, first.id)
    assert (grade["score"], grade["version"], grade["history"][-1]["by"]) == (8.5, 2, course.owner.id)
    assert grade["history"][-1]["why"] == "Brought in from a spreadsheet"
    after = row(course.owner, course, second)["cells"]
    assert (after["Oral exam"]["excused"], after[dry_title(essay, course)]["score"]) == (True, 5)
    assert bring(course, rows, dry_run=False, basis=dry["basis"]).json["code"] == "STALE_IMPORT"


def test_what_comes_in_waits_no_more_and_says_that_an_ai_had_suggested_a_grade(course: Class, essay: str):
    from lms.grading.repository import suggestions

    learner = course.learner()
    work = handed_in(learner, essay, text="Mine")
    suggestions().insert_one({**suggested(), "submission_id": ObjectId(work["id"])})
    assert len(queue(course.owner)) == 1
    rows = [["email", header(course)[3]], [learner.email, 8.5]]
    assert bring(course, rows, dry_run=False, basis=tried(course, rows)["basis"]).status == 200
    grade = read(course.owner, essay, learner.id)
    assert (grade["score"], grade["origin"], grade["ai"]["part"]) == (8.5, "person", "suggested")
    assert queue(course.owner) == []


def test_what_comes_in_over_a_grade_is_for_the_last_work(course: Class):
    late = {"percent": 10, "per": "hour"}
    learner, path = course.learner(), new_assignment(course, points=10, late_policy=late)
    handed_in(learner, path, text="one")
    given(course.owner, path, learner.id, points=5, comment="Short")
    assert course.owner.patch(path, {"due_at": in_minutes(-30)}).status == 200
    last = handed_in(learner, path, text="two")["id"]
    assert [each["submission_id"] for each in queue(course.owner)] == [last]
    rows = [["email", header(course)[3]], [learner.email, 8]]
    assert bring(course, rows, dry_run=False, basis=tried(course, rows)["basis"]).status == 200
    grade = read(course.owner, path, learner.id)
    assert (grade["submission_id"], grade["raw"], grade["score"], grade["comment"]) == (last, 8, 7, "Short")
    assert queue(course.owner) == []


def dry_title(path: str, course: Class) -> str:
    title: str = course.owner.get(path).json["title"]
    return title


@pytest.mark.parametrize("changes", ["a grade", "a cell that the file left alone"])
def test_what_changes_after_the_dry_run_stops_the_import_whole(course: Class, essay: str, changes: str):
    first, second = course.learner(), course.learner()
    changed(course, cells=[cell(second, 12)])
    rows = [["id", header(course)[3], "Oral exam"], [first.id, 9, 20], [second.id, "", 12]]
    dry = tried(course, rows)
    assert len(dry["changes"]) == 2
    if changes == "a grade":
        given(course.owner, essay, first.id, points=1)
    else:
        changed(course, cells=[cell(second, 13, 1)])
    stale = bring(course, rows, dry_run=False, basis=dry["basis"])
    assert (stale.status, stale.json["code"]) == (412, "STALE_IMPORT")
    assert row(course.owner, course, first)["cells"]["Oral exam"] is None


def test_what_is_refused_is_told_by_row_and_column_and_nothing_comes_in(course: Class, essay: str):
    learner, other = course.learner(), course.learner()
    work = header(course)[3]
    rows = [
        ["id", work, "Oral exam", "=HYPERLINK(1)"],
        [learner.id, "=cmd", "3", "1"],
        [other.id, "11", "-1", ""],
        ["0" * 24, "1", "", ""],
        [other.id, "1", "", ""],
    ]
    dry = tried(course, rows)
    assert [(each["row"], each["column"][:9], each["code"]) for each in dry["problems"]] == [
        (1, "=HYPERLIN", "UNKNOWN_COLUMN"),
        (2, work[:9], "NOT_A_NUMBER"),
        (3, "Oral exam", "NEGATIVE"),
        (4, "", "UNKNOWN_LEARNER"),
        (5, "", "REPEATED_LEARNER"),
        (3, "=cmd|' /C", "TOO_MANY_POINTS"),
    ]
    answer = bring(course, rows, dry_run=False, basis=dry["basis"])
    assert (answer.status, answer.json["code"]) == (422, "SHEET_HAS_PROBLEMS")
    assert answer.json["errors"][1]["message"].startswith("row 2, ")
    assert row(course.owner, course, learner)["cells"]["Oral exam"] is None


def test_no_file_breaks_it(course: Class, essay: str):
    learner = course.learner()
    names = header(course)
    many = "\n".join(["id," + names[3], *(f"{learner.id[:-5]}{number:05},x" for number in range(9_000))])
    assert tried(course, many)["problem_count"] == 9_000 and len(tried(course, many)["problems"]) == 100
    wide = "id," + ",".join(f"c{number}" for number in range(20_000)) + f"\n{learner.id}"
    assert tried(course, wide)["problem_count"] == 20_000
    for text, code in [
        ("x" * 10_000_000, "INVALID"),
        ("id\n" + "1\n" * 10_001, "TOO_MANY_ROWS"),
        ('id\n"open', "MALFORMED_CSV"),
        ("id," + "9" * 200_000 + f"\n{learner.id},1", "MALFORMED_CSV"),
        ("name\nAda", "WRONG_COLUMNS"),
        ("id", "NO_ROWS"),
    ]:
        answer = bring(course, text)
        assert (answer.status, answer.json["code"]) == (422, code), answer.text[:300]
    url = f"{course.path}/gradebook/import"
    for raw in (b'{"csv": "id\xff\n1"}', '{"csv": "id\\ud800"}'):
        assert course.owner.call("POST", url, raw=raw).status in (400, 422)
    digits = tried(course, [["id", names[3]], [learner.id, "9" * 5_000]])
    assert digits["problems"][0]["code"] == "NOT_A_NUMBER"


def test_lateness_costs_what_it_costs_and_quizzes_stay(api: Api):
    quiz = sitting(api, TRUE_FALSE)
    course = Class(api, quiz.owner, quiz.course_id)
    quiz.taken({"1": True})
    late = {"percent": 10, "per": "hour"}
    path = new_assignment(course, points=10, due_at=in_minutes(-30), late_policy=late)
    handed_in(quiz.learner, path, text="x")
    names = header(course)
    rows = [["id", *names[3:5]], [quiz.learner.id, 8, 100]]
    dry = tried(course, rows)
    assert [each["new"] for each in dry["changes"]] == [8] and not dry["problems"]
    assert bring(course, rows, dry_run=False, basis=dry["basis"], why="Oral exam").status == 200
    grade = read(course.owner, path, quiz.learner.id)
    assert grade["history"][-1]["why"] == "Oral exam"
    assert (grade["raw"], grade["penalty"], grade["score"]) == (8, 1, 7) and grade["submission_id"]
    other = tried(course, [["id", *names[3:5]], [quiz.learner.id, 10, 50]])
    assert [each["code"] for each in other["problems"]] == ["QUIZ_RESULT"]
