"""A lesson laid out for asking: its sentences, the terms they explain, and what has been asked already."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from lms.ai.grounded.concepts import Concept, Glossary, concepts_of, main_concepts
from lms.ai.grounded.keywords import keywords_of
from lms.ai.grounded.language import DETERMINER
from lms.ai.grounded.leaning import points_back
from lms.ai.grounded.material import Document, Segment, Unit, read
from lms.ai.grounded.phrases import Phrases, phrases
from lms.ai.grounded.text import plain
from lms.ai.grounded.words import stems, word_count
from lms.ai.models import Block, Lesson, Question, Source, Span

FEW_TERMS = 4
"""With fewer explained terms than this, a lesson's keywords are asked for too."""

STATEMENT_WORDS = range(6, 33)
"""How long a sentence is that can be asked about by itself."""

AWKWARD = re.compile(r"\[[^\]]*\]\(|https?:|<[a-zA-Z/]|\||____|[?…:]$|\bfor (?:example|instance)\b|\bexamples?\.$")
"""What does not stand well in a question: links, markup, tables, gaps, questions, examples."""

_OPENING_WORDS = 6
_WHOLE = re.compile(r"[.!。！][\"'”’»)\]」』]*$")
_ORDER = re.compile(
    r"(?P<verb>[A-Z][a-z]*(?:[a-rt-z]|ss))\s(?:the|an?|your|all|each|every|some|any|both|\d|at|in|into|for|until|with"
    r"|on|well|again|sure|once|\w+ly)\b"
)
_HEDGED = re.compile(r"\b(?:may|might|can|could|often|usually|sometimes|probably|should|suppose|imagine)\b")
_NO_ORDERS = frozenset(
    "whenever wherever whatever unless unlike despite besides throughout beyond beside given".split()
)


@dataclass(eq=False)
class Layout:
    """``document`` is the lesson's prose, ``blocks`` say where each block begins, ``pool`` gives wrong answers,
    ``subject`` are the stems of the sources' titles. ``seed`` changes which terms and sentences come first."""

    say: Phrases
    document: Document
    blocks: list[tuple[int, Block]]
    concepts: list[Concept]
    pool: list[Concept]
    subject: frozenset[str]
    seed: str = ""
    used: set[int] = field(default_factory=set)
    asked: set[tuple[str, ...]] = field(default_factory=set)

    @cached_property
    def near(self) -> frozenset[tuple[str, ...]]:
        return frozenset(concept.stems for concept in self.concepts)

    @cached_property
    def exchangeable(self) -> list[Concept]:
        """Terms, the lesson's first, without those that name the whole subject: much may be true of them."""
        found = [*self.concepts, *(other for other in self.pool if other.stems not in self.near)]
        return [concept for concept in found if not set(concept.stems) <= self.subject]

    @cached_property
    def glossary(self) -> Glossary:
        return Glossary(self.concepts)

    @cached_property
    def explaining(self) -> frozenset[int]:
        return frozenset(concept.unit for concept in self.concepts)

    def open(self) -> Iterator[Concept]:
        """Terms neither asked for nor explained by a sentence that is taken, main ones first."""
        return (c for c in self.concepts if c.unit not in self.used and c.stems not in self.asked)

    def evidence(self, unit: int) -> str:
        return self.document.sentence(self.document.units[unit])

    def source(self, unit: int) -> Span | None:
        """Where the sentence stands in the source."""
        start, end = self.document.units[unit].sentence
        begin, block = max((each for each in self.blocks if each[0] <= start), key=lambda each: each[0])
        if block.source is None or block.source.end - block.source.start != len(block.text):
            return None
        moved = block.source.start - begin
        return Span(source_id=block.source.source_id, start=start + moved, end=end + moved)

    def take(self, unit: int, *concepts: Concept) -> None:
        """Never ask about the sentence again, nor about one that says the same."""
        said = self.document.units[unit].stems
        self.used.update(number for number, each in enumerate(self.document.units) if each.stems == said)
        self.asked.update(concept.stems for concept in concepts)

    def leave_out(self, questions: Iterable[Question]) -> None:
        """Ask nothing that one of the questions has asked."""
        taken = {stems(question.evidence) for question in questions}
        self.used.update(number for number, unit in enumerate(self.document.units) if unit.stems in taken)
        self.asked.update(concept.stems for concept in self.concepts if concept.said in taken)

    def statements(self) -> list[int]:
        """Sentences that can stand alone as statements, the clearest first."""
        return sorted(
            (n for n, unit in enumerate(self.document.units) if self.is_statement(n, unit)), key=self._rank
        )

    def _rank(self, unit: int) -> tuple[bool, bool, bool, bytes | int]:
        hedged = _HEDGED.search(plain(self.evidence(unit))) is not None
        return not self.is_clear(unit), unit in self.explaining, hedged, _turn(self.seed, unit)

    def is_clear(self, unit: int) -> bool:
        """Whether the sentence says early which of the lesson's terms it is about."""
        return bool(self.glossary.mentions(self.document.units[unit].stems[:_OPENING_WORDS]))

    def is_order(self, unit: int) -> bool:
        """Whether the sentence tells to do something, as in 'Bake the loaf for 40 minutes.'"""
        match = _ORDER.match(plain(self.evidence(unit)))
        if self.document.language not in ("en", "") or match is None:
            return False
        verb = match.group("verb").casefold()
        known = verb in _NO_ORDERS or verb.endswith("ing") or verb in self._nouns
        return verb == "be" or (bool(self.document.content(stems(verb))) and not known)

    @cached_property
    def _nouns(self) -> frozenset[str]:
        """Words that stand after an article somewhere."""
        found = re.findall(rf"\b{DETERMINER}\s([\w-]+)", self.document.source.text, re.IGNORECASE)
        return frozenset(word.casefold() for word in found)

    def is_statement(self, number: int, unit: Unit) -> bool:
        text = plain(self.document.sentence(unit))
        return (
            number not in self.used
            and word_count(text) in STATEMENT_WORDS
            and _WHOLE.search(text) is not None
            and not points_back(text)
            and not AWKWARD.search(text)
        )


