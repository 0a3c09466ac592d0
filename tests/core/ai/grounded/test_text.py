import pytest

from lms.ai.grounded.text import pieces, plain, sentences
from lms.ai.grounded.words import stem, word_count, words
from tests.core.ai.grounded.texts import QUEUES, SHAPES


def split(text: str) -> list[str]:
    return [text[a:b] for a, b in sentences(text, 0, len(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One ends. Two ends! Three?", ["One ends.", "Two ends!", "Three?"]),
        ("Use it, e.g. Python, i.e. now. Done.", ["Use it, e.g. Python, i.e. now.", "Done."]),
        ("See Fig. 3 and Dr. Smith. Then go.", ["See Fig. 3 and Dr. Smith.", "Then go."]),
        ("It is 3.5 wide. The rest is 0.1 long.", ["It is 3.5 wide.", "The rest is 0.1 long."]),
        ("J. R. R. Tolkien wrote it. He was old.", ["J. R. R. Tolkien wrote it.", "He was old."]),
        ("It feeds photosystem I. Light does the rest.", ["It feeds photosystem I.", "Light does the rest."]),
        (
            "Call `a.b. C` now. **Bold** begins. (So.) End.",
            ["Call `a.b. C` now.", "**Bold** begins.", "(So.)", "End."],
        ),
        ("It was **bold.** Next one.", ["It was **bold.**", "Next one."]),
        ('He said "stop." She did.', ['He said "stop."', "She did."]),
        ("Wait... and see. Fine.", ["Wait... and see.", "Fine."]),
        ("Über z. B. Äpfel. Und mehr.", ["Über z. B. Äpfel.", "Und mehr."]),
        ("一句话。另一句话！", ["一句话。", "另一句话！"]),
        ("- first item\n- second item. And more.\n1. third", ["first item", "second item.", "And more.", "third"]),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    assert split(text) == expected


def test_pieces_know_headings_code_and_tables_by_their_places() -> None:
    found = [(piece.kind, QUEUES[piece.start : piece.end]) for piece in pieces(QUEUES)]
    assert ("heading", "## Putting messages in") in found
    assert ("code", '# not a heading\nqueue.send("hello")') in found
    assert [piece.label for piece in pieces(QUEUES) if piece.kind == "code"] == ["python"]
    assert sum(kind == "heading" for kind, _ in found) == 4
    assert [text.split()[0] for kind, text in found if kind == "other"] == [">", "|"]


def test_underlined_headings_and_an_unclosed_fence() -> None:
    text = "Title\n=====\n\nBody.\n\nPart\n----\n\n~~~js\nlet x;"
    found = [(piece.kind, piece.label, piece.level) for piece in pieces(text)]
    assert found == [("heading", "Title", 1), ("prose", "", 0), ("heading", "Part", 2), ("code", "js", 0)]


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_pieces_and_sentences_lie_in_order_without_overlap(text: str) -> None:
    end = 0
    for piece in pieces(text):
        assert end <= piece.start < piece.end <= len(text)
        end = piece.end
        inner = piece.start
        for a, b in sentences(text, piece.start, piece.end) if piece.kind == "prose" else []:
            assert inner <= a < b <= piece.end
            assert text[a:b] == text[a:b].strip()
            assert word_count(text[a:b]) <= 100
            inner = b


def test_plain_drops_emphasis_and_keeps_code() -> None:
    assert plain("A **bold**\nand __strong__ and *soft* `__init__` 2 * 3 a_b") == (
        "A bold and strong and soft `__init__` 2 * 3 a_b"
    )


def test_words_and_their_singulars() -> None:
    assert words("The cat's Mini-batches, ÄPFEL") == ["the", "cat", "mini-batches", "äpfel"]
    assert [stem(word) for word in ["networks", "categories", "classes", "bias", "analysis", "gas"]] == [
        "network",
        "category",
        "classe",
        "bia",
        "analysis",
        "gas",
    ]


@pytest.mark.parametrize(
    "text", ["." * 200_000, "`" * 200_000, "# a" + " " * 199_990 + "b", "** " * 66_000, "a-" * 99_999]
)
def test_hostile_texts_take_no_longer_than_others(text: str) -> None:
    assert len(pieces(text)) <= 1
    assert split(text) is not None
    assert plain(text) is not None
