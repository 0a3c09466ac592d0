"""Answers in one form, so that two that say the same are seen to: case, marks, articles, word forms, numbers."""

import re
from functools import lru_cache

from lms.ai.folding import fold
from lms.ai.grounded.language import LANGUAGES
from lms.ai.grounded.words import stem

_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen \
seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBERS = (
    {word: str(number) for number, word in enumerate(_UNITS)}
    | {word: str(10 * number) for number, word in enumerate(_TENS, start=2)}
    | {
        f"{ten} {unit}": str(10 * tens + ones)
        for tens, ten in enumerate(_TENS, start=2)
        for ones, unit in enumerate(_UNITS[1:10], start=1)
    }
    | {"hundred": "100", "a hundred": "100", "one hundred": "100", "thousand": "1000", "a thousand": "1000"}
    | {"one thousand": "1000", "one million": "1000000", "a million": "1000000", "half": "0.5", "a half": "0.5"}
    | {"first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th", "once": "1 time"}
    | {"twice": "2 time", "percent": "%", "per cent": "%", "degrees": "°", "degree": "°"}
)
_NUMBER_WORDS = re.compile(
    r"\b(?:" + "|".join(re.escape(each) for each in sorted(_NUMBERS, key=len, reverse=True)) + r")\b"
)
_HYPHEN = re.compile(r"(?<=[^\W\d])-(?=[^\W\d])")
_THIN = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_GROUPS = re.compile(r"(?<=\d)[,'](?=\d{3}(?!\d))")
_DECIMAL = re.compile(r"(?<![\w.])(\d*)\.(\d+?)0*(?![\d.])")
_WORD = re.compile(r"[^\W_]+(?:\.\d+)?(?:\+\+|#)?|[%°€$£¥+*/=<>!&|^~#@-]+")
_ARTICLES = frozenset(article for language in LANGUAGES.values() for article in language.articles)

# Ways to say the same in questions of general subjects; each line is one meaning.
_SYNONYMS = """\
big large great
small little tiny
quick fast rapid
begin start commence
end finish conclude stop
buy purchase
help assist aid
show display
make create produce
get obtain receive
need require
use utilise utilize employ
increase rise grow
decrease fall decline reduce
correct right true
wrong incorrect false
error mistake
answer reply response
choose select pick
change alter modify
keep retain
allow permit enable
forbid prohibit ban
delete remove erase
add append
join combine merge
part component piece
kind type sort
way method manner
speed velocity pace
doctor physician
child kid
student pupil learner
teacher instructor
car automobile
nation country
law statute
money cash
price cost
firm company
picture image
mean average
water h2o
co2 carbon-dioxide
oxygen o2
hydrogen h2
nitrogen n2
glucose c6h12o6
salt nacl
dna deoxyribonucleic-acid
rna ribonucleic-acid
atp adenosine-triphosphate
usa us united-states
uk britain united-kingdom great-britain
none nothing
everybody everyone
always ever
autumn fall
"""
_MEANING = {
    word.replace("-", " "): line.split()[0].replace("-", " ")
    for line in reversed(_SYNONYMS.splitlines())
    for word in line.split()
}
_MEANING_PHRASES = re.compile(
    r"\b(?:" + "|".join(re.escape(each) for each in sorted(_MEANING, key=len, reverse=True) if " " in each) + r")\b"
)


@lru_cache(maxsize=4_096)
def canonical(text: str) -> tuple[str, ...]:
    """The text's words in order: folded, numbers as digits in one format, without articles and marks of prose.

    A text of marks alone, like ``**``, keeps them.
    """
    plain = _HYPHEN.sub(" ", fold(_THIN.sub("", text)).replace("%", " % "))
    plain = _NUMBER_WORDS.sub(lambda found: _NUMBERS[found.group()], plain)
    plain = _DECIMAL.sub(lambda found: (found[1] or "0") + ("." + found[2] if found[2].strip("0") else ""), plain)
    words = _WORD.findall(_GROUPS.sub("", plain).replace("-", " -"))
    told = [word for word in words if word not in _ARTICLES] or words
    return tuple(told) or (text.strip(),)


@lru_cache(maxsize=4_096)
def meaning(text: str) -> frozenset[str]:
    """The stems of what it says, in no order, each synonym as the first of its kind; never empty."""
    plain = _MEANING_PHRASES.sub(lambda found: _MEANING[found.group()], " ".join(canonical(text)))
    stems = [_base(word) for word in plain.split()]
    said = frozenset(each for each in stems if each not in _FILLERS)
    return said or frozenset(stems)


_FILLERS = frozenset("of to in on at by for from with is are was were be it its that which this these".split())
_ENDINGS = re.compile(r"(?<=\w{4})(?:ing|ed|ly)$")


def _base(word: str) -> str:
    word = _MEANING.get(word, word)
    return _MEANING.get(base := _ENDINGS.sub("", stem(word)), base)
