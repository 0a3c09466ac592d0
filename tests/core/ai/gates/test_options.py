"""Options that say the same, and wrong ones that are right; and those that only look alike."""

import pytest

from lms.ai.gates import options


def found(right: str, wrong: str) -> str:
    return " ".join(options.problems([right, wrong, "something else entirely"], 0))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Light", "light "),
        ("light", "ｌｉｇｈｔ"),
        ("li\u200bght", "light"),
        ("the leaf", "a leaf"),
        ("café", "cafe\u0301"),
        ("1,000", "1000"),
        ("0.50", ".5"),
        ("1.0", "1"),
        ("fifty percent", "50 %"),
        ("twenty-one", "21"),
        ("３", "3"),
        ("well-known", "well known"),
    ],
)
def test_options_that_are_the_same(one: str, other: str):
    assert "are the same" in found(one, other)


@pytest.mark.parametrize(
    ("key", "wrong", "how"),
    [
        ("a cell", "cells", "means the same"),
        ("big plant", "large plants", "means the same"),
        ("membrane of the cell", "cell membrane", "means the same"),
        ("carbon dioxide", "CO2", "means the same"),
        ("growing", "grows", "means the same"),
        ("machine learning", "ML", "short or long form"),
        ("ML", "machine learning", "short or long form"),
        ("blood", "red blood", "contains"),
        ("light energy", "energy", "is contained"),
    ],
)
def test_a_wrong_option_that_is_right(key: str, wrong: str, how: str):
    assert how in found(key, wrong)


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("5", "-5"),
        ("2 of 3", "3 of 2"),
        ("**", "*"),
        ("C", "C++"),
        ("x < y", "x > y"),
        ("1.5", "15"),
        ("10", "100"),
        ("oxygen", "nitrogen"),
        ("in 1789", "in 1798"),
        ("parameter", "argument"),
        ("mitosis", "meiosis"),
        ("the process that turns light into sugar", "the process that turns sugar into heat"),
    ],
)
def test_options_that_only_look_alike(key: str, wrong: str):
    assert found(key, wrong) == ""
