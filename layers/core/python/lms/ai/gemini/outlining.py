"""The outline of a course: what is asked, what is answered, and the course's own shape of it."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from lms.ai.gemini import citing, prompts
from lms.ai.gemini.answers import Answer, Citation, Text, Unusable
from lms.ai.gemini.paragraphs import Paragraph
from lms.ai.gemini.prompts import Prompt
from lms.ai.models import CourseRequest, LessonPlan, ModulePlan, Outline


class OutlineLesson(Answer):
    title: Text
    objectives: Annotated[list[Text], Field(min_length=1, max_length=5)]
    minutes: Annotated[int, Field(ge=1, le=240, description="reading and thinking time")]
    sources: Annotated[list[Citation], Field(description="the source paragraphs that the lesson teaches")] = []


class OutlineModule(Answer):
    title: Text
    lessons: Annotated[list[OutlineLesson], Field(min_length=1)]


class OutlineAnswer(Answer):
    title: Text
    description: Text
    skills: list[Text]
    modules: Annotated[list[OutlineModule], Field(min_length=1)]


def prompt(request: CourseRequest, shown: Sequence[Paragraph]) -> Prompt:
    task = {"write": "outline", "lesson_count": request.lesson_count, **prompts.wanted(request)}
    return prompts.prompt("outline.v1", task, shown=shown)


def outline(answer: OutlineAnswer, lesson_count: int, shown: Sequence[Paragraph]) -> Outline:
    """Raise Unusable."""
    lessons = [lesson for module in answer.modules for lesson in module.lessons]
    problems = []
    if len(lessons) != lesson_count:
        problems.append(f"the outline has {len(lessons)} lessons; exactly {lesson_count} are required")
    if len({lesson.title.casefold() for lesson in lessons}) < len(lessons):
        problems.append("two lessons have the same title")
    spans = [
        citing.spans(f"lesson {n}", lesson.sources, shown, problems) for n, lesson in enumerate(lessons, start=1)
    ]
    if problems:
        raise Unusable(problems)
    plans = iter(
        LessonPlan(number=n, spans=spans[n - 1], **lesson.model_dump(include={"title", "objectives", "minutes"}))
        for n, lesson in enumerate(lessons, start=1)
    )
    return Outline(
        title=answer.title,
        description=answer.description,
        skills=answer.skills,
        modules=[
            ModulePlan(title=module.title, lessons=[next(plans) for _ in module.lessons])
            for module in answer.modules
        ],
    )
