"""What a quiz or an assignment tells its learners to do: Markdown, kept beside its HTML."""

from collections.abc import Mapping
from typing import Any

from lms import markdown
from lms.errors import Invalid
from lms.mongo import Document

_MOST_HTML_BYTES = 150_000


def with_html(fields: Document) -> Document:
    """The fields to store, with the HTML of their instructions. Raise 422 where that is too large."""
    if "instructions" not in fields:
        return fields
    html = markdown.html(fields["instructions"])
    if len(html.encode()) > _MOST_HTML_BYTES:
        raise Invalid(errors=[{"pointer": "/instructions", "message": "grow too large as HTML"}])
    return {**fields, "html": html, "html_version": markdown.VERSION}


def html(work: Mapping[str, Any]) -> str:
    """As it is kept, or made anew where it is of an older make."""
    kept: str = work["html"]
    return kept if work["html_version"] == markdown.VERSION else markdown.html(work["instructions"])
