"""Whether the texts of a course suffice for its lessons: what a request hears before its job starts."""

from collections.abc import Sequence

from lms.ai.grounded.language import LANGUAGES
from lms.ai.grounded.material import LEAST_WORDS, Document, capacity, read
from lms.ai.grounded.relevance import segments_for
from lms.ai.models import CourseRequest, Source
from lms.errors import Invalid


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
