from collections import Counter

import pytest

from lms.ai.grounded.bm25 import bm25f
from lms.ai.grounded.choosing import from_library
from lms.ai.grounded.material import read
from lms.ai.grounded.provider import Grounded
from lms.ai.grounded.ranking import choose
from lms.ai.grounded.relevance import relevant
from lms.ai.grounded.sufficiency import check_material
from lms.errors import Invalid
from tests.core.ai.grounded.texts import CELL, ROME, asked, catalogue, given, library


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("Machine Learning", ["machine_learning"]),
        ("machine learning for beginners", ["machine_learning"]),
        ("photosynthesis in plants", ["photosynthesis"]),
        ("Python", ["python"]),
        ("Introduction to Python", ["python"]),
        ("neural networks", ["machine_learning"]),
        ("decision trees", ["machine_learning"]),
        ("Machine learning with Python", ["machine_learning", "python"]),
        ("Medieval French poetry", []),
        ("Learning French", []),
        ("Python snakes of Australia", []),
        ("evolution", []),
        ("statistics", ["statistics"]),
        ("Basic statistics", ["statistics"]),
        ("Databases", ["databases"]),
        ("SQL", ["databases"]),
        ("web security", ["web_security"]),
        ("cross-site scripting", ["web_security"]),
        ("The French Revolution", ["french_revolution"]),
        ("personal finance for students", ["personal_finance"]),
        ("Statistics with Python", ["python", "statistics"]),
        ("French", []),
        ("French grammar", []),
        ("The Russian Revolution", []),
        ("web design", []),
        ("gibberish", []),
        ("the and of", []),
        ("?!", []),
    ],
)
def test_a_text_must_really_be_about_the_topic(topic: str, expected: list[str]) -> None:
    assert [entry.source.id for entry in choose(topic, catalogue())] == expected


def test_a_choice_by_title_reads_no_text() -> None:
    """Reading one takes longer than all else that a request does before its job starts."""
    entries = catalogue()
    read.cache_clear()
    assert len(from_library(asked("Machine learning with Python", 15), entries)) == 2
    assert read.cache_info().misses == 0


def test_a_part_of_a_text_gives_only_its_sections() -> None:
    documents = [read(entry.source) for entry in choose("neural networks", catalogue())]
    titles = [title for segment in relevant("neural networks", documents) for title in segment.titles]
    assert titles == ["Neural Networks and Backpropagation", "Convolutional Neural Networks"]


def test_no_text_names_what_there_is() -> None:
    with pytest.raises(Invalid) as caught:
        from_library(asked("Medieval French poetry", 5), catalogue())
    assert (caught.value.status, caught.value.code) == (422, "NO_SOURCE")
    assert all(source.title in caught.value.detail for source in library())
    assert "source_text" in caught.value.detail


def test_no_text_in_the_language_asked_for() -> None:
    with pytest.raises(Invalid) as caught:
        from_library(asked("Machine Learning", 5, language="de"), catalogue())
    assert caught.value.code == "NO_SOURCE"
    assert "'de'" in caught.value.detail


def test_a_text_in_another_language_is_refused_before_a_job_starts() -> None:
    with pytest.raises(Invalid) as caught:
        check_material(asked("Die Zelle", 1, CELL, "en"), [given(CELL)])
    assert (caught.value.status, caught.value.code) == (422, "OTHER_LANGUAGE")
    assert "German" in caught.value.detail and "'de'" in caught.value.detail
    check_material(asked("Die Zelle", 1, CELL, "de-CH"), [given(CELL)])
    check_material(asked("Die Zelle", 1, CELL, "fi"), [given(CELL)])


def test_too_little_says_what_was_found_and_what_is_needed() -> None:
    with pytest.raises(Invalid) as caught:
        check_material(asked("Rome", 15, ROME), [given(ROME)])
    assert (caught.value.status, caught.value.code) == (422, "NOT_ENOUGH_MATERIAL")
    assert caught.value.extra["found"] == {"lessons": 5, "words": 338, "texts": ["The topic"]}
    assert caught.value.extra["needed"] == {"lessons": 15, "words": 900}
    assert all(number in caught.value.detail for number in ("5 lessons", "338", "15", "900"))


def test_too_little_on_a_part_of_a_text() -> None:
    with pytest.raises(Invalid) as caught:
        from_library(asked("clustering", 15), catalogue())
    assert caught.value.code == "NOT_ENOUGH_MATERIAL"


@pytest.mark.parametrize("text", ["x", "...", "# Only a heading", "```\ncode = 1\n```", " "])
def test_next_to_nothing_is_too_little(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_material(asked("A topic", 1, text), [given(text)])
    assert caught.value.code == "NOT_ENOUGH_MATERIAL"
    with pytest.raises(Invalid):
        Grounded().outline(asked("A topic", 1, text), [given(text)])


@pytest.mark.parametrize("count", range(1, 31))
def test_enough_is_enough(count: int) -> None:
    for source in library():
        from_library(asked(source.title, count), catalogue())


def test_rare_words_and_short_texts_weigh_more() -> None:
    def body(text: str) -> dict[str, Counter[str]]:
        return {"title": Counter(), "headings": Counter(), "body": Counter(text.split())}

    fields = [body("a b"), body("a a a b x x x x x x x x"), body("a c")]
    rare = bm25f(["b"], fields)
    common = bm25f(["a"], fields)
    assert rare[2] == 0.0
    assert rare[0] > rare[1] > 0.0
    assert rare[0] > common[0]
