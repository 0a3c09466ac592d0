"""What a graded quiz does to its learner's progress."""

from bson import ObjectId

from lms import clock
from lms.courses import outline
from lms.mongo import Transaction
from lms.progress import completion, repository


def quiz_graded(
    tx: Transaction, course_id: ObjectId, user_id: ObjectId, quiz_id: ObjectId, percent: float, passed: bool
) -> None:
    """Keep the learner's best score in the quiz, and complete the lessons that wait for it to be passed.

    For the transaction that grades an attempt, and each that grades it anew. ``percent`` is 0 to 100.
    """
    now = clock.now()
    progress = repository.keep_best_score(tx, course_id, user_id, quiz_id, percent=percent, passed=passed, now=now)
    course = outline.as_it_stands(tx, course_id)
    if course is not None:
        completion.settle(tx, course, progress)
