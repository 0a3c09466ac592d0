"""Which reader reads which type of file. Each is imported when it is needed: they bring large libraries."""

from pathlib import Path

from lms.extraction.extracted import Extracted, Unreadable

_OFFICE = "application/vnd.openxmlformats-officedocument."


def read(path: Path, content_type: str) -> Extracted:
    """The file's text, read in this process: see ``isolation`` for files that nobody vouches for. Raise Unreadable
    where no text can be had."""
    match content_type:
        case "application/pdf":
            from lms.extraction import pdf

            return pdf.read(path)
        case _ if content_type == f"{_OFFICE}wordprocessingml.document":
            from lms.extraction import docx

            return docx.read(path)
        case _ if content_type == f"{_OFFICE}presentationml.presentation":
            from lms.extraction import pptx

            return pptx.read(path)
        case "text/html":
            from lms.extraction import html

            return html.read(path.read_bytes())
        case "text/markdown":
            from lms.extraction import plain

            return plain.markdown(path.read_bytes())
        case "text/plain":
            from lms.extraction import plain

            return plain.text(path.read_bytes())
    raise Unreadable("UNSUPPORTED")
