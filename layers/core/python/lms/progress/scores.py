"""What a graded quiz does to its learner's progress."""

from collections.abc import Mapping

from bson import ObjectId

from lms.courses import outline
from lms.mongo import Transaction
from lms.progress import completion, repository


def quiz_graded(
    tx: Transaction, course_id: ObjectId, user_id: ObjectId, quiz_id: ObjectId, percent: float, passed: bool
) -> None:
    """Keep the learner's best score in the quiz, and complete the lessons that wait for it to be passed.

    For the transaction that grades an attempt, and each that grades it anew. ``percent`` is 0 to 100.
    """
    progress = repository.keep_best_score(tx, course_id, user_id, quiz_id, percent=percent, passed=passed)
    course = outline.as_it_stands(tx, course_id)
    if course is not None:
        completion.settle(tx, course, progress)


def quizzes_graded(
    tx: Transaction, course_id: ObjectId, quiz_id: ObjectId, graded: Mapping[ObjectId, tuple[float, bool]]
) -> None:
    """As ``quiz_graded``, for many learners: by learner the ``percent`` and whether they passed."""
    if not graded:
        return
    repository.keep_best_scores(tx, course_id, quiz_id, graded)
    course = outline.as_it_stands(tx, course_id)
    passed = [user_id for user_id, (_, passed) in graded.items() if passed]
    if course is None or not passed:
        return
    waiting = [
        row["_id"] for row in completion.rows(course) if str(row["completion"].get("quiz_id")) == str(quiz_id)
    ]
    if waiting:
        completion.settle_each(tx, course, repository.not_through(tx, course_id, passed, waiting))
