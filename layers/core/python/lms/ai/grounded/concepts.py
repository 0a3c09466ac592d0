"""The terms that a text explains, and what it says they are."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from lms.ai.grounded.language import COPULA, DETERMINER, LANGUAGES
from lms.ai.grounded.leaning import leans, points_back
from lms.ai.grounded.material import Document, Segment, Unit, read
from lms.ai.grounded.text import Range, plain, without_code
from lms.ai.grounded.words import stem, stems, words
from lms.ai.models import Source

_LONGEST_TERM = 5


@dataclass(frozen=True, eq=False)
class Concept:
    """A term where it is explained. Ranges are in the source's text; ``marked`` takes the emphasis marks in.

    ``definition`` is the noun phrase that says what the term is, None where the sentence only introduces it;
    ``called`` tells 'D is called T' from 'T is D'. ``quality`` is an adjective, like 'mutable'. ``kind`` is "term"
    for what the text explains or emphasises; keywords are a "name", a "phrase", or "code" with what it is.
    """

    document: Document
    unit: int
    term: str
    range: Range
    marked: Range
    definition: Range | None = None
    called: bool = False
    article: str = ""
    plural: bool = False
    quality: bool = False
    kind: str = "term"

    @cached_property
    def stems(self) -> tuple[str, ...]:
        return stems(self.term)

    @cached_property
    def sentence(self) -> str:
        return self.document.sentence(self.document.units[self.unit])

    @property
    def said(self) -> tuple[str, ...]:
        """Stems of the sentence."""
        return self.document.units[self.unit].stems

    @cached_property
    def defined_as(self) -> str:
        """The definition on one line; "" without one."""
        return plain(self.document.source.text[slice(*self.definition)]) if self.definition else ""

    @cached_property
    def gist(self) -> frozenset[str]:
        """Topical stems of the definition, or of the sentence without the term."""
        said = stems(self.defined_as) if self.definition else self.said
        return frozenset(self.document.content(said)) - frozenset(self.stems)

    @cached_property
    def genus(self) -> str:
        """The kind of thing that the definition names: stem of its first noun phrase's last word."""
        return genus(self.defined_as)

    @cached_property
    def is_common(self) -> bool:
        """Whether the term is no name: its first word stands in small letters somewhere in the text."""
        return re.split(r"\W", self.term)[0].lower() in _small_words(self.document)


_PHRASE_END = re.compile(
    r"[,;:(.]|(?<![\w-])(?:that|which|who|whose|where|when|of|in|on|at|as|for|from|by|to|with|without|about|between"
    r"|among|into|until|rich|used|made|built|held|written|driven|run|\w+ed (?:to|by|from|in|with|on|at|through|as)"
    r"|der|das|die|von|aus|mit|qui|que|de|du|des|van)(?![\w-])"
)


def genus(definition: str) -> str:
    text = re.sub(rf"^{DETERMINER}\s+", "", definition, flags=re.IGNORECASE)
    end = _PHRASE_END.search(text)
    found = stems(text[: end.start()] if end and end.start() else text)
    return found[-1] if found else ""


@lru_cache(maxsize=8)
def concepts_of(source: Source) -> tuple[Concept, ...]:
    """The source's concepts in order, each where it is explained first."""
    document = read(source)
    found = [each for index, unit in enumerate(document.units) for each in _marked(document, index, unit)]
    if len(found) * _WORDS_PER_TERM < sum(unit.words for unit in document.units):
        found += _unmarked(document)
    first: dict[tuple[str, ...], Concept] = {}
    for each in sorted(found, key=lambda each: (each.unit, each.range)):
        known = first.get(each.stems)
        if known is None or (each.definition and not known.definition):
            first[each.stems] = each
    return tuple(sorted(first.values(), key=lambda each: (each.unit, each.range)))


_WORDS_PER_TERM = 150
"""A text that marks a term less often than this is read for unmarked definitions too."""

_BOLD = re.compile(r"(\*\*|__)(?=\S)(?P<term>(?:(?!\1).){1,60}?)(?<=\S)\1", re.DOTALL)
_LEAD = re.compile(
    rf"(?:^|[,;]\s+(?:and\s+)?|\.\s)(?P<lead>(?:{DETERMINER}\s)?(?:[\w`-]+\s+){{0,4}})$", re.IGNORECASE
)
_IS = re.compile(rf"(?P<of>\s+(?:of|in)\s+[\w\s-]{{1,40}}?)?\s+(?P<copula>{COPULA})\s+(?=\S)")
_WHICH_IS = re.compile(r",\s+which\s+(?P<copula>is|are)\s+(?=(?:an?|the|any|one)\b)")
_COLON = re.compile(r"\s*(?::|\s[–—-])\s+(?=\S)")
_CALLED = re.compile(r"\s(?P<copula>is|are)\s+(?:often\s+|also\s+|usually\s+|then\s+)?called\s+(?:an?\s+|the\s+)?$")
_NOT_A_NOUN = re.compile(
    r"(?:not|also|therefore|usually|often|called|used|found|then|only|among|about|when|where|more|less|very|too|what"
    r"|how|why|\w+ed\s+(?:by|in|to|as|with)|nicht|auch|pas|aussi|no|también)\b",
    re.IGNORECASE,
)


