"""POST, GET /assignments/{id}/similarity; GET /submissions/{id}/similarity; the steps of the comparison."""

import io
from typing import Any

import pytest
from bson import ObjectId
from docx import Document

from lms.similarity import repository
from tests.functions.assessments.assigned import new_assignment
from tests.functions.assessments.comparing import COMPARED, run, text
from tests.functions.assessments.submitting import file_of, handed_in
from tests.functions.courses.authored import seat
from tests.functions.courses.enrolled import Class, open_class
from tests.people import Api, Person
from tests.texts import receive

CODE = """
def total(prices):
    result = 0
    for price in prices:
        if price > 10:
            result = result + price * 2
        else:
            result = result - price
    return result

def longest(words):
    best = ""
    for word in words:
        if len(word) > len(best):
            best = word
    return best
"""


@pytest.fixture
def course(api: Api) -> Class:
    return open_class(api)


def ranking(person: Person, path: str, query: str = "") -> dict[str, Any]:
    answer = person.get(f"{path}/similarity{query}")
    assert answer.status == 200, answer.text
    return answer.json


def of(person: Person, submission: dict[str, Any]) -> list[dict[str, Any]]:
    answer = person.get(f"/submissions/{submission['id']}/similarity")
    assert answer.status == 200, answer.text
    return answer.json["items"]


def ids(pair: dict[str, Any]) -> tuple[str, str]:
    return pair["earlier"]["submission_id"], pair["later"]["submission_id"]


def test_what_was_copied_is_found_ranked_and_marked_on_both_sides(course: Class):
    path = new_assignment(course, **COMPARED)
    source, other = text(1), text(2)
    first = handed_in(course.learner(), path, text=source)
    part = handed_in(course.learner(), path, text=f"{other} {' '.join(source.split()[:30])}")
    whole = handed_in(course.learner(), path, text=f"A preface. {source}")
    handed_in(course.learner(), path, text=text(3))
    job = run(course, path)
    assert job["result"]["counts"] == {"submissions": 4, "pairs": 3, "clusters": 0}
    assert job["result"]["report"] == f"{path}/similarity"
    found = ranking(course.owner, path)
    assert (found["submissions"], found["last_run"]["status"]) == (4, "succeeded")
    assert ids(found["items"][0]) == (first["id"], whole["id"])
    assert found["items"][0]["percent"] == 100
    pages = [ranking(course.owner, path, "?limit=2")]
    pages.append(ranking(course.owner, path, f"?limit=2&cursor={pages[0]['next_cursor']}"))
    assert [pair for page in pages for pair in page["items"]] == found["items"]
    likest = of(course.owner, part)[0]
    assert (likest["is_later"], likest["other"]["submission_id"]) == (True, first["id"])
    [part_of_text] = likest["parts"]
    [match] = part_of_text["matches"]
    cut = slice(match["own"]["start"], match["own"]["end"])
    assert part["text"][cut] == source[match["other"]["start"] : match["other"]["end"]]
    assert match["kind"] == "verbatim" and len(part["text"][cut].split()) == 30
    assert {each["other"]["submission_id"] for each in of(course.owner, first)} == {part["id"], whole["id"]}


def test_a_program_with_other_names_is_found_by_lines(course: Class):
    path = new_assignment(course, takes=["code"], language="python", **COMPARED)
    handed_in(course.learner(), path, code=CODE)
    copy = handed_in(course.learner(), path, code="# mine\n" + CODE.replace("price", "cost").replace("best", "x"))
    run(course, path)
    [pair] = of(course.owner, copy)
    [match] = pair["parts"][0]["matches"]
    assert pair["percent"] > 90 and match["own"]["last_line"] == match["other"]["last_line"] + 1


def test_three_who_are_alike_are_a_cluster_and_a_second_run_takes_the_firsts_place(course: Class):
    path, learner = new_assignment(course, **COMPARED), course.learner()
    handed_in(learner, path, text=text(5))
    handed_in(learner, path, text=f"{text(5)} and again")
    others = [course.learner() for _ in range(2)]
    for number, other in enumerate(others):
        handed_in(other, path, text=f"{text(5)} number {number}")
    run(course, path)
    before = ranking(course.owner, path)
    [cluster] = before["clusters"]
    assert {each["user_id"] for each in cluster["members"]} == {learner.id, *(other.id for other in others)}
    run(course, path)
    after = ranking(course.owner, path)
    assert sorted(map(ids, after["items"])) == sorted(map(ids, before["items"]))
    assert repository.reports().count_documents({"assignment_id": ObjectId(path[-24:])}) == len(after["items"])


