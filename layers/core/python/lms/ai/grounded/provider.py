"""The grounded provider's tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lms.ai.grading_task import Grading, GradingTask
    from lms.ai.lesson_texts import Enhancement, LessonText, Questions, QuestionTask, Task
    from lms.ai.models import CourseRequest, Lesson, LessonPlan, Outline, Quiz, Source
    from lms.ai.narration import About, Sentence
    from lms.ai.tutoring import AnswerSentence, Passage
    from lms.figures import Figure


class Grounded:
    """Builds from a text that the request gives, or from the texts of a library that are about its topic.

    Each task imports what it needs: the tutor is asked within a request, and makes no questions.
    """

    name = "grounded"

    def __init__(self) -> None:
        self.prompts: dict[str, str] = {}

    def outline(self, request: CourseRequest, sources: Sequence[Source]) -> Outline:
        """Exactly ``lesson_count`` lessons in modules, each with its material's spans, from the sources as given.

        Raise Invalid (422), NOT_ENOUGH_MATERIAL, where they do not fill the lessons.
        """
        from lms.ai.grounded import outlining, sifting
        from lms.ai.grounded.sufficiency import check_material

        check_material(request, sources)
        return sifting.outline(outlining.outline(request, sources), request, sources)

    def lesson(
        self, request: CourseRequest, outline: Outline, plan: LessonPlan, sources: Sequence[Source]
    ) -> Lesson:
        """A summary, then the material of the plan's spans; every block is word for word its source span."""
        from lms.ai.grounded import sifting, summarising

        return sifting.lesson(summarising.lesson(plan, sources), request, sources)

    def quiz(self, request: CourseRequest, plan: LessonPlan, lesson: Lesson, sources: Sequence[Source]) -> Quiz:
        """One to six questions; each one's evidence is a sentence of the lesson that holds the answer."""
        from lms.ai.grounded import questions, sifting

        return sifting.quiz(questions.quiz(request, plan, lesson, sources), request, lesson)

    def enhance(self, task: Task, lesson: LessonText, sources: Sequence[Source]) -> Enhancement:
        """Every word stands in the lesson or in its sources; what fails a gate is refused with the reason. Raise
        ValueError for what needs a model."""
        from lms.ai.gates import enhancements
        from lms.ai.grounded import enhancing

        return enhancements.sound(enhancing.enhance(task, lesson, sources), task, lesson, sources)

    def questions(self, task: QuestionTask, lesson: LessonText, sources: Sequence[Source]) -> Questions:
        from lms.ai.grounded import questioning

        return questioning.ask(task, lesson, sources)

    def narrate(self, figures: Sequence[Figure], about: About, language: str) -> list[Sentence]:
        """In English alone."""
        from lms.ai.grounded import narrating

        return narrating.narrative(figures, about)

    def answer(self, question: str, passages: Sequence[Passage], language: str) -> list[AnswerSentence]:
        """Sentences of the passages, quoted."""
        from lms.ai.grounded import answering

        return answering.answer(question, passages)

    def grade(self, task: GradingTask) -> Grading:
        """By comparison with the reference answers; without points where there is nothing to compare with."""
        from lms.ai.grounded import grading

        return grading.grade(task)
