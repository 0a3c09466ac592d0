"""A source is replaced or goes: what cites it follows to where it still stands, or says that its source changed."""

from collections.abc import Iterator
from typing import Any

import pytest
from bson import ObjectId

from lms import clock
from tests import uploads
from tests.generated_course import lessons_of
from tests.mongo_commands import recorded
from tests.people import Api, Person
from tests.texts import course_citing, receive, source_of, with_text

STAYS = "The Moon causes two thirds of the tides."
GOES = "A neap tide comes when Sun and Moon form a right angle."
OLD = f"# Tides\n\n{STAYS}\n\n## Kinds\n\n{GOES}\n"
NEW = f"# Tides, second edition\n\nA word before.\n\n## Causes of tides\n\n{STAYS}\n\n## Kinds\n\nRewritten.\n"
MARKDOWN = {"name": "tides.md", "content_type": "text/markdown"}


@pytest.fixture
def person(api: Api) -> Person:
    return api.person()


@pytest.fixture(autouse=True)
def present() -> Iterator[None]:
    yield
    clock.shift(0)


@pytest.fixture
def file_id(person: Person) -> str:
    return with_text(person, OLD.encode(), **MARKDOWN)


def replace(person: Person, file_id: str, text: str = NEW) -> str:
    return with_text(person, text.encode(), replaces=file_id, **MARKDOWN)


def settle(file_id: str, seconds: float = 280) -> None:
    assert receive({"source_id": str(source_of(file_id)["_id"])}, seconds) == {"batchItemFailures": []}


def is_due(file_id: str) -> bool:
    due: bool = source_of(file_id)["superseded"]["due"]
    return due