def _marked(document: Document, index: int, unit: Unit) -> Iterator[Concept]:
    """The sentence's emphasised terms."""
    sentence = without_code(document.sentence(unit))
    offset = unit.sentence[0]
    for mark in _BOLD.finditer(sentence):
        colon = mark.group("term").endswith(":")
        shown = mark.group("term").rstrip(":")
        term = " ".join(shown.split())
        if not _is_term(term, document):
            continue
        before, after = sentence[: mark.start()], sentence[mark.end() :]
        start = offset + mark.start("term")
        concept = Concept(
            document=document,
            unit=index,
            term=term,
            range=(start, start + len(shown)),
            marked=(offset + mark.start(), offset + mark.end()),
            article=_article(before, document),
            plural=_is_plural(term, after),
            quality=_is_quality(before, after),
        )
        yield _defined(concept, before, colon, after) or concept


_LABELS = frozenset("note warning tip example important caution hint remember".split())


def _is_term(term: str, document: Document) -> bool:
    return (
        0 < len(term.split()) <= _LONGEST_TERM
        and any(char.isalpha() for char in term)
        and not re.search(r"[.!?;|\[\]{}<>`]|https?:", term)
        and not all(stem(word) in document.ignored for word in words(term))
        and term.casefold() not in _LABELS
    )


def _article(before: str, document: Document) -> str:
    last = re.search(r"([\w'’]+)\s+$", before)
    known = LANGUAGES[document.language or "en"].articles
    return last.group(1) if last and last.group(1).casefold() in known else ""


def _is_plural(term: str, after: str) -> bool:
    copula = re.match(r"\s+(is|are|was|were)\b", after)
    if copula:
        return copula.group(1) in ("are", "were")
    last = words(term)[-1:] or [""]
    return stem(last[0]) != last[0]


def _is_quality(before: str, after: str) -> bool:
    if re.search(rf"\b{DETERMINER}\s+(?:[\w-]+\s+)?$", before, re.IGNORECASE):
        return False
    return bool(
        re.match(rf"\s+\w+\s+{COPULA}\s", after)
        or (re.search(r"\b(?:called|is|are|and)\s+$", before) and re.match(r"\s+(?:if|when)\b", after))
    )


def _defined(concept: Concept, before: str, colon: bool, after: str) -> Concept | None:
    """The concept with its definition, where the sentence has the form of one."""
    if concept.quality:
        return None
    lead, called = _LEAD.search(before), _CALLED.search(before)
    end = concept.document.units[concept.unit].sentence[1]
    for form in (_IS, _WHICH_IS, _COLON):
        match = form.match(after)
        if match and (form is _WHICH_IS or (lead and not _NOT_A_NOUN.match(after, match.end()))):
            return _with(concept, concept.marked[1] + match.end(), end)
    if colon and lead and after[:1].isspace():
        return _with(concept, concept.marked[1] + len(after) - len(after.lstrip()), end)
    if called and re.fullmatch(r"[.!\s]*", after):
        start = concept.document.units[concept.unit].sentence[0]
        return _called(concept, start, start + called.start())
    return None


_CLAUSE = re.compile(
    r""";\s|,\s+(?:but|so|because|while|whereas|although|though|since|yet)\s
    |,\s+and\s+(?:it|its|they|their|he|she|there|most|many|some|examples|repeated)\s
    |,\s+and\s+(?:an?\s+|the\s+)?(?:\*\*|[A-Z`])
    |,\s+and\s+(?:[\w`.-]+\s+){1,6}?
      (?:is|are|was|were|has|have|can|must|may|will|starts?|begins?|changes?|gives?|makes?|creates?)\s""",
    re.VERBOSE,
)
"""Where a definition ends although its sentence goes on."""

_PAST = re.compile(r"\b(?:was|were)\s$")
_DEED = re.compile(r"(?:(?!\b(?:that|which|who|whose)\b).)*?(?=\s+and\s+\w+ed\s)", re.DOTALL)
_LEAST_DEFINITION = 3


def _with(concept: Concept, start: int, end: int, *, called: bool = False) -> Concept | None:
    text = concept.document.source.text
    clause = _CLAUSE.search(text[start:end])
    if clause:
        end = start + clause.start()
    deed = _DEED.match(text[start:end]) if _PAST.search(text[max(0, start - 6) : start]) else None
    if deed:
        end = start + deed.end()
    while end > start and text[end - 1] in " \t\r\n.!;,。":
        end -= 1
    if len(words(text[start:end])) < _LEAST_DEFINITION or leans(text[start:end]):
        return None
    return replace(concept, definition=(start, end), called=called)


