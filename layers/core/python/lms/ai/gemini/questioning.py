"""Questions about a lesson that there is: what is asked, what is answered, and the course's own shape of it."""

from typing import Annotated, Literal

from pydantic import Field

from lms.ai import gates
from lms.ai.gemini import prompts, quizzing
from lms.ai.gemini.answers import Answer, Unusable
from lms.ai.gemini.prompts import Prompt
from lms.ai.gemini.quizzing import QuizQuestion
from lms.ai.lesson_texts import Asked, LessonText, Questions, QuestionTask
from lms.ai.models import Block, Lesson, Quiz
from lms.fields import Difficulty


class RatedQuestion(QuizQuestion):
    difficulty: Literal["beginner", "intermediate", "advanced"]


class QuestionsAnswer(Answer):
    questions: Annotated[list[RatedQuestion], Field(max_length=50)]


def shown(lesson: LessonText) -> Lesson | None:
    """The lesson's prose; None where it has none."""
    blocks = [
        Block(kind="markdown", text=each.text, source=each.source)
        for each in lesson.blocks
        if each.kind == "markdown"
    ]
    return Lesson(blocks=blocks) if blocks else None


def prompt(task: QuestionTask, lesson: LessonText, prose: Lesson) -> Prompt:
    asked = {
        "write": "questions",
        "audience": lesson.audience,
        "question_count": task.count,
        "kinds": task.kinds,
        "difficulty": task.difficulty,
        "language": task.language,
    }
    return prompts.prompt(
        "questions.v2",
        asked,
        lesson={"title": lesson.title},
        lesson_text=[block.text for block in prose.blocks],
        asked_already=task.besides,
    )


def questions(answer: QuestionsAnswer, task: QuestionTask, prose: Lesson) -> Questions:
    """Raise Unusable. More than were wanted are cut, fewer are fewer."""
    problems: list[str] = []
    made = []
    for n, each in enumerate(answer.questions, start=1):
        if each.kind not in task.kinds:
            problems.append(f"question {n} is of the kind {each.kind}, which was not asked for")
        found = quizzing.question(n, each, prose, problems)
        if found:
            made.append(Asked(question=found, difficulty=Difficulty(each.difficulty)))
    if problems:
        raise Unusable(problems)
    return Questions(asked=made[: task.count])


def problems(made: Questions, task: QuestionTask, prose: Lesson) -> list[str]:
    if not made.asked:
        return []
    return gates.quiz(Quiz(questions=[each.question for each in made.asked]), prose, task.language)
