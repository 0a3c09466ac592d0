"""Text out of files of Word and PowerPoint."""

import copy
import io
import zipfile
from pathlib import Path
from typing import Any

import docx as python_docx
import pptx as python_pptx
import pytest
from docx.oxml import OxmlElement

from lms.extraction import docx, pptx
from lms.extraction.extracted import MOST_PAGES, Extracted, Unreadable
from tests import written_files as written

MOON = "The Moon causes about two thirds of the tides, and the Sun causes the rest of them."


def saved(document: Any) -> bytes:
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def read(tmp_path: Path, content: bytes, reader: Any = docx) -> Extracted:
    path = tmp_path / "file"
    path.write_bytes(content)
    found: Extracted = reader.read(path)
    return found


def failure(tmp_path: Path, content: bytes, reader: Any = docx) -> str:
    with pytest.raises(Unreadable) as caught:
        read(tmp_path, content, reader)
    return caught.value.code


def test_headings_lists_and_code_of_a_docx(tmp_path: Path):
    code = "```\nif tide:\n    swim()\n```"
    markdown = f"# Tides\n\n## Causes\n\n{MOON}\n\n- First cause\n- Second cause\n\n{code}\n\n### Ports\n\nBrest."
    found = read(tmp_path, written.word(markdown))
    assert found.text == markdown
    assert found.pages is None
    assert [place.heading for place in found.places] == ["Tides", "Causes", "Ports"]


def test_without_a_title_the_first_headings_are_the_highest(tmp_path: Path):
    document = python_docx.Document()
    document.add_heading("Causes", 1)
    document.add_paragraph(MOON)
    assert read(tmp_path, saved(document)).text.startswith("# Causes\n")


def test_numbered_and_nested_lists_and_tables_of_a_docx(tmp_path: Path):
    document = python_docx.Document()
    for text in ("Measure.", "Plot."):
        document.add_paragraph(text, style="List Number")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        [cell for row in table.rows for cell in row.cells], ("Port", "Tide", "Brest", "7 | m"), strict=True
    ):
        cell.text = text
    text = read(tmp_path, saved(document)).text
    assert "1. Measure.\n1. Plot." in text
    assert "| Port | Tide |\n| --- | --- |\n| Brest | 7 \\| m |" in text


def test_pages_of_a_docx_are_those_that_word_laid_out(tmp_path: Path):
    document = python_docx.Document()
    document.add_paragraph("On the first page.")
    run = document.add_paragraph("This begins on the first ").add_run()
    run._r.append(OxmlElement("w:lastRenderedPageBreak"))
    run.add_text("and ends on the second page.")
    document.add_paragraph("On the second page.")
    found = read(tmp_path, saved(document))
    assert "This begins on the first and ends on the second page." in found.text
    assert found.pages == 2
    assert [(found.text[place.start :][:7], place.page) for place in found.places] == [
        ("On the ", 1),
        ("and end", 2),
    ]


def page_ends(paragraph: Any) -> None:
    """Before the paragraph's text."""
    paragraph.runs[0]._r.insert(0, OxmlElement("w:lastRenderedPageBreak"))


def test_pages_that_end_in_tables_and_lists_are_counted(tmp_path: Path):
    document = python_docx.Document()
    document.add_paragraph("On the first page.")
    table = document.add_table(rows=4, cols=2)
    for number, row in enumerate(table.rows):
        for cell in row.cells:
            cell.text = f"Row {number}"
    for cell in table.rows[2].cells:
        page_ends(cell.paragraphs[0])
    first = document.add_paragraph("An item of the second page.", style="List Bullet")
    page_ends(document.add_paragraph("An item of the third page.", style="List Bullet"))
    document.add_paragraph("On the third page.")
    found = read(tmp_path, saved(document))
    assert first.text in found.text
    pages = [(found.text[place.start :].split("\n")[0], place.page) for place in found.places]
    assert pages == [
        ("On the first page.", 1),
        ("| Row 2 | Row 2 |", 2),
        ("- An item of the third page.", 3),
    ]
    assert found.pages == 3


def wrapped(element: Any, *names: str) -> None:
    """Put an element into others, the innermost named last."""
    parent, place = element.getparent(), element.getparent().index(element)
    for name in names:
        outer = OxmlElement(name)
        parent.insert(place, outer)
        parent, place = outer, 0
    parent.append(element)


def test_rows_and_cells_in_content_controls_are_read(tmp_path: Path):
    document = python_docx.Document()
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip([cell for row in table.rows for cell in row.cells], "abcd", strict=True):
        cell.text = text
    wrapped(table.rows[1].cells[1]._tc, "w:sdt", "w:sdtContent")
    wrapped(table.rows[1]._tr, "w:sdt", "w:sdtContent")
    assert read(tmp_path, saved(document)).text.splitlines()[::2] == ["| a | b |", "| c | d |"]


def test_a_box_that_is_drawn_for_old_and_new_programs_is_read_once(tmp_path: Path):
    document = python_docx.Document()
    run = document.add_paragraph("Before the box.").runs[0]._r
    space = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    drawings = run.makeelement(f"{{{space}}}AlternateContent")
    run.append(drawings)
    for name in ("Choice", "Fallback"):
        drawing = drawings.makeelement(f"{{{space}}}{name}")
        box, paragraph, inner, text = map(OxmlElement, ("w:txbxContent", "w:p", "w:r", "w:t"))
        text.text = "In the box."
        for outer, within in (
            (drawings, drawing),
            (drawing, box),
            (box, paragraph),
            (paragraph, inner),
            (inner, text),
        ):
            outer.append(within)
    assert read(tmp_path, saved(document)).text == "Before the box.\n\nIn the box."


