"""Work on a lesson's text, whoever did it: its language, reading level, length, and that it stands in the text."""

from collections.abc import Iterator, Mapping, Sequence

from lms.ai.gates import lengths, readability, support, tongue
from lms.ai.grounded.text import plain
from lms.ai.instructions import without_orders
from lms.ai.lesson_texts import Change, Enhancement, LessonText, Task, TextBlock
from lms.ai.models import KeyTerm, Source

_PLACES = {"summary": "the summary", "expand": "example {}", "alt_text": "image {}"}
_MOST = {"summary": 1_200, "alt_text": 400}
_MOST_TERM = 1_200


def problems(made: Enhancement, task: Task, lesson: LessonText, sources: Sequence[Source]) -> list[str]:
    """Of each change, by its place among those that say something, and of each key term."""
    told = [change for change in made.changes if change.text]
    place = _PLACES.get(task.action, "block {}")
    found = [
        f"{place.format(n)}: {problem}"
        for n, change in enumerate(told, start=1)
        for problem in _of_change(change, task, lesson, sources)
    ]
    return found + [
        f"key term {term.term!r}: {problem}" for term in made.key_terms for problem in _of_term(term, task, lesson)
    ]


def sound(made: Enhancement, task: Task, lesson: LessonText, sources: Sequence[Source]) -> Enhancement:
    """With refusals for the changes that fail, and without the key terms that do."""
    before = {block.id: block.text for block in lesson.blocks}
    changes = [_refused(change, before, task, lesson, sources) or change for change in made.changes]
    kept = {change.text for change in changes}
    return Enhancement(
        changes=changes,
        summary=made.summary if made.summary in kept else None,
        key_terms=[term for term in made.key_terms if not any(_of_term(term, task, lesson))],
    )


def _refused(
    change: Change, before: Mapping[str, str], task: Task, lesson: LessonText, sources: Sequence[Source]
) -> Change | None:
    if not change.text or change.text == before.get(change.block_id or ""):
        return None
    found = list(_of_change(change, task, lesson, sources))
    return Change(block_id=change.block_id, after_id=change.after_id, why=" ".join(found)) if found else None


def _of_change(change: Change, task: Task, lesson: LessonText, sources: Sequence[Source]) -> Iterator[str]:
    written, language = change.text or "", task.language or lesson.language
    yield from lengths.problems("the text", written, _MOST.get(task.action, lengths.BLOCK))
    yield from tongue.problems(written, language)
    level, audience = (task.level, "") if task.level else (lesson.difficulty, lesson.audience)
    yield from readability.problems(written, language, level, audience)
    cited, title = _cited(change, task, lesson, sources), without_orders(lesson.title)
    known = f"{title}\n{without_orders(whole(lesson.blocks))}" if task.action == "expand" else title
    if cited is not None:
        yield from support.problems(written, cited, known)
    elif task.action == "expand":
        yield from support.strange(written, known, least=support.LEAST_TOLD)


def _cited(change: Change, task: Task, lesson: LessonText, sources: Sequence[Source]) -> str | None:
    """What the text has to rest on; None where its words are none of the lesson's, or nobody's but the writer's."""
    match task.action:
        case "rewrite" | "shorten":
            return whole(lesson.parts([change.block_id or ""]))
        case "summary":
            return whole(lesson.parts(task.block_ids))
        case "expand" if change.source:
            span = change.source
            return next(each.text for each in sources if each.id == span.source_id)[span.start : span.end]
    return None


def _of_term(term: KeyTerm, task: Task, lesson: LessonText) -> Iterator[str]:
    said, ground = f"{term.term}: {term.definition}", whole(lesson.parts(task.block_ids))
    yield from lengths.problems("the definition", said, _MOST_TERM)
    yield from tongue.problems(said, lesson.language)
    yield from support.problems(said, ground, without_orders(lesson.title))
    if plain(term.term).casefold() not in plain(ground).casefold():
        yield "the term does not stand in the lesson"


def whole(blocks: Sequence[TextBlock]) -> str:
    return "\n\n".join(block.text for block in blocks)