Maker = Callable[[Layout], Iterator[Question]]
"""Gives questions of one form, one after another, as far as the layout has something left to ask about."""


def _turn(seed: str, number: int) -> bytes | int:
    return hashlib.sha256(f"{seed}\0{number}".encode()).digest() if seed else number


def lay_out(
    lesson: Lesson, *, title: str, language: str, sources: Sequence[Source], keywords: bool = False, seed: str = ""
) -> Layout:
    """``sources`` give wrong answers beside the lesson's own terms: those that it cites, or else all of them.
    With ``keywords`` names, phrases and code are asked for too, even where many terms are explained."""
    blocks = [block for block in lesson.blocks[1:] or lesson.blocks if block.kind == "markdown"]
    places, text = list[tuple[int, Block]](), ""
    for block in blocks:
        places.append((len(text), block))
        text += block.text + "\n\n"
    document = read(Source(id="lesson", title=title, text=text))
    cited = {block.source.source_id for block in blocks if block.source}
    around = [source for source in sources if source.id in cited] or list(sources) or [document.source]
    concepts = _concepts(document, title, around, keywords)
    if seed:
        concepts.sort(key=lambda concept: _turn(seed, concept.unit))
    return Layout(
        say=phrases(language),
        document=document,
        blocks=places,
        concepts=concepts,
        pool=_pool(around),
        subject=frozenset(stem for source in around for stem in stems(source.title)),
        seed=seed,
    )


def _concepts(document: Document, title: str, sources: Sequence[Source], keywords: bool) -> list[Concept]:
    """The lesson's terms that can be asked for, explained ones first."""
    found = main_concepts([Segment(document, 0, len(document.units), (title,))])
    if keywords or len(found) < FEW_TERMS:
        taken = {concept.unit for concept in found}
        known = {keyword.term for source in sources for keyword in keywords_of(source)}
        others = [each for each in keywords_of(document.source) if each.term in known]
        found += [each for each in others if each.unit not in taken]
    return [concept for concept in found if not AWKWARD.search(plain(concept.sentence))]


def _pool(sources: Sequence[Source]) -> list[Concept]:
    found = [concept for source in sources for concept in (*concepts_of(source), *keywords_of(source))]
    return list({(concept.kind, concept.term): concept for concept in reversed(found)}.values())[::-1]
