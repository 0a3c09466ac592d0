"""The check of each kind of content, by the type that was declared."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from lms.files.inspection import images, markup, office, pdf, signatures, texts
from lms.files.inspection.verdict import CLEAN, Reason, Unsafe, Verdict
from lms.files.purposes import DOCX, IMAGES, MEDIA, PDF, PPTX, XLSX

Check = Callable[[Path], None]


def _binary(content_type: str, check: Check | None = None) -> Check:
    def run(path: Path) -> None:
        signatures.check_type(path, content_type)
        signatures.check_hidden(path, content_type)
        if check:
            check(path)

    return run


def _archived(content_type: str, check: Check) -> Check:
    def run(path: Path) -> None:
        signatures.check_type(path, content_type)
        check(path)

    return run


CHECKS: Mapping[str, Check] = {
    PDF: _binary(PDF, pdf.inspect),
    **{each: _archived(each, partial(office.inspect, content_type=each)) for each in (DOCX, PPTX, XLSX)},
    "application/zip": _archived("application/zip", office.inspect_zip),
    **{each: _binary(each, partial(images.inspect, content_type=each)) for each in IMAGES},
    **{each: _binary(each) for each in MEDIA},
    "image/svg+xml": markup.inspect_svg,
    "text/html": markup.inspect_html,
    **dict.fromkeys(("text/plain", "text/markdown", "text/csv"), texts.inspect),
    "text/vtt": texts.inspect_captions,
    "application/json": texts.inspect_json,
}
"""By declared type. A file of a type that is not here is never let through."""


def inspect(path: Path, content_type: str) -> Verdict:
    """What the file's content comes to. Bugs in a parser get out as what they raise: no file passes by them."""
    check = CHECKS.get(content_type)
    try:
        if check is None:
            raise Unsafe(Reason.UNSUPPORTED_TYPE, f"Files of the type {content_type} cannot be checked.")
        check(path)
    except Unsafe as found:
        return found.verdict
    return CLEAN
