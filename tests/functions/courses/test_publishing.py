"""POST /courses/{id}/publish and /unpublish: who may, and what a course must have."""

from typing import Any

import pytest
from bson import ObjectId

from tests.functions.courses.authored import Authored, audits_of, author, events_of, new_course, publish, seat
from tests.mongo_commands import recorded
from tests.people import Answer, Api

TEXT = {"kind": "markdown", "text": "Leaves are green."}
IMAGE = {"kind": "image", "url": "https://example.org/leaf.png"}
VIDEO = {"kind": "video", "url": "https://example.org/film.mp4"}
CAPTION = {"language": "en", "url": "https://example.org/film.vtt"}


@pytest.fixture
def course(api: Api) -> Authored:
    """Of an instructor, with a description and two lessons with text, and no empty module."""
    course = author(api.person("instructor"))
    course.owner.patch(course.path, {"description": "Leaves and light."})
    for lesson in course.lessons:
        course.owner.patch(f"{course.path}/lessons/{lesson}", {"blocks": [TEXT]})
    course.owner.delete(f"{course.path}/modules/{course.modules[1]}")
    return course


def missing(answer: Answer) -> list[tuple[str, Any, Any]]:
    return [(row["code"], row["lesson_id"], row["block_id"]) for row in answer.json["missing"]]


def test_a_complete_course_is_published(api: Api, course: Authored):
    reader = api.person()
    assert reader.get(course.path).status == 404
    answer = course.owner.post(f"{course.path}/publish")
    assert (answer.status, answer.json) == (200, {"published": True, "missing": []})
    shown = reader.get(course.path).json
    assert (shown["status"], shown["published_at"]) == ("published", shown["updated_at"])
    [event] = [each for each in events_of(course.id) if each["type"] == "course.published"]
    assert event["data"]["accepted"] == []
    version = course.version()
    assert course.owner.post(f"{course.path}/publish").json == {"published": True, "missing": []}
    assert course.version() == version


def test_a_published_course_is_withdrawn(api: Api, course: Authored):
    course.owner.post(f"{course.path}/publish")
    answer = course.owner.post(f"{course.path}/unpublish")
    assert (answer.status, answer.json["status"], answer.json["published_at"]) == (200, "draft", None)
    assert answer.headers["etag"] == course.etag()
    assert api.person().get(course.path).status == 404
    assert events_of(course.id)[-1]["type"] == "course.unpublished"
    count = len(events_of(course.id))
    assert course.owner.post(f"{course.path}/unpublish").json == answer.json
    assert len(events_of(course.id)) == count


def test_publishing_takes_the_institutions_role(api: Api):
    course = author(api.person())
    answer = course.owner.post(f"{course.path}/publish", {"accept": ["EMPTY_LESSON", "EMPTY_MODULE"]})
    assert (answer.status, answer.json["code"]) == (403, "NOT_A_PUBLISHER")
    assert course.owner.get(course.path).json["status"] == "draft"
    dry = course.owner.post(f"{course.path}/publish", {"dry_run": True})
    assert (dry.status, dry.json["published"]) == (200, False)
    colleague, admin = api.person("instructor"), api.person("admin")
    accept = {"accept": ["EMPTY_LESSON", "EMPTY_MODULE", "NO_DESCRIPTION"]}
    assert colleague.post(f"{course.path}/publish", accept).status == 404
    seat(colleague, course.id, "assistant")
    assert colleague.post(f"{course.path}/publish", accept).status == 403
    assert admin.post(f"{course.path}/publish", accept).status == 200
    assert audits_of(course.id) == ["course.publish"]
    assert course.owner.post(f"{course.path}/unpublish").status == 200, "taking it out takes no more than editing"


def test_an_instructor_of_the_course_may_publish_it(api: Api, course: Authored):
    colleague = api.person("instructor")
    seat(colleague, course.id, "instructor")
    assert colleague.post(f"{course.path}/publish").json["published"] is True