def test_what_was_deleted_and_what_fields_are_made_of_is_not_read(tmp_path: Path):
    document = python_docx.Document()
    paragraph = document.add_paragraph("Kept. ")
    for name, child in (("w:del", "w:delText"), ("w:del", "w:t"), ("w:r", "w:instrText")):
        outer, inner = OxmlElement(name), OxmlElement(child)
        inner.text = "SECRET"
        outer.append(inner)
        paragraph._p.append(outer)
    assert read(tmp_path, saved(document)).text == "Kept."


def test_slides_are_pages_with_titles_points_tables_and_notes(tmp_path: Path):
    show = python_pptx.Presentation()
    first = show.slides.add_slide(show.slide_layouts[0])
    first.shapes.title.text, first.placeholders[1].text = "Tides", "A lecture"
    second = show.slides.add_slide(show.slide_layouts[1])
    second.shapes.title.text = "Causes"
    points = second.placeholders[1].text_frame
    points.text = "The Moon pulls"
    below = points.add_paragraph()
    below.text, below.level = "more on the near side", 1
    second.notes_slide.notes_text_frame.text = MOON
    third = show.slides.add_slide(show.slide_layouts[5])
    third.shapes.title.text = "Heights"
    table = third.shapes.add_table(2, 2, 0, 2_000_000, 4_000_000, 1_000_000).table
    for row, values in enumerate((("Port", "m"), ("Brest", "7"))):
        for column, value in enumerate(values):
            table.cell(row, column).text = value
    found = read(tmp_path, saved(show), pptx)
    assert found.text.splitlines() == [
        "# Tides",
        "",
        "- A lecture",
        "",
        "## Causes",
        "",
        "- The Moon pulls",
        "  - more on the near side",
        "",
        MOON,
        "",
        "## Heights",
        "",
        "| Port | m |",
        "| --- | --- |",
        "| Brest | 7 |",
    ]
    assert [place[1:] for place in found.places] == [(1, "Tides"), (2, "Causes"), (3, "Heights")]
    assert found.pages == 3


def test_too_many_slides_are_refused(tmp_path: Path):
    show = python_pptx.Presentation()
    show.slides.add_slide(show.slide_layouts[6])
    listed = show.part._element.sldIdLst
    for _ in range(MOST_PAGES):
        listed.append(copy.deepcopy(listed[0]))
    assert failure(tmp_path, saved(show), pptx) == "TOO_MANY_PAGES"


def replaced(content: bytes, name: str, data: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            new.writestr(each, data if each == name else old.read(each))
    return made.getvalue()


HEAD = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
TAIL = b"</w:body></w:document>"


def test_a_document_that_would_fill_the_memory_is_refused_before_it_is_unpacked(tmp_path: Path):
    paragraph = b"<w:p><w:r><w:t>" + b"tide " * 200_000 + b"</w:t></w:r></w:p>"
    bomb = replaced(saved(python_docx.Document()), "word/document.xml", HEAD + paragraph * 125 + TAIL)
    assert len(bomb) < 1_000_000
    assert failure(tmp_path, bomb) == "TOO_LARGE"


def test_entities_do_not_expand(tmp_path: Path):
    entities = b'<!DOCTYPE d [<!ENTITY a "tide tide ">' + b"".join(
        b'<!ENTITY %c "&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;">' % (new, *[old] * 8)
        for old, new in zip(b"abcdefgh", b"bcdefghi", strict=True)
    )
    outside = b'<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    body = b"<w:p><w:r><w:t>Kept &x;&i;</w:t></w:r></w:p>"
    hostile = replaced(saved(python_docx.Document()), "word/document.xml", entities + outside + HEAD + body + TAIL)
    try:
        text = read(tmp_path, hostile).text
    except Unreadable as refused:
        assert refused.code == "DAMAGED"
    else:
        assert len(text) < 1_000 and "root:" not in text


def test_deep_nesting_is_damaged_and_no_crash(tmp_path: Path):
    deep = HEAD + b"<w:tbl><w:tr><w:tc>" * 5_000 + b"</w:tc></w:tr></w:tbl>" * 5_000 + TAIL
    assert failure(tmp_path, replaced(saved(python_docx.Document()), "word/document.xml", deep)) == "DAMAGED"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "ENCRYPTED"), (b"PK\x03\x04 and no more", "DAMAGED")],
)
@pytest.mark.parametrize("reader", [docx, pptx], ids=["docx", "pptx"])
def test_what_cannot_be_opened(tmp_path: Path, reader: Any, content: bytes, code: str):
    assert failure(tmp_path, content, reader) == code


def test_an_archive_of_another_kind_is_damaged(tmp_path: Path):
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("readme.txt", "no document")
    assert failure(tmp_path, other.getvalue()) == failure(tmp_path, other.getvalue(), pptx) == "DAMAGED"


def test_a_document_without_text(tmp_path: Path):
    assert failure(tmp_path, saved(python_docx.Document())) == "NO_TEXT"
    assert failure(tmp_path, saved(python_pptx.Presentation()), pptx) == "NO_TEXT"
