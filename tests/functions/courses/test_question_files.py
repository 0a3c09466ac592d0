"""POST /courses/{id}/questions/import and GET /courses/{id}/questions/export."""

import base64
import gzip
import importlib
import io
import json
import zipfile
from typing import Any

import pytest
from bson import ObjectId

from infra.contract import ROOT
from lms.quizzes.contents import Question
from tests.conftest import LambdaContext
from tests.core.quizzes.random_banks import bank, essence
from tests.functions.courses.authored import Authored, author, events_of
from tests.functions.courses.test_questions import add
from tests.mongo_commands import recorded
from tests.people import Answer, Api

GIFT = """$CATEGORY: Sums

::One:: 1 + 1? {=2 #yes ~3}

::Two:: The sky is blue. {T}

::Three:: Half a question {=a ~b

::Four:: A word that the *gap* [swallows](x{=y}z) cannot stay.
"""


@pytest.fixture
def course(api: Api) -> Authored:
    return author(api.person())


def send(course: Authored, content: str | bytes, format: str = "gift", **more: Any) -> Answer:
    if isinstance(content, bytes):
        more["content_base64"] = base64.b64encode(content).decode()
    else:
        more["content"] = content
    return course.owner.post(f"{course.path}/questions/import", {"format": format, **more})


def listed(course: Authored) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = course.owner.get(f"{course.path}/questions?limit=100").json["items"]
    return items


def export(course: Authored, format: str, query: str = "") -> Answer:
    answer = course.owner.get(f"{course.path}/questions/export?format={format}{query}")
    assert answer.status == 200, answer.text
    return answer


def test_every_item_of_a_file_has_its_row(course: Authored):
    answer = send(course, GIFT)
    assert answer.status == 201, answer.text
    report = answer.json
    made = listed(course)
    assert [(row["title"], row["outcome"], row["question_id"]) for row in report["rows"][:3]] == [
        ("Sums", "taken", None),
        ("One", "taken", made[0]["id"]),
        ("Two", "taken", made[1]["id"]),
    ]
    assert report["rows"][3]["outcome"] == "refused" and report["rows"][3]["notes"]
    counts = [sum(row["outcome"] == name for row in report["rows"]) for name in ("taken", "changed", "refused")]
    assert [report[name] for name in ("taken", "changed", "refused")] == counts
    kept = [row["question_id"] for row in report["rows"] if row["question_id"]]
    assert kept == [each["id"] for each in made] and len(kept) == report["question_count"]
    assert (made[0]["pool"], made[0]["version"], made[0]["origin"]) == ("Sums", 1, "person")
    [event] = [each for each in events_of(course.id) if each["type"] == "question_bank.imported"]
    assert (event["data"]["count"], event["data"]["format"]) == (len(made), "gift")


def test_every_imported_question_has_its_first_version(course: Authored):
    from lms.quizzes.repository import question_versions

    send(course, GIFT)
    ids = [ObjectId(each["id"]) for each in listed(course)]
    kept = question_versions().find({"question_id": {"$in": ids}, "version": 1})
    assert sorted(row["question_id"] for row in kept) == ids


def test_a_dry_run_keeps_nothing(course: Authored):
    dry = send(course, GIFT, dry_run=True)
    assert dry.status == 200
    assert {row["question_id"] for row in dry.json["rows"]} == {None}
    assert listed(course) == [] and len(events_of(course.id)) == 1
    wet = send(course, GIFT)
    assert [row["outcome"] for row in wet.json["rows"]] == [row["outcome"] for row in dry.json["rows"]]
    assert wet.json["question_count"] == dry.json["question_count"] > 0


def test_a_file_of_which_nothing_can_be_kept_makes_nothing(course: Authored):
    answer = send(course, "::A:: {=a ~b")
    assert (answer.status, answer.json["question_count"], answer.json["refused"]) == (200, 0, 1)
    assert len(events_of(course.id)) == 1