def test_nothing_may_stand_in_for_lessons(api: Api):
    owner = api.person("instructor")
    course = new_course(owner)
    answer = owner.post(f"/courses/{course}/publish", {"accept": ["NO_DESCRIPTION"]})
    assert (answer.status, answer.json["code"], answer.json["published"]) == (409, "INCOMPLETE", False)
    assert missing(answer) == [("NO_LESSONS", None, None), ("NO_DESCRIPTION", None, None)]
    answer = owner.post(f"/courses/{course}/publish", {"accept": ["NO_LESSONS", "NO_DESCRIPTION"]})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/accept/0")
    assert owner.get(f"/courses/{course}").json["status"] == "draft"


def test_the_report_names_each_lack_and_its_place(course: Authored):
    from lms.courses.repository import courses

    first, second = course.lessons
    module = course.owner.post(f"{course.path}/modules", {"title": "Empty"}).json["id"]
    quiz = {"modules.0.lessons.1.quiz_id": ObjectId(), "modules.0.lessons.1.question_count": 0}
    courses().update_one({"_id": ObjectId(course.id)}, {"$set": quiz})
    blocks = course.owner.patch(
        f"{course.path}/lessons/{first}",
        {
            "blocks": [
                IMAGE,
                {**IMAGE, "alt": "A leaf"},
                {**IMAGE, "decorative": True},
                {"kind": "markdown", "text": "![](https://example.org/a.png)"},
                {"kind": "markdown", "text": "![A leaf](https://example.org/a.png)"},
                {"kind": "markdown", "text": "<img src='https://example.org/a.png'>"},
                VIDEO,
                {**VIDEO, "captions": [CAPTION]},
            ]
        },
    ).json["blocks"]
    answer = course.owner.post(f"{course.path}/publish")
    assert (answer.status, answer.json["code"]) == (409, "INCOMPLETE")
    without_alt = [("ALT_TEXT", first, blocks[index]["id"]) for index in (0, 3, 5)]
    rows = [("EMPTY_MODULE", None, None), *without_alt, ("CAPTIONS", first, blocks[6]["id"])]
    assert missing(answer) == [*rows, ("EMPTY_QUIZ", second, None)]
    assert answer.json["missing"][0]["module_id"] == module
    assert all(row["message"] for row in answer.json["missing"])
    dry = course.owner.post(f"{course.path}/publish", {"dry_run": True})
    assert (dry.status, dry.json) == (200, {"published": False, "missing": answer.json["missing"]})
    most = ["EMPTY_MODULE", "ALT_TEXT", "CAPTIONS"]
    assert course.owner.post(f"{course.path}/publish", {"accept": most}).status == 409
    accepted = course.owner.post(f"{course.path}/publish", {"accept": [*most, "EMPTY_QUIZ"]})
    assert (accepted.status, accepted.json) == (200, {"published": True, "missing": answer.json["missing"]})
    assert events_of(course.id)[-1]["data"]["accepted"] == sorted([*most, "EMPTY_QUIZ"])


def unreviewed(answer: Answer) -> list[tuple[str, Any, Any]]:
    rows = [row for row in answer.json["missing"] if row["code"] == "UNREVIEWED_AI"]
    return [(row["lesson_id"], row["block_id"], row["question_id"]) for row in rows]


def written_by_an_ai(course: Authored, lesson: str, count: int = 1) -> list[str]:
    """The ids of the first ``count`` blocks of the lesson, which an AI has written."""
    from lms.courses.repository import lessons

    path = f"{course.path}/lessons/{lesson}"
    blocks = course.owner.patch(path, {"blocks": [TEXT] * (count + 1)}).json["blocks"]
    origins = {f"blocks.{n}.origin": "ai" for n in range(count)}
    lessons().update_one({"_id": ObjectId(lesson)}, {"$set": origins})
    return [block["id"] for block in blocks[:count]]


