"""The course's outline: lessons in modules, each with its title, objectives, minutes and material."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, cycle, islice, pairwise

from lms.ai.grounded.concepts import Concept, Glossary, display, main_concepts
from lms.ai.grounded.keywords import names_of
from lms.ai.grounded.material import Document, abstract, read
from lms.ai.grounded.phrases import phrases
from lms.ai.grounded.ranking import topic_stems
from lms.ai.grounded.relevance import segments_for
from lms.ai.grounded.splitting import Group, groups, likeness
from lms.ai.grounded.summarising import best_run
from lms.ai.grounded.text import plain
from lms.ai.grounded.words import stems, word_count
from lms.ai.models import CourseRequest, LessonPlan, ModulePlan, Outline, Source, Span
from lms.fields import Difficulty

WORDS_PER_MINUTE = 238
"""Silent reading of non-fiction (Brysbaert, How many words do we read per minute?, JML 109, 2019)."""

PASSES = {Difficulty.BEGINNER: 1.0, Difficulty.INTERMEDIATE: 1.5, Difficulty.ADVANCED: 2.0}
"""How often a learner goes over the text to reach the objectives of each level."""

_SKILLS = 8
_OBJECTIVES = 3
_LEAST_OBJECTIVES = 2
_LONGEST_TITLE = 150
_LONGEST_LABEL = 40
_TITLES_JOINED = 3


def outline(request: CourseRequest, sources: Sequence[Source]) -> Outline:
    documents = [read(source) for source in sources]
    found = groups(segments_for(request, documents), request.lesson_count, topic_stems(request.topic))
    titles = _titles(found)
    plans = [
        _plan(request, number, title, group)
        for number, (title, group) in enumerate(zip(titles, found, strict=True), 1)
    ]
    return Outline(
        title=request.topic,
        description=_description(documents),
        skills=_skills(found),
        modules=[
            ModulePlan(title=_module_title(plans[first:last]), lessons=plans[first:last])
            for first, last in _modules(found)
        ],
    )


def _description(documents: Sequence[Document]) -> str:
    said = [abstract(document) or plain(best_run(document, document.units)[1]) for document in documents]
    return "\n\n".join(said)


def _plan(request: CourseRequest, number: int, title: str, group: Group) -> LessonPlan:
    spans = _spans(group)
    words = sum(word_count(_text_of(group, span)) for span in spans)
    return LessonPlan(
        number=number,
        title=title,
        objectives=_objectives(request, title, group),
        minutes=minutes(words, request.difficulty),
        spans=spans,
    )


def minutes(words: int, difficulty: Difficulty) -> int:
    """Time to work through so many words, from 1 to 240 minutes."""
    return min(240, max(1, math.ceil(words * PASSES[difficulty] / WORDS_PER_MINUTE)))


def _spans(group: Group) -> list[Span]:
    """Where the lesson's material stands; headings are taken in only where they divide the lesson."""
    single = len(group.segments) == 1 and len(group.segments[0].titles) <= 1
    spans = []
    for segment in group.segments:
        first = segment.units[0]
        headings = [] if single else first.headings[-1:]
        start = headings[0].start if headings else first.body
        spans.append(Span(source_id=segment.document.source.id, start=start, end=segment.units[-1].end))
    return spans


def _text_of(group: Group, span: Span) -> str:
    sources = {segment.document.source.id: segment.document.source for segment in group.segments}
    return sources[span.source_id].text[span.start : span.end]


def _titles(found: Sequence[Group]) -> list[str]:
    """A distinct title for each lesson: its headings, and its main term where they are not its alone."""
    shared = Counter(title for group in found for title in _headings(group))
    taken: set[str] = set()
    titles = []
    for number, group in enumerate(found, 1):
        headings = _headings(group)
        title = " · ".join(headings)
        if not headings or (len(headings) == 1 and shared[headings[0]] > 1) or title.casefold() in taken:
            label = _label(group, headings, taken)
            title = ": ".join(part for part in (title, label) if part)
        title = _unique(_shortened(title) or str(number), taken)
        taken.add(title.casefold())
        titles.append(title)
    return titles


def _headings(group: Group) -> list[str]:
    every = dict.fromkeys(title for segment in group.segments for title in segment.titles)
    return list(every)[:_TITLES_JOINED]


