"""What an attempt might ask."""

from lms.attempts.models.question import PresentedQuestion
from lms.fields import Resource


class PreviewItem(Resource):
    id: str
    points: float
    question: PresentedQuestion


class Preview(Resource):
    """What an attempt might ask; nothing of it is kept."""

    items: list[PreviewItem]
