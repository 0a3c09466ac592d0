"""What graders see of the figures of a quiz and of its questions."""

from lms.fields import Id, Resource
from lms.quizzes.fields import Kind


class OptionFigures(Resource):
    """``path`` names the option or answer (``options/{id}``, ``answers/{index}``, ``gaps/{id}/…``, ``true``,
    ``false``, ``unanswered``, ``other``). ``share`` is of the learners who had the question, ``mean_total`` of
    those who chose it, ``discrimination`` the point-biserial correlation of choosing it with the total."""

    path: str
    count: int
    share: float
    mean_total: float
    discrimination: float | None


class ItemFigures(Resource):
    """A question's item analysis over ``count`` learners (``lms.attempts.statistics``)."""

    count: int
    difficulty: float | None
    item_total: float | None
    item_rest: float | None
    upper_lower: float | None
    options: list[OptionFigures]


class QuizFigures(Resource):
    """Totals are shares of what there was to earn. ``alpha`` and ``standard_error`` are over the ``form_count``
    learners of one form: those who had the same questions."""

    count: int
    mean: float | None
    deviation: float | None
    form_count: int
    alpha: float | None
    standard_error: float | None


class QuestionFigures(ItemFigures):
    """``html`` shows the prompt; null where there is no more room for it in the answer."""

    question_id: Id
    kind: Kind
    title: str
    html: str | None


class QuizAnalysis(QuizFigures):
    """Over each learner's first attempt that is wholly graded; dropped questions are left out."""

    items: list[QuestionFigures]
