"""The best passages on a question, and an answer that quotes them."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from lms.ai.grounded.bm25 import bm25f
from lms.ai.grounded.language import COPULA, DETERMINER, LANGUAGES, language_of
from lms.ai.grounded.leaning import points_back
from lms.ai.grounded.text import pieces, plain, sentences
from lms.ai.grounded.words import stem, stems, words
from lms.ai.instructions import passages as orders_in
from lms.ai.instructions import without_orders
from lms.ai.tutoring import AnswerSentence, Citation, Passage

_MOST_SENTENCES = 3
_MOST_IN_A_LESSON = 400
_FEWEST = 20
_ENOUGH = 0.5
"""Of a question's weight, the part that a sentence must hold to count as an answer; and of its words half."""

_ASKING = frozenset(
    stem(word)
    for word in """answer call define definition describe difference example explain get give happen help kind know
    list mean meaning name need occur place purpose question reason role show summarise summarize take tell term
    thing understand use used way work works bedeutet erkläre erklären expliquer explique signifie significa explica
    spiega""".split()
)


def topic(question: str, language: str = "en") -> list[str]:
    """The stems that a question is about: without function words, and without words of asking where others are.

    What it says to a machine counts for nothing where it says something else as well.
    """
    question = without_orders(question).strip() or question
    known = [LANGUAGES[code].function_words for code in {"en", language} if code in LANGUAGES]
    ignored = {stem(word) for each in known for word in each}
    found = [each for each in dict.fromkeys(stems(question)) if each not in ignored]
    return [each for each in found if each not in _ASKING] or found


def search_words(question: str) -> list[str]:
    """What to look for in an index of whole words: those of the topic in singular and plural."""
    wanted = set(topic(question, language_of(words(question))))
    asked = [word for word in words(question) if stem(word) in wanted]
    return list(dict.fromkeys(form for word in asked for form in (word, stem(word), f"{stem(word)}s")))


def best_passages(question: str, lessons: Iterable[Mapping[str, Any]], most: int) -> list[Passage]:
    """The paragraphs of the lessons that fit the question best, the best first; none that holds no word of it.

    Scored by BM25F (Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009, section
    3.6): a lesson's title, the headings above a paragraph, its own words.
    """
    found = [each for lesson in lessons for each in _paragraphs(lesson)]
    asked = topic(question, language_of(words(question)))
    scores = bm25f(asked, [paragraph.fields for paragraph in found])
    holding = [
        (score, -place)
        for place, score in enumerate(scores)
        if score > 0 and any(found[place].fields["body"][each] for each in asked)
    ]
    return [found[-place].passage for _, place in sorted(holding, reverse=True)[:most]]


class _Paragraph(NamedTuple):
    passage: Passage
    fields: Mapping[str, Counter[str]]


def _paragraphs(lesson: Mapping[str, Any]) -> list[_Paragraph]:
    title = Counter(stems(lesson["title"]))
    heading: Counter[str] = Counter()
    found: list[_Paragraph] = []
    for block in lesson["blocks"]:
        if block["kind"] != "markdown":
            continue
        for piece in pieces(block["text"]):
            if piece.kind == "heading":
                heading = Counter(stems(piece.label))
            elif piece.kind == "prose":
                text = block["text"][piece.start : piece.end]
                fields = {"title": title, "headings": heading, "body": Counter(stems(text))}
                found.append(_Paragraph(Passage(lesson["_id"], lesson["title"], block["id"], text), fields))
    return found[:_MOST_IN_A_LESSON]


class _Quote(NamedTuple):
    """``held``: how many of the question's words; ``share``: of their weight; ``defines``: whether it says
    what they are; ``early``: where the first stands."""

    held: int
    share: float
    defines: bool
    early: float
    rank: int
    passage: Passage
    text: str


def answer(question: str, passages: Sequence[Passage]) -> list[AnswerSentence]:
    """Up to three sentences, quoted; none where no sentence holds enough of what is asked."""
    asked = topic(question, language_of(words(question)))
    weights = _weights(asked, [without_orders(passage.text) for passage in passages])
    whole = sum(weights.values())
    if not whole:
        return []
    quotes = [
        quote
        for rank, passage in enumerate(passages)
        for quote in _quotes(passage, rank, weights, whole)
        if quote.share >= _ENOUGH and 2 * quote.held >= len(asked)
    ]
    best = sorted(quotes, key=lambda quote: (-round(quote.share, 3), not quote.defines, quote.early, quote.rank))
    chosen: list[_Quote] = []
    for quote in best:
        if len(chosen) < _MOST_SENTENCES and not any(_overlap(quote.text, other.text) for other in chosen):
            chosen.append(quote)
    return [AnswerSentence(plain(quote.text), [Citation(quote.passage, quote.text)]) for quote in chosen]


def _overlap(one: str, other: str) -> bool:
    return one in other or other in one


def _weights(asked: Sequence[str], passages: Sequence[str]) -> dict[str, float]:
    """What is rare among the passages weighs more, and what stands in none of them most. Few passages count as
    some, since a word that stands in one of two is not common for that."""
    bags = [set(stems(passage)) for passage in passages]
    count = max(len(bags), _FEWEST)
    holding = {each: sum(each in bag for bag in bags) for each in asked}
    return {each: math.log(1 + (count - n + 0.5) / (n + 0.5)) for each, n in holding.items()}


_DEFINITION = re.compile(rf"(?:{DETERMINER}\s+)?(?P<term>[^,.;:]{{1,80}}?)\s+{COPULA}\b", re.IGNORECASE)


def _defines(text: str, asked: Collection[str]) -> bool:
    """Whether the sentence says what the things asked about are, as in "A variable is a name"."""
    found = _DEFINITION.match(plain(text))
    return found is not None and set(stems(found["term"])) == set(asked)


def _quotes(passage: Passage, rank: int, weights: Mapping[str, float], whole: float) -> list[_Quote]:
    """Each sentence but orders to a machine; one that leans on the sentence before comes with it."""
    found: list[_Quote] = []
    before: int | None = None
    hidden = orders_in(passage.text)
    for start, end in sentences(passage.text, 0, len(passage.text)):
        if (start, end) in hidden:
            before = None
            continue
        leans = before is not None and points_back(passage.text[start:end])
        begin = before if before is not None and leans else start
        said = stems(passage.text[begin:end])
        held = [each for each in weights if each in said]
        share = sum(weights[each] for each in held) / whole
        early = min(map(said.index, held), default=0) / max(1, len(said))
        text = passage.text[begin:end]
        found.append(_Quote(len(held), share, _defines(text, weights.keys()), early, rank, passage, text))
        before = begin
    return found
