"""Short answers against keys with wildcards: the same as by a regular expression, and linear."""

import re
import unicodedata
from random import Random

import pytest

from lms.attempts.wildcards import example, matches


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("Paris", " paris ", True),
        ("Paris", "Pari", False),
        ("New  York", "new york", True),
        ("New York", "new\u00a0\t york", True),
        ("NewYork", "New York", False),
        ("straße", "STRASSE", True),
        ("café", "cafe\u0301", True),
        ("café", "CAFE\u0301", True),
        ("café", "cafe", False),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ", True),
        ("*", "anything", True),
        ("**", "x", True),
        ("colo*r", "colour", True),
        ("colo*r", "color", True),
        ("colo*r", "colo", False),
        ("*our", "colour", True),
        ("*our", "colours", False),
        ("col*", "colour", True),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("ab*ba", "aba", False),
        ("*a*b*", "xxbxa", False),
        ("*a*b*", "xaxbx", True),
        (r"2\*3", "2*3", True),
        (r"2\*3", "2x3", False),
        (r"2\**", "2*34", True),
        (r"2\**", "234", False),
        (".*", "x", False),
        ("[a]", "a", False),
        ("(a+)+$", "aaaa", False),
        ("a\\", "a\\", True),
    ],
)
def test_matches(pattern, text, expected):
    assert matches(pattern, text) is expected


def test_case_counts_on_demand():
    assert not matches("pH", "ph", case_sensitive=True)
    assert matches("p*H", "p-H", case_sensitive=True)
    assert matches("é", "e\u0301", case_sensitive=True)


def by_regular_expression(pattern: str, text: str) -> bool:
    pieces = re.split(r"(?<!\\)\*+", pattern)
    expression = ".*".join(re.escape(piece.replace(r"\*", "*")) for piece in pieces)
    return re.fullmatch(expression, text, re.DOTALL) is not None


def test_the_same_as_a_regular_expression():
    rng, seen = Random(11), set()
    for _ in range(30_000):
        pattern = "".join(rng.choices("ab*\\", k=rng.randint(1, 7)))
        text = "".join(rng.choices("ab*\\", k=rng.randint(0, 7)))
        found = matches(pattern, text, case_sensitive=True)
        assert found == by_regular_expression(pattern, text), (pattern, text)
        seen.add(found)
    assert seen == {True, False}


def test_the_example_matches():
    rng = Random(12)
    for _ in range(2_000):
        pattern = unicodedata.normalize("NFC", "".join(rng.choices("aB *\\ß", k=rng.randint(1, 9)))).strip()
        if pattern:
            assert matches(pattern, example(pattern), case_sensitive=rng.random() < 0.5), pattern


@pytest.mark.parametrize("text", ["a" * 1000, "ab" * 500])
@pytest.mark.parametrize(
    "pattern", ["*a" * 499 + "*c", "a*" * 499 + "c", "*" * 999 + "c", "*a" * 300 + "*b" * 200 + "c"]
)
def test_no_pattern_is_dear(pattern, text):
    """Each would keep a backtracking matcher busy past the test's time limit."""
    assert not matches(pattern, text)
