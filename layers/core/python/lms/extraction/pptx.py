"""PowerPoint: each slide a page, its title a heading, then what stands on it and what the speaker's notes say."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lxml.etree import XMLSyntaxError
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PackageNotFoundError

from lms.extraction.draft import Draft, Item, Row
from lms.extraction.extracted import MOST_PAGES, Extracted, Unreadable
from lms.extraction.office import require_readable, unreadable

_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE)
_REPEATED = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.HEADER, PP_PLACEHOLDER.SLIDE_NUMBER)
_PROSE_WORDS = 12
"""A paragraph of a slide with fewer words is a point of a list."""
_DEEPEST_GROUP = 20


def read(path: Path) -> Extracted:
    """Raise Unreadable where no text can be had."""
    require_readable(path)
    try:
        slides = Presentation(str(path)).slides
    except (PackageNotFoundError, KeyError, ValueError, XMLSyntaxError) as error:
        raise unreadable(error) from None
    if len(slides) > MOST_PAGES:
        raise Unreadable("TOO_MANY_PAGES")
    draft = Draft()
    last_title = ""
    for number, slide in enumerate(slides, 1):
        draft.page = number
        shapes = list(_shapes(slide.shapes))
        title = " ".join(_text(shape) for shape in shapes if _placeholder(shape) in _TITLES).strip()
        if title and title != last_title:
            draft.heading(1 if number == 1 else 2, title)
            last_title = title
        for shape in shapes:
            _write(draft, shape)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            for paragraph in slide.notes_slide.notes_text_frame.paragraphs:
                draft.text(paragraph.text)
    return draft.extracted(len(slides))


def _shapes(shapes: Iterable[Any], deep: int = 0) -> Iterator[Any]:
    """Those of groups in place of the groups; in the order in which they lie on the slide, top down."""
    for shape in sorted(shapes, key=lambda each: (each.top or 0, each.left or 0)):
        if hasattr(shape, "shapes") and deep < _DEEPEST_GROUP:
            yield from _shapes(shape.shapes, deep + 1)
        else:
            yield shape


def _placeholder(shape: Any) -> Any:
    return shape.placeholder_format.type if shape.is_placeholder else None


def _text(shape: Any) -> str:
    return str(shape.text_frame.text) if getattr(shape, "has_text_frame", False) else ""


def _write(draft: Draft, shape: Any) -> None:
    if _placeholder(shape) in (*_TITLES, *_REPEATED):
        return
    if getattr(shape, "has_table", False):
        draft.table([Row(draft.page, [cell.text for cell in row.cells]) for row in shape.table.rows])
    elif getattr(shape, "has_text_frame", False):
        items: list[Item] = []
        for paragraph in shape.text_frame.paragraphs:
            if len(paragraph.text.split()) < _PROSE_WORDS or paragraph.level:
                items.append(Item(draft.page, paragraph.level, "-", paragraph.text))
            else:
                draft.items(items)
                items = []
                draft.text(paragraph.text)
        draft.items(items)