def _called(concept: Concept, start: int, end: int) -> Concept | None:
    """'D is called T': D is what stands between the last clause's beginning and the verb."""
    text = concept.document.source.text
    clauses = list(re.finditer(r"[,;]\s+(?:and\s+|but\s+|so\s+)?", text[start:end]))
    if clauses:
        start += clauses[-1].end()
    subject = text[start:end]
    if re.match(r"(?:which|that|who|it|they|its|their|each of)\b", subject, re.IGNORECASE) or re.search(
        r"\b(?:and|or|that|which)$", subject
    ):
        return None
    return _with(concept, start, end, called=True)


_UNMARKED = re.compile(
    rf"^(?P<article>{DETERMINER}\s+)?(?P<term>(?:[^\W\d_][\w'’-]*\s+){{1,4}}?)(?P<copula>{COPULA})\s+(?={DETERMINER}\s)",
    re.IGNORECASE,
)
_PLURAL_COPULAS = ("are", "were", "sind", "waren", "sont", "son", "sono", "são", "zijn")
_VAGUE = frozenset(
    """goal aim result answer question problem reason point idea main there here it this that these those they he
    she we you i who what which one first second third last next following purpose way thing example case difference
    rest best most both each every all some many""".split()
)


def _unmarked(document: Document) -> Iterator[Concept]:
    """Terms of sentences that begin like 'A lever is a', without emphasis."""
    for index, unit in enumerate(document.units):
        sentence = document.sentence(unit)
        match = _UNMARKED.match(sentence)
        if match is None or "**" in sentence or points_back(sentence):
            continue
        term = match.group("term").strip()
        found = {stem(word) for word in words(term)}
        if found & (_VAGUE | document.ignored) or not _is_term(term, document):
            continue
        start = unit.sentence[0] + match.start("term")
        concept = Concept(
            document=document,
            unit=index,
            term=term,
            range=(start, start + len(term)),
            marked=(start, start + len(term)),
            article=(match.group("article") or "").strip(),
            plural=match.group("copula").casefold() in _PLURAL_COPULAS,
        )
        defined = _with(concept, unit.sentence[0] + match.end(), unit.sentence[1])
        if defined:
            yield defined


def display(concept: Concept, *, upper: bool) -> str:
    """The term with a capital or a small first letter, where its spelling leaves the choice."""
    first = concept.term.split()[0]
    if any(char.isupper() or char.isdigit() for char in first[1:]) or len(re.split(r"\W", first)[0]) < 2:
        return concept.term
    if upper:
        return first[:1].upper() + concept.term[1:]
    return first.lower() + concept.term[len(first) :] if concept.is_common else concept.term


@lru_cache(maxsize=8)
def _small_words(document: Document) -> frozenset[str]:
    """Words that the text writes in small letters somewhere."""
    said = (without_code(document.sentence(unit)) for unit in document.units)
    return frozenset(word for sentence in said for word in re.findall(r"[^\W\d_]+", sentence) if word.islower())


class Glossary:
    """Finds where concepts are mentioned, in one pass over a text's stems."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        self.concepts = tuple(concepts)
        self._by_first: Mapping[str, list[tuple[tuple[str, ...], int]]] = defaultdict(list)
        for number, concept in enumerate(self.concepts):
            if concept.stems:
                self._by_first[concept.stems[0]].append((concept.stems, number))
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: (-len(entry[0]), entry[1]))

    def mentions(self, found: Sequence[str]) -> list[int]:
        """Numbers of the concepts that the stems mention; the longest wins: 'neural network', not 'network'."""
        numbers: list[int] = []
        at = 0
        while at < len(found):
            for term, number in self._by_first.get(found[at], ()):
                if tuple(found[at : at + len(term)]) == term:
                    numbers.append(number)
                    at += len(term) - 1
                    break
            at += 1
        return numbers


def main_concepts(segments: Sequence[Segment]) -> list[Concept]:
    """The concepts that the segments explain: those of their titles first, then those they speak of most."""
    own = [
        concept
        for segment in segments
        for concept in concepts_of(segment.document.source)
        if segment.first <= concept.unit < segment.last
    ]
    glossary = Glossary(own)
    units = [unit for segment in segments for unit in segment.units]
    counts = Counter(number for unit in units for number in glossary.mentions(unit.stems))
    titles = [frozenset(stems(title)) for segment in segments for title in segment.titles]

    def rank(number: int) -> tuple[bool, bool, bool, int, int]:
        concept = own[number]
        titled = any(set(concept.stems) <= title for title in titles)
        return concept.quality, not titled, concept.definition is None, -counts[number], number

    return [own[number] for number in sorted(range(len(own)), key=rank)]
