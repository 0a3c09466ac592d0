"""Numbers that can be asked for, and others that might be taken for them."""

import hashlib
import re
from collections.abc import Iterator

DIGITS = re.compile(r"(?<![\w.,`+*/=<>-])\d{1,4}(?![\w,`+*/=<>-]|\.\d)")
_EXAMPLE = re.compile(
    r"\b(?:if|when|suppose|say|such as|for instance|example|e\.g\.|of degree|section|chapter)\b", re.IGNORECASE
)
_LABELS = re.compile(
    r"(?:\b(?:figure|fig\.|table|page|step|part|article|version|python|level|no\.|between|from)|\d\s(?:to|or|and|[–-]))\s$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"\s?(?:to|or|and|[–-])\s?\d|\s?[:×*/+=]")


def is_example(sentence: str) -> bool:
    """Whether its numbers may be made up."""
    return _EXAMPLE.search(sentence) is not None


def telling(sentence: str) -> Iterator[re.Match[str]]:
    """The numbers that say something by themselves: no examples, labels or ends of a range."""
    if is_example(sentence):
        return
    for match in DIGITS.finditer(sentence):
        if not _LABELS.search(sentence[: match.start()]) and not _GOES_ON.match(sentence, match.end()):
            yield match


def other_numbers(number: str) -> list[str]:
    """In an order that is always the same."""
    value = int(number)
    if 1000 <= value <= 2100:
        near = [value + step for step in (-30, -12, -7, 7, 12, 30)]
    elif value < 4:
        near = [each for each in range(1, 7) if each != value]
    else:
        step = 1 if value < 20 else 10 ** (len(number) - 1) // 2
        near = [value - 2 * step, value - step, value + step, value + 2 * step]
    found = [str(each) for each in near if each > 0 and each != value]
    return sorted(found, key=lambda each: hashlib.sha256(f"{number}\0{each}".encode()).digest())
