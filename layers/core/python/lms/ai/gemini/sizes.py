"""How many tokens the calls of a task may take: of input as its prompts have it, of output as they ask for it."""

from collections.abc import Iterator, Sequence

from bson import ObjectId

from lms.ai.gemini import answering, grading, narrating, outlining, paragraphs, prompts, quizzing, teaching
from lms.ai.gemini.prompts import Prompt
from lms.ai.grading_task import GradingTask
from lms.ai.models import Block, CourseRequest, Lesson, LessonPlan, ModulePlan, Outline, Source, Span
from lms.ai.tutoring import Passage
from lms.figures import Figure

Size = tuple[int, int]
"""Tokens of input and of output."""

_BYTES_PER_TOKEN = 4
_WORD = 6
"""Bytes of a word with its space."""

_MINUTES = 10
_LESSON_WORDS = 1_000
_LESSON_OUTPUT = 1_900
_OUTLINE_OUTPUT = 150
_OUTLINED_LESSON = 90
_QUESTION_OUTPUT = 160
_SENTENCE_OUTPUT = 45
_SENTENCES = 8
_FIGURES = 14
_CRITERION_OUTPUT = 90
_PASSAGES = 8
_PASSAGE_WORDS = 100

_WRITTEN = {"rewrite": 1.1, "shorten": 0.5, "expand": 2.0, "translate": 1.3}
"""What is written for each token that is read."""
_SHORT = {"summary": 150, "key_terms": 500}
_IMAGE_OUTPUT = 60


def _tokens(text: str) -> int:
    return -(-len(text.encode()) // _BYTES_PER_TOKEN)


def _input(prompt: Prompt) -> int:
    return _tokens(prompt.rules) + sum(map(_tokens, prompt.parts))


def of_course(request: CourseRequest, sources: Sequence[Source]) -> Iterator[Size]:
    """The outline, then each lesson with its share of the sources, and its quiz."""
    shown = paragraphs.numbered(sources)
    count = request.lesson_count
    yield _input(outlining.prompt(request, shown)), _OUTLINE_OUTPUT + count * _OUTLINED_LESSON
    plans = [_plan(number, request) for number in range(1, count + 1)]
    modules = [ModulePlan(title=request.topic, lessons=plans)]
    outline = Outline(title=request.topic, description="", modules=modules)
    written = Lesson(blocks=[Block(kind="markdown", text="x" * (_LESSON_WORDS * _WORD))])
    for plan in plans:
        own = shown[(plan.number - 1) * len(shown) // count : max(1, plan.number * len(shown) // count)]
        yield _input(teaching.prompt(request, outline, plan, own)), _LESSON_OUTPUT
        yield _input(quizzing.prompt(request, plan, written)), quizzing.QUESTIONS * _QUESTION_OUTPUT


def _plan(number: int, request: CourseRequest) -> LessonPlan:
    spans: list[Span] = []
    objectives = [f"Explain what lesson {number} says about {request.topic}"] * 3
    return LessonPlan(number=number, title=request.topic, objectives=objectives, minutes=_MINUTES, spans=spans)


def of_enhancement(action: str, texts: Sequence[str]) -> Size:
    read = sum(map(_tokens, texts))
    if action == "alt_text":
        written = _IMAGE_OUTPUT * len(texts)
    else:
        written = _SHORT.get(action) or round(read * _WRITTEN[action])
    return _rules(f"{action}.v2") + read, written


def of_questions(count: int, texts: Sequence[str]) -> Size:
    return _rules("questions.v2") + sum(map(_tokens, texts)), count * _QUESTION_OUTPUT


def _rules(name: str) -> int:
    return _tokens(prompts.file("rules.v1").text) + _tokens(prompts.file(name).text)


def of_narrative(language: str) -> Size:
    figures = [
        Figure(f"kind.figure_{n}", "Share of what there is to do", 50.5, "percent", n) for n in range(_FIGURES)
    ]
    return _input(narrating.prompt(figures, "learner", language)), _SENTENCES * _SENTENCE_OUTPUT


def of_answer(question: str) -> Size:
    passages = [Passage(ObjectId(), "A lesson", "", "x" * (_PASSAGE_WORDS * _WORD))] * _PASSAGES
    return _input(answering.prompt(question, passages, "en")), _SENTENCES * _SENTENCE_OUTPUT


def of_grade(task: GradingTask, size: int) -> Size:
    """Of a submission of so many bytes beside the task's own text."""
    return _input(grading.prompt(task)) + size // _BYTES_PER_TOKEN, len(task.criteria) * _CRITERION_OUTPUT
