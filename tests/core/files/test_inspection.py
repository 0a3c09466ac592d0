"""Files of every hostile kind are held back with their reason; those that common tools write pass."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lms import child_process
from lms.files.inspection import apart, archives, child, contents, office
from lms.files.inspection.verdict import CLEAN, Reason
from lms.files.purposes import DOCX, PDF, PPTX, PURPOSES, XLSX
from tests import made_files as made

ZIP, SVG, HTML = "application/zip", "image/svg+xml", "text/html"
Made = Callable[[], bytes] | bytes


@pytest.fixture
def verdict(tmp_path: Path) -> Callable[[Made, str], Reason | None]:
    def inspect(content: Made, content_type: str) -> Reason | None:
        path = tmp_path / "file"
        path.write_bytes(content() if callable(content) else content)
        found = contents.inspect(path, content_type)
        assert bool(found.sentence) == bool(found.reason)
        return found.reason

    return inspect


def test_every_type_that_may_be_uploaded_is_checked():
    assert set().union(*(rule.types for rule in PURPOSES.values())) <= set(contents.CHECKS)


GOOD = {
    "docx": (made.docx_file, DOCX),
    "pptx with a chart": (made.pptx_file, PPTX),
    "xlsx": (made.xlsx_file, XLSX),
    "pdf": (made.pdf_file, PDF),
    "png": (made.image_file, "image/png"),
    "jpeg": (lambda: made.image_file("JPEG"), "image/jpeg"),
    "gif": (lambda: made.image_file("GIF"), "image/gif"),
    "webp": (lambda: made.image_file("WEBP"), "image/webp"),
    "wav": (made.wav_file, "audio/wav"),
    "mp3 with a tag": (b"ID3\x04" + bytes(400), "audio/mpeg"),
    "mp3 of version 2 without a tag": (b"\xff\xf3\x84\xc4" + bytes(400), "audio/mpeg"),
    "m4a": (b"\0\0\0\x1cftypM4A \0\0\0\0" + bytes(400), "audio/mp4"),
    "mp4": (b"\0\0\0\x20ftypisom\0\0\2\0" + bytes(400), "video/mp4"),
    "webm": (bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d") + bytes(99), "video/webm"),
    "ogg": (b"OggS\0\2" + bytes(22) + b"\1\x1e\1vorbis" + bytes(99), "audio/ogg"),
    "svg": (made.svg('<a href="https://example.org"><path d="M0 0" fill="url(#g)"/></a>'), SVG),
    "svg with a document type": (
        made.svg(before='<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">'),
        SVG,
    ),
    "svg with a picture in it": (made.svg('<image xlink:href="data:image/png;base64,iVBOR"/>'), SVG),
    "html": (b"<!doctype html><title>T</title><h1>Waves</h1><a href='https://example.org'>x</a>", HTML),
    "html about scripts": (b"<p>Write <code>&lt;script&gt;</code>, not onclick=, and javascript: never.</p>", HTML),
    "text": ("Größe und Maß\n".encode(), "text/plain"),
    "text of an old program": ("Größe und Maß\n".encode("cp1252"), "text/plain"),
    "text in UTF-16": ("Größe\n".encode("utf-16"), "text/plain"),
    "markdown": (b"# Waves\n\n<script>alert(1)</script> is how not to do it\n", "text/markdown"),
    "csv": (b"name,points\na,1\n", "text/csv"),
    "json": (b'{"a": [1]}', "application/json"),
    "captions": (b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n", "text/vtt"),
    "zip": (lambda: made.zip_file({"a.txt": "a", "b/c.html": "<script>1</script>"}), ZIP),
    "zip of documents": (lambda: made.zip_file({"a.docx": made.docx_file(), "b.pptx": made.pptx_file()}), ZIP),
    "empty zip": (lambda: made.zip_file({}), ZIP),
    "well-packed zip": (lambda: made.zip_file({"rows.csv": b"1,2,3\n" * 3_000_000}), ZIP),
    "docx with a link": (lambda: made.docx_with_relationship("hyperlink", "https://example.org/a?b=c"), DOCX),
    "docx made from a template": (
        lambda: made.docx_with_relationship("attachedTemplate", "file:///C:\\Users\\me\\Thesis.dotx"),
        DOCX,
    ),
    "docx with a video to play": (
        lambda: made.docx_with_relationship("video", "https://example.org/embed/1"),
        DOCX,
    ),
    "java class in a zip": (lambda: made.zip_file({"A.class": b"\xca\xfe\xba\xbe\0\0\0\x41" + bytes(99)}), ZIP),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_common_tools_write_passes(name: str, verdict: Callable[[Made, str], Reason | None]):
    assert verdict(*GOOD[name]) is None


DDE = '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DD</w:instrText></w:r><w:r><w:instrText>EAUTO c:\\\\x</w:instrText></w:r></w:p>'  # noqa: E501
ENTITIES = '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
SYMLINK = 0o120777 << 16

HOSTILE = {
    # What it says it is
    "png that is html": (b"<html><script>alert(1)</script></html>", "image/png", Reason.TYPE_MISMATCH),
    "png that is a script": (b"#!/bin/sh\nrm -rf ~\n", "image/png", Reason.TYPE_MISMATCH),
    "pdf that is a program": (b"MZ" + bytes(500), PDF, Reason.TYPE_MISMATCH),
    "jpeg that is a png": (made.image_file, "image/jpeg", Reason.TYPE_MISMATCH),
    "docx that is any zip": (lambda: made.zip_file({"a.txt": "a"}), DOCX, Reason.BROKEN),
    "docx that is a pptx": (made.pptx_file, DOCX, Reason.TYPE_MISMATCH),
    "docx that is a pdf": (made.pdf_file, DOCX, Reason.TYPE_MISMATCH),
    "text that is a png": (made.image_file, "text/plain", Reason.TYPE_MISMATCH),
    "text that is a pdf": (b"%PDF-1.4\n", "text/markdown", Reason.TYPE_MISMATCH),
    "svg that is html": (b"<html><body/></html>", SVG, Reason.TYPE_MISMATCH),
    "captions that are text": (b"Hello\n", "text/vtt", Reason.TYPE_MISMATCH),
    "a type nobody checks": (b"x", "application/x-msdownload", Reason.UNSUPPORTED_TYPE),
    # Two things at once
    "png that is a zip too": (lambda: made.image_file() + made.zip_file({"a": "b"}), "image/png", Reason.POLYGLOT),
    "jpeg that is a pdf too": (
        lambda: made.image_file("JPEG")[:20] + b"%PDF-1.4" + made.image_file("JPEG")[20:],
        "image/jpeg",
        Reason.POLYGLOT,
    ),
    "gif and page": (
        lambda: b"GIF89a<html><body>" + made.image_file("GIF"),
        "image/gif",
        Reason.POLYGLOT,
    ),
    "pdf that is a zip too": (lambda: made.pdf_file() + made.zip_file({"a": "b"}), PDF, Reason.POLYGLOT),
    "png with a script in a comment": (
        lambda: made.image_file() + b"<script>alert(1)</script>",
        "image/png",
        Reason.SCRIPT,
    ),
    "zip behind something": (lambda: b"PK\3\4 and more" + made.zip_file({"a": "b"}), ZIP, Reason.POLYGLOT),
    # Cut off or damaged
    "half a png": (lambda: made.image_file()[:2000], "image/png", Reason.BROKEN),
    "half a jpeg": (lambda: made.image_file("JPEG")[:9000], "image/jpeg", Reason.BROKEN),
    "half a webp": (lambda: made.image_file("WEBP")[:3000], "image/webp", Reason.BROKEN),
    "half a docx": (lambda: made.docx_file()[:9000], DOCX, Reason.BROKEN),
    "half a pdf": (lambda: made.pdf_file()[:400], PDF, Reason.BROKEN),
    "docx with a flipped bit": (lambda: _flipped(made.docx_file()), DOCX, Reason.BROKEN),
    "no json": (b'{"a":', "application/json", Reason.BROKEN),
    "no xml": (b"<svg><path></svg>", SVG, Reason.BROKEN),
    "docx whose text is no xml": (
        lambda: made.docx_with({}, document=("</w:body>", "<w:body>")),
        DOCX,
        Reason.BROKEN,
    ),
    # Archives
    "flat bomb": (made.flat_bomb, ZIP, Reason.ARCHIVE_BOMB),
    "nested bomb": (made.nested_bomb, ZIP, Reason.ARCHIVE_BOMB),
    "overlapping bomb": (made.overlapping_bomb, ZIP, Reason.ARCHIVE_BOMB),
    "docx that is a bomb": (lambda: made.docx_with({"word/x.xml": bytes(120 * 2**20)}), DOCX, Reason.ARCHIVE_BOMB),
    "too many entries": (
        lambda: made.zip_file({str(n): "" for n in range(archives.MOST_ENTRIES + 1)}),
        ZIP,
        Reason.ARCHIVE_BOMB,
    ),
    "archives four deep": (lambda: _nested(4), ZIP, Reason.ARCHIVE_NESTED),
    "a tar inside": (lambda: made.zip_file({"a.tar": _tar()}), ZIP, Reason.ARCHIVE_NESTED),
    "a 7z inside": (lambda: made.zip_file({"a": b"7z\xbc\xaf\x27\x1c" + bytes(99)}), ZIP, Reason.ARCHIVE_NESTED),
    "zip slip": (lambda: made.zip_with("../../etc/passwd"), ZIP, Reason.ARCHIVE_UNSAFE),
    "zip slip of Windows": (lambda: made.zip_with("a\\..\\..\\x"), ZIP, Reason.ARCHIVE_UNSAFE),
    "absolute name": (lambda: made.zip_with("/etc/passwd"), ZIP, Reason.ARCHIVE_UNSAFE),
    "a drive's name": (lambda: made.zip_with("C:evil"), ZIP, Reason.ARCHIVE_UNSAFE),
    "symbolic link": (lambda: made.zip_with("a", b"/etc", external_attr=SYMLINK), ZIP, Reason.ARCHIVE_UNSAFE),
    "one name twice": (lambda: made.zip_file({"a": "1", "A": "2"}), ZIP, Reason.ARCHIVE_UNSAFE),
    "encrypted zip": (made.encrypted_zip, ZIP, Reason.ENCRYPTED),
    "program in a zip": (
        lambda: made.zip_file({"a.txt": b"\x7fELF" + bytes(99)}),
        ZIP,
        Reason.PROGRAM,
    ),
    "macros in a zip": (lambda: made.zip_file({"a.docx": made.docm_as_docx()}), ZIP, Reason.MACROS),
    "old document with macros in a zip": (
        lambda: made.zip_file({"a.doc": OLE + bytes(300_000) + "_VBA_PROJECT".encode("utf-16-le") + bytes(99)}),
        ZIP,
        Reason.MACROS,
    ),
    # Documents
    "docm as docx": (made.docm_as_docx, DOCX, Reason.MACROS),
    "a macro's part": (
        lambda: made.docx_with({"word/vbaProject.bin": b"x"}),
        DOCX,
        Reason.MACROS,
    ),
    "macros of Excel 4": (
        lambda: made.docx_with({"xl/macrosheets/sheet1.xml": "<a/>"}),
        DOCX,
        Reason.MACROS,
    ),
    "ActiveX": (lambda: made.docx_with({"word/activeX/activeX1.xml": "<a/>"}), DOCX, Reason.ACTIVE_CONTENT),
    "OLE object": (lambda: made.docx_with({"word/embeddings/o.bin": OLE}), DOCX, Reason.EMBEDDED_OBJECT),
    "OLE under a picture's name": (lambda: made.docx_with({"word/media/p.png": OLE}), DOCX, Reason.EMBEDDED_OBJECT),
    "template from afar": (
        lambda: made.docx_with_relationship("attachedTemplate", "https://example.org/t.dotm"),
        DOCX,
        Reason.EXTERNAL_REFERENCE,
    ),
    "picture from afar": (
        lambda: made.docx_with_relationship("image", "file://server/share/p.png"),
        DOCX,
        Reason.EXTERNAL_REFERENCE,
    ),
    "link to a program": (
        lambda: made.docx_with_relationship("hyperlink", "ms-msdt:/id"),
        DOCX,
        Reason.EXTERNAL_REFERENCE,
    ),
    "link to a server's folder": (
        lambda: made.docx_with_relationship("hyperlink", "\\\\server\\share"),
        DOCX,
        Reason.EXTERNAL_REFERENCE,
    ),
    "commands in a field": (
        lambda: made.docx_with({}, document=("<w:body>", f"<w:body>{DDE}")),
        DOCX,
        Reason.ACTIVE_CONTENT,
    ),
    "commands in a worksheet's link": (
        lambda: made.docx_with({"xl/externalLinks/externalLink1.xml": '<a><ddeLink ddeService="cmd"/></a>'}),
        DOCX,
        Reason.ACTIVE_CONTENT,
    ),
    "template from a server's folder": (
        lambda: made.docx_with_relationship("attachedTemplate", "file:///\\\\server\\t.dotm"),
        DOCX,
        Reason.EXTERNAL_REFERENCE,
    ),
    "entities in a document": (
        lambda: made.docx_with({"word/_rels/x.rels": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        DOCX,
        Reason.ACTIVE_CONTENT,
    ),
    # Pdf
    "encrypted pdf": (made.encrypted_pdf, PDF, Reason.ENCRYPTED),
    "script in a pdf": (lambda: made.pdf_with_action("JavaScript", JS="app.alert(1)"), PDF, Reason.ACTIVE_CONTENT),
    "script in a pdf under another spelling": (
        lambda: made.pdf_with_action("JavaScript", JS="x").replace(b"/JavaScript", b"/#4aavaScript"),
        PDF,
        Reason.ACTIVE_CONTENT,
    ),
    "pdf that starts a program": (
        lambda: made.pdf_with_action("Launch", F="cmd.exe"),
        PDF,
        Reason.ACTIVE_CONTENT,
    ),
    "pdf that sends data": (lambda: made.pdf_with_action("SubmitForm", F="http://x"), PDF, Reason.ACTIVE_CONTENT),
    "file in a pdf": (lambda: _pdf_with_attachment(), PDF, Reason.EMBEDDED_OBJECT),
    "pdf without pages": (lambda: made.pdf_file(made.pdf_writer(0)), PDF, Reason.BROKEN),
    # Pictures
    "picture of 900 million pixels": (
        lambda: made.png_that_claims(30_000, 30_000),
        "image/png",
        Reason.IMAGE_TOO_LARGE,
    ),
    "picture of 65,535 columns": (lambda: made.png_that_claims(65_535, 1), "image/png", Reason.IMAGE_TOO_LARGE),
    # Markup
    "svg with a script": (made.svg("<script>alert(1)</script>"), SVG, Reason.SCRIPT),
    "svg with a prefixed script": (
        made.svg('<x:script xmlns:x="http://www.w3.org/2000/svg">1</x:script>'),
        SVG,
        Reason.SCRIPT,
    ),
    "svg that runs when it is there": (made.svg(attributes='onload="alert(1)"'), SVG, Reason.SCRIPT),
    "svg with a link that runs": (made.svg('<a xlink:href=" java&#10;script:alert(1)">x</a>'), SVG, Reason.SCRIPT),
    "svg that makes a link run": (
        made.svg('<a><set attributeName="href" to="javascript:alert(1)"/></a>'),
        SVG,
        Reason.SCRIPT,
    ),
    "svg with a page in it": (made.svg("<foreignObject><p/></foreignObject>"), SVG, Reason.ACTIVE_CONTENT),
    "svg with entities": (made.svg("<text>&a;</text>", before=ENTITIES), SVG, Reason.ACTIVE_CONTENT),
    "svg that laughs": (made.svg("<text>&b;</text>", before=LAUGHS), SVG, Reason.ACTIVE_CONTENT),
    "svg that loads a picture": (made.svg('<image href="https://example.org/p"/>'), SVG, Reason.EXTERNAL_REFERENCE),
    "svg that loads a style": (made.svg("<style>@import 'https://x';</style>"), SVG, Reason.EXTERNAL_REFERENCE),
    "svg in UTF-16 with a script": (
        made.svg("<script/>").decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        SVG,
        Reason.SCRIPT,
    ),
    "html with a script": (b"<p>a<ScRiPt src=//x></sCrIpT>", HTML, Reason.SCRIPT),
    "html with a script in a broken comment": (b"<!--><script>1</script>-->", HTML, Reason.SCRIPT),
    "html with an event": (b"<img title='>' src=x onerror = alert(1)>", HTML, Reason.SCRIPT),
    "html with a link that runs": (b"<a href='jav&#x09;ascript:1'>x</a>", HTML, Reason.SCRIPT),
    "html with a frame": (b"<iframe src=https://example.org></iframe>", HTML, Reason.ACTIVE_CONTENT),
    "html that leads away": (b"<meta http-equiv=Refresh content='0;url=//x'>", HTML, Reason.ACTIVE_CONTENT),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_means_harm_is_held_back(name: str, verdict: Callable[[Made, str], Reason | None]):
    content, content_type, reason = HOSTILE[name]
    assert verdict(content, content_type) == reason


def _flipped(archive: bytes) -> bytes:
    """Changed within the data of the largest part."""
    data = bytearray(archive)
    data[len(data) // 2] ^= 0xFF
    return bytes(data)


def _nested(depth: int) -> bytes:
    content = b"x"
    for _ in range(depth):
        content = made.zip_file({"a.zip": content})
    return content


def _tar() -> bytes:
    import io
    import tarfile

    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"), io.BytesIO())
    return data.getvalue()


def _pdf_with_attachment() -> bytes:
    writer = made.pdf_writer()
    writer.add_attachment("evil.exe", b"MZ")
    return made.pdf_file(writer)


def test_a_bomb_is_left_before_it_has_unpacked(tmp_path: Path):
    path = tmp_path / "bomb"
    path.write_bytes(made.flat_bomb())
    seen: list[archives.Archive] = []

    def visit(archive: archives.Archive) -> archives.Look:
        seen.append(archive)
        return lambda entry, first: None

    with pytest.raises(archives.Unsafe):
        archives.inspect(path, visit)
    assert seen[0].allowance.bytes < 64 * made.MEGABYTE


def test_no_document_is_written_to_disk_by_its_names(tmp_path: Path):
    path = tmp_path / "a.docx"
    path.write_bytes(made.docx_file())
    office.inspect(path, DOCX)
    assert list(tmp_path.iterdir()) == [path]


class TestApart:
    def test_it_comes_to_the_same(self, tmp_path: Path):
        good, bad = tmp_path / "good", tmp_path / "bad"
        good.write_bytes(made.pdf_file())
        bad.write_bytes(made.docm_as_docx())
        assert apart.inspect(good, PDF, 60) == CLEAN
        found = apart.inspect(bad, DOCX, 60)
        assert found.reason is Reason.MACROS and found.sentence.startswith("The document holds macros")

    def test_who_takes_too_long_is_held_back(self, tmp_path: Path):
        path = tmp_path / "file"
        path.write_bytes(made.pdf_file())
        assert apart.inspect(path, PDF, 0.01).reason is Reason.TOO_COMPLEX

    def test_its_memory_is_bounded(self, tmp_path: Path):
        path = tmp_path / "file"
        path.write_bytes(made.pdf_file())
        statement = f"""
from resource import RLIMIT_AS, getrlimit
from lms.files.inspection import child
child._main({str(path)!r}, {PDF!r})
print(getrlimit(RLIMIT_AS))
"""
        told = child_process.run("timeit", "-n1", "-r1", statement, seconds=60).stdout.decode()
        assert f"{(child.MEMORY_BYTES, child.MEMORY_BYTES)}" in told

    def test_a_crash_is_no_pass(self, tmp_path: Path):
        assert apart.inspect(tmp_path / "nothing", PDF, 60).reason is Reason.BROKEN
