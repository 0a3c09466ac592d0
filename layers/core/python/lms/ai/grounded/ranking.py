"""Which texts of a library a topic is about."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lms.ai.grounded.bm25 import FIELD_WEIGHTS, bm25f
from lms.ai.grounded.language import LANGUAGES
from lms.ai.grounded.words import stem, stems
from lms.ai.models import Source

_MOST_TEXTS = 3
OFTEN = 3

COURSE_WORDS = frozenset(
    stem(word)
    for word in """introduction introductory intro basics basic beginner beginners course courses class tutorial
    guide fundamentals fundamental foundations essentials overview advanced intermediate elementary crash primer
    learn understand understanding programming language student pupil kid adult everyone everybody einführung
    grundlagen kurs cours bases curso introducción corso introduzione curso introdução inleiding cursus""".split()
)


def topic_stems(topic: str) -> tuple[str, ...]:
    """The topic's words without function words and without what every course is called."""
    plain = {stem(word) for language in ("en",) for word in LANGUAGES[language].function_words}
    found = [each for each in stems(topic) if each not in plain]
    return tuple(each for each in found if each not in COURSE_WORDS) or tuple(found)


@dataclass(frozen=True, eq=False)
class Entry:
    """A text of a library with its index: by field, the stems that it is found by, with spaces between; its
    language, and how many lessons all of it fills."""

    source: Source
    index: Mapping[str, Any]

    @cached_property
    def fields(self) -> dict[str, Counter[str]]:
        return {name: Counter(self.index[name].split()) for name in FIELD_WEIGHTS}

    @property
    def own(self) -> frozenset[str]:
        """The title's words that tell the text from others."""
        return frozenset(self.index["own"].split())

    @property
    def language(self) -> str:
        language: str = self.index["language"]
        return language

    @property
    def lessons(self) -> int:
        lessons: int = self.index["lessons"]
        return lessons


def choose(topic: str, library: Sequence[Entry]) -> list[Entry]:
    """The texts that are about the topic, best first; of several at most three."""
    query = topic_stems(topic)
    if not query:
        return []
    about = [entry for entry in library if _is_about(query, entry)] or _together(query, library)
    scores = bm25f(query, [entry.fields for entry in library])
    by_id = {entry.source.id: score for entry, score in zip(library, scores, strict=True)}
    return sorted(about, key=lambda entry: -by_id[entry.source.id])[:_MOST_TEXTS]


def names(topic: str, entry: Entry) -> bool:
    """Whether the text's title names the topic: then all of it is about it."""
    return not entry.own.isdisjoint(topic_stems(topic))


def _is_about(query: Sequence[str], entry: Entry) -> bool:
    """Every word of the topic must be one of the text's own, and the title, a heading or a term must say it."""
    fields = entry.fields
    for word in query:
        if not (fields["title"][word] or fields["headings"][word] or fields["body"][word] >= OFTEN):
            return False
    return not entry.own.isdisjoint(query) or _has_sections_on(query, entry.source)


def _has_sections_on(query: Sequence[str], source: Source) -> bool:
    # Imported here: who asks for a text by its title, as most do, has none read before the job starts.
    from lms.ai.grounded.material import read
    from lms.ai.grounded.relevance import sections_on

    return bool(sections_on(query, read(source)))


def _together(query: Sequence[str], library: Sequence[Entry]) -> list[Entry]:
    """Texts whose titles' words make up the topic between them, as in 'machine learning with Python'."""
    wanted = set(query)
    named = [(entry, own) for entry in library if (own := set(topic_stems(entry.source.title))) and own <= wanted]
    covered = set().union(*(own for _, own in named))
    return [entry for entry, _ in named] if covered == wanted else []
