import pytest

from lms.ai.grounded.provider import Grounded
from lms.ai.models import LessonPlan, Span
from tests.core.ai.grounded.courses import NAMES, made
from tests.core.ai.grounded.texts import QUEUES, asked, given


@pytest.mark.parametrize("name", NAMES)
def test_every_block_is_its_source_word_for_word(name: str) -> None:
    for source, plan, lesson, _ in made(name):
        for block in lesson.blocks:
            assert block.source is not None
            assert block.text == source.text[block.source.start : block.source.end]
            assert any(s.start <= block.source.start and block.source.end <= s.end for s in plan.spans)


@pytest.mark.parametrize("name", NAMES)
def test_the_content_is_all_of_the_material_in_order(name: str) -> None:
    for source, plan, lesson, _ in made(name):
        said = "".join("".join(block.text.split()) for block in lesson.blocks[1:] or lesson.blocks)
        spans = [source.text[span.start : span.end] for span in plan.spans]
        fences = [line for text in spans for line in text.splitlines() if line.startswith("```")]
        whole = "".join("".join(text.split()) for text in spans)
        for fence in sorted(fences, key=len, reverse=True):
            whole = whole.replace(fence, "")
        assert said == whole


@pytest.mark.parametrize("name", NAMES)
def test_the_summary_is_one_short_run_of_sentences(name: str) -> None:
    for source, _, lesson, _ in made(name):
        summary = lesson.blocks[0]
        assert summary.kind == "markdown"
        assert summary.source
        assert len(summary.text.split()) <= 100
        assert not summary.text.startswith("#")
        before = source.text[: summary.source.start].rstrip(" \t\r\n")
        assert not before or before[-1] in '.!?。！:…*|`"' or source.text[summary.source.start - 1].isspace()


@pytest.mark.parametrize("name", NAMES)
def test_key_terms_are_quoted(name: str) -> None:
    for source, _, lesson, _ in made(name):
        for term in lesson.key_terms:
            assert term.source
            assert term.definition == source.text[term.source.start : term.source.end]
            assert " ".join(term.definition.split()) in " ".join(lesson.text.split())
            assert term.term.casefold() in lesson.text.casefold().replace("\n", " ").replace("\r", "")


def test_code_keeps_its_language_and_no_fence() -> None:
    request = asked("Queues", 1, QUEUES)
    outline = Grounded().outline(request, [given(QUEUES)])
    lesson = Grounded().lesson(request, outline, outline.lessons[0], [given(QUEUES)])
    code = [block for block in lesson.blocks if block.kind == "code"]
    assert [(block.language, block.text) for block in code] == [("python", '# not a heading\nqueue.send("hello")')]
    assert {term.term for term in lesson.key_terms} >= {"message", "producer", "visibility timeout"}


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    text = " ".join(f"Sentence number {n} says that lever {n} lifts weight {n}." for n in range(200))
    plan = LessonPlan(
        number=1,
        title="Levers",
        objectives=["o"],
        minutes=1,
        spans=[Span(source_id="given", start=0, end=len(text))],
    )
    request = asked("Levers", 1, text)
    lesson = Grounded().lesson(request, Grounded().outline(request, [given(text)]), plan, [given(text)])
    assert len(lesson.blocks) > 10
    assert all(block.text.endswith(".") and len(block.text.split()) < 250 for block in lesson.blocks)


@pytest.mark.parametrize("name", ["machine_learning", "python", "photosynthesis"])
def test_a_summary_speaks_of_its_lesson(name: str) -> None:
    """In nine of ten lessons the summary names a word of the lesson's title."""
    hits = [
        any(word[:5].casefold() in lesson.blocks[0].text.casefold() for word in plan.title.split() if len(word) > 3)
        for _, plan, lesson, _ in made(name)
    ]
    assert sum(hits) >= 0.8 * len(hits)