def test_what_the_bank_refuses_is_refused_in_its_row(course: Authored):
    """A file says nothing of the bytes that a question may have."""
    wrong = "".join(f"~{number} {'x' * 19_000}\n" for number in range(30))
    report = send(course, f"::Small:: A? {{T}}\n\n::Large:: A? {{=1 {wrong}}}\n\n::Last:: A? {{F}}").json
    assert [(row["title"], row["outcome"], bool(row["question_id"])) for row in report["rows"]] == [
        ("Small", "taken", True),
        ("Large", "refused", False),
        ("Last", "taken", True),
    ]
    assert "bytes" in report["rows"][1]["notes"][0]
    assert (report["question_count"], report["refused"], len(listed(course))) == (2, 1, 2)


def test_a_pool_takes_all_questions(course: Authored):
    send(course, GIFT, pool="Mine")
    assert {each["pool"] for each in listed(course)} == {"Mine"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"format": "gift"}, ""),
        ({"format": "gift", "content": "x", "content_base64": "eA=="}, ""),
        ({"format": "gift", "content_base64": "!"}, "/content_base64"),
        ({"format": "docx", "content": "x"}, "/format"),
        ({"format": "gift", "content": ""}, "/content"),
        ({"format": "moodle_xml", "content": "<quiz><question"}, ""),
        ({"format": "moodle_xml", "content": '<!DOCTYPE q [<!ENTITY a "b">]><quiz>&a;</quiz>'}, ""),
        ({"format": "qti12", "content_base64": "UEsDBA=="}, ""),
    ],
)
def test_what_is_no_file_of_questions_is_refused_with_its_place(
    course: Authored, body: dict[str, Any], pointer: str
):
    answer = course.owner.post(f"{course.path}/questions/import", body)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert listed(course) == []


def test_a_refused_file_says_where(course: Authored):
    answer = send(course, "<quiz>\n<question>\n</quiz>", "moodle_xml")
    assert (answer.status, answer.json["code"], answer.json["location"]["line"]) == (422, "FILE_REFUSED", 3)


