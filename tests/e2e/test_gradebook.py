"""A gradebook over HTTP: filled by hand and by a spreadsheet, by two graders at once, frozen, seen by a learner."""

import csv
import io

from tests.at_once import results
from tests.people import Api
from tests.taught import asked, taught


def test_a_gradebook_from_its_categories_to_the_frozen_grade(stack_api: Api):
    teacher = stack_api.person("instructor")
    question = {"prompt": "Leaves are green.", "content": {"kind": "true_false", "answer": True}}
    course = taught(stack_api, teacher, [question])
    ada, ben = course.learner(), course.learner()
    essay = asked(teacher, "POST", f"{course.path}/assignments", {"title": "Essay", "points": 10}, 201)["id"]
    asked(teacher, "PATCH", f"/assignments/{essay}", {"published": True})
    book = f"{course.path}/gradebook"
    attempt = asked(ada, "POST", f"{course.quiz}/attempts", {}, 201)["id"]
    asked(ada, "PUT", f"/attempts/{attempt}/answers", {"client_id": "tab", "seq": 1, "answers": {"1": True}})
    asked(ada, "POST", f"/attempts/{attempt}/submit")

    settings = {
        "missing": "zero",
        "categories": [{"id": "work", "name": "Work", "weight": 50}, {"id": "oral", "name": "Oral", "weight": 50}],
        "columns": [
            {"kind": "assignment", "id": essay, "category_id": "work"},
            {"kind": "quiz", "id": course.quiz_id, "category_id": "work", "weight": 0.1},
            {"kind": "manual", "id": "viva", "title": "Viva", "points": 20, "category_id": "oral"},
        ],
    }
    set_up = teacher.call("PATCH", book, settings, {"If-Match": '"0"'})
    assert (set_up.status, set_up.json["version"]) == (200, 1), set_up.text

    scores = [
        {"cells": [{"user_id": ada.id, "column_id": "viva", "version": 0, "score": score}]} for score in (15, 20)
    ]
    graders = [teacher, stack_api.person("admin")]
    calls = [
        lambda who=who, body=body: who.call("PATCH", book, body) for who, body in zip(graders, scores, strict=True)
    ]
    answers = results(*calls)
    assert sorted(each.status for each in answers) == [200, 412]
    [won] = [each.json["cells"][0]["score"] for each in answers if each.status == 200]

    text = teacher.get(f"{book}/export").body.decode("utf-8-sig")
    header = next(csv.reader(io.StringIO(text)))
    sheet = f'id,"{header[3]}",Viva\n{ada.id},8,\n{ben.id},EX,5\n'
    dry = asked(teacher, "POST", f"{book}/import", {"csv": sheet})
    assert [each["new"] for each in dry["changes"]] == [8, "EX", 5] and dry["problems"] == []
    apply = {"csv": sheet, "dry_run": False, "basis": dry["basis"]}
    assert asked(teacher, "POST", f"{book}/import", apply)["applied"] is True
    assert teacher.post(f"{book}/import", apply).json["code"] == "STALE_IMPORT"

    frozen = asked(teacher, "POST", f"{book}/freeze", {"why": "End of term"})
    assert frozen["learners"] == 2
    refused = teacher.call("PATCH", book, {"cells": [{**scores[0]["cells"][0], "version": 1}]})
    assert (refused.status, refused.json["code"]) == (409, "GRADES_FROZEN")
    percent = 100 * (18 / 20 + won / 20) / 2
    [own] = asked(teacher, "GET", f"{book}?learner={ada.id}")["items"]
    assert (own["frozen"]["percent"], own["final"]["percent"]) == (percent, percent)
    [seen] = asked(ada, "GET", book)["items"]
    assert seen["frozen"] is None and seen["cells"][0]["score"] is None, "the essay is held"
    asked(teacher, "POST", f"/assignments/{essay}/release", {})
    [seen] = asked(ada, "GET", book)["items"]
    assert (seen["frozen"]["percent"], seen["cells"][0]["score"]) == (percent, 8)
    assert ben.get(f"{book}?learner={ada.id}").status == 404