def citing(lesson: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = [(block["text"], block["source"]) for block in lesson["blocks"]]
    found += [(term["definition"], term["source"]) for term in lesson["key_terms"]]
    return found + [(question["prompt"], question["source"]) for question in lesson["quiz"]["questions"]]


def changed(person: Person, course_id: str) -> set[str]:
    """The sentences that are marked wherever they stand; those that are marked in some places alone fail."""
    marks: dict[str, set[bool]] = {}
    for lesson in lessons_of(person, course_id):
        for sentence, source in citing(lesson):
            marks.setdefault(sentence, set()).add(source["changed"])
    assert all(len(each) == 1 for each in marks.values()), marks
    return {sentence for sentence, each in marks.items() if each == {True}}


def missing(person: Person, course_id: str) -> list[str]:
    report = person.post(f"/courses/{course_id}/publish", {"dry_run": True}).json
    return [row["lesson_id"] for row in report["missing"] if row["code"] == "SOURCE_CHANGED"]


def test_what_still_stands_is_cited_from_the_new_edition_and_the_rest_is_marked(person: Person, file_id: str):
    course_id = course_citing(person, file_id, [STAYS, GOES])
    before = lessons_of(person, course_id)[0]
    assert changed(person, course_id) == set() and missing(person, course_id) == []
    new_id = replace(person, file_id)
    settle(file_id)
    assert changed(person, course_id) == {GOES}
    new = source_of(new_id)
    [after] = lessons_of(person, course_id)
    for sentence, source in citing(after):
        if sentence == STAYS:
            assert source["source_id"] == str(new["_id"]) and source["file_id"] == new_id
            assert new["text"][source["start"] : source["end"]] == STAYS
            assert source["heading"] == "Causes of tides"
        else:
            assert source["file_id"] == file_id
    assert after["version"] == before["version"] + 1
    assert missing(person, course_id) == [after["id"]]
    versions = person.get(f"/courses/{course_id}/lessons/{after['id']}/versions").json["items"]
    assert (versions[0]["changed"], versions[0]["by"]) == (["sources"], None)


def test_a_review_takes_the_marks_away_for_good(person: Person, file_id: str):
    course_id = course_citing(person, file_id, [STAYS, GOES])
    replace(person, file_id)
    settle(file_id)
    [lesson_id] = missing(person, course_id)
    reviewed = person.post(f"/courses/{course_id}/lessons/{lesson_id}/review")
    assert reviewed.status == 200, reviewed.text
    assert changed(person, course_id) == set() and missing(person, course_id) == []
    settle(file_id)
    assert changed(person, course_id) == set()


def test_a_question_alone_keeps_its_lesson_from_being_published_unseen(person: Person, file_id: str):
    from lms.courses.repository import lessons

    course_id = course_citing(person, file_id, [GOES])
    [lesson] = lessons_of(person, course_id)
    path = f"/courses/{course_id}/lessons/{lesson['id']}"
    lessons().update_one({"_id": ObjectId(lesson["id"])}, {"$set": {"blocks": [], "key_terms": []}})
    assert person.post(f"{path}/review").status == 200
    replace(person, file_id)
    settle(file_id)
    assert missing(person, course_id) == [lesson["id"]]
    assert person.post(f"{path}/review").status == 200
    assert missing(person, course_id) == []
    assert [each["source"]["changed"] for each in person.get(path).json["quiz"]["questions"]] == [False]


def test_doing_it_twice_does_nothing(person: Person, file_id: str):
    course_id = course_citing(person, file_id, [STAYS, GOES], lessons=3)
    replace(person, file_id)
    settle(file_id)
    before = lessons_of(person, course_id)
    settle(file_id)
    assert lessons_of(person, course_id) == before


def test_it_goes_on_where_time_ran_out(person: Person, file_id: str):
    course_id = course_citing(person, file_id, [GOES], lessons=3)
    replace(person, file_id)
    settle(file_id, seconds=1)
    assert changed(person, course_id) == set() and is_due(file_id)
    settle(file_id)
    assert changed(person, course_id) == {GOES}


def test_deleting_the_file_marks_all_that_cites_it_and_leaves_no_text(person: Person, file_id: str):
    course_id = course_citing(person, file_id, [STAYS, GOES])
    assert person.delete(f"/files/{file_id}").status == 204
    settle(file_id)
    assert changed(person, course_id) == {STAYS, GOES}
    assert (source_of(file_id)["text"], source_of(file_id)["places"]) == ("", [])


def test_copies_of_a_course_carry_marks_and_are_found(api: Api, person: Person, file_id: str):
    course_id = course_citing(person, file_id, [STAYS, GOES])
    early = person.post(f"/courses/{course_id}/duplicate", {}).json["id"]
    replace(person, file_id)
    settle(file_id)
    late = person.post(f"/courses/{course_id}/duplicate", {}).json["id"]
    for each in (course_id, early, late):
        assert changed(person, each) == {GOES}
        assert len(missing(person, each)) == 1


def test_a_restored_version_is_looked_at_again(person: Person, file_id: str):
    course_id = course_citing(person, file_id, [STAYS, GOES])
    [lesson] = lessons_of(person, course_id)
    path = f"/courses/{course_id}/lessons/{lesson['id']}"
    replace(person, file_id)
    clock.shift(180)
    person_later(person)
    settle(file_id)
    assert not is_due(file_id)
    assert person.post(f"{path}/versions/{lesson['version']}/restore").status == 200
    assert is_due(file_id)
    settle(file_id)
    assert [block["source"]["changed"] for block in person.get(path).json["blocks"]] == [False, True]


def person_later(person: Person) -> None:
    """Whoever was signed in has to be so again after the clock was moved."""
    person.access_token = person.post("/auth/refresh", {"refresh_token": person.refresh_token}).json["access_token"]


def test_what_was_written_while_it_was_superseded_is_found_until_it_can_no_longer_come(
    person: Person, file_id: str
):
    replace(person, file_id)
    settle(file_id)
    assert is_due(file_id)
    course_id = course_citing(person, file_id, [STAYS, GOES])
    settle(file_id)
    assert changed(person, course_id) == {GOES}
    clock.shift(180)
    settle(file_id)
    assert not is_due(file_id)
    course_citing(person, file_id, [STAYS])
    assert is_due(file_id)


def test_an_edition_that_was_itself_replaced_before_it_was_cited(person: Person, file_id: str):
    course_id = course_citing(person, file_id, [STAYS, GOES])
    second = replace(person, file_id)
    third = replace(person, second, "# Third\n\nNothing of it stands here any more.\n")
    clock.shift(180)
    settle(second)
    assert not is_due(second)
    settle(file_id)
    assert is_due(second)
    settle(second)
    person_later(person)
    assert changed(person, course_id) == {STAYS, GOES}
    assert "superseded" not in source_of(third)


def test_library_texts_that_are_retired(person: Person):
    from lms import mongo
    from lms.ai import editions, library, repository
    from lms.courses import repository as courses

    old = {**library._document(f"# Tides {ObjectId()}\n\n{STAYS}\n\n{GOES}\n"), "file_id": ObjectId()}
    shipped = [row for row in repository.library_sources() if row["_id"] != old["_id"]]
    try:
        repository.replace_library([*shipped, old], clock.now())
        course_id = course_citing(person, str(old["file_id"]), [STAYS, GOES])
        new = library._document(f"# {old['title']}\n\nBefore.\n\n{STAYS}\n")
        repository.replace_library([*shipped, new], clock.now())
        assert editions.settle(old["_id"], lambda: 280.0) is False
        assert changed(person, course_id) == {GOES}
        following = courses.lessons().find_one({"course_id": ObjectId(course_id)})
        assert following is not None
        assert following["blocks"][0]["source"]["source_id"] == str(new["_id"])
    finally:
        repository.replace_library(shipped, clock.now())
        mongo.database().sources.delete_many({"origin": "retired"})


def test_the_sweep_sends_for_what_is_due(person: Person, file_id: str):
    from files import sweep_files

    from lms import queues
    from lms.ai.repository import sources
    from lms.config import settings
    from tests.conftest import LambdaContext

    sources().update_many({}, {"$unset": {"superseded": ""}})
    replace(person, file_id)
    url = settings().extraction_queue_url
    queues.sqs().purge_queue(QueueUrl=url)
    assert sweep_files.lambda_handler({}, LambdaContext())["sources"] == 1
    received = queues.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert str(source_of(file_id)["_id"]) in "".join(message["Body"] for message in received)


def test_citations_are_found_by_indexes(person: Person, file_id: str):
    from lms.ai import repository as sources
    from lms.courses import repository as courses
    from lms.quizzes import repository as quizzes

    course_id = course_citing(person, file_id, [STAYS, GOES], lessons=3)
    source_id = str(source_of(file_id)["_id"])
    with recorded() as log:
        assert len(courses.lessons_following(source_id, 20)) == 3
        assert len(quizzes.questions_following(source_id, 20)) == 6
        sources.due_sources(10)
        sources.sources_of_files([ObjectId(file_id)])
    assert [command.collection for command in log if command.scans_a_collection] == []
    expected = [
        {"blocks.source.follows_1", "key_terms.source.follows_1"},
        {"source.follows_1_lesson_id_1"},
        {"due"},
        {"file_id_1"},
    ]
    assert [command.indexes for command in log] == expected
    with recorded() as log:
        missing(person, course_id)
    assert not any(command.scans_a_collection for command in log)


def test_another_persons_new_edition_replaces_nothing(api: Api, person: Person, file_id: str):
    content = NEW.encode()
    answer = api.person().post("/files", uploads.described(content, replaces=file_id, **MARKDOWN))
    assert answer.status in (404, 422)
