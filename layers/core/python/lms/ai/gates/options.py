"""Choices that are no choice: options that say the same, and wrong ones that are right."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from lms.ai.gates.forms import canonical, meaning

_PHRASE = 5
"""Longer options are sentences, in which another's words may stand without the same being said."""


def problems(options: Sequence[str], answer: int) -> Iterator[str]:
    """One sentence for each pair that says the same, and for each wrong option that is the key said otherwise."""
    for (_, one), (_, other) in combinations(enumerate(options), 2):
        if canonical(one) == canonical(other):
            yield f"the options {one!r} and {other!r} are the same."
    if answer >= len(options):
        return
    key = options[answer]
    for number, option in enumerate(options):
        if number != answer and canonical(option) != canonical(key) and (how := _likeness(option, key)):
            yield f"the wrong option {option!r} {how} the key {key!r}."


def _likeness(option: str, key: str) -> str:
    if meaning(option) == meaning(key) and _ordered(option) == _ordered(key):
        return "means the same as"
    if _is_short_form(option, key) or _is_short_form(key, option):
        return "is the short or long form of"
    if _contains(canonical(option), canonical(key)):
        return "contains"
    if _contains(canonical(key), canonical(option)):
        return "is contained in"
    return ""


def _ordered(text: str) -> tuple[str, ...] | None:
    """What order decides on: numbers and signs, as in "2 of 3" and "3 of 2". None where there are none."""
    found = tuple(word for word in canonical(text) if not any(map(str.isalpha, word)))
    return found or None


def _is_short_form(short: str, long: str) -> bool:
    """Whether the one is the other's initials, as ML for machine learning."""
    words = canonical(long)
    return short.strip().isupper() and len(words) > 1 and canonical(short) == ("".join(word[0] for word in words),)


def _contains(whole: Sequence[str], part: Sequence[str]) -> bool:
    """Whether a phrase holds the other as a run of words. A lone number or sign counts for nothing."""
    if len(part) >= len(whole) or len(whole) > _PHRASE or not any(word.isalpha() for word in part):
        return False
    return any(tuple(whole[at : at + len(part)]) == tuple(part) for at in range(len(whole) - len(part) + 1))