def test_each_block_that_nobody_has_looked_at_is_named_until_it_is_reviewed_or_accepted(course: Authored):
    first, second = course.lessons
    rows = [(first, block, None) for block in written_by_an_ai(course, first, 2)]
    rows += [(second, block, None) for block in written_by_an_ai(course, second)]
    answer = course.owner.post(f"{course.path}/publish")
    assert (answer.status, unreviewed(answer)) == (409, rows)
    course.owner.post(f"{course.path}/lessons/{first}/review")
    answer = course.owner.post(f"{course.path}/publish")
    assert (answer.status, unreviewed(answer)) == (409, rows[2:])
    answer = course.owner.post(f"{course.path}/publish", {"accept": ["UNREVIEWED_AI"]})
    assert answer.json["published"] is True


def asked_by_an_ai(course: Authored, lesson: str, count: int) -> list[str]:
    """The ids of questions that an AI has made for the lesson."""
    from lms.quizzes.repository import question_versions, questions

    content = {"kind": "true_false", "answer": True}
    made = [
        course.owner.post(f"{course.path}/questions", {"prompt": f"Is it {n}?", "content": content}).json["id"]
        for n in range(count)
    ]
    fields = {"$set": {"origin": "ai", "lesson_id": ObjectId(lesson)}}
    ids = [ObjectId(each) for each in made]
    questions().update_many({"_id": {"$in": ids}}, fields)
    question_versions().update_many({"question_id": {"$in": ids}}, fields)
    return made


def test_questions_of_an_ai_are_reviewed_with_their_lesson(course: Authored):
    from lms.quizzes.repository import question_versions

    lesson = course.lessons[0]
    made = asked_by_an_ai(course, lesson, 2)
    answer = course.owner.post(f"{course.path}/publish")
    assert (answer.status, unreviewed(answer)) == (409, [(lesson, None, each) for each in made])
    before = course.owner.get(course.lesson_path).json["version"]
    assert course.owner.post(f"{course.lesson_path}/review").json["version"] == before + 1
    for each in course.owner.get(f"{course.path}/questions").json["items"]:
        assert (each["reviewed"]["by"], each["version"]) == (course.owner.id, 2)
        kept = question_versions().find_one({"question_id": ObjectId(each["id"]), "version": 2})
        assert kept is not None and kept["reviewed"]["by"] == ObjectId(course.owner.id)
    assert course.owner.post(f"{course.lesson_path}/review").json["version"] == before + 1
    assert course.owner.post(f"{course.path}/publish").json == {"published": True, "missing": []}


def test_what_a_person_deleted_or_wrote_anew_is_not_waited_for(course: Authored):
    gone, anew = asked_by_an_ai(course, course.lessons[0], 2)
    assert course.owner.delete(f"/questions/{gone}").status == 204
    assert course.owner.patch(f"/questions/{anew}", {"prompt": "Is it mine?"}).status == 200
    assert unreviewed(course.owner.post(f"{course.path}/publish")) == []


def test_what_is_beyond_the_report_is_not_accepted_with_it(course: Authored):
    from lms.courses.repository import lessons

    written_by_an_ai(course, course.lessons[0])
    [written] = lessons().find({"_id": ObjectId(course.lessons[0])})
    many = [{**written["blocks"][0], "id": str(ObjectId())} for _ in range(1_001)]
    lessons().update_one({"_id": written["_id"]}, {"$set": {"blocks": many}})
    course.owner.patch(f"{course.path}/lessons/{course.lessons[1]}", {"blocks": [IMAGE]})
    answer = course.owner.post(f"{course.path}/publish", {"accept": ["UNREVIEWED_AI"]})
    assert (answer.status, len(answer.json["missing"])) == (409, 1_000)
    answer = course.owner.post(f"{course.path}/publish", {"accept": ["UNREVIEWED_AI", "ALT_TEXT"]})
    assert (answer.status, len(answer.json["missing"])) == (200, 1_000)


def test_empty_lessons_and_descriptions_of_nothing(course: Authored):
    course.owner.patch(course.path, {"description": " \n"})
    course.owner.patch(course.lesson_path, {"blocks": []})
    answer = course.owner.post(f"{course.path}/publish", {"accept": ["NO_DESCRIPTION"]})
    assert missing(answer) == [("NO_DESCRIPTION", None, None), ("EMPTY_LESSON", course.lessons[0], None)]


