"""What an editor asks to have done with a lesson."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from lms.fields import Body, Count, Difficulty, Language, Reference, each_once

Action = Literal["rewrite", "shorten", "expand", "summary", "key_terms", "translate", "alt_text"]


class EnhancementRequest(Body):
    """``action``: rewrite for a ``level``, shorten, expand with examples, write a summary, find key terms,
    translate into a ``language``, or say in words what images show (alt_text).

    ``block_ids`` name blocks of the lesson; left out, all its text, and for alt_text the images that say nothing
    yet. ``level`` goes with rewrite, ``language`` with translate, and neither with anything else.
    """

    lesson_id: Reference
    action: Action
    block_ids: Annotated[list[Reference], Field(min_length=1, max_length=200), AfterValidator(each_once)] | None = (
        None
    )
    level: Annotated[Difficulty | None, Field(validate_default=True)] = None
    language: Annotated[Language | None, Field(validate_default=True)] = None
    budget_tokens: Annotated[Count, Field(ge=1_000, le=10_000_000)] | None = None

    @field_validator("level", "language")
    @classmethod
    def _goes_with_the_action(cls, value: str | None, info: ValidationInfo) -> str | None:
        action = info.data.get("action")
        wanted = {"level": "rewrite", "language": "translate"}[str(info.field_name)]
        if value is None and action == wanted:
            raise ValueError(f"is needed to {wanted}")
        if value is not None and action not in (None, wanted):
            raise ValueError(f"goes with the action {wanted} alone")
        return value
