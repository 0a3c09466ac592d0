"""Quality gates: what must be true of generated text, whoever made it, before any of it is stored.

Each gate gives its problems as sentences for whoever is to mend them, none where all is well: ``outline``,
``lesson``, ``quiz``, ``question``, ``narrative`` and ``answer`` here, and ``enhancements.problems``. A model is
asked again with them. The grounded provider leaves out what fails: ``sound`` and ``passing`` give the rest. What a
model tells of its prompt, and what it does by an order in its material, ``leaks`` sees in the answers of all tasks.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from lms.ai import evidence, narration
from lms.ai.folding import without_names
from lms.ai.gates import lengths, options, readability, support, tongue
from lms.ai.gates.forms import canonical, meaning
from lms.ai.gates.leaks import Orders, obedience, orders_in
from lms.ai.models import CourseRequest, Lesson, Outline, Question, Quiz, SingleChoice, Source, Span, TrueFalse
from lms.ai.narration import Sentence
from lms.figures import Figure

_ALIKE = 0.8
_HEADING = re.compile(r"^#{1,6} .+$", re.MULTILINE)


def narrative(sentences: Sequence[Sentence], figures: Sequence[Figure], language: str) -> list[str]:
    """Its numbers, and, titles of things in the course left out, its language and that it is about the figures."""
    labels = [figure.label for figure in figures]
    prose = [without_names(sentence.text, labels) for sentence in sentences]
    told = "\n".join(f"{figure.id.replace('.', ' ')} {figure.name} {figure.unit}" for figure in figures)
    strange = [
        f"sentence {n}: hardly a word of it is about the figures."
        for n, said in enumerate(prose, start=1)
        if support.unrelated(said, told, support.LEAST_TOLD)
    ]
    found = narration.problems(sentences, figures, language) + tongue.problems(" ".join(prose), language)
    return found + strange


def answer(said: str, cited: str, language: str, known: str = "") -> list[str]:
    """Of a sentence: its length and language, and whether it stands in what it cites; ``known`` may be named."""
    found = lengths.problems("the sentence", said, lengths.SENTENCE) + tongue.problems(said, language)
    return [*found, *support.problems(said, cited, known)]


def outline(made: Outline, request: CourseRequest, sources: Sequence[Source]) -> list[str]:
    found: list[str] = []
    # A lesson may be drawn from a part of a section, whose heading then stands elsewhere.
    headings = "\n".join(heading for source in sources for heading in _HEADING.findall(source.text))
    orders, known = orders_in(source.text for source in sources), f"{_known(request)}\n{headings}"
    parts = [("the title", made.title, lengths.TITLE), ("the description", made.description, lengths.DESCRIPTION)]
    parts += [("a skill", skill, lengths.TITLE) for skill in made.skills]
    parts += [("a module's title", module.title, lengths.TITLE) for module in made.modules]
    for plan in made.lessons:
        parts.append((f"the title of lesson {plan.number}", plan.title, lengths.TITLE))
        parts += [(f"an objective of lesson {plan.number}", each, lengths.OBJECTIVE) for each in plan.objectives]
        if plan.spans:
            cited = "\n".join(_cited(sources, plan.spans))
            said = "\n".join([plan.title, *plan.objectives])
            strange = support.strange(said, cited, known, support.LEAST_TOLD)
            found += [f"lesson {plan.number}: {each}" for each in strange]
    for where, part, most in parts:
        found += lengths.problems(where, part, most) + obedience(where, part, orders)
    return found + tongue.problems("\n".join(part for _, part, _ in parts), request.language)


def lesson(made: Lesson, request: CourseRequest, sources: Sequence[Source]) -> list[str]:
    """Whole: its length, language and reading level; and each block and key term for itself."""
    found = lengths.word_problems("the lesson", made.text, lengths.LESSON_WORDS)
    found += tongue.problems(made.text, request.language)
    found += readability.problems(made.text, request.language, request.difficulty, request.audience)
    orders, known = orders_in(source.text for source in sources), _known(request)
    for n, block in enumerate(made.blocks):
        where = f"block {n}" if n else "the summary"
        found += lengths.problems(where, block.text, lengths.BLOCK)
        found += _passage(where, block.text, block.source, block.kind == "code", sources, orders, known)
    for n, term in enumerate(made.key_terms, start=1):
        said = f"{term.term}\n{term.definition}"
        found += _passage(f"key term {n}", said, term.source, False, sources, orders, known)
    return found


def _passage(
    where: str, said: str, span: Span | None, code: bool, sources: Sequence[Source], orders: Orders, known: str
) -> Iterator[str]:
    if span and not code:
        yield from (f"{where}: {each}" for each in support.problems(said, "".join(_cited(sources, [span])), known))
    yield from obedience(where, f"```\n{said}\n```" if code else said, orders)


def quiz(made: Quiz, lesson: Lesson, language: str) -> list[str]:
    """Of each question, and of all together: none twice, and in the language."""
    orders = orders_in(block.text for block in lesson.blocks)
    found = evidence.problems(made, lesson)
    for n, each in enumerate(made.questions, start=1):
        found += [f"Question {n} ({each.kind}): {problem}" for problem in _of_question(each, lesson, orders)]
    found += [f"Question {n} asks what an earlier one asks." for n in duplicates(made.questions)]
    return found + foreign(made.questions, language)


def foreign(made: Sequence[Question], language: str) -> list[str]:
    """Whether they are in another language."""
    return tongue.problems("\n".join(part for each in made for part in _texts(each)), language)


def question(made: Question, lesson: Lesson) -> list[str]:
    """Grounding, options, length and obedience of one question."""
    orders = orders_in(block.text for block in lesson.blocks)
    return [*evidence.problems(Quiz(questions=[made]), lesson), *_of_question(made, lesson, orders)]


def _of_question(made: Question, lesson: Lesson, orders: Orders) -> Iterator[str]:
    yield from lengths.problems("the prompt", made.prompt, lengths.PROMPT)
    yield from support.strange(made.prompt, lesson.text, least=support.LEAST_TOLD)
    if isinstance(made, SingleChoice):
        for option in made.options:
            yield from lengths.problems("an option", option, lengths.OPTION)
        yield from options.problems(made.options, made.answer)
    for part in _texts(made):
        yield from obedience("it", part, orders)


def duplicates(made: Sequence[Question], besides: Iterable[Question] = ()) -> list[int]:
    """Which questions, counted from 1, ask what an earlier one or one of ``besides`` asks: the same prompt, or in
    the same kind for the same answer, settled by the same sentence or in nearly the same words."""
    earlier, found = list(besides), []
    for n, each in enumerate(made, start=1):
        if any(_alike(each, other) for other in earlier):
            found.append(n)
        earlier.append(each)
    return found


def sound(made: Lesson, request: CourseRequest, sources: Sequence[Source]) -> Lesson | None:
    """The lesson without the blocks and key terms that fail; None where nothing is left of it."""
    orders, known = orders_in(source.text for source in sources), _known(request)

    def passes(said: str, span: Span | None, code: bool = False) -> bool:
        return not any(_passage("", said, span, code, sources, orders, known))

    blocks = [block for block in made.blocks if passes(block.text, block.source, block.kind == "code")]
    terms = [term for term in made.key_terms if passes(f"{term.term}\n{term.definition}", term.source)]
    return Lesson(blocks=blocks, key_terms=terms) if blocks else None


def passing(made: Iterable[Question], lesson: Lesson, besides: Iterable[Question] = ()) -> list[Question]:
    """The questions that pass all gates, in order, without what repeats an earlier one or one of ``besides``."""
    taken, kept = list(besides), list[Question]()
    for each in made:
        if not question(each, lesson) and not any(_alike(each, other) for other in taken):
            kept.append(each)
            taken.append(each)
    return kept


def _alike(one: Question, other: Question) -> bool:
    if canonical(one.prompt) == canonical(other.prompt):
        return True
    if one.kind != other.kind or _answer(one) != _answer(other) or isinstance(one, TrueFalse):
        return False
    said, told = meaning(one.prompt), meaning(other.prompt)
    return canonical(one.evidence) == canonical(other.evidence) or len(said & told) >= _ALIKE * len(said | told)


def _answer(made: Question) -> tuple[str, ...]:
    return canonical(made.options[made.answer] if isinstance(made, SingleChoice) else str(made.answer))


def _texts(made: Question) -> list[str]:
    more = made.options if isinstance(made, SingleChoice) else [] if isinstance(made, TrueFalse) else [made.answer]
    return [made.prompt, *more]


def _cited(sources: Sequence[Source], spans: Sequence[Span]) -> list[str]:
    by_id = {source.id: source.text for source in sources}
    return [by_id[span.source_id][span.start : span.end] for span in spans]


def _known(request: CourseRequest) -> str:
    return f"{request.topic} {request.audience}"
