"""The words of a short answer: stems, what is said about which named thing, negation and opposites."""

import re
from dataclasses import dataclass
from functools import lru_cache

from lms.ai.grounded.words import stem, words

FUNCTION_WORDS = frozenset(
    "a an the of to in on at by for from with and or but is are was were be been being it its they them their"
    " this that these those he she his her him i you we your my our as if so than then there because would will"
    " can could do does did has have had which who what when where why how also just very up out into over"
    " about".split()
)
NEGATIONS = frozenset(
    "no not never none nothing neither nor without cannot nobody nowhere hardly unable dont doesnt didnt wont"
    " cant isnt arent wasnt werent couldnt wouldnt".split()
)
UNKNOWING = frozenset({"know", "idea", "sure", "idk", "dunno"})

_PAIRS = (
    "open/closed open/close positive/negative more/less increase/decrease higher/lower high/low hot/cold"
    " warm/cool light/dark lighter/darker faster/slower fast/slow same/different before/after long/short"
    " longer/shorter big/small bigger/smaller large/small larger/smaller hard/soft harder/softer push/pull"
    " connected/disconnected connected/separated on/off heavier/lighter heavy/light all/none always/never"
    " above/below north/south attract/repel thick/thin thicker/thinner left/right strong/weak stronger/weaker"
    " inside/outside gain/lose full/empty complete/incomplete true/false rise/fall absorb/reflect"
)


def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for one, other in (pair.split("/") for pair in _PAIRS.split()):
        found[one] = found.get(one, frozenset()) | {other}
        found[other] = found.get(other, frozenset()) | {one}
    return found


OPPOSITES = _opposites()

_ENDING = re.compile(r"(?:ing|edly|ed|ly|er|est|ions?|ment|ness)$")
_LETTER = re.compile(r"\b[A-HJ-Z]\b")


@dataclass(frozen=True)
class Wording:
    """``content``: stems of what stands neither among the function words nor the negations; ``named``: numbers and
    single letters, which name things of the question."""

    words: tuple[str, ...]
    content: tuple[str, ...]
    named: frozenset[str]
    negations: int


@lru_cache(maxsize=4_096)
def worded(text: str) -> Wording:
    found = tuple(words(text))
    negated = sum(word in NEGATIONS or word.endswith(("n't", "n’t")) for word in found)
    content = (root(word) for word in found if word not in FUNCTION_WORDS | NEGATIONS)
    digits = {word for word in found if word.isdigit() or (len(word) == 1 and word not in "ai")}
    return Wording(
        found, tuple(content), frozenset(digits | {each.casefold() for each in _LETTER.findall(text)}), negated
    )


@lru_cache(maxsize=16_384)
def root(word: str) -> str:
    """The singular without the commonest endings of verbs and adjectives: *separated* and *separating* are one."""
    bare = stem(word)
    if len(bare) > 5 and len(shorter := _ENDING.sub("", bare)) >= 4:
        bare = shorter
    if len(bare) > 4 and bare[-1] == bare[-2]:
        return bare[:-1]
    return bare[:-1] if len(bare) > 4 and bare.endswith("e") else bare


def opposed(answer: Wording, reference: Wording) -> int:
    """How many words of the reference the answer has the opposite of, which the reference itself has not."""
    said, meant = set(answer.words), set(reference.words)
    return sum(bool((OPPOSITES.get(word, frozenset()) & said) - meant) for word in meant)
