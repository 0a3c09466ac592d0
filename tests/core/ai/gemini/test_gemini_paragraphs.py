import random
from itertools import pairwise

import pytest

from lms.ai.gemini.paragraphs import numbered, span_of, within
from lms.ai.models import Source, Span


def source(text: str, number: int = 1) -> Source:
    return Source(id=f"{number:024x}", title="T", text=text)


def test_paragraphs_are_split_at_blank_lines_and_keep_code_whole():
    found = numbered([source("# Title\nlead\n\n  one\ntwo\n \n```py\na = 1\n\nb = 2\n```\nafter\r\n\r\nlast")])
    assert [paragraph.text for paragraph in found] == [
        "# Title\nlead",
        "  one\ntwo",
        "```py\na = 1\n\nb = 2\n```",
        "after\r",
        "last",
    ]
    assert [paragraph.number for paragraph in found] == [1, 2, 3, 4, 5]


def test_numbers_run_on_through_all_sources():
    found = numbered([source("a\n\nb"), source("c", 2)])
    assert [(paragraph.number, paragraph.span.source_id[-1]) for paragraph in found] == [
        (1, "1"),
        (2, "1"),
        (3, "2"),
    ]


@pytest.mark.parametrize("seed", range(200))
def test_every_word_stands_in_exactly_one_paragraph_at_its_place(seed):
    chance = random.Random(seed)
    text = "".join(chance.choices("ab .\n\t`#。é", k=chance.randrange(400)))
    text = text.replace("`", "```") * chance.randrange(1, 60)
    found = numbered([source(text)])
    assert "".join("".join(paragraph.text for paragraph in found).split()) == "".join(text.split())
    for paragraph in found:
        assert text[paragraph.span.start : paragraph.span.end] == paragraph.text
    for earlier, later in pairwise(found):
        assert earlier.span.end <= later.span.start


def test_a_run_without_blank_lines_is_split_at_sentences():
    found = numbered([source("This is a sentence. " * 500)])
    assert all(len(paragraph.text) <= 1_500 for paragraph in found)
    assert all(paragraph.text.strip().endswith(".") for paragraph in found)


def test_a_citation_becomes_a_span_over_its_paragraphs():
    text = "one\n\ntwo\n\nthree"
    shown = numbered([source(text)])
    span = span_of(shown, 2, 3)
    assert text[span.start : span.end] == "two\n\nthree"


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (0, 1, "paragraph 0 is not"),
        (1, 9, "paragraph 9 is not"),
        (-1, -1, "paragraph -1 is not"),
        (10**30, 10**30, "is not among"),
        (2, 1, "backwards"),
        (2, 4, "not all"),
        (4, 5, "different sources"),
    ],
)
def test_a_citation_of_what_was_not_shown_is_refused(first, last, said):
    everything = numbered([source("one\n\ntwo\n\nthree\n\nfour"), source("five", 2)])
    with pytest.raises(ValueError, match=said):
        span_of([paragraph for paragraph in everything if paragraph.number != 3], first, last)


def test_within_gives_what_the_spans_touch_and_all_without_spans():
    shown = numbered([source("one\n\ntwo"), source("one\n\ntwo", 2)])
    only = within(shown, [Span(source_id=f"{2:024x}", start=4, end=6)])
    assert [paragraph.number for paragraph in only] == [4]
    assert within(shown, []) == shown
