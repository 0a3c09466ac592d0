"""What an editor asks to have asked about lessons."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from lms.fields import Body, Count, Difficulty, Language, Reference, Skills, each_once

QuestionKind = Literal["single", "true_false", "cloze", "short_text"]
Kinds = Annotated[list[QuestionKind], Field(min_length=1, max_length=4), AfterValidator(each_once)]


class QuizRequest(Body):
    """``count`` questions of these kinds on what the lessons say. ``difficulty`` and ``language`` are the course's
    unless said otherwise; ``skills`` are what the questions are to train."""

    course_id: Reference
    lesson_ids: Annotated[list[Reference], Field(min_length=1, max_length=30), AfterValidator(each_once)]
    count: Annotated[Count, Field(ge=1, le=50)]
    kinds: Kinds = ["single", "true_false", "cloze", "short_text"]
    difficulty: Difficulty | None = None
    skills: Skills = []
    language: Language | None = None
    budget_tokens: Annotated[Count, Field(ge=1_000, le=10_000_000)] | None = None
