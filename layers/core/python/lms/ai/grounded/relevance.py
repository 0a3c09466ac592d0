"""Which sections of a text a topic is about, and what a text is found by."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from lms.ai.grounded.concepts import concepts_of
from lms.ai.grounded.material import Document, Segment, capacity, read, sections
from lms.ai.grounded.ranking import COURSE_WORDS, OFTEN, topic_stems
from lms.ai.grounded.words import stems
from lms.ai.models import CourseRequest, Source


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


def sections_on(query: Sequence[str], document: Document) -> list[Segment]:
    """The sections on a topic that the text's title does not name, but a heading or an explained term does."""
    phrase = tuple(query)
    explained = {concept.stems for concept in concepts_of(document.source)}
    found = []
    for segment in sections(document):
        said = sum(_count(phrase, unit.stems) for unit in segment.units)
        named = any(_names(phrase, title, explained) for title in segment.titles)
        if said and (named or said >= OFTEN):
            found.append((segment, named))
    return [segment for segment, _ in found] if any(named for _, named in found) else []


def _names(phrase: tuple[str, ...], title: str, explained: set[tuple[str, ...]]) -> bool:
    heading = stems(title)
    return heading == phrase or (phrase in explained and bool(_count(phrase, heading)))


def _count(phrase: tuple[str, ...], found: Sequence[str]) -> int:
    size = len(phrase)
    return sum(1 for at in range(len(found) - size + 1) if tuple(found[at : at + size]) == phrase)


def _own_words(document: Document) -> set[str]:
    """The title's last word that says what the text is about: what stands before it, as in 'French Revolution', may
    name quite another subject."""
    found = document.content(stems(document.source.title))
    return set([each for each in found if each != "learning" and each not in COURSE_WORDS][-1:])
