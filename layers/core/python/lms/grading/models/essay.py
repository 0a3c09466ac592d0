"""What an AI suggests that the essays of an attempt are graded, as graders see it."""

from lms.fields import Id, Resource
from lms.grading.models.suggestion import SuggestionFields


class EssaySuggestion(SuggestionFields):
    """Of the answer to an item."""

    item_id: str


class EssaySuggestions(Resource):
    """The last one of each essay; none changes the attempt."""

    attempt_id: Id
    items: list[EssaySuggestion]
