"""What learners see of a question."""

from lms.attempts.responses import Response
from lms.attempts.scoring import Verdict
from lms.fields import Resource
from lms.quizzes.fields import Kind


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
    prompts and answers (matching), items (ordering), gaps (cloze); template and words belong to an essay. ``hints``
    are html."""

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
    hints: list[str] = []


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
