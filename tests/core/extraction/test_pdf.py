"""Text out of PDFs as ReportLab and a browser write them."""

import io
from pathlib import Path

import pypdf
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate, Table

from lms.extraction import pdf
from lms.extraction.extracted import MOST_PAGES, Extracted, Unreadable
from tests import written_files as written

MARKDOWN = """
# Notes on tides

A tide is the regular rise and fall of the sea. It follows from the pull of the Moon and the Sun.

## Spring and neap

{paragraphs}

- A spring tide comes when the Sun, the Moon and the Earth stand in one line, twice in each month of the Moon.
- A neap tide comes when they form a right angle.

## In a program

```
def height(hours):
    if hours < 6:
        return hours
```

It returns a number.
"""
COUNT = 40
PARAGRAPH = (
    "Paragraph {n} says that the height of a tide depends on the shape of the coast, on the depth of the water and "
    "on the wind. In narrow bays the water is piled up, and the range of the tide can reach sixteen metres there."
)


def read(tmp_path: Path, content: bytes) -> Extracted:
    path = tmp_path / "file.pdf"
    path.write_bytes(content)
    return pdf.read(path)


@pytest.fixture(scope="module")
def tides(tmp_path_factory: pytest.TempPathFactory) -> Extracted:
    paragraphs = "\n\n".join(PARAGRAPH.format(n=n) for n in range(COUNT))
    content = written.pdf(MARKDOWN.format(paragraphs=paragraphs))
    return read(tmp_path_factory.mktemp("tides"), content)


def test_headings_keep_their_levels(tides: Extracted):
    headings = [line for line in tides.text.splitlines() if line.startswith("#")]
    assert headings == ["# Notes on tides", "## Spring and neap", "## In a program"]


def test_a_paragraph_is_one_line_even_across_pages(tides: Extracted):
    lines = tides.text.splitlines()
    for n in range(COUNT):
        assert PARAGRAPH.format(n=n) in lines


def test_lists_and_code_keep_their_form(tides: Extracted):
    assert "\n- A neap tide comes when they form a right angle.\n" in tides.text
    assert "```\ndef height(hours):\n    if hours < 6:\n        return hours\n```" in tides.text


def test_running_heads_are_left_out(tides: Extracted):
    assert tides.pages is not None and tides.pages > 2
    assert written.RUNNING_HEAD not in tides.text
    assert "of the notes" not in tides.text


def test_places_say_page_and_heading(tides: Extracted):
    pages = [place.page for place in tides.places]
    assert pages == sorted(pages) and pages[-1] == tides.pages
    assert tides.places[0] == (0, 1, "Notes on tides")
    assert tides.places[-1].heading == "In a program"


def test_pages_of_a_cited_word_are_where_another_reader_finds_it(tides: Extracted, tmp_path: Path):
    paragraphs = "\n\n".join(PARAGRAPH.format(n=n) for n in range(COUNT))
    pages = written.pages_of(written.pdf(MARKDOWN.format(paragraphs=paragraphs)))
    for n in range(COUNT):
        start = tides.text.index(f"Paragraph {n} says")
        page = [place.page for place in tides.places if place.start <= start][-1]
        assert page is not None and f"Paragraph{n}says" in pages[page - 1]


def canvas(draw: list[tuple[int, int, str]], *, size: int = 11, pages: int = 1) -> bytes:
    data = io.BytesIO()
    drawing = Canvas(data, pagesize=A4)
    for _ in range(pages):
        drawing.setFont("Times-Roman", size)
        for x, y, text in draw:
            drawing.drawString(x, y, text)
        drawing.showPage()
    drawing.save()
    return data.getvalue()


def test_words_parted_at_line_ends_are_joined_where_the_parts_are_one_word(tmp_path: Path):
    lines = [
        "The photosynthetic efficiency of a well-known plant is a mat-",
        "ter of light. A well-",
        "known rule says that more of it helps.",
    ]
    content = canvas([(72, 700 - 14 * n, line) for n, line in enumerate(lines)])
    text = read(tmp_path, content).text
    assert "is a matter of light. A well-known rule says" in text


