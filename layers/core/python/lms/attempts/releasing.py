"""Letting the learners of a blind quiz see their results, and its graders whose these are."""

from lms import audit, events, mongo
from lms.attempts import repository
from lms.courses.access import CourseAccess
from lms.mongo import Document, Transaction
from lms.quizzes import quizzes


def release(access: CourseAccess) -> Document:
    """The quiz. Releasing it once more changes nothing. Raise 409 NOT_BLIND where nothing is held."""

    def work(tx: Transaction) -> Document:
        quiz = quizzes.release(tx, access)
        if quiz is None:
            return dict(access.resource)
        course_id, quiz_id, by = access.course_id, quiz["_id"], access.caller.id
        told = {"course_id": course_id, "user_ids": repository.learners_with_results(tx, quiz_id)}
        events.record(tx, "grades.released", actor=by, subject=quiz_id, quiz_id=quiz_id, **told)
        audit.record(tx, "grades.released", actor=by, target=quiz_id, **told)
        return quiz

    return quizzes.shown(access, mongo.transaction(work))
