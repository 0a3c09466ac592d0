"""A learner with several tabs: what completes at once is completed once."""

from typing import Any

from bson import ObjectId

from tests import at_once
from tests.functions.courses.authored import events_of
from tests.functions.courses.learning import Learning, learning, put_quiz
from tests.people import Api

TABS = 8


def access(here: Learning) -> Any:
    from lms.caller import Caller
    from lms.courses.access import enter
    from lms.permissions import Role

    learner = Caller(ObjectId(here.learner.id), Role.STUDENT, ObjectId())
    return enter(learner, ObjectId(here.course.id), "course.learn", load="outline", progress=True)


def completed(here: Learning) -> list[str]:
    subjects = [here.course.id, *here.course.lessons]
    types = [event["type"] for subject in subjects for event in events_of(subject)]
    return sorted(each for each in types if each.endswith(".completed"))


def test_tabs_that_complete_the_last_lesson_complete_the_course_once(api: Api):
    from lms.progress import tracking
    from lms.progress.models import Heartbeat

    for _ in range(5):
        here = learning(api)
        first, second = here.course.lessons
        here.complete(first)
        before = access(here)

        def tab(before: Any = before, second: str = second) -> Any:
            return tracking.record(before, ObjectId(second), Heartbeat(completed=True))

        answers = at_once.results(*[tab] * TABS)
        assert len({answer["completion"]["at"] for answer in answers}) == 1
        assert completed(here) == ["course.completed", "lesson.completed", "lesson.completed"]


def test_tabs_in_different_lessons_lose_nothing(api: Api):
    """Also where none of them found a progress to begin with."""
    from lms.progress import tracking
    from lms.progress.models import Heartbeat

    for _ in range(5):
        here = learning(api)
        before = access(here)
        calls = [
            lambda _id=_id, before=before: tracking.record(before, ObjectId(_id), Heartbeat(completed=True))
            for _id in here.course.lessons * (TABS // 2)
        ]
        at_once.results(*calls)
        assert here.progress()["percent"] == 100
        assert completed(here) == ["course.completed", "lesson.completed", "lesson.completed"]


def test_a_graded_quiz_and_a_tab_at_once_complete_the_course_once(api: Api):
    from lms import mongo
    from lms.progress import scores, tracking
    from lms.progress.models import Heartbeat

    for _ in range(5):
        here = learning(api)
        first, second = here.course.lessons
        quiz = ObjectId(put_quiz(here.course, second))
        here.set_rules(second, completion={"kind": "quiz_passed", "quiz_id": str(quiz)})
        before = access(here)
        ids = before.course_id, before.caller.id

        def graded(ids: Any = ids, quiz: ObjectId = quiz) -> None:
            mongo.transaction(lambda tx: scores.quiz_graded(tx, *ids, quiz, 90, True))

        def tab(before: Any = before, first: str = first) -> None:
            tracking.record(before, ObjectId(first), Heartbeat(completed=True))

        at_once.results(graded, tab)
        assert here.progress()["percent"] == 100
        assert completed(here) == ["course.completed", "lesson.completed", "lesson.completed"]
