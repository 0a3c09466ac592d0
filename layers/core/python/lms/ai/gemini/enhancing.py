"""Work on a lesson's text: for each action what is asked, what is answered, and what is proposed of it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import Field

from lms.ai.gemini import citing, markup, paragraphs, prompts
from lms.ai.gemini.answers import Answer, Citation, Text, Unusable
from lms.ai.gemini.paragraphs import Paragraph
from lms.ai.gemini.prompts import Prompt
from lms.ai.instructions import without_orders
from lms.ai.invisible import visible
from lms.ai.lesson_texts import Change, Enhancement, LessonText, Task, TextBlock
from lms.ai.models import KeyTerm, Source

_MOST_TERMS = 20
_SHORTER = 0.9
_WHOLE = 0.4
"""Of a text's bytes its translation has at least so many, whatever the two scripts."""
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
    """A task as it is put to the model: ``convert`` reads its answer."""

    prompt: Prompt
    answer: type[Answer]
    convert: Callable[[Any], Enhancement]


def asked(task: Task, lesson: LessonText, sources: Sequence[Source]) -> Asked:
    blocks = dict(enumerate(lesson.parts(task.block_ids), start=1))
    numbered = [{"number": n, "text": block.text} for n, block in blocks.items()]
    match task.action:
        case "rewrite" | "shorten" | "translate":
            asking = _prompt(task, lesson, lesson_blocks=numbered)
            return Asked(asking, BlocksAnswer, lambda answer: _blocks(answer, blocks, task))
        case "expand":
            spans = [block.source for block in blocks.values() if block.source]
            shown = paragraphs.within(paragraphs.numbered(sources), spans) if spans else []
            asking = _prompt(task, lesson, shown, lesson_blocks=numbered)
            return Asked(asking, ExamplesAnswer, lambda answer: _examples(answer, blocks, shown))
        case "summary":
            return Asked(_prompt(task, lesson, lesson_blocks=numbered), SummaryAnswer, _summary)
        case "key_terms":
            asking = _prompt(task, lesson, lesson_blocks=numbered)
            return Asked(asking, TermsAnswer, lambda answer: _terms(answer, lesson))
        case "alt_text":
            captions = [{"number": n, "caption": block.text} for n, block in blocks.items()]
            asking = _prompt(task, lesson, images=captions)
            pictures = tuple((each.content_type, each.data) for each in task.pictures)
            return Asked(
                replace(asking, pictures=pictures), AltTextsAnswer, lambda answer: _alt_texts(answer, blocks)
            )


def _prompt(task: Task, lesson: LessonText, shown: Sequence[Paragraph] = (), **material: Any) -> Prompt:
    wanted = {
        "write": task.action,
        "audience": lesson.audience,
        "difficulty": task.level or lesson.difficulty,
        "language": task.language or lesson.language,
    }
    return prompts.prompt(f"{task.action}.v2", wanted, shown=shown, lesson={"title": lesson.title}, **material)


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
        if task.action == "translate" and _bytes(each.text) < _WHOLE * _bytes(without_orders(old.text)):
            problems.append(f"block {each.number} is far too short to be the whole block")
        changes.append(Change(block_id=old.id, text=each.text))
    if problems:
        raise Unusable(problems)
    return Enhancement(changes=changes)


def _bytes(text: str) -> int:
    return len(visible(text).encode())


def _foreign(text: str, before: str) -> Iterator[str]:
    """What a text may not hold unless the one before did: markup that can be used against readers, addresses."""
    for found in markup.forbidden(text):
        if found not in markup.forbidden(before):
            yield f"holds {found}; write plain Markdown"
    for address in set(_ADDRESS.findall(text)) - set(_ADDRESS.findall(before)):
        yield f"holds the address {address[:80]}, which the block did not hold"


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


def _summary(answer: SummaryAnswer) -> Enhancement:
    """Raise Unusable."""
    if problems := [f"the summary {problem}" for problem in _foreign(answer.summary, "")]:
        raise Unusable(problems)
    return Enhancement(changes=[Change(text=answer.summary)], summary=answer.summary)


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


def _alt_texts(answer: AltTextsAnswer, blocks: Mapping[int, TextBlock]) -> Enhancement:
    """Raise Unusable."""
    _each_once([each.number for each in answer.images], blocks, "images")
    texts = {each.number: " ".join(each.alt.split()) for each in answer.images}
    problems = [f"image {n} {problem}" for n, alt in texts.items() for problem in _foreign(alt, "")]
    if problems:
        raise Unusable(problems)
    return Enhancement(changes=[Change(block_id=blocks[n].id, text=texts[n]) for n in sorted(texts)])