def test_two_columns_are_read_one_after_the_other(tmp_path: Path):
    html = f"""<style>body {{font: 11pt serif; columns: 2; text-align: justify}}</style>
        <p>{PARAGRAPH.format(n=1)}</p><p>{PARAGRAPH.format(n=2)}</p><p>{PARAGRAPH.format(n=3)}</p>"""
    text = read(tmp_path, written.browser_pdf(html, tmp_path)).text
    assert text.splitlines()[::2] == [PARAGRAPH.format(n=n) for n in (1, 2, 3)]


def test_tables_become_rows(tmp_path: Path):
    data = io.BytesIO()
    rows = [["Port", "Highest tide", "Country"], ["Brest", "7.1 m", "France"], ["Saint John", "8.5 m", "Canada"]]
    SimpleDocTemplate(data, pagesize=A4).build([Table(rows)])
    text = read(tmp_path, data.getvalue()).text
    assert text.splitlines() == [
        "| Port | Highest tide | Country |",
        "| --- | --- | --- |",
        "| Brest | 7.1 m | France |",
        "| Saint John | 8.5 m | Canada |",
    ]


@pytest.mark.parametrize("form", ["list", "code", "table"])
def test_what_goes_on_on_the_next_page_is_cited_from_there(tmp_path: Path, form: str):
    data = io.BytesIO()
    drawing = Canvas(data, pagesize=A4)
    for page in (1, 2):
        drawing.setFont("Courier" if form == "code" else "Times-Roman", 11)
        for n in range(40):
            text = {"list": f"\u2022 Tide {n} of {page}", "code": f"tide({n}, {page})", "table": f"Tide {n}"}[form]
            drawing.drawString(72, 700 - 14 * n, text)
            if form == "table":
                drawing.drawString(300, 700 - 14 * n, f"of {page} metres")
        drawing.showPage()
    drawing.save()
    found = read(tmp_path, data.getvalue())
    assert "\n\n" not in found.text, "it is one"
    assert [place.page for place in found.places] == [1, 2]
    second = found.text[found.places[1].start :]
    first_of_second = {"list": "- Tide 0 of 2\n", "code": "tide(0, 2)\n", "table": "| Tide 0 | of 2 metres |\n"}
    assert second.startswith(first_of_second[form])


def test_a_table_of_contents_is_left_out(tmp_path: Path):
    lines = [
        "1. Causes of tides . . . . . . . . . 3",
        "2. Kinds ......................... iv",
        "The Moon pulls at the sea.",
    ]
    content = canvas([(72, 700 - 14 * n, line) for n, line in enumerate(lines)])
    assert read(tmp_path, content).text == "The Moon pulls at the sea."


def failure(tmp_path: Path, content: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read(tmp_path, content)
    assert caught.value.reason.endswith(".")
    return caught.value.code


def test_a_scan_without_text_is_refused(tmp_path: Path):
    data = io.BytesIO()
    drawing = Canvas(data)
    for _ in range(3):
        drawing.rect(50, 50, 400, 600, fill=1)
        drawing.showPage()
    drawing.save()
    assert failure(tmp_path, data.getvalue()) == "NO_TEXT"
    assert failure(tmp_path, canvas([(72, 20, "1")], pages=4)) == "NO_TEXT"


def test_a_file_with_a_password_is_refused_and_one_that_opens_without_is_not(tmp_path: Path):
    content = canvas([(72, 700, "Tides follow the pull of the Moon and of the Sun.")])
    for user_password, code in (("secret", "ENCRYPTED"), ("", None)):
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
        writer.encrypt(user_password, "owner", algorithm="RC4-128")
        data = io.BytesIO()
        writer.write(data)
        if code:
            assert failure(tmp_path, data.getvalue()) == code
        else:
            assert "pull of the Moon" in read(tmp_path, data.getvalue()).text


def test_what_is_no_pdf_is_damaged(tmp_path: Path):
    assert failure(tmp_path, b"%PDF-1.7\nnothing that follows is one") == "DAMAGED"
    content = canvas([(72, 700, "Tides follow the pull of the Moon and of the Sun.")])
    assert failure(tmp_path, content[: len(content) // 4]) == "DAMAGED"


def test_too_many_pages_are_refused_before_any_is_read(tmp_path: Path):
    assert failure(tmp_path, canvas([(72, 700, "A page.")], pages=MOST_PAGES + 1)) == "TOO_MANY_PAGES"