def test_a_repeated_idempotency_key_imports_once(course: Authored):
    body, key = {"format": "gift", "content": GIFT}, {"Idempotency-Key": "k"}
    answers = [course.owner.post(f"{course.path}/questions/import", body, headers=key) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert len(listed(course)) == answers[0].json["question_count"]


@pytest.mark.parametrize("format", ["moodle_xml", "gift", "qti12"])
def test_a_bank_goes_out_and_comes_back(course: Authored, format: str):
    """Whatever the first file takes over of a bank of all kinds, a second round gives back unchanged."""
    for each in bank(seed=7, size=40):
        answer = course.owner.post(f"{course.path}/questions", each.model_dump(mode="json"))
        assert answer.status == 201 or answer.json["errors"][0]["pointer"] == "/prompt", answer.text
    other, third = author(course.owner), author(course.owner)
    first = export(course, format)
    report = export(course, format, "&report=true").json
    taken = send(other, first.body, format)
    assert taken.status == 201 and taken.json["refused"] == 0, taken.text
    assert taken.json["question_count"] == report["question_count"]
    assert send(third, export(other, format).body, format).status == 201

    def essences(course: Authored) -> list[dict[str, Any]]:
        return [essence(Question.model_validate(parts(each))) for each in listed(course)]

    assert essences(third) == essences(other)
    unchanged = {row["question_id"] for row in report["rows"] if row["outcome"] == "taken"}
    back = essences(other)
    sent = zip([each["id"] for each in listed(course)], essences(course), strict=True)
    assert unchanged and [each for id, each in sent if id in unchanged and each not in back] == []


def parts(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: shown[name] for name in Question.model_fields}


def test_the_file_can_be_saved(course: Authored):
    add(course, "single", pool="a")
    add(course, "essay", pool="b", prompt="Why?")
    xml = export(course, "moodle_xml")
    assert xml.headers["content-type"] == "application/xml"
    assert xml.headers["content-disposition"] == f'attachment; filename="questions-{course.id}.xml"'
    assert b"What?" in xml.body and b"Why?" in xml.body
    one = export(course, "gift", "&pool=b")
    assert one.headers["content-type"] == "text/plain; charset=utf-8"
    assert b"What?" not in one.body and b"Why?" in one.body
    package = export(course, "qti12")
    assert package.headers["content-type"] == "application/zip"
    assert "imsmanifest.xml" in zipfile.ZipFile(io.BytesIO(package.body)).namelist()
    headers = {"Accept-Encoding": "gzip"}
    packed = course.owner.get(f"{course.path}/questions/export?format=moodle_xml", headers=headers)
    assert packed.headers["content-encoding"] == "gzip" and gzip.decompress(packed.body) == xml.body
    tag = {"If-None-Match": xml.headers["etag"]}
    assert course.owner.get(f"{course.path}/questions/export?format=moodle_xml", headers=tag).status == 304
    assert course.owner.get(f"{course.path}/questions/export").status == 422
    assert course.owner.get(f"{course.path}/questions/export?format=docx").status == 422


def test_what_a_format_cannot_hold_is_in_the_report(course: Authored):
    ordering, single = add(course, "ordering"), add(course, "single")
    rows = export(course, "gift", "&report=true").json["rows"]
    assert [(row["question_id"], row["outcome"]) for row in rows] == [
        (ordering["id"], "refused"),
        (single["id"], "taken"),
    ]
    assert rows[0]["notes"]


def test_a_file_that_does_not_fit_into_an_answer_is_refused_unless_it_shrinks(course: Authored):
    from lms.quizzes.repository import questions

    made = add(course, prompt="x" * 19_000)
    row = questions().find_one({"_id": ObjectId(made["id"])})
    questions().insert_many([{**row, "_id": ObjectId()} for _ in range(245)])
    path = f"{course.path}/questions/export?format=gift"
    answer = course.owner.get(path)
    assert (answer.status, answer.json["code"]) == (413, "EXPORT_TOO_LARGE")
    assert course.owner.get(path, headers={"Accept-Encoding": "gzip"}).status == 200


def test_reports_of_many_rows_are_cut_to_what_can_be_sent():
    from lms.quizzes.transfer import _report

    row = {"number": 1, "place": "漢" * 200, "title": "🙂" * 200, "type": "🙂" * 100, "outcome": "changed"}
    rows = [{**row, "notes": ["🙂" * 200] * 10, "question_id": ObjectId()} for _ in range(5_000)]
    report = _report(rows, 5_000)
    assert report["shortened"] and len(report["rows"]) == 5_000
    assert len(json.dumps(report, default=str, ensure_ascii=False).encode()) < 4_600_000
    assert "shortened" not in _report(rows[:10], 10)


def test_five_thousand_questions_are_taken_in_one_transaction(course: Authored):
    items = (f"::Q{number}:: What follows *{number}*? {{={number + 1} ~{number}}}" for number in range(5_000))
    event = json.loads((ROOT / "events/courses/import_questions.json").read_text("utf-8"))
    event["body"] = json.dumps({"format": "gift", "content": "\n\n".join(items)})
    event["rawPath"] = event["requestContext"]["http"]["path"] = f"{course.path}/questions/import"
    event["requestContext"]["authorizer"]["lambda"]["sub"] = course.owner.id
    with recorded() as log:
        function = importlib.import_module("courses.import_questions")
        answer = function.lambda_handler(event, LambdaContext(120))
    assert answer["statusCode"] == 201, answer["body"][:500]
    assert json.loads(answer["body"])["question_count"] == 5_000
    assert len(answer["body"]) < 4_500_000
    from lms.quizzes.repository import question_versions, questions

    for collection in (questions, question_versions):
        assert collection().count_documents({"course_id": ObjectId(course.id)}) == 5_000
    inserts = [len(each.body["documents"]) for each in log if each.body.get("insert") == "questions"]
    assert inserts == [1_000] * 5
    too_many = send(course, "\n\n".join("::Q:: A? {T}" for _ in range(5_001)))
    assert (too_many.status, too_many.json["code"]) == (422, "FILE_REFUSED")


def test_files_are_for_editors(api: Api, course: Authored):
    from tests.functions.courses.authored import publish, seat

    assistant = api.person()
    publish(course.id)
    seat(assistant, course.id, "assistant")
    assert assistant.get(f"{course.path}/questions/export?format=gift").status == 403
    body = {"format": "gift", "content": GIFT}
    assert assistant.post(f"{course.path}/questions/import", body).status == 403
