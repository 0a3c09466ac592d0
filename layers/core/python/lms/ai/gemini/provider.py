"""The provider that asks Gemini: each answer is validated, and asked for again with what was wrong with it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from lms import clock
from lms.ai import gates
from lms.ai.failures import BudgetExhausted, ContentRefused
from lms.ai.gates import enhancements, grades
from lms.ai.gemini import (
    answering,
    answers,
    enhancing,
    grading,
    narrating,
    outlining,
    paragraphs,
    questioning,
    quizzing,
    teaching,
)
from lms.ai.gemini.answers import Answer, Unusable, json_schema
from lms.ai.gemini.breaker import guarded
from lms.ai.gemini.client import Client, Reply
from lms.ai.gemini.pricing import cost_usd
from lms.ai.gemini.prompts import LEAST_OUTPUT, Prompt
from lms.ai.gemini.retries import Outage, Retries
from lms.ai.grading_task import Grading, GradingTask
from lms.ai.lesson_texts import Enhancement, LessonText, Questions, QuestionTask, Task
from lms.ai.models import CourseRequest, Lesson, LessonPlan, Outline, Quiz, Source
from lms.ai.narration import About, Sentence
from lms.ai.providers import Hold
from lms.ai.tutoring import AnswerSentence, Passage
from lms.config import settings
from lms.figures import Figure
from lms.jobs.models import Usage
from lms.telemetry import logger

_ASKED_AT_MOST = 3
_MOST_OUTPUT = 65_536
_BLOCKED = {"SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "ESCALATION", "PUP_LIMITED_DISABLED"}
_CUT_OFF = {"MAX_TOKENS", "CONTINUATION"}

A = TypeVar("A", bound=Answer)
T = TypeVar("T")


class Gemini:
    """``hold`` is asked before every call and says what it may put out; ``record`` is told after it what it used,
    by Google's count, or by our estimate of its input where no answer came that could tell. ``budget_left`` is in
    tokens, None: no budget. ``prompts`` has the sha256 of every prompt file that was used, by its name."""

    name = "gemini"

    def __init__(
        self,
        api_key: str,
        *,
        model: str,
        base_url: str = "",
        remaining_seconds: Callable[[], float],
        hold: Hold,
        record: Callable[[Usage], None],
        budget_left: Callable[[], int | None],
        retries: Retries | None = None,
        circuit_table: str | None = None,
    ) -> None:
        self.prompts: dict[str, str] = {}
        self._remaining_seconds = remaining_seconds
        self._hold = hold
        self._record = record
        self._budget_left = budget_left
        self._retries = retries or Retries(base=settings().ai_retry_base_seconds)
        self._model = model
        client = Client(api_key, model, base_url)
        client.connect()
        self._generate = guarded(
            client.generate,
            circuit=f"gemini/{model}",
            table=settings().circuit_table if circuit_table is None else circuit_table,
        )

    def outline(self, request: CourseRequest, sources: Sequence[Source]) -> Outline:
        shown = paragraphs.numbered(sources)
        return self._ask(
            outlining.prompt(request, shown),
            outlining.OutlineAnswer,
            lambda answer: outlining.outline(answer, request.lesson_count, shown),
            lambda made: gates.outline(made, request, sources),
        )

    def lesson(
        self, request: CourseRequest, outline: Outline, plan: LessonPlan, sources: Sequence[Source]
    ) -> Lesson:
        shown = paragraphs.within(paragraphs.numbered(sources), plan.spans)
        return self._ask(
            teaching.prompt(request, outline, plan, shown),
            teaching.LessonAnswer,
            lambda answer: teaching.lesson(answer, shown),
            lambda made: gates.lesson(made, request, sources),
        )

    def quiz(self, request: CourseRequest, plan: LessonPlan, lesson: Lesson, sources: Sequence[Source]) -> Quiz:
        return self._ask(
            quizzing.prompt(request, plan, lesson),
            quizzing.QuizAnswer,
            lambda answer: quizzing.quiz(answer, lesson),
            lambda made: gates.quiz(made, lesson, request.language),
        )

    def narrate(self, figures: Sequence[Figure], about: About, language: str) -> list[Sentence]:
        return self._ask(
            narrating.prompt(figures, about, language),
            narrating.NarrativeAnswer,
            narrating.narrative,
            lambda sentences: gates.narrative(sentences, figures, language),
        )

    def answer(self, question: str, passages: Sequence[Passage], language: str) -> list[AnswerSentence]:
        return self._ask(
            answering.prompt(question, passages, language),
            answering.CourseAnswer,
            lambda answer: answering.answer(answer, passages, language),
        )

    def enhance(self, task: Task, lesson: LessonText, sources: Sequence[Source]) -> Enhancement:
        asked = enhancing.asked(task, lesson, sources)
        return self._ask(
            asked.prompt,
            asked.answer,
            asked.convert,
            lambda made: enhancements.problems(made, task, lesson, sources),
        )

    def questions(self, task: QuestionTask, lesson: LessonText, sources: Sequence[Source]) -> Questions:
        prose = questioning.shown(lesson)
        if prose is None:
            return Questions()
        return self._ask(
            questioning.prompt(task, lesson, prose),
            questioning.QuestionsAnswer,
            lambda answer: questioning.questions(answer, task, prose),
            lambda made: questioning.problems(made, task, prose),
        )

    def grade(self, task: GradingTask) -> Grading:
        return self._ask(
            grading.prompt(task),
            grading.GradeAnswer,
            lambda answer: grading.grading(answer, task),
            lambda made: grades.problems(made, task),
        )

    def _ask(
        self,
        prompt: Prompt,
        answer: type[A],
        convert: Callable[[A], T],
        gate: Callable[[T], Sequence[str]] = lambda _: (),
    ) -> T:
        """What ``convert`` makes of the answer and ``gate`` finds no problem in. Where ``convert`` raises Unusable
        or ``gate`` names problems, the model is asked again with them. Raise ContentRefused when the third answer
        is still unusable."""
        schema = json_schema(answer, cited=prompt.cites)
        self.prompts |= {file.name: file.sha256 for file in prompt.files}
        problems: list[str] = []
        for _ in range(_ASKED_AT_MOST):
            asked = prompt.corrected(problems) if problems else prompt
            reply = self._retries.run(partial(self._call, asked, schema), self._remaining_seconds)
            try:
                return answers.read(answer, _text(reply), prompt, convert, gate)
            except Unusable as unusable:
                problems = unusable.problems
                logger.info("gemini's answer was unusable", problems=len(problems))
        raise ContentRefused(f"Gemini's answer failed validation {_ASKED_AT_MOST} times: {'; '.join(problems)}")

    def _call(self, prompt: Prompt, schema: dict[str, Any], seconds: float) -> Reply:
        """One call, held to what is left of the budget by then and counted against it."""
        needed = prompt.tokens(schema)
        limit = self._hold(self._model, needed, self._output_limit(needed))
        used = (self._model, 0, 0)
        try:
            reply = self._generate(prompt, schema, limit, seconds)
            used = (reply.model, reply.input_tokens, reply.output_tokens)
            return reply
        except Outage as outage:
            if outage.billable:
                used = (self._model, needed, 0)
            raise
        finally:
            self._account(*used)

    def _output_limit(self, input_tokens: int) -> int | None:
        """The tokens that the answer may take. Raise BudgetExhausted where the budget does not reach for it."""
        left = self._budget_left()
        if left is None:
            return None
        if left - input_tokens < LEAST_OUTPUT:
            raise BudgetExhausted(
                f"The next call may need {input_tokens + LEAST_OUTPUT} tokens, and {max(0, left)} are left for "
                "this step. Start the job again with a larger budget_tokens."
            )
        return min(left - input_tokens, _MOST_OUTPUT)

    def _account(self, model: str, input_tokens: int, output_tokens: int) -> None:
        cost = cost_usd(model, input_tokens, output_tokens, clock.now().date())
        if cost is None:
            logger.warning("model without a listed price: its cost counts as 0", model=model)
        self._record(Usage(input_tokens=input_tokens, output_tokens=output_tokens, cost_usd=cost or 0.0))


def _text(reply: Reply) -> str:
    """The answer's text. Raise ContentRefused where it was blocked, Unusable where it ended early."""
    blocked = reply.blocked or (reply.finish_reason if reply.finish_reason in _BLOCKED else None)
    if blocked:
        raise ContentRefused(
            f"Gemini's content filter blocked this ({blocked}). Word the topic or the source text differently."
        )
    if reply.finish_reason in _CUT_OFF and reply.limit is not None and reply.limit < _MOST_OUTPUT:
        raise BudgetExhausted(
            f"The tokens that were left for this step ({reply.limit}) did not suffice for the answer. "
            "Start the job again with a larger budget_tokens, or once the month's budget allows more."
        )
    if reply.finish_reason in _CUT_OFF:
        raise Unusable(["the answer was cut off at the token limit; write less"])
    if reply.finish_reason != "STOP":
        raise Unusable([f"the answer ended early ({reply.finish_reason or 'empty'})"])
    return reply.text
