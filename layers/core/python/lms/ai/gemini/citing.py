"""From the source paragraphs that an answer names to their places in the sources."""

from collections.abc import Sequence

from lms.ai.gemini import paragraphs
from lms.ai.gemini.answers import Citation
from lms.ai.gemini.paragraphs import Paragraph
from lms.ai.models import Span

_MOST_CITED = 6


def spans(where: str, cited: Sequence[Citation], shown: Sequence[Paragraph], problems: list[str]) -> list[Span]:
    """One each; none where nothing was shown. ``problems`` gains what is wrong with the rest."""
    if shown and not cited:
        problems.append(f"{where} names no source paragraph")
    found = [_place(where, citation, shown, problems) for citation in cited] if shown else []
    return [span for span in found if span]


def span(where: str, cited: Citation | None, shown: Sequence[Paragraph], problems: list[str]) -> Span | None:
    """None where nothing was shown, or where the citation is wrong; then ``problems`` gains why."""
    if not shown:
        return None
    if cited is None:
        problems.append(f"{where} names no source paragraph")
        return None
    if cited.last - cited.first >= _MOST_CITED:
        problems.append(f"{where} cites more than {_MOST_CITED} paragraphs; name the ones it is drawn from")
        return None
    return _place(where, cited, shown, problems)


def _place(where: str, cited: Citation, shown: Sequence[Paragraph], problems: list[str]) -> Span | None:
    try:
        return paragraphs.span_of(shown, cited.first, cited.last)
    except ValueError as error:
        problems.append(f"{where}: {error}")
        return None
