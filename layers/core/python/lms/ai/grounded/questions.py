"""Questions whose answers stand in the lesson: each rests on one sentence of it, and no two on the same."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from lms.ai.grounded.concepts import Concept, Glossary, concepts_of, display, main_concepts
from lms.ai.grounded.distractors import is_form_of, mentions, ranked, shuffled
from lms.ai.grounded.falsehoods import (
    DIGITS,
    STRONG_OPPOSITES,
    WEAK_OPPOSITES,
    by_number,
    by_opposite,
    by_term,
    other_numbers,
)
from lms.ai.grounded.keywords import keywords_of
from lms.ai.grounded.language import points_back
from lms.ai.grounded.material import Document, Segment, Unit, read
from lms.ai.grounded.phrases import Phrases, phrases
from lms.ai.grounded.text import Range, plain, stems, word_count
from lms.ai.models import (
    Block,
    Cloze,
    CourseRequest,
    Lesson,
    LessonPlan,
    Question,
    Quiz,
    ShortText,
    SingleChoice,
    Source,
    Span,
    TrueFalse,
)

GAP = "____"
_MARK = "\ue000"
_LEAST = 4
_WRONG_OPTIONS = 3
_LEAST_WRONG_OPTIONS = 2
_FEW_TERMS = 8
_STATEMENT_WORDS = range(6, 33)
_DEFINITION_WORDS = range(4, 31)
_AWKWARD = re.compile(r"\[[^\]]*\]\(|https?:|<[a-zA-Z/]|\||____|[?…:]$|\bfor (?:example|instance)\b")
_HEDGED = re.compile(r"\b(?:may|might|can|could|often|usually|sometimes|probably|should|suppose|imagine)\b")


@dataclass(eq=False)
class Bench:
    """A lesson laid out for asking: its sentences, the terms they explain, and what has been used already.

    ``document`` is the lesson's prose, ``blocks`` say where each block begins, ``pool`` gives wrong answers,
    ``subject`` are the stems of the sources' titles.
    """

    say: Phrases
    document: Document
    blocks: list[tuple[int, Block]]
    concepts: list[Concept]
    pool: list[Concept]
    subject: frozenset[str]
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
        self.used.add(unit)
        self.asked.update(concept.stems for concept in concepts)


Maker = Callable[[Bench], Question | None]


def quiz(request: CourseRequest, plan: LessonPlan, lesson: Lesson, sources: Sequence[Source]) -> Quiz:
    """Four to six questions of all kinds; fewer where the lesson has too few sentences, at least one."""
    bench = _bench(request, plan, lesson, sources)
    true_first = hashlib.sha256(plan.title.encode()).digest()[0] % 2
    statements = [_true_statement, _false_statement] if true_first else [_false_statement, _true_statement]
    series: list[Sequence[Maker]] = [
        (_term_for_definition, _gap_choice, _number_choice),
        statements[:1],
        (_gap,),
        (_definition_for_term, _term_for_definition, _gap_choice, _number_choice),
        (_named,),
        statements[1:],
    ]
    found = [question for makers in series if (question := _first(makers, bench))]
    spare = (_gap_choice, _gap, _number_choice, _true_statement, _false_statement)
    while len(found) < _LEAST and (question := _first(spare, bench)):
        found.append(question)
    return Quiz(questions=found or [_anything(bench, lesson)])


def _first(makers: Iterable[Maker], bench: Bench) -> Question | None:
    return next((question for make in makers if (question := make(bench))), None)


def _bench(request: CourseRequest, plan: LessonPlan, lesson: Lesson, sources: Sequence[Source]) -> Bench:
    blocks = [block for block in lesson.blocks[1:] or lesson.blocks if block.kind == "markdown"]
    places, text = list[tuple[int, Block]](), ""
    for block in blocks:
        places.append((len(text), block))
        text += block.text + "\n\n"
    document = read(Source(id="lesson", title=plan.title, text=text))
    cited = {block.source.source_id for block in blocks if block.source}
    cited_sources = [source for source in sources if source.id in cited] or sources
    return Bench(
        say=phrases(request.language),
        document=document,
        blocks=places,
        concepts=_concepts(document, plan, cited_sources),
        pool=_pool(cited_sources),
        subject=frozenset(stem for source in cited_sources for stem in stems(source.title)),
    )


def _concepts(document: Document, plan: LessonPlan, sources: Sequence[Source]) -> list[Concept]:
    """The lesson's terms that can be asked for; where they are few, the sources' names and recurring nouns too."""
    found = main_concepts([Segment(document, 0, len(document.units), (plan.title,))])
    if len(found) < _LEAST:
        taken = {concept.unit for concept in found}
        known = {keyword.stems for source in sources for keyword in keywords_of(source)}
        names = [each for each in keywords_of(document.source) if each.stems in known]
        found += [each for each in names if each.unit not in taken]
    return [concept for concept in found if not _AWKWARD.search(plain(concept.sentence))]


def _pool(sources: Sequence[Source]) -> list[Concept]:
    found = [concept for source in sources for concept in concepts_of(source)]
    if len(found) < _FEW_TERMS:
        found += [concept for source in sources for concept in keywords_of(source)]
    return list({concept.stems: concept for concept in reversed(found)}.values())[::-1]


def _definition(concept: Concept) -> str:
    """What a prompt may quote; "" where the definition is missing, too long, or holds the term itself."""
    said = concept.defined_as
    found = stems(said)
    least = _DEFINITION_WORDS.start + (2 if concept.called else 0)
    if (
        word_count(said) not in range(least, _DEFINITION_WORDS.stop)
        or mentions(found, concept.stems)
        or _AWKWARD.search(said)
    ):
        return ""
    first, _, rest = said.partition(" ")
    return f"{first.lower()} {rest}" if stems(first) and not concept.document.content(stems(first)) else said


def _gives_away(concept: Concept) -> frozenset[str]:
    """Words of the term that its definition repeats."""
    return frozenset(stems(concept.defined_as)) & frozenset(concept.document.content(concept.stems))


def _options(bench: Bench, answer: Concept, fits: Callable[[Concept], bool]) -> list[Concept]:
    """Terms to offer beside the answer, none a form of another; too few give none."""
    found: list[Concept] = []
    for other in ranked(answer, bench.pool, bench.near):
        if fits(other) and not any(is_form_of(other.term, each.term) for each in found):
            found.append(other)
        if len(found) == _WRONG_OPTIONS:
            break
    return found if len(found) >= _LEAST_WRONG_OPTIONS else []


def _choice(bench: Bench, concept: Concept, prompt: str, right: str, wrong: Sequence[str]) -> SingleChoice:
    bench.take(concept.unit, concept)
    options = shuffled([right, *wrong], prompt)
    return SingleChoice(
        prompt=prompt,
        options=options,
        answer=options.index(right),
        evidence=bench.evidence(concept.unit),
        source=bench.source(concept.unit),
    )


def _cased(answer: Concept, others: Sequence[Concept]) -> list[str]:
    """The terms with first letters as the answer's, so that its place in a sentence does not show."""
    upper = answer.term[:1].isupper()
    return [display(other, upper=upper) for other in others]


