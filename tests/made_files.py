"""Files as common tools write them, and as those do who mean harm."""

import io
import struct
import wave
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import docx
import pptx
import pypdf
import xlsxwriter
from PIL import Image
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

MEGABYTE = 1024 * 1024
_PLACES = {
    "types": "[Content_Types].xml",
    "relationships": "word/_rels/document.xml.rels",
    "document": "word/document.xml",
}


def docx_file() -> bytes:
    document = docx.Document()
    document.add_heading("Photosynthesis", 1)
    document.add_paragraph("Plants turn light into sugar.")
    return _saved(document)


def pptx_file() -> bytes:
    """With a chart, whose figures PowerPoint keeps in a worksheet inside the file."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    figures = CategoryChartData()
    figures.categories = ["spring", "summer"]
    figures.add_series("light", (3.5, 7.0))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 4_000_000, 3_000_000, figures)
    return _saved(show)


def xlsx_file() -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data)
    sheet = book.add_worksheet()
    for row in range(2_000):
        sheet.write_row(row, 0, [row, "the same text in every row", "=A1*2"])
    sheet.write_url("E1", "https://example.org/")
    book.close()
    return data.getvalue()


def pdf_writer(pages: int = 2) -> pypdf.PdfWriter:
    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    return writer


def pdf_file(writer: pypdf.PdfWriter | None = None) -> bytes:
    data = io.BytesIO()
    (writer or pdf_writer()).write(data)
    return data.getvalue()


def encrypted_pdf() -> bytes:
    writer = pdf_writer()
    writer.encrypt("secret", algorithm="RC4-128")
    return pdf_file(writer)


def pdf_with_action(kind: str, **fields: str) -> bytes:
    """That runs an action when it is opened."""
    writer = pdf_writer()
    action = {NameObject("/S"): NameObject(f"/{kind}")}
    action |= {NameObject(f"/{key}"): TextStringObject(value) for key, value in fields.items()}
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(DictionaryObject(action))
    return pdf_file(writer)


def image_file(format: str = "PNG", size: tuple[int, int] = (640, 480)) -> bytes:
    data = io.BytesIO()
    Image.effect_noise(size, 60).convert("P" if format == "GIF" else "RGB").save(data, format)
    return data.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A picture of a few bytes whose header tells of any size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )


def wav_file() -> bytes:
    data = io.BytesIO()
    with wave.open(data, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8_000)
        sound.writeframes(bytes(800))
    return data.getvalue()


def zip_file(entries: Mapping[str, Any]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return data.getvalue()


def unpacked(archive: bytes) -> dict[str, bytes]:
    """The entries of an archive by name, to be packed anew."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {entry.filename: opened.read(entry) for entry in opened.infolist()}


def docx_with(parts: Mapping[str, bytes | str], **replaced: tuple[str, str]) -> bytes:
    """A document with further parts; ``types`` and ``relationships`` replace a text in these lists."""
    entries: dict[str, Any] = {**unpacked(docx_file()), **parts}
    for key, (old, new) in replaced.items():
        before = entries[_PLACES[key]].decode()
        assert old in before
        entries[_PLACES[key]] = before.replace(old, new).encode()
    return zip_file(entries)


def docx_with_relationship(kind: str, target: str, mode: str = "External") -> bytes:
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    row = f'<Relationship Id="rId99" Type="{base}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    return docx_with({}, relationships=("</Relationships>", f"{row}</Relationships>"))


def docm_as_docx() -> bytes:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return docx_with(
        {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)},
        types=(word, "application/vnd.ms-word.document.macroEnabled.main+xml"),
    )


def flat_bomb(size: int = 120 * MEGABYTE) -> bytes:
    return zip_file({"zeros.txt": bytes(size)})


def nested_bomb(width: int = 10, depth: int = 3) -> bytes:
    """Zips of zips of zips, as 42.zip is made: each level multiplies what comes out."""
    content = zip_file({"zeros.txt": bytes(60 * MEGABYTE)})
    for _ in range(depth - 1):
        content = zip_file({f"{n}.zip": content for n in range(width)})
    return content


def overlapping_bomb(entries: int = 200) -> bytes:
    """One compressed kernel that every entry of the directory points to."""
    name, kernel = b"kernel", bytes(4 * MEGABYTE)
    squeezed = zlib.compress(kernel, 9, -15)
    crc = zlib.crc32(kernel)
    figures = struct.pack("<HHHHHIII", 20, 0, 8, 0, 0, crc, len(squeezed), len(kernel))
    local = b"PK\x03\x04" + figures + struct.pack("<HH", len(name), 0) + name + squeezed
    directory = b"".join(
        b"PK\x01\x02" + struct.pack("<H", 20) + figures
        + struct.pack("<HHHHHII", len(named), 0, 0, 0, 0, 0, 0) + named
        for named in (b"kern%02d" % n for n in range(entries))
    )  # fmt: skip
    end = struct.pack("<HHHHIIH", 0, 0, entries, entries, len(directory), len(local), 0)
    return local + directory + b"PK\x05\x06" + end


def zip_with(name: str, content: bytes = b"x", **attributes: Any) -> bytes:
    """A zip of one entry with attributes that a tool would not give it, e.g. ``flag_bits``, ``external_attr``."""
    entry = zipfile.ZipInfo(name)
    for key, value in attributes.items():
        setattr(entry, key, value)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(entry, content)
    return data.getvalue()


def encrypted_zip() -> bytes:
    data = bytearray(zip_file({"secret.txt": "x" * 100}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def svg(inner: str = "", attributes: str = "", before: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{before}<svg xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10" {attributes}>{inner}</svg>'
    ).encode()


def _saved(document: Any) -> bytes:
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()
