"""Which texts of the library a course can be built from."""

from collections.abc import Sequence

from lms.ai.grounded.ranking import Entry, choose, names
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
        # Imported here: most courses are about a text's title, and ask for no more lessons than it fills.
        from lms.ai.grounded.sufficiency import check_material

        check_material(request, sources)
    return sources


def _speaks(entry: Entry, language: str) -> bool:
    """Whether a text is in the language asked for; nothing here can translate."""
    return entry.language in ("", language.partition("-")[0])


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
