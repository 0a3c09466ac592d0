"""From a model's answer to the course's own shapes; whatever breaks a rule is named, so that it can be mended."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from lms.ai import evidence
from lms.ai.gemini import markup, paragraphs, schema
from lms.ai.gemini.paragraphs import Paragraph
from lms.ai.models import (
    Block,
    KeyTerm,
    Lesson,
    LessonPlan,
    ModulePlan,
    Outline,
    Question,
    Quiz,
    Span,
)

_MOST_CITED = 6
_MOST_PROBLEMS = 12
_questions: TypeAdapter[Question] = TypeAdapter(Question)

A = TypeVar("A", bound=schema.Answer)
T = TypeVar("T")


class Unusable(Exception):
    """The answer breaks rules; each of ``problems`` says which and where."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = list(problems)[:_MOST_PROBLEMS]


def read(answer: type[A], text: str, convert: Callable[[A], T]) -> T:
    """Raise Unusable where the text is not such an answer or breaks a rule."""
    try:
        return convert(answer.model_validate_json(text))
    except ValidationError as error:
        raise Unusable(_explain(error)) from error


def _explain(error: ValidationError) -> list[str]:
    # Without the input: it is long, and it is the model's own words.
    return [
        f"{'.'.join(str(step) for step in row['loc']) or 'the answer'}: {row['msg']}"
        for row in error.errors(include_input=False, include_url=False, include_context=False)
    ]


def outline(answer: schema.OutlineAnswer, lesson_count: int, shown: Sequence[Paragraph]) -> Outline:
    lessons = [lesson for module in answer.modules for lesson in module.lessons]
    problems = []
    if len(lessons) != lesson_count:
        problems.append(f"the outline has {len(lessons)} lessons; exactly {lesson_count} are required")
    if len({lesson.title.casefold() for lesson in lessons}) < len(lessons):
        problems.append("two lessons have the same title")
    spans = [_spans(f"lesson {n}", lesson.sources, shown, problems) for n, lesson in enumerate(lessons, start=1)]
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


def lesson(answer: schema.LessonAnswer, shown: Sequence[Paragraph]) -> Lesson:
    problems: list[str] = []
    summary = Block(
        kind="markdown",
        text=answer.summary.text,
        source=_span("the summary", answer.summary.source, shown, problems),
    )
    blocks = [
        Block(
            kind=block.kind,
            text=block.text,
            language=block.language if block.kind == "code" else None,
            source=_span(f"block {n}", block.source, shown, problems),
        )
        for n, block in enumerate(answer.blocks, start=1)
    ]
    terms = [
        KeyTerm(
            term=term.term,
            definition=term.definition,
            source=_span(f"key term {n}", term.source, shown, problems),
        )
        for n, term in enumerate(answer.key_terms, start=1)
    ]
    problems += [
        f"{'the summary' if n == 0 else f'block {n}'} holds {found}; write plain Markdown, and code as code"
        for n, block in enumerate([summary, *blocks])
        if block.kind == "markdown"
        for found in markup.forbidden(block.text)
    ]
    if problems:
        raise Unusable(problems)
    return Lesson(blocks=[summary, *blocks], key_terms=terms)


def quiz(answer: schema.QuizAnswer, lesson: Lesson) -> Quiz:
    problems: list[str] = []
    questions = [_question(n, asked, lesson, problems) for n, asked in enumerate(answer.questions, start=1)]
    if problems:
        raise Unusable(problems)
    made = Quiz(questions=[question for question in questions if question])
    if found := evidence.problems(made, lesson):
        raise Unusable(found)
    return made


def _question(n: int, asked: schema.QuizQuestion, lesson: Lesson, problems: list[str]) -> Question | None:
    source = next((block.source for block in lesson.blocks if asked.evidence in block.text), None)
    stem = asked.model_dump(include={"kind", "prompt", "evidence"})
    try:
        return _questions.validate_python({**stem, "source": source, **_key(asked)})
    except ValidationError as error:
        problems.extend(f"question {n}: {line}" for line in _explain(error))
    except ValueError as error:
        problems.append(f"question {n}: {error}")
    return None


def _key(asked: schema.QuizQuestion) -> dict[str, Any]:
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


def _spans(
    where: str, cited: Sequence[schema.Citation], shown: Sequence[Paragraph], problems: list[str]
) -> list[Span]:
    if shown and not cited:
        problems.append(f"{where} names no source paragraph")
    found = [_place(where, citation, shown, problems) for citation in cited] if shown else []
    return [span for span in found if span]


def _span(
    where: str, cited: schema.Citation | None, shown: Sequence[Paragraph], problems: list[str]
) -> Span | None:
    if not shown:
        return None
    if cited is None:
        problems.append(f"{where} names no source paragraph")
        return None
    if cited.last - cited.first >= _MOST_CITED:
        problems.append(f"{where} cites more than {_MOST_CITED} paragraphs; name the ones it is drawn from")
        return None
    return _place(where, cited, shown, problems)


def _place(where: str, cited: schema.Citation, shown: Sequence[Paragraph], problems: list[str]) -> Span | None:
    try:
        return paragraphs.span_of(shown, cited.first, cited.last)
    except ValueError as error:
        problems.append(f"{where}: {error}")
        return None