def _shortened(title: str) -> str:
    if len(title) <= _LONGEST_TITLE:
        return title
    return title[:_LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(" ·:,;") + "…"


def _unique(title: str, taken: set[str]) -> str:
    number, found = 1, title
    while found.casefold() in taken:
        number += 1
        found = f"{title} ({number})"
    return found


def _label(group: Group, headings: Sequence[str], taken: set[str]) -> str:
    """What this part of a section is about: its own heading, else its main term, else its commonest words."""
    known = {stem for heading in headings for stem in stems(heading)}
    own = [h.title for h in group.segments[0].units[0].headings if h.title not in headings]
    terms = (display(concept, upper=True) for concept in main_concepts(group.segments))
    for label in chain(own[-1:], terms, _names(group), _common_phrases(group)):
        title = ": ".join([*headings[:1], label])
        if not set(stems(label)) <= known and title.casefold() not in taken:
            return label
    return ""


def _names(group: Group) -> Iterator[str]:
    """Names that the group speaks of, the commonest first."""
    own = [
        keyword
        for segment in group.segments
        for keyword in names_of(segment.document.source)
        if segment.first <= keyword.unit < segment.last and not keyword.is_common
    ]
    glossary = Glossary(own)
    counts = Counter(number for unit in group.units for number in glossary.mentions(unit.stems))
    yield from (own[number].term for number in sorted(range(len(own)), key=lambda n: (-counts[n], n)))


def _common_phrases(group: Group) -> Iterator[str]:
    """Runs of topical words that come often, in the manner of RAKE (Rose et al., 2010)."""
    counts: Counter[tuple[str, ...]] = Counter()
    shown: dict[tuple[str, ...], str] = {}
    for segment in group.segments:
        for unit in segment.units:
            for run in _runs(segment.document, plain(segment.document.sentence(unit))):
                key = stems(run)
                counts[key] += 1
                shown.setdefault(key, run)
    ranked = sorted(counts, key=lambda key: (-counts[key] * math.sqrt(len(key)), shown[key]))
    yield from (shown[key][:1].upper() + shown[key][1:] for key in ranked if len(shown[key]) <= _LONGEST_LABEL)


def _runs(document: Document, sentence: str) -> Iterable[str]:
    run: list[str] = []
    for word in re.findall(r"[^\W_][\w'’-]*|[^\w\s]", sentence):
        if document.content(stems(word)) and not word.isdigit() and len(run) < _TITLES_JOINED:
            run.append(word)
        else:
            yield from [" ".join(run)] if run else []
            run = []
    yield from [" ".join(run)] if run else []


def _objectives(request: CourseRequest, title: str, group: Group) -> list[str]:
    """Two to four, each about a term that the lesson explains; without terms, about what it speaks of most."""
    say = phrases(request.language)
    concepts = main_concepts(group.segments)
    names = list(dict.fromkeys(display(concept, upper=False) for concept in concepts))
    verbs = cycle(say.objectives[request.difficulty])
    found = [verb.format(name) for verb, name in zip(verbs, names[:_OBJECTIVES], strict=False)]
    pair = _pair(concepts)
    if pair:
        found.append(say.relate.format(*pair))
    missing = max(0, _LEAST_OBJECTIVES - len(found))
    subjects = (each for each in chain([title], _names(group), _common_phrases(group)) if each not in names)
    found += [say.summarise.format(each) for each in islice(dict.fromkeys(subjects), missing)]
    return list(dict.fromkeys(found))


def _pair(concepts: Sequence[Concept]) -> tuple[str, str] | None:
    """Two main terms for the same kind of thing, which a learner may confuse."""
    defined = [concept for concept in concepts if concept.definition]
    for one, other in pairwise(defined):
        if one.genus == other.genus:
            return display(one, upper=False), display(other, upper=False)
    return None


def _skills(found: Sequence[Group]) -> list[str]:
    concepts = [concept for group in found for concept in main_concepts(group.segments)]
    glossary = Glossary(concepts)
    counts = Counter(n for group in found for unit in group.units for n in glossary.mentions(unit.stems))
    ranked = sorted(range(len(concepts)), key=lambda n: (-counts[n], n))
    return list(dict.fromkeys(display(concepts[n], upper=False) for n in ranked))[:_SKILLS]


def _modules(found: Sequence[Group]) -> list[tuple[int, int]]:
    """Runs of three to five lessons, parted where neighbours are least alike."""
    count = max(1, round(len(found) / 4))
    seams = [0.0, *(likeness(a.bag, b.bag) for a, b in pairwise(found)), 0.0]
    best: dict[int, tuple[float, list[int]]] = {0: (0.0, [0])}
    for _ in range(count):
        step: dict[int, tuple[float, list[int]]] = {}
        for end, (cost, cuts) in best.items():
            for size in range(min(3, len(found)), 6):
                if end + size <= len(found):
                    candidate = (cost + seams[end + size], [*cuts, end + size])
                    step[end + size] = min(step.get(end + size, candidate), candidate)
        best = step
    cuts = best[len(found)][1]
    return list(pairwise(cuts))


def _module_title(plans: Sequence[LessonPlan]) -> str:
    first, last = plans[0].title, plans[-1].title
    one, other = (title.split(": ")[0].split(" · ")[0] for title in (first, last))
    if len(plans) == 1:
        return first
    return one if one == other else f"{one} – {other}"
