"""Which texts a course can be built from, and whether they suffice: what a request hears before its job starts."""

from collections.abc import Sequence

from lms.ai.grounded.language import LANGUAGES
from lms.ai.grounded.material import LEAST_WORDS, Document, capacity, read
from lms.ai.grounded.ranking import Entry, choose, names, segments_for
from lms.ai.models import CourseRequest, Source
from lms.errors import Invalid


def from_library(request: CourseRequest, library: Sequence[Entry]) -> list[Source]:
    """The library's texts on the topic. Raise Invalid (422): NO_SOURCE when there are none in the language,
    NOT_ENOUGH_MATERIAL when they do not fill the lessons."""
    chosen = choose(request.topic, library)
    about = [entry for entry in chosen if _speaks(entry, request.language)]
    if not about:
        raise _no_source(request, chosen, library)
    sources = [entry.source for entry in about]
    # Texts that are named by their titles are used whole. What fills their lessons one by one, fills them together.
    whole = [entry.lessons for entry in about if names(request.topic, entry)]
    if len(whole) < len(about) or sum(whole) < request.lesson_count:
        check_material(request, sources)
    return sources


def _speaks(entry: Entry, language: str) -> bool:
    """Whether a text is in the language asked for; nothing here can translate."""
    return entry.language in ("", language.partition("-")[0])


def check_material(request: CourseRequest, sources: Sequence[Source]) -> None:
    """Raise Invalid (422): OTHER_LANGUAGE where a source is not in the language asked for, NOT_ENOUGH_MATERIAL
    where they do not fill the lessons."""
    documents = [read(source) for source in sources]
    for document in documents:
        _check_language(request, document)
    segments = segments_for(request, documents)
    possible = capacity(segments)
    if possible < request.lesson_count:
        raise _not_enough(request, sources, sum(segment.words for segment in segments), possible)


def _check_language(request: CourseRequest, document: Document) -> None:
    wanted = LANGUAGES.get(request.language.partition("-")[0])
    found = LANGUAGES.get(document.language)
    if wanted and found and wanted is not found:
        raise Invalid(
            f"{document.source.title!r} is in {found.name}, and the course is to be in {wanted.name}; nothing here "
            f"can translate. Set language to {document.language!r}, or give a text in {wanted.name}.",
            code="OTHER_LANGUAGE",
        )


def _no_source(request: CourseRequest, chosen: Sequence[Entry], library: Sequence[Entry]) -> Invalid:
    titles = [entry.source.title for entry in library]
    wanted = f"on {request.topic!r}" + (f" in the language {request.language!r}" if chosen else "")
    there_are = f"There are texts on: {', '.join(titles)}." if titles else "There are no other texts either."
    return Invalid(
        f"There is no text {wanted} to build a course from. {there_are} "
        "Choose one of these topics, or give the text in source_text.",
        code="NO_SOURCE",
        found={"texts": titles},
    )


def _not_enough(request: CourseRequest, about: Sequence[Source], words: int, possible: int) -> Invalid:
    wanted = request.lesson_count
    needed = wanted * LEAST_WORDS
    titles = ", ".join(source.title for source in about)
    return Invalid(
        f"The material found ({titles}) has {words} words, enough for {possible} "
        f"lesson{'' if possible == 1 else 's'}; {wanted} need about {needed}. "
        "Ask for fewer lessons, or give a longer text in source_text.",
        code="NOT_ENOUGH_MATERIAL",
        found={"lessons": possible, "words": words, "texts": [source.title for source in about]},
        needed={"lessons": wanted, "words": needed},
    )
