"""Documents as common tools write them, all from one Markdown text, and what stands in them where."""

import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import docx
import pypdf
from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import ListFlowable, Paragraph, Preformatted, SimpleDocTemplate

from infra.local.stack import ROOT

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
RUNNING_HEAD = "Lecture notes, autumn term"
_FOOT = re.compile(r"Page \d+ of the notes")


class Part(NamedTuple):
    """``level`` of a heading from 1; 0 of anything else."""

    kind: str
    level: int
    text: str


def library_text(name: str) -> str:
    return (ROOT / f"layers/core/python/lms/ai/library/{name}.md").read_text("utf-8")


def parts(markdown: str) -> Iterator[Part]:
    """Headings, paragraphs, items of lists and code."""
    for block in re.split(r"\n\s*\n(?![^`]*```\s*(?:\n\n|$))", markdown.strip()):
        if heading := re.match(r"(#+) (.+)", block):
            yield Part("heading", len(heading[1]), heading[2])
        elif block.startswith("```"):
            yield Part("code", 0, "\n".join(block.splitlines()[1:-1]))
        elif block.startswith("- "):
            for item in re.split(r"\n(?=- )", block):
                yield Part("item", 0, _plain(item[2:]))
        else:
            yield Part("text", 0, _plain(block))


def _plain(text: str) -> str:
    return " ".join(re.sub(r"\*\*|`", "", text).split())


def pdf(markdown: str) -> bytes:
    """By ReportLab, with a running head and a foot on each page."""
    styles = getSampleStyleSheet()
    story = []
    for part in parts(markdown):
        text = part.text.replace("&", "&amp;").replace("<", "&lt;")
        if part.kind == "heading":
            story.append(Paragraph(text, styles["Title" if part.level == 1 else f"Heading{part.level}"]))
        elif part.kind == "code":
            story.append(Preformatted(part.text, styles["Code"]))
        elif part.kind == "item":
            story.append(ListFlowable([Paragraph(text, styles["BodyText"])], bulletType="bullet"))
        else:
            story.append(Paragraph(text, styles["BodyText"]))
    data = io.BytesIO()
    SimpleDocTemplate(data, pagesize=A5).build(story, onFirstPage=_frame, onLaterPages=_frame)
    return data.getvalue()


def _frame(canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.drawString(72, A5[1] - 30, RUNNING_HEAD)
    canvas.drawString(72, 30, f"Page {document.page} of the notes")


def word(markdown: str) -> bytes:
    document = docx.Document()
    for part in parts(markdown):
        if part.kind == "heading":
            document.add_heading(part.text, part.level - 1)
        elif part.kind == "item":
            document.add_paragraph(part.text, style="List Bullet")
        elif part.kind == "code":
            document.add_paragraph().add_run(part.text).font.name = "Courier New"
        else:
            document.add_paragraph(part.text)
    document.sections[0].header.paragraphs[0].text = RUNNING_HEAD
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def browser_pdf(html: str, folder: Path) -> bytes:
    """As a browser prints it."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    page, printed = folder / "page.html", folder / "page.pdf"
    page.write_text(html, "utf-8")
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-pdf-header-footer",
        f"--user-data-dir={folder / 'profile'}",
    ]
    subprocess.run(
        [browser, *flags, f"--print-to-pdf={printed}", page.as_uri()], check=True, capture_output=True, timeout=120
    )
    return printed.read_bytes()


def bare(text: str) -> str:
    """Letters and digits alone: what is left of a text however it is set."""
    return "".join(re.findall(r"[^\W_]", text))


def pages_of(pdf: bytes) -> list[str]:
    """What another reader finds on each page, but for head and foot."""
    found = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    return [bare(_FOOT.sub("", text.replace(RUNNING_HEAD, ""))) for text in found]


def sections_of(word: bytes) -> dict[str, str]:
    """Each heading of a docx with what stands under it."""
    found: dict[str, str] = {}
    heading = ""
    for paragraph in docx.Document(io.BytesIO(word)).paragraphs:
        if paragraph.style.name.startswith(("Heading", "Title")):
            heading = paragraph.text
        found[heading] = found.get(heading, "") + bare(paragraph.text)
    return found
