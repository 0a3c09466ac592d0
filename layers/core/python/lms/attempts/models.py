"""What learners see of a question, and what graders see of its figures."""

from lms.attempts.responses import Response
from lms.attempts.scoring import Verdict
from lms.fields import Resource
from lms.quizzes.contents import Kind


class PresentedOption(Resource):
    """An option, an item to be ordered, or a prompt to be matched. ``id`` is a place in this attempt."""

    id: str
    html: str


class PresentedAnswer(Resource):
    """What a prompt may be matched to: plain text."""

    id: str
    text: str


class PresentedGap(Resource):
    """Stands in the prompt's html as ``{{id}}``. With options it takes the id of one, else text or a number."""

    id: str
    kind: Kind
    options: list[PresentedOption] = []


class PresentedQuestion(Resource):
    """A question before release. Which of the lists is filled follows from ``kind``: options (single, multiple),
    prompts and answers (matching), items (ordering), gaps (cloze); template and words belong to an essay."""

    kind: Kind
    html: str
    options: list[PresentedOption] = []
    prompts: list[PresentedOption] = []
    answers: list[PresentedAnswer] = []
    items: list[PresentedOption] = []
    gaps: list[PresentedGap] = []
    template: str = ""
    least_words: int = 0
    most_words: int | None = None


class ShownFeedback(Resource):
    """``id`` is the option's or gap's that it is about; null where it is about the whole answer."""

    id: str | None
    html: str


class ReviewedQuestion(PresentedQuestion):
    """A question after release. ``response`` and ``key`` have the shape of an answer; the key is one that is wholly
    right, null for an essay. ``fraction`` is null until a person has said it. ``parts``: by prompt or gap."""

    response: Response | None
    key: Response | None
    fraction: float | None
    verdict: Verdict | None
    parts: dict[str, float]
    feedback: list[ShownFeedback]


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
