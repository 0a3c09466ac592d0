"""Questions that ask to write the term that is defined."""

from collections.abc import Iterator

from lms.ai.grounded.definitions import gives_away, quotable
from lms.ai.grounded.layout import Layout
from lms.ai.models import ShortText


def terms(layout: Layout) -> Iterator[ShortText]:
    for concept in layout.open():
        said = quotable(concept)
        if said and not gives_away(concept) and concept.term.casefold() not in said.casefold():
            layout.take(concept.unit, concept)
            yield ShortText(
                prompt=layout.say.name_term.format(said),
                answer=concept.term,
                evidence=layout.evidence(concept.unit),
                source=layout.source(concept.unit),
            )
