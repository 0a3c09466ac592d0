"""Questions with one right option among wrong ones of its kind."""

from collections.abc import Callable, Iterator, Sequence

from lms.ai.grounded.concepts import Concept, display
from lms.ai.grounded.definitions import gives_away, is_option, quotable
from lms.ai.grounded.distractors import is_form_of, ranked, shuffled
from lms.ai.grounded.gaps import with_gap
from lms.ai.grounded.layout import Layout
from lms.ai.grounded.numbers import other_numbers, telling
from lms.ai.grounded.words import stems, word_count
from lms.ai.models import SingleChoice

_WRONG_OPTIONS = 3
_LEAST_WRONG_OPTIONS = 2


def terms_for_definitions(layout: Layout) -> Iterator[SingleChoice]:
    for concept in layout.open():
        said = quotable(concept)
        if not said or gives_away(concept):
            continue
        others = _options(layout, concept, _same_case(concept))
        if others:
            wrong = _cased(concept, others)
            yield _choice(layout, concept, layout.say.term_for.format(said), concept.term, wrong)


def definitions_for_terms(layout: Layout) -> Iterator[SingleChoice]:
    for concept in layout.open():
        said = concept.defined_as
        if not is_option(concept) or not quotable(concept):
            continue
        size, given = word_count(said), gives_away(concept)

        def fits(other: Concept, size: int = size, given: frozenset[str] = given) -> bool:
            near_in_size = size <= 2 * word_count(other.defined_as) <= 4 * size
            return is_option(other) and near_in_size and given <= set(stems(other.defined_as))

        others = _options(layout, concept, fits)
        if others:
            prompt = layout.say.definition_of.format(display(concept, upper=False))
            yield _choice(layout, concept, prompt, said, [other.defined_as for other in others])


def terms_for_gaps(layout: Layout) -> Iterator[SingleChoice]:
    for concept in layout.open():
        sentence = with_gap(layout, concept.unit, concept.marked)
        if not sentence:
            continue
        fits_case = _same_case(concept)
        article = concept.article.casefold()

        def fits(other: Concept, article: str = article, fits_case: Callable[[Concept], bool] = fits_case) -> bool:
            vowel = other.term[0] in "aeiouAEIOU"
            return fits_case(other) and (article not in ("a", "an") or vowel == (article == "an"))

        others = _options(layout, concept, fits)
        if others:
            prompt = layout.say.choose_term.format(sentence)
            yield _choice(layout, concept, prompt, concept.term, _cased(concept, others))


def numbers_for_gaps(layout: Layout) -> Iterator[SingleChoice]:
    for unit in layout.statements():
        if unit in layout.used:
            continue
        start = layout.document.units[unit].sentence[0]
        for match in telling(layout.evidence(unit)):
            sentence = with_gap(layout, unit, (start + match.start(), start + match.end()))
            wrong = [each for each in other_numbers(match.group()) if each not in sentence][:_WRONG_OPTIONS]
            if sentence and len(wrong) >= _LEAST_WRONG_OPTIONS:
                layout.take(unit)
                options = shuffled([match.group(), *wrong], sentence)
                yield SingleChoice(
                    prompt=layout.say.choose_number.format(sentence),
                    options=options,
                    answer=options.index(match.group()),
                    evidence=layout.evidence(unit),
                    source=layout.source(unit),
                )
                break


def _choice(layout: Layout, concept: Concept, prompt: str, right: str, wrong: Sequence[str]) -> SingleChoice:
    layout.take(concept.unit, concept)
    options = shuffled([right, *wrong], prompt)
    return SingleChoice(
        prompt=prompt,
        options=options,
        answer=options.index(right),
        evidence=layout.evidence(concept.unit),
        source=layout.source(concept.unit),
    )


def _options(layout: Layout, answer: Concept, fits: Callable[[Concept], bool]) -> list[Concept]:
    """Terms to offer beside the answer, none a form of another; too few give none."""
    found: list[Concept] = []
    for other in ranked(answer, layout.pool, layout.near):
        if fits(other) and not any(is_form_of(other.term, each.term) for each in found):
            found.append(other)
        if len(found) == _WRONG_OPTIONS:
            break
    return found if len(found) >= _LEAST_WRONG_OPTIONS else []


def _cased(answer: Concept, others: Sequence[Concept]) -> list[str]:
    """The terms with first letters as the answer's, so that its place in a sentence does not show."""
    upper = answer.term[:1].isupper()
    return [display(other, upper=upper) for other in others]


def _same_case(answer: Concept) -> Callable[[Concept], bool]:
    """Beside a small first letter, only terms that are known to take one."""
    return lambda other: answer.term[:1].isupper() or not other.term[:1].isupper() or other.is_common