def test_deleted_lessons_lack_nothing(course: Authored):
    course.owner.patch(course.lesson_path, {"blocks": [IMAGE]})
    course.owner.delete(course.lesson_path)
    assert course.owner.post(f"{course.path}/publish").json["missing"] == []


def test_a_stale_publication_is_refused(course: Authored):
    stale = course.etag()
    course.owner.patch(course.path, {"title": "Other"})
    for verb in ("publish", "unpublish"):
        assert course.owner.post(f"{course.path}/{verb}", headers={"If-Match": stale}).status == 412
    assert course.owner.post(f"{course.path}/publish", headers={"If-Match": course.etag()}).status == 200


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"dry_run": "yes"}, "/dry_run"),
        ({"dry_run": None}, "/dry_run"),
        ({"accept": "ALT_TEXT"}, "/accept"),
        ({"accept": ["ALL"]}, "/accept/0"),
        ({"accept": ["ALT_TEXT"] * 21}, "/accept"),
        ({"force": True}, "/force"),
    ],
)
def test_a_wrong_wish_is_refused(course: Authored, body: dict[str, Any], pointer: str):
    answer = course.owner.post(f"{course.path}/publish", body)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert course.owner.get(course.path).json["status"] == "draft"


def test_the_report_has_a_most_of_rows(course: Authored):
    for lesson in course.lessons:
        blocks = [IMAGE] * 200
        assert course.owner.patch(f"{course.path}/lessons/{lesson}", {"blocks": blocks}).status == 200
    for number in range(4):
        new = {"module_id": course.modules[0], "title": f"L{number}", "blocks": [IMAGE] * 200}
        assert course.owner.post(f"{course.path}/lessons", new).status == 201
    answer = course.owner.post(f"{course.path}/publish", {"dry_run": True})
    assert len(answer.json["missing"]) == 1_000
    refused = course.owner.post(f"{course.path}/publish")
    assert (refused.status, len(refused.json["missing"])) == (409, 1_000)


def test_round_trips(course: Authored):
    course.owner.get(course.path)
    with recorded() as log:
        assert course.owner.post(f"{course.path}/publish").status == 200
    names = ["aggregate", "find", "aggregate", "find", "findAndModify", "insert", "commitTransaction"]
    assert [command.name for command in log] == names
    assert not any(command.scans_a_collection for command in log)
    with recorded() as log:
        assert course.owner.post(f"{course.path}/unpublish").status == 200
    assert [command.name for command in log] == [
        "aggregate",
        "find",
        "findAndModify",
        "insert",
        "commitTransaction",
    ]


def test_publishing_and_emptying_at_once_leave_no_empty_course_published(course: Authored):
    """Both write the course: the later begins anew and sees what the earlier left."""
    from concurrent.futures import ThreadPoolExecutor

    from lms.caller import Caller
    from lms.courses import lessons, publishing, repository
    from lms.courses.access import CourseAccess
    from lms.courses.models.course import Publication
    from lms.errors import Conflict
    from lms.permissions import CourseRole, Role

    found = repository.course(ObjectId(course.id), repository.MEMBERSHIP)
    assert found
    mine = CourseAccess(Caller(ObjectId(course.owner.id), Role.INSTRUCTOR, ObjectId()), found, CourseRole.OWNER)
    course.owner.delete(f"{course.path}/lessons/{course.lessons[1]}")

    def try_to_publish() -> bool:
        try:
            return bool(publishing.publish(mine, Publication(accept=["EMPTY_MODULE"]), None)["published"])
        except Conflict:
            return False

    with ThreadPoolExecutor(2) as pool:
        published = pool.submit(try_to_publish)
        pool.submit(lessons.delete, mine, ObjectId(course.lessons[0]), None).result()
    events = [each["type"] for each in events_of(course.id)]
    assert published.result() == ("course.published" in events)
    assert published.result() == (course.owner.get(course.path).json["status"] == "published")


def test_what_is_published_by_hand_shows_no_time(api: Api):
    """Courses from before publishing had a time."""
    course = author(api.person())
    publish(course.id)
    assert course.owner.get(course.path).json["published_at"] is None
