"""The AI provider that needs no model: courses made of source texts alone, by extraction, nothing invented."""

from collections.abc import Sequence

from lms.ai.grounded import outlining, questions, ranking, summarising
from lms.ai.grounded.material import LEAST_WORDS, capacity, read
from lms.ai.models import CourseRequest, Lesson, LessonPlan, Outline, Quiz, Source
from lms.errors import Invalid


class Grounded:
    """Builds from a text that the request gives, or from the texts of a library that are about its topic."""

    name = "grounded"

    def check(self, request: CourseRequest, sources: Sequence[Source]) -> None:
        """Raise Invalid (422): NO_SOURCE when none of the sources is about the topic, NOT_ENOUGH_MATERIAL when
        they do not fill the lessons. ``sources`` may be the whole library, which NO_SOURCE then names."""
        about = list(sources)
        if request.source_text is None:
            chosen = self.choose(request.topic, sources)
            about = [source for source in chosen if _speaks(source, request.language)]
            if not about:
                raise _no_source(request, chosen, sources)
        _check_material(request, about)

    def choose(self, topic: str, library: Sequence[Source]) -> list[Source]:
        """The library's texts that are about the topic, best first; none when it has none."""
        return ranking.choose(topic, library)

    def outline(self, request: CourseRequest, sources: Sequence[Source]) -> Outline:
        """Exactly ``lesson_count`` lessons in modules, each with its material's spans, from the sources as given.

        Raises NOT_ENOUGH_MATERIAL as check does.
        """
        _check_material(request, sources)
        return outlining.outline(request, sources)

    def lesson(
        self, request: CourseRequest, outline: Outline, plan: LessonPlan, sources: Sequence[Source]
    ) -> Lesson:
        """A summary, then the material of the plan's spans; every block is word for word its source span."""
        return summarising.lesson(plan, sources)

    def quiz(self, request: CourseRequest, plan: LessonPlan, lesson: Lesson, sources: Sequence[Source]) -> Quiz:
        """One to six questions; each one's evidence is a sentence of the lesson that holds the answer."""
        return questions.quiz(request, plan, lesson, sources)


def _speaks(source: Source, language: str) -> bool:
    """Whether a text is in the language asked for; nothing here can translate."""
    return read(source).language in ("", language.partition("-")[0])


def _check_material(request: CourseRequest, sources: Sequence[Source]) -> None:
    segments = outlining.segments_for(request, [read(source) for source in sources])
    possible = capacity(segments)
    if possible < request.lesson_count:
        raise _not_enough(request, sources, sum(segment.words for segment in segments), possible)


def _no_source(request: CourseRequest, chosen: Sequence[Source], library: Sequence[Source]) -> Invalid:
    titles = [source.title for source in library]
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
