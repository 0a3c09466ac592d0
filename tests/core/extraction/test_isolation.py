"""What a file does to the process that reads it, ends that process alone, and with a reason."""

import io
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import docx
import pytest

from lms.extraction import isolation
from lms.extraction.extracted import Unreadable
from tests import written_files as written


def failure(path: Path, content_type: str, **limits: float) -> str:
    with pytest.raises(Unreadable) as caught:
        isolation.extract(path, content_type, **{"seconds": 60.0, **limits})  # type: ignore[arg-type]
    return caught.value.code


def test_it_reads_as_in_this_process(tmp_path: Path):
    from lms.extraction import reading

    path = tmp_path / "file.pdf"
    path.write_bytes(written.pdf(written.library_text("photosynthesis")))
    assert isolation.extract(path, written.PDF, seconds=60) == reading.read(path, written.PDF)


def endless_pdf() -> bytes:
    """A small file with a page of some ten million letters."""
    page = zlib.compress(b"BT /F 9 Tf " + b"(tides) Tj " * 2_000_000 + b"ET")
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F " + font + b">>>>>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n" % len(page) + page + b"\nendstream",
    ]
    body = b"".join(b"%d 0 obj%b endobj\n" % (number, each) for number, each in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R/Size 5>>\n%%EOF"


def test_time_is_bounded(tmp_path: Path):
    path = tmp_path / "file.pdf"
    path.write_bytes(endless_pdf())
    begun = time.monotonic()
    assert failure(path, written.PDF, seconds=1.0) == "TOO_SLOW"
    assert time.monotonic() - begun < 20, "a minute, were it not ended"


def endless_docx() -> bytes:
    data, made = io.BytesIO(), io.BytesIO()
    docx.Document().save(data)
    paragraph = b"<w:p><w:r><w:t>tide</w:t></w:r></w:p>"
    head = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    with zipfile.ZipFile(data) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for each in old.namelist():
            body = head + paragraph * 600_000 + b"</w:body></w:document>"
            new.writestr(each, body if each == "word/document.xml" else old.read(each))
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (endless_pdf, written.PDF),
        (endless_docx, written.DOCX),
        (lambda: b"<p>tide</p>" * 1_000_000, "text/html"),
    ],
    ids=["pdf", "docx", "html"],
)
def test_memory_is_bounded(tmp_path: Path, content: Callable[[], bytes], content_type: str):
    path = tmp_path / "file"
    path.write_bytes(content())
    assert failure(path, content_type, memory=170_000_000) == "TOO_LARGE"


def test_types_without_text(tmp_path: Path):
    path = tmp_path / "file.png"
    path.write_bytes(b"\x89PNG")
    assert failure(path, "image/png") == "UNSUPPORTED"