def test_one_run_at_a_time_and_none_where_the_assignment_does_not_ask_for_it(course: Class):
    assert course.owner.post(f"{new_assignment(course)}/similarity").json["code"] == "SIMILARITY_OFF"
    path = new_assignment(course, **COMPARED)
    assert ranking(course.owner, path)["last_run"] is None
    job_id = course.owner.post(f"{path}/similarity").json["job_id"]
    assert course.owner.post(f"{path}/similarity").json["code"] == "SIMILARITY_RUNNING"
    assert ranking(course.owner, path)["last_run"]["status"] == "queued"
    course.owner.post(f"/jobs/{job_id}/cancel")
    run(course, path)
    assert ranking(course.owner, path)["items"] == []


def test_a_blind_assignment_shows_pseudonyms(course: Class):
    path, people = new_assignment(course, blind=True, **COMPARED), [course.learner(), course.learner()]
    made = [handed_in(person, path, text=text(7)) for person in people]
    run(course, path)
    named = handed_in(people[0], new_assignment(course), text=text(7))
    again = handed_in(people[1], path, text=f"{text(7)} once more")
    assert named["user_id"] == people[0].id
    run(course, path)
    pairs = ranking(course.owner, path)["items"]
    assert [pair["earlier"]["hidden"] for pair in pairs].count(True) == 1
    [pair] = [pair for pair in pairs if not pair["earlier"]["hidden"]]
    assert not any(person.id in course.owner.get(f"{path}/similarity").text for person in people)
    made[1] = again
    shown = [course.owner.get(f"/submissions/{each['id']}").json["user_id"] for each in made]
    assert [pair["earlier"]["user_id"], pair["later"]["user_id"]] == shown
    assert of(course.owner, made[0])[0]["other"]["member_ids"] == [shown[1]]


def test_what_shows_names_tells_nothing_of_what_is_graded_blind(course: Class):
    blind, open_ = new_assignment(course, blind=True), new_assignment(course, **COMPARED)
    handed_in(course.learner(), blind, text=text(7))
    made = handed_in(course.learner(), open_, text=text(7))
    run(course, open_)
    assert of(course.owner, made)[0]["other"]["hidden"]
    assert ranking(course.owner, open_)["items"][0]["earlier"]["hidden"]
    assert course.owner.post(f"{blind}/release", {}).status == 200
    assert not of(course.owner, made)[0]["other"]["hidden"]


def test_an_assistant_of_cohorts_sees_what_touches_them_and_not_the_others(course: Class):
    from lms.courses.repository import courses

    path, mine, theirs = new_assignment(course, **COMPARED), course.learner(), course.learner()
    cohort = course.cohort()
    course.put_into(cohort, mine)
    own = handed_in(mine, path, text=text(8))
    other = handed_in(theirs, path, text=text(8))
    for seed in (9, 9):
        handed_in(course.learner(), path, text=text(seed))
    run(course, path)
    assistant = course.api.person()
    person = {"user_id": ObjectId(assistant.id), "role": "assistant", "cohort_ids": [ObjectId(cohort)]}
    courses().update_one({"_id": ObjectId(course.id)}, {"$push": {"staff": person}})
    [pair] = ranking(assistant, path)["items"]
    assert pair["earlier"]["submission_id"] == own["id"]
    assert pair["later"] == {
        **dict.fromkeys(pair["later"]),
        "hidden": True,
        "where": "this_course",
        "member_ids": [],
    }
    assert of(assistant, own)[0]["other"]["hidden"]
    assert assistant.get(f"/submissions/{other['id']}/similarity").status == 404
    assert mine.get(f"{path}/similarity").status == 403


