"""Whether a text stands on what it cites: its names and numbers, and most of what it talks about.

An order to a machine that stands in what is cited, supports nothing.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from lms.ai.folding import fold
from lms.ai.gates.forms import canonical
from lms.ai.grounded.language import LANGUAGES, language_of
from lms.ai.grounded.words import stem, words
from lms.ai.instructions import without_orders

_LEAST_SHARE = 0.3
LEAST_TOLD = 0.1
"""Of what says besides what is done with the material, as objectives, questions and examples do."""
_ENOUGH_WORDS = 6
_SENTENCE_START = re.compile(r"(?:^|[.!?:;…]|[\n*_#>`(\[\"'“„«|-])\s*$")
_NAME = re.compile(r"(?<![\w'’])[^\W\d_a-z][\w’'-]*[\w](?![\w])")
_TEACHING = frozenset(
    """explain describe compare name apply define list discuss identify summarise summarize understand understanding
    learn learner lesson course module part introduction basics example chapter following important main know help
    different use using used work works also may new way many called means""".split()
)


def problems(text: str, cited: str, known: str = "") -> Iterator[str]:
    """What of the text's names, numbers and words does not stand in what it cites; ``known`` is what may be said
    besides, such as the topic. Words are compared only where both are in the same language."""
    if text in cited:
        return
    cited = without_orders(cited)
    shown = _code_out(text)
    ground = f"{cited}\n{known}"
    digits, said = _numbers(ground), _stems(ground)
    for number in sorted(_numbers(shown) - digits):
        yield f"the number {number} does not stand in the cited source."
    same = _same_language(shown, cited)
    for name in dict.fromkeys(_names(shown)) if same else ():
        if not _stems(name) <= said:
            yield f"the name {name!r} does not stand in the cited source."
    yield from strange(shown, cited, known)


def strange(text: str, cited: str, known: str = "", least: float = _LEAST_SHARE) -> Iterator[str]:
    """Whether it talks of something else than what it cites: less than ``least`` of its words stand there."""
    if unrelated(text, f"{without_orders(cited)}\n{known}", least):
        yield "hardly a word of it stands in the cited source; write only what that says."


def unrelated(text: str, ground: str, least: float) -> bool:
    """Whether less than ``least`` of a text's words stand in ``ground``, where both are in the same language."""
    told, said = _topical(text), _stems(ground)
    few = sum(each in said for each in told) < least * len(told)
    return len(told) >= _ENOUGH_WORDS and few and _same_language(text, ground)


def _code_out(text: str) -> str:
    return re.sub(r"```.*?(?:```|\Z)", " ", text, flags=re.DOTALL)


def _numbers(text: str) -> set[str]:
    return {part for word in canonical(text) for part in re.findall(r"\d+(?:\.\d+)?", word)}


def _names(text: str) -> Iterator[str]:
    """Words with a capital inside a sentence. In German, where nouns have it too, and in headings, none are."""
    if _language(text) == "de":
        return
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            continue
        for found in _NAME.finditer(line):
            if not _SENTENCE_START.search(line[: found.start()]) and len(found.group()) > 2:
                yield found.group()


@lru_cache(maxsize=64)
def _stems(text: str) -> frozenset[str]:
    return frozenset(map(_base, words(fold(text))))


def _topical(text: str) -> list[str]:
    code = _language(text) or "en"
    plain = LANGUAGES[code].function_words if code in LANGUAGES else frozenset()
    found = [word for word in words(fold(text)) if len(word) > 2 and word not in plain and word not in _TEACHING]
    return list(dict.fromkeys(_base(word) for word in found))


@lru_cache(maxsize=16_384)
def _base(word: str) -> str:
    return re.sub(r"(?<=\w{4})(?:ing|ed|ly|s|e)$", "", stem(word))


def _same_language(text: str, cited: str) -> bool:
    one, other = _language(text), _language(cited)
    return not one or not other or one == other


@lru_cache(maxsize=64)
def _language(text: str) -> str:
    return language_of(words(text))
