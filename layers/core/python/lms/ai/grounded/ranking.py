"""Which texts, and which of their sections, a topic is about."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from lms.ai.grounded.language import LANGUAGES
from lms.ai.grounded.material import Document, Segment, capacity, read, sections
from lms.ai.grounded.text import stem, stems
from lms.ai.models import CourseRequest, Source

K1 = 1.2
B = 0.75
FIELD_WEIGHTS = {"title": 8.0, "headings": 4.0, "body": 1.0}
_MOST_TEXTS = 3
_OFTEN = 3

_COURSE_WORDS = frozenset(
    stem(word)
    for word in """introduction introductory intro basics basic beginner beginners course courses class tutorial
    guide fundamentals fundamental foundations essentials overview advanced intermediate elementary crash primer
    learn understand understanding programming language student pupil kid adult everyone everybody einführung
    grundlagen kurs cours bases curso introducción corso introduzione curso introdução inleiding cursus""".split()
)


def bm25f(query: Iterable[str], fields: Sequence[Mapping[str, Counter[str]]]) -> list[float]:
    """A score per document, given each one's stems by field.

    Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009, section 3.6; the inverse
    document frequency is kept above zero, since a library may hold a single text.
    """
    totals = [sum(bag.total() * FIELD_WEIGHTS[name] for name, bag in each.items()) for each in fields]
    average = sum(totals) / len(totals) if totals else 0.0
    scores = [0.0] * len(fields)
    for word in dict.fromkeys(query):
        weights = [sum(FIELD_WEIGHTS[name] * bag[word] for name, bag in each.items()) for each in fields]
        holding = sum(1 for weight in weights if weight)
        rarity = math.log(1 + (len(fields) - holding + 0.5) / (holding + 0.5))
        for number, weight in enumerate(weights):
            length = 1 - B + B * totals[number] / average if average else 1.0
            scores[number] += rarity * weight / (K1 * length + weight) if weight else 0.0
    return scores


def topic_stems(topic: str) -> tuple[str, ...]:
    """The topic's words without function words and without what every course is called."""
    plain = {stem(word) for language in ("en",) for word in LANGUAGES[language].function_words}
    found = [each for each in stems(topic) if each not in plain]
    return tuple(each for each in found if each not in _COURSE_WORDS) or tuple(found)


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


def index_of(source: Source) -> dict[str, Any]:
    """What an Entry holds. To be kept with the text: making it means to read all of it."""
    document = read(source)
    headings = (stems(heading.title) for unit in document.units for heading in unit.headings)
    return {
        "title": " ".join(stems(source.title)),
        "headings": " ".join(chain.from_iterable(headings)),
        "body": " ".join(chain.from_iterable(unit.stems for unit in document.units)),
        "own": " ".join(sorted(_own_words(document))),
        "language": document.language,
        "lessons": capacity(sections(document)),
    }


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
        if not (fields["title"][word] or fields["headings"][word] or fields["body"][word] >= _OFTEN):
            return False
    return not entry.own.isdisjoint(query) or bool(sections_on(query, read(entry.source)))


def _own_words(document: Document) -> set[str]:
    """The title's last word that says what the text is about: what stands before it, as in 'French Revolution', may
    name quite another subject."""
    found = document.content(stems(document.source.title))
    return set([each for each in found if each != "learning" and each not in _COURSE_WORDS][-1:])


def sections_on(query: Sequence[str], document: Document) -> list[Segment]:
    """The sections on a topic that the text's title does not name, but a heading or an explained term does."""
    # Imported here: who asks for a text by its title, as most do, needs no concepts before the job starts.
    from lms.ai.grounded.concepts import concepts_of

    phrase = tuple(query)
    explained = {concept.stems for concept in concepts_of(document.source)}
    found = []
    for segment in sections(document):
        said = sum(_count(phrase, unit.stems) for unit in segment.units)
        named = any(_names(phrase, title, explained) for title in segment.titles)
        if said and (named or said >= _OFTEN):
            found.append((segment, named))
    return [segment for segment, _ in found] if any(named for _, named in found) else []


def _names(phrase: tuple[str, ...], title: str, explained: set[tuple[str, ...]]) -> bool:
    heading = stems(title)
    return heading == phrase or (phrase in explained and bool(_count(phrase, heading)))


def _count(phrase: tuple[str, ...], found: Sequence[str]) -> int:
    size = len(phrase)
    return sum(1 for at in range(len(found) - size + 1) if tuple(found[at : at + size]) == phrase)


def _together(query: Sequence[str], library: Sequence[Entry]) -> list[Entry]:
    """Texts whose titles' words make up the topic between them, as in 'machine learning with Python'."""
    wanted = set(query)
    named = [(entry, own) for entry in library if (own := set(topic_stems(entry.source.title))) and own <= wanted]
    covered = set().union(*(own for _, own in named))
    return [entry for entry, _ in named] if covered == wanted else []


def segments_for(request: CourseRequest, documents: Sequence[Document]) -> list[Segment]:
    """All that may become lessons: given texts whole, of the library's what is on the topic."""
    if request.source_text is None and not request.source_file_ids:
        return relevant(request.topic, documents)
    return [segment for document in documents for segment in sections(document)]


def relevant(topic: str, documents: Sequence[Document]) -> list[Segment]:
    """All sections of the texts whose titles name the topic, else the sections on it."""
    query = topic_stems(topic)
    found: list[Segment] = []
    for document in documents:
        whole = document.source.title.casefold() == topic.casefold() or not _own_words(document).isdisjoint(query)
        on_topic = [] if whole else sections_on(query, document)
        found += on_topic or sections(document)
    return found