def test_another_year_counts_where_allowed_and_is_shown_to_its_staff_alone(course: Class):
    from lms.courses.repository import courses

    last_year = open_class(course.api)
    first = new_assignment(last_year)
    source = handed_in(last_year.learner(), first, text=text(10))
    courses().update_one({"_id": ObjectId(course.id)}, {"$set": {"family_id": ObjectId(last_year.id)}})
    path = new_assignment(course, similarity={"enabled": True, "other_years": False})
    made = handed_in(course.learner(), path, text=text(10))
    run(course, path)
    assert of(course.owner, made) == []
    course.owner.patch(path, {"similarity": {"enabled": True, "other_years": True}})
    run(course, path)
    [pair] = of(course.owner, made)
    assert (pair["other"]["hidden"], pair["other"]["where"]) == (True, "another_course")
    assert source["id"] not in course.owner.get(f"{path}/similarity").text
    seat(course.owner, last_year.id, "assistant")
    assert of(course.owner, made)[0]["other"]["submission_id"] == source["id"]


def test_a_copy_of_a_course_is_of_its_family(course: Class):
    from lms.courses import family

    copies = [course.owner.post(f"{course.path}/duplicate", {}).json["id"]]
    copies.append(course.owner.post(f"/courses/{copies[0]}/duplicate", {}).json["id"])
    assert family.relatives(ObjectId(course.id)) == [ObjectId(each) for each in copies]
    assert set(family.relatives(ObjectId(copies[1]))) == {ObjectId(course.id), ObjectId(copies[0])}


def test_a_paraphrase_in_english_is_found(course: Class):
    path = new_assignment(course, **COMPARED)
    shared = "The old harbour of the town was built by monks who had come from the islands in the north. "
    handed_in(course.learner(), path, text=f"{shared}In the summer the children liked to swim in the cold lake.")
    copy = handed_in(
        course.learner(), path, text=f"{shared}During summer, kids enjoyed swimming in the chilly lake."
    )
    run(course, path)
    [pair] = of(course.owner, copy)
    assert {match["kind"] for match in pair["parts"][0]["matches"]} == {"verbatim", "paraphrased"}


def docx(content: str) -> bytes:
    file = io.BytesIO()
    document = Document()
    for paragraph in content.split("\n"):
        document.add_paragraph(paragraph)
    document.save(file)
    return file.getvalue()


def read(file_id: str) -> None:
    assert receive({"file_id": file_id}) == {"batchItemFailures": []}


def test_files_count_as_what_they_hold_and_what_cannot_be_read_is_said(course: Class):
    path, people = new_assignment(course, takes=["text", "files"], **COMPARED), [course.learner() for _ in range(3)]
    essay, word = text(30), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    written = handed_in(people[0], path, text=f"{text(31)}. {essay}")
    files = [
        file_of(people[1], course, docx(f"{text(32)}.\n{essay}"), name="Ada.docx", content_type=word),
        file_of(people[1], course, CODE.encode(), name="mine.py"),
        file_of(people[1], course, b"\x89PNG", name="scan.png", content_type="image/png"),
    ]
    second = handed_in(people[1], path, text=text(33), file_ids=files)
    program = file_of(people[2], course, CODE.replace("price", "cost").encode(), name="a.py")
    third = handed_in(people[2], path, file_ids=[program])
    run(course, path)
    found = ranking(course.owner, path)
    assert found["items"] == [] and len(found["unread"]) == 2
    for file_id in [*files[:2], program]:
        read(file_id)
    run(course, path)
    found = ranking(course.owner, path)
    assert {ids(pair) for pair in found["items"]} == {(written["id"], second["id"]), (second["id"], third["id"])}
    [unread] = found["unread"]
    assert unread["submission"]["submission_id"] == second["id"]
    assert [(file["file_id"], file["reason_code"]) for file in unread["files"]] == [(files[2], "UNSUPPORTED")]
    items = course.owner.get(f"/submissions/{second['id']}/texts").json["items"]
    texts = {each["file_id"]: each["text"] for each in items}
    alike = {each["other"]["submission_id"]: each["parts"] for each in of(course.owner, second)}
    [part] = alike[written["id"]]
    [match] = part["matches"]
    assert match["own"]["file_id"] == files[0] and match["other"]["file_id"] is None
    assert texts[files[0]][match["own"]["start"] : match["own"]["end"]] == essay
    assert written["text"][match["other"]["start"] : match["other"]["end"]] == essay
    [part] = alike[third["id"]]
    [match] = part["matches"]
    assert (part["part"], match["own"]["file_id"], match["other"]["file_id"]) == ("code", files[1], program)
    assert match["own"]["last_line"] == match["other"]["last_line"] > 10