def _same_case(answer: Concept) -> Callable[[Concept], bool]:
    """Beside a small first letter, only terms that are known to take one."""
    return lambda other: answer.term[:1].isupper() or not other.term[:1].isupper() or other.is_common


def _term_for_definition(bench: Bench) -> Question | None:
    for concept in bench.open():
        said = _definition(concept)
        if not said or _gives_away(concept):
            continue
        others = _options(bench, concept, _same_case(concept))
        if others:
            wrong = _cased(concept, others)
            return _choice(bench, concept, bench.say.term_for.format(said), concept.term, wrong)
    return None


def _definition_for_term(bench: Bench) -> Question | None:
    for concept in bench.open():
        said = concept.defined_as
        if not _offers(concept) or not _definition(concept):
            continue
        size, given = word_count(said), _gives_away(concept)

        def fits(other: Concept, size: int = size, given: frozenset[str] = given) -> bool:
            near_in_size = size <= 2 * word_count(other.defined_as) <= 4 * size
            return _offers(other) and near_in_size and given <= set(stems(other.defined_as))

        others = _options(bench, concept, fits)
        if others:
            prompt = bench.say.definition_of.format(display(concept, upper=False))
            return _choice(bench, concept, prompt, said, [other.defined_as for other in others])
    return None


def _offers(concept: Concept) -> bool:
    """Whether the definition stands as an option: a phrase after 'is', without marks."""
    if concept.definition is None or concept.called:
        return False
    raw = concept.document.source.text[slice(*concept.definition)]
    return "**" not in raw and "__" not in raw and bool(_definition(concept))


def _with_gap(bench: Bench, unit: int, place: Range) -> str:
    """The sentence with a gap for what stands at ``place``; "" where it cannot stand alone or gives the answer."""
    document = bench.document
    start, end = document.units[unit].sentence
    text = document.source.text
    answer = text[slice(*place)].strip("*_")
    sentence = plain(text[start : place[0]] + _MARK + text[place[1] : end])
    if word_count(sentence) not in _STATEMENT_WORDS or points_back(sentence) or _AWKWARD.search(sentence):
        return ""
    if mentions(stems(sentence), stems(answer)) or answer.casefold() in sentence.casefold():
        return ""
    return sentence.replace(_MARK, GAP)


def _gap(bench: Bench) -> Question | None:
    """To be filled in freely, so for explained terms and names only: other nouns have too many equals."""
    for concept in bench.open():
        if concept.marked == concept.range and concept.definition is None and concept.is_common:
            continue
        sentence = _with_gap(bench, concept.unit, concept.marked)
        if sentence:
            bench.take(concept.unit, concept)
            return Cloze(
                prompt=bench.say.fill.format(sentence),
                answer=concept.term,
                evidence=bench.evidence(concept.unit),
                source=bench.source(concept.unit),
            )
    return None


