"""A lesson's quiz: what is asked, what is answered, and the course's own shape of it."""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from lms.ai.gemini import prompts
from lms.ai.gemini.answers import Answer, Text, Unusable, explain
from lms.ai.gemini.prompts import Prompt
from lms.ai.models import CourseRequest, Lesson, LessonPlan, Question, Quiz

QUESTIONS = 5
_questions: TypeAdapter[Question] = TypeAdapter(Question)


class QuizQuestion(Answer):
    kind: Literal["single", "true_false", "cloze", "short_text"]
    prompt: Annotated[Text, Field(description="for cloze a sentence with one gap, written ____")]
    options: Annotated[list[Text], Field(description="for single 3 to 6 different options, else empty")]
    answer: Annotated[Text, Field(description="for single one of the options, for true_false true or false")]
    evidence: Annotated[Text, Field(description="one sentence copied word for word from the lesson")]


class QuizAnswer(Answer):
    questions: Annotated[list[QuizQuestion], Field(min_length=3, max_length=6)]


def prompt(request: CourseRequest, plan: LessonPlan, lesson: Lesson) -> Prompt:
    task = {
        "write": "quiz",
        "lesson": plan.model_dump(include={"number", "title", "objectives"}),
        "question_count": QUESTIONS,
        **prompts.wanted(request),
    }
    return prompts.prompt("quiz.v1", task, lesson_text=[block.text for block in lesson.blocks])


def quiz(answer: QuizAnswer, lesson: Lesson) -> Quiz:
    """Raise Unusable."""
    problems: list[str] = []
    questions = [question(n, asked, lesson, problems) for n, asked in enumerate(answer.questions, start=1)]
    if problems:
        raise Unusable(problems)
    return Quiz(questions=[each for each in questions if each])


def question(n: int, asked: QuizQuestion, lesson: Lesson, problems: list[str]) -> Question | None:
    """Question ``n``, None where it breaks a rule; then ``problems`` gains why."""
    source = next((block.source for block in lesson.blocks if asked.evidence in block.text), None)
    stem = asked.model_dump(include={"kind", "prompt", "evidence"})
    try:
        return _questions.validate_python({**stem, "source": source, **_key(asked)})
    except ValidationError as error:
        problems.extend(f"question {n}: {line}" for line in explain(error))
    except ValueError as error:
        problems.append(f"question {n}: {error}")
    return None


def _key(asked: QuizQuestion) -> dict[str, Any]:
    match asked.kind:
        case "single":
            if asked.options.count(asked.answer) != 1:
                raise ValueError("its answer must be exactly one of its options, letter for letter")
            return {"options": asked.options, "answer": asked.options.index(asked.answer)}
        case "true_false":
            if asked.answer.lower() not in {"true", "false"}:
                raise ValueError("its answer must be true or false")
            return {"answer": asked.answer.lower() == "true"}
        case "cloze" | "short_text":
            return {"answer": asked.answer}