def test_the_texts_of_files_are_for_who_may_see_the_submission(course: Class):
    path, learner = new_assignment(course, takes=["files"], blind=True), course.learner()
    file_id = file_of(learner, course, b"My essay on the old harbour.")
    made = handed_in(learner, path, file_ids=[file_id])
    url = f"/submissions/{made['id']}/texts"
    [waiting] = learner.get(url).json["items"]
    assert (waiting["text"], waiting["reason_code"]) == (None, "NOT_READY")
    read(file_id)
    [own], [seen] = learner.get(url).json["items"], course.owner.get(url).json["items"]
    assert own["text"] == seen["text"] == "My essay on the old harbour."
    assert "Ada" in own["name"] and "Ada" not in seen["name"]
    assert course.learner().get(url).status == 404
    lesson = {"topic": "Harbours", "audience": "beginners", "difficulty": "beginner", "lesson_count": 3}
    refused = course.owner.post("/ai/generate-course", {**lesson, "source_file_ids": [file_id]})
    assert refused.json["errors"][0]["pointer"] == "/source_file_ids/0"
    assert "purpose" in refused.json["errors"][0]["message"]


def test_a_paraphrase_that_shares_no_phrase_is_found_by_its_meaning(course: Class):
    path = new_assignment(course, **COMPARED)
    source = (
        "Bees carry pollen from one flower to the next while they look for nectar. Without them, many fruit trees "
        "would not bear any apples or cherries."
    )
    told = (
        "As they search blossoms for sweet juice, honeybees spread the pollen of the plants between them. A lot of "
        "orchard crops, cherries and apples among them, would fail if these insects were missing."
    )
    other = (
        "Keeping bees in the city has become popular in the last ten years. Gardens and parks offer more kinds of "
        "flowers than most fields do."
    )
    first = handed_in(course.learner(), path, text=source)
    handed_in(course.learner(), path, text=other)
    copy = handed_in(course.learner(), path, text=told)
    run(course, path)
    [pair] = of(course.owner, copy)
    assert (pair["other"]["submission_id"], pair["how"]) == (first["id"], "meaning")
    assert {match["kind"] for match in pair["parts"][0]["matches"]} == {"paraphrased"}
    [pair] = ranking(course.owner, path)["items"]
    assert (ids(pair), pair["how"]) == ((first["id"], copy["id"]), "meaning")


def test_a_step_takes_few_submissions_and_a_long_one_alone():
    from lms.similarity.steps import COMPARISONS, batches

    sizes = {ObjectId(): size for size in (10, 200_000, 10, *[100] * 12)}
    assert [len(each) for each in batches(sizes, COMPARISONS)] == [1, 1, 10, 3]


def test_of_long_texts_fewer_are_compared():
    from lms.similarity.steps import _affordable

    one = {"text": "x" * 200_000, "code": None, "file_texts": {}}
    run = {"batch": [1]}
    assert len(_affordable(one, [one] * 30, run)) == 7
    assert len(_affordable({**one, "text": "x" * 10_000}, [one] * 30, run)) == 30


def test_pairs_are_ranked_by_what_the_database_says_of_them():
    from lms.similarity import ranking as ranks

    run_id, (ada, ben, eve, dan) = ObjectId(), [ObjectId() for _ in range(4)]
    side = {each: {"submission_id": each, "holder_id": each, "submitted_at": each} for each in (ada, ben, eve, dan)}
    scores = {(ada, ben): 0.9, (ben, eve): 0.5, (eve, dan): 0.49, (ada, dan): 0.3}
    repository.reports().insert_many(
        {
            "run_id": run_id,
            "submission_ids": list(pair),
            "score": score,
            "left": side[pair[0]],
            "right": side[pair[1]],
        }
        for pair, score in scores.items()
    )
    cohort = ranks.cohort([ben, eve, dan, ObjectId()], repository.highest(run_id))
    assert (cohort, repository.count(run_id)) == ([0.0, 0.49, 0.5, 0.9], 4)
    [cluster] = ranks.linked(repository.sides(run_id, ranks.linked_from(cohort)), {ada, ben, eve})
    assert [each["holder_id"] for each in cluster] == [ada, ben, eve]
