from itertools import pairwise

import pytest

from lms.ai.grounded.material import capacity, read, sections
from lms.ai.grounded.outlining import minutes
from lms.ai.grounded.provider import Grounded
from lms.ai.grounded.ranking import choose
from lms.ai.grounded.relevance import segments_for
from lms.ai.models import Outline, Source
from lms.fields import Difficulty
from tests.core.ai.grounded.texts import QUEUES, SHAPES, asked, catalogue, given, library

LANGUAGES = {"german": "de", "chinese": "zh"}


def check_outline(outline: Outline, count: int, source: Source) -> None:
    lessons = outline.lessons
    assert [lesson.number for lesson in lessons] == list(range(1, count + 1))
    assert len({lesson.title.casefold() for lesson in lessons}) == count
    assert outline.description
    for module in outline.modules:
        assert module.title
        assert len(module.lessons) in (range(3, 6) if count >= 3 else range(1, 3))
    spans = []
    for lesson in lessons:
        assert 2 <= len(lesson.objectives) <= 4
        assert len(set(lesson.objectives)) == len(lesson.objectives)
        assert lesson.spans
        spans += [(span.start, span.end) for span in lesson.spans]
        assert all(span.source_id == source.id for span in lesson.spans)
    spans.sort()
    assert spans[0][0] >= 0
    assert spans[-1][1] <= len(source.text)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert all(source.text[start:end].strip() for start, end in spans)


@pytest.mark.parametrize("count", range(1, 31))
@pytest.mark.parametrize("source", library(), ids=lambda source: source.id)
def test_every_lesson_count_on_the_library(source: Source, count: int) -> None:
    provider = Grounded()
    request = asked(source.title, count)
    check_outline(
        provider.outline(request, [entry.source for entry in choose(source.title, catalogue())]), count, source
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_text_and_every_count_that_it_holds(shape: str) -> None:
    source = given(SHAPES[shape])
    most = capacity(segments_for(asked("The topic", 1, source.text), [read(source)]))
    assert most >= 1
    for count in range(1, most + 1):
        request = asked("The topic", count, source.text, LANGUAGES.get(shape, "en"))
        check_outline(Grounded().outline(request, [source]), count, source)


def test_the_source_text_is_not_needed_twice() -> None:
    """A worker gets the request without its text, and the text as the source."""
    with_text, without = asked("The topic", 2, QUEUES), asked("The topic", 2)
    assert Grounded().outline(with_text, [given(QUEUES)]) == Grounded().outline(without, [given(QUEUES)])


def test_as_many_lessons_as_sections_are_the_sections() -> None:
    source = library()[0]
    count = len(sections(read(source)))
    outline = Grounded().outline(asked(source.title, count), [source])
    assert [lesson.title for lesson in outline.lessons] == [s.titles[0] for s in sections(read(source))]


def test_few_lessons_take_what_is_most_central() -> None:
    source = library()[0]
    outline = Grounded().outline(asked(source.title, 1), [source])
    words = sum(len(source.text[span.start : span.end].split()) for span in outline.lessons[0].spans)
    assert 300 < words < 1100


def test_many_lessons_split_sections_evenly() -> None:
    source = library()[0]
    outline = Grounded().outline(asked(source.title, 30), [source])
    sizes = [sum(len(source.text[s.start : s.end].split()) for s in lesson.spans) for lesson in outline.lessons]
    assert min(sizes) > 60
    assert max(sizes) < 4 * min(sizes)


def test_splits_never_part_code_from_its_sentence() -> None:
    outline = Grounded().outline(asked("Queues", 2, QUEUES), [given(QUEUES)])
    for lesson in outline.lessons:
        for span in lesson.spans:
            text = QUEUES[span.start : span.end]
            assert ("queue.send" in text) == ("Most queues keep a message" in text)


def test_several_sources_are_kept_apart() -> None:
    chosen = [entry.source for entry in choose("Machine learning with Python", catalogue())]
    outline = Grounded().outline(asked("Machine learning with Python", 12), chosen)
    assert {span.source_id for lesson in outline.lessons for span in lesson.spans} == {"machine_learning", "python"}


def test_minutes_follow_words_and_difficulty() -> None:
    assert minutes(238, Difficulty.BEGINNER) == 1
    assert minutes(2380, Difficulty.BEGINNER) == 10
    assert minutes(2380, Difficulty.ADVANCED) == 20
    assert minutes(0, Difficulty.BEGINNER) == 1
    assert minutes(10**6, Difficulty.ADVANCED) == 240


def test_long_headings_make_short_titles() -> None:
    text = QUEUES.replace("Putting messages in", "Putting " * 60)
    outline = Grounded().outline(asked("Queues", 2, text), [given(text)])
    assert all(len(lesson.title) <= 200 for lesson in outline.lessons)


@pytest.mark.parametrize("control", ["\x1b[1m", "\t", "\x0c", "\x7f", "\x85", "\u2028"])
def test_control_characters_in_headings_make_titles_on_one_line(control: str) -> None:
    """A text pasted from a terminal or a PDF holds them, and a title may not."""
    text = QUEUES.replace("# ", f"# {control}A{control} ")
    outline = Grounded().outline(asked("Queues", 1, text), [given(text)])
    titles = [each.title for each in (*outline.lessons, *outline.modules)]
    assert all(title.isprintable() for title in titles)


def test_the_longest_text_allowed() -> None:
    text = "\n\n".join(source.text for source in library())
    text = (text + "\n\n" + text.replace("**", "") + "\n\n" + text)[:200_000]
    check_outline(Grounded().outline(asked("All", 30, text), [given(text)]), 30, given(text))


def test_other_languages_get_no_english_objectives() -> None:
    source = given(SHAPES["chinese"])
    outline = Grounded().outline(asked("光合作用", 1, source.text, "zh"), [source])
    assert outline.lessons[0].objectives == ["叶绿体", "叶绿素"]
