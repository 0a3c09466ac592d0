"""Work on a lesson's text: for each action what is asked, what is answered, and what is proposed of it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import Field

from lms.ai import gates
from lms.ai.gemini import citing, markup, paragraphs, prompts
from lms.ai.gemini.answers import Answer, Citation, Text, Unusable
from lms.ai.gemini.paragraphs import Paragraph
from lms.ai.gemini.prompts import Prompt
from lms.ai.lesson_texts import Change, Enhancement, LessonText, Task, TextBlock
from lms.ai.models import KeyTerm, Source

_MOST_TERMS = 20
_MOST_ALT = 400
_SHORTER = 0.9
_SUMMARY = 1_200
_ADDRESS = re.compile(r"(?:https?|mailto|data):[^\s)>\"']+")


class BlockText(Answer):
    number: Annotated[int, Field(description="of the block in lesson_blocks")]
    text: Annotated[Text, Field(description="the whole block anew, in Markdown")]


class BlocksAnswer(Answer):
    blocks: Annotated[list[BlockText], Field(min_length=1)]


class Example(Answer):
    after: Annotated[int, Field(description="number of the block that it belongs behind")]
    text: Annotated[Text, Field(description="Markdown")]
    source: Citation | None = None


class ExamplesAnswer(Answer):
    examples: list[Example]


class SummaryAnswer(Answer):
    summary: Text


class Term(Answer):
    term: Text
    definition: Text


class TermsAnswer(Answer):
    key_terms: Annotated[list[Term], Field(max_length=_MOST_TERMS)]


class ImageText(Answer):
    number: Annotated[int, Field(description="of the image in images")]
    alt: Text


class AltTextsAnswer(Answer):
    images: Annotated[list[ImageText], Field(min_length=1)]


@dataclass(frozen=True)
class Asked:
    """A task as it is put to the model: ``convert`` reads its answer, ``gate`` finds what is wrong with that."""

    prompt: Prompt
    answer: type[Answer]
    convert: Callable[[Any], Enhancement]
    gate: Callable[[Enhancement], list[str]]


def asked(task: Task, lesson: LessonText, sources: Sequence[Source]) -> Asked:
    blocks = dict(enumerate(lesson.parts(task.block_ids), start=1))
    numbered = [{"number": n, "text": block.text} for n, block in blocks.items()]
    match task.action:
        case "rewrite" | "shorten" | "translate":
            asking = prompts.prompt(f"{task.action}.v1", _task(task, lesson), lesson_blocks=numbered)
            return Asked(
                asking,
                BlocksAnswer,
                lambda answer: _blocks(answer, blocks, task),
                lambda made: _gated(made, task, lesson, blocks),
            )
        case "expand":
            spans = [block.source for block in blocks.values() if block.source]
            shown = paragraphs.within(paragraphs.numbered(sources), spans) if spans else []
            asking = prompts.prompt("expand.v1", _task(task, lesson), shown=shown, lesson_blocks=numbered)
            return Asked(
                asking,
                ExamplesAnswer,
                lambda answer: _examples(answer, blocks, shown),
                lambda made: _gated_examples(made, lesson, sources),
            )
        case "summary":
            asking = prompts.prompt("summary.v1", _task(task, lesson), lesson_blocks=numbered)
            return Asked(asking, SummaryAnswer, _summary, lambda made: _gated_summary(made, lesson, blocks))
        case "key_terms":
            asking = prompts.prompt("key_terms.v1", _task(task, lesson), lesson_blocks=numbered)
            return Asked(
                asking,
                TermsAnswer,
                lambda answer: _terms(answer, lesson),
                lambda made: _gated_terms(made, lesson, blocks),
            )
        case "alt_text":
            captions = [{"number": n, "caption": block.text} for n, block in blocks.items()]
            asking = prompts.prompt("alt_text.v1", _task(task, lesson), images=captions)
            pictures = tuple((each.content_type, each.data) for each in task.pictures)
            return Asked(
                replace(asking, pictures=pictures),
                AltTextsAnswer,
                lambda answer: _alt_texts(answer, blocks),
                lambda made: _gated_alt_texts(made, lesson),
            )


def _task(task: Task, lesson: LessonText) -> dict[str, Any]:
    return {
        "write": task.action,
        "lesson": {"title": lesson.title},
        "audience": lesson.audience,
        "difficulty": task.level or lesson.difficulty,
        "language": task.language or lesson.language,
    }


def _each_once(numbers: Sequence[int], blocks: Mapping[int, TextBlock], what: str) -> None:
    """Raise Unusable unless every block is answered exactly once."""
    if sorted(numbers) != sorted(blocks):
        raise Unusable([f"answer each of the {len(blocks)} {what} exactly once, by its number"])


def _blocks(answer: BlocksAnswer, blocks: Mapping[int, TextBlock], task: Task) -> Enhancement:
    """Raise Unusable."""
    _each_once([each.number for each in answer.blocks], blocks, "blocks")
    problems: list[str] = []
    changes = []
    for each in sorted(answer.blocks, key=lambda each: each.number):
        old = blocks[each.number]
        problems += [f"block {each.number} {problem}" for problem in _foreign(each.text, old.text)]
        if task.action == "shorten" and len(each.text) > max(80, _SHORTER * len(old.text)):
            problems.append(f"block {each.number} is not shorter than it was")
        changes.append(Change(block_id=old.id, text=each.text))
    if problems:
        raise Unusable(problems)
    return Enhancement(changes=changes)


def _foreign(text: str, before: str) -> Iterator[str]:
    """What a text may not hold unless the one before did: markup that can be used against readers, addresses."""
    for found in markup.forbidden(text):
        if found not in markup.forbidden(before):
            yield f"holds {found}; write plain Markdown"
    for address in set(_ADDRESS.findall(text)) - set(_ADDRESS.findall(before)):
        yield f"holds the address {address[:80]}, which the block did not hold"


def _gated(made: Enhancement, task: Task, lesson: LessonText, blocks: Mapping[int, TextBlock]) -> list[str]:
    found = []
    by_id = {block.id: (n, block.text) for n, block in blocks.items()}
    for change in made.changes:
        n, before = by_id[change.block_id or ""]
        translated = task.action == "translate"
        problems = gates.text(
            change.text or "",
            language=task.language or lesson.language,
            difficulty=task.level,
            audience="" if task.level else lesson.audience,
            material=[before],
            cited=None if translated else before,
            known=lesson.title,
        )
        found += [f"block {n}: {problem}" for problem in problems]
    return found


def _examples(answer: ExamplesAnswer, blocks: Mapping[int, TextBlock], shown: Sequence[Paragraph]) -> Enhancement:
    """Raise Unusable. A block that has none is refused, with the reason."""
    problems = [f"there is no block {each.after}" for each in answer.examples if each.after not in blocks]
    changes = []
    for n, each in enumerate(answer.examples, start=1):
        source = citing.span(f"example {n}", each.source, shown, problems)
        problems += [f"example {n} {problem}" for problem in _foreign(each.text, "")]
        if each.after in blocks:
            changes.append(Change(after_id=blocks[each.after].id, text=each.text, source=source))
    if problems:
        raise Unusable(problems)
    without = [block for n, block in blocks.items() if n not in {each.after for each in answer.examples}]
    why = "No example was found that makes this clearer."
    return Enhancement(changes=[*changes, *(Change(block_id=block.id, why=why) for block in without)])


def _gated_examples(made: Enhancement, lesson: LessonText, sources: Sequence[Source]) -> list[str]:
    text_of = {source.id: source.text for source in sources}
    found = []
    for n, change in enumerate((each for each in made.changes if each.text), start=1):
        span = change.source
        problems = gates.text(
            change.text or "",
            language=lesson.language,
            material=[*text_of.values(), *(block.text for block in lesson.blocks)],
            cited=text_of[span.source_id][span.start : span.end] if span else None,
            known=_whole(lesson.blocks),
        )
        found += [f"example {n}: {problem}" for problem in problems]
    return found


def _summary(answer: SummaryAnswer) -> Enhancement:
    """Raise Unusable."""
    if problems := [f"the summary {problem}" for problem in _foreign(answer.summary, "")]:
        raise Unusable(problems)
    return Enhancement(changes=[Change(text=answer.summary)], summary=answer.summary)


def _gated_summary(made: Enhancement, lesson: LessonText, blocks: Mapping[int, TextBlock]) -> list[str]:
    whole = _whole(list(blocks.values()))
    return gates.text(
        made.summary or "",
        language=lesson.language,
        material=[whole],
        cited=whole,
        known=lesson.title,
        most=_SUMMARY,
    )


def _terms(answer: TermsAnswer, lesson: LessonText) -> Enhancement:
    """Raise Unusable. What the lesson has as it is, is left out."""
    names = [each.term.casefold() for each in answer.key_terms]
    problems = ["a term stands twice"] if len(set(names)) < len(names) else []
    problems += [
        f"key term {n} {problem}"
        for n, each in enumerate(answer.key_terms, start=1)
        for problem in _foreign(f"{each.term}: {each.definition}", "")
    ]
    if problems:
        raise Unusable(problems)
    had = {(each.term.casefold(), each.definition) for each in lesson.key_terms}
    made = [KeyTerm(term=each.term, definition=each.definition) for each in answer.key_terms]
    return Enhancement(key_terms=[each for each in made if (each.term.casefold(), each.definition) not in had])


def _gated_terms(made: Enhancement, lesson: LessonText, blocks: Mapping[int, TextBlock]) -> list[str]:
    whole = _whole(list(blocks.values()))
    found = []
    for each in made.key_terms:
        said = f"{each.term}: {each.definition}"
        problems = gates.text(
            said, language=lesson.language, material=[whole], cited=whole, known=lesson.title, most=_SUMMARY
        )
        if each.term.casefold() not in " ".join(whole.casefold().split()):
            problems.append("the term does not stand in the lesson")
        found += [f"key term {each.term!r}: {problem}" for problem in problems]
    return found


def _alt_texts(answer: AltTextsAnswer, blocks: Mapping[int, TextBlock]) -> Enhancement:
    """Raise Unusable."""
    _each_once([each.number for each in answer.images], blocks, "images")
    texts = {each.number: " ".join(each.alt.split()) for each in answer.images}
    problems = [f"image {n} {problem}" for n, alt in texts.items() for problem in _foreign(alt, "")]
    if problems:
        raise Unusable(problems)
    return Enhancement(changes=[Change(block_id=blocks[n].id, text=texts[n]) for n in sorted(texts)])


def _gated_alt_texts(made: Enhancement, lesson: LessonText) -> list[str]:
    return [
        f"image {n}: {problem}"
        for n, change in enumerate(made.changes, start=1)
        for problem in gates.text(change.text or "", language=lesson.language, most=_MOST_ALT)
    ]


def _whole(blocks: Sequence[TextBlock]) -> str:
    return "\n\n".join(block.text for block in blocks)