def _gap_choice(bench: Bench) -> Question | None:
    for concept in bench.open():
        sentence = _with_gap(bench, concept.unit, concept.marked)
        if not sentence:
            continue
        fits_case = _same_case(concept)
        article = concept.article.casefold()

        def fits(other: Concept, article: str = article, fits_case: Callable[[Concept], bool] = fits_case) -> bool:
            vowel = other.term[0] in "aeiouAEIOU"
            return fits_case(other) and (article not in ("a", "an") or vowel == (article == "an"))

        others = _options(bench, concept, fits)
        if others:
            prompt = bench.say.choose_term.format(sentence)
            return _choice(bench, concept, prompt, concept.term, _cased(concept, others))
    return None


def _named(bench: Bench) -> Question | None:
    for concept in bench.open():
        said = _definition(concept)
        if said and not _gives_away(concept) and concept.term.casefold() not in said.casefold():
            bench.take(concept.unit, concept)
            return ShortText(
                prompt=bench.say.name_term.format(said),
                answer=concept.term,
                evidence=bench.evidence(concept.unit),
                source=bench.source(concept.unit),
            )
    return None


def _number_choice(bench: Bench) -> Question | None:
    for unit in _statements(bench):
        start = bench.document.units[unit].sentence[0]
        for match in DIGITS.finditer(bench.evidence(unit)):
            sentence = _with_gap(bench, unit, (start + match.start(), start + match.end()))
            wrong = [each for each in other_numbers(match.group()) if each not in sentence][:_WRONG_OPTIONS]
            if sentence and len(wrong) >= _LEAST_WRONG_OPTIONS:
                bench.take(unit)
                options = shuffled([match.group(), *wrong], sentence)
                return SingleChoice(
                    prompt=bench.say.choose_number.format(sentence),
                    options=options,
                    answer=options.index(match.group()),
                    evidence=bench.evidence(unit),
                    source=bench.source(unit),
                )
    return None


def _statements(bench: Bench) -> list[int]:
    """Sentences that can stand alone as statements, the clearest first."""

    def rank(unit: int) -> tuple[bool, bool, bool, int]:
        hedged = _HEDGED.search(plain(bench.evidence(unit))) is not None
        return not _is_clear(bench, unit), unit in bench.explaining, hedged, unit

    return sorted((n for n, unit in enumerate(bench.document.units) if _is_statement(bench, n, unit)), key=rank)


def _is_clear(bench: Bench, unit: int) -> bool:
    """Whether the sentence says early which of the lesson's terms it is about."""
    return bool(bench.glossary.mentions(bench.document.units[unit].stems[:_OPENING_WORDS]))


_OPENING_WORDS = 6


def _is_statement(bench: Bench, number: int, unit: Unit) -> bool:
    text = plain(bench.document.sentence(unit))
    return (
        number not in bench.used
        and word_count(text) in _STATEMENT_WORDS
        and not points_back(text)
        and not _AWKWARD.search(text)
    )


def _true_statement(bench: Bench) -> Question | None:
    for unit in _statements(bench):
        return _statement(bench, unit, plain(bench.evidence(unit)), answer=True)
    return None


def _false_statement(bench: Bench) -> Question | None:
    """A sentence with a word, a number or a term exchanged, by the surest way that there is."""
    statements = _statements(bench)
    clear = [unit for unit in statements if _is_clear(bench, unit)]
    vague = [unit for unit in statements if unit not in clear]
    return _altered(bench, clear) or _exchanged(bench) or _altered(bench, vague)


def _altered(bench: Bench, units: Sequence[int]) -> Question | None:
    return _first((partial(_changed, units=units, change=way) for way in _ways(bench)), bench)


def _ways(bench: Bench) -> list[Callable[[str], Iterator[str]]]:
    if bench.document.language not in ("en", ""):
        return [by_number]
    return [
        lambda text: by_opposite(text, STRONG_OPPOSITES),
        by_number,
        lambda text: by_opposite(text, WEAK_OPPOSITES),
    ]


def _changed(bench: Bench, units: Sequence[int], change: Callable[[str], Iterator[str]]) -> Question | None:
    for unit in units:
        for changed in change(plain(bench.evidence(unit))):
            return _statement(bench, unit, changed, answer=False)
    return None


def _exchanged(bench: Bench) -> Question | None:
    """A definition given to another of the lesson's terms."""
    for concept in bench.open():
        if (
            concept.definition
            and not concept.called
            and _is_statement(bench, concept.unit, bench.document.units[concept.unit])
        ):
            for changed in by_term(concept, bench.exchangeable):
                bench.take(concept.unit, concept)
                return _statement(bench, concept.unit, changed, answer=False)
    return None


def _statement(bench: Bench, unit: int, text: str, *, answer: bool) -> TrueFalse:
    bench.take(unit)
    return TrueFalse(
        prompt=bench.say.true_or_false.format(text),
        answer=answer,
        evidence=bench.evidence(unit),
        source=bench.source(unit),
    )


def _anything(bench: Bench, lesson: Lesson) -> Question:
    """The first sentence there is, as a true statement."""
    if bench.document.units:
        return _statement(bench, 0, plain(bench.evidence(0)), answer=True)
    block = lesson.blocks[0]
    prompt = bench.say.true_or_false.format(plain(block.text))
    return TrueFalse(prompt=prompt, answer=True, evidence=block.text, source=block.source)
