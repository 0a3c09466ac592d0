"""Text out of Markdown, plain text and HTML, and what is cleaned out of any."""

import pytest

from lms.extraction import html, plain
from lms.extraction.cleaning import clean
from lms.extraction.draft import Draft
from lms.extraction.extracted import MOST_BYTES, Place, Unreadable

GREEK = "Η Φωτοσύνθεση είναι η διαδικασία με την οποία τα φυτά μετατρέπουν το φως σε χημική ενέργεια. "
RUSSIAN = "Фотосинтез - это процесс, при котором растения превращают свет в химическую энергию. "


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Über Gezeiten – naïve Fragen", "utf-8"),
        ("Über Gezeiten – naïve Fragen", "utf-8-sig"),
        ("Über Gezeiten – naïve Fragen", "utf-16"),
        ("Über Gezeiten – naïve Fragen", "utf-32"),
        ("Die Höhe der Gezeiten hängt von der Küste ab. Für Häfen ist das überall wichtig. " * 5, "cp1252"),
        (GREEK * 5, "cp1253"),
        (RUSSIAN * 5, "cp1251"),
    ],
)
def test_encodings_are_found(text: str, encoding: str):
    assert plain.text(text.encode(encoding)).text == text.rstrip()


def test_markdown_stays_as_written_without_its_front_matter():
    text = "# Tides\n\nA *tide*  \nrises.\n\n```\n# no heading\n```\n\nCauses\n------\n\nThe Moon.\n"
    found = plain.markdown(f"---\ntitle: x\ntags: [a]\n---\n{text}".replace("\n", "\r\n").encode())
    assert found.text == text.strip().replace("  \n", "\n")
    places = [(found.text[place.start :].split("\n")[0], place.heading) for place in found.places]
    assert places == [("# Tides", "Tides"), ("Causes", "Causes")]


def test_a_rule_at_the_start_is_no_front_matter():
    assert plain.markdown(b"---\n\nText here.\n\n---\nMore").text.startswith("---")


PAGE = """<!doctype html><html><head><title>T</title><script>var a = "SCRIPT"</script></head><body>
<nav><a href=/>NAVIGATION</a></nav><header>SITE</header><div hidden>HIDDEN</div><p style="display: none">HIDDEN</p>
<main><h1>Tides &amp; coasts</h1>Loose <b>text</b>.<p>The Moon<br>pulls.</p>
<ul><li>One<ul><li>Two</li></ul></li><li><p>Three</p><p>goes on</p></li></ul><ol><li>First</li></ol>
<table><tr><th>Port</th><th>m</th></tr><tr><td>Brest</td><td>7</td></tr></table>
<pre>if a &lt; b:
    c()</pre><h2>Ports</h2><p>Brest is a port, and this is a long enough text to be the page's content.</p></main>
<footer>FOOTER</footer><script>SCRIPT</script></body></html>"""


def test_html_is_what_its_readers_read():
    found = html.read(PAGE.encode())
    assert found.text.splitlines() == [
        "# Tides & coasts",
        "",
        "Loose text.",
        "",
        "The Moon pulls.",
        "",
        "- One",
        "  - Two",
        "- Three goes on",
        "",
        "1. First",
        "",
        "| Port | m |",
        "| --- | --- |",
        "| Brest | 7 |",
        "",
        "```",
        "if a < b:",
        "    c()",
        "```",
        "",
        "## Ports",
        "",
        "Brest is a port, and this is a long enough text to be the page's content.",
    ]
    assert [place.heading for place in found.places] == ["Tides & coasts", "Ports"]


def test_html_in_the_encoding_that_it_declares():
    page = '<meta charset="windows-1252"><p>Die Höhe</p>'
    assert html.read(page.encode("cp1252")).text == "Die Höhe"


@pytest.mark.parametrize("declared", ["utf-16", "no-such", "idna", "zlib", "undefined"])
def test_html_that_is_not_what_it_declares(declared: str):
    page = f'<meta charset="{declared}"><p>Die Höhe der Flut, größer als überall sonst.</p>'
    assert html.read(page.encode()).text == "Die Höhe der Flut, größer als überall sonst."
    assert html.read(b"\xef\xbb\xbf" + page.replace(declared, "cp1252").encode()).text.startswith("Die Höhe")


def test_html_nested_deeper_than_any_page_is_refused():
    def nested(deep: int) -> bytes:
        return b"<div>" * deep + b"tide" + b"</div>" * deep

    assert html.read(nested(1_000)).text == "tide"
    with pytest.raises(Unreadable, match="DAMAGED"):
        html.read(nested(100_000))


@pytest.mark.parametrize("content", [b"", b"<p></p>", b"<script>x</script>", b"\x00\x00"])
def test_no_text(content: bytes):
    for read in (html.read, plain.text, plain.markdown):
        if content not in (b"<p></p>", b"<script>x</script>") or read is html.read:
            with pytest.raises(Unreadable, match="NO_TEXT"):
                read(content)


def test_too_much_text():
    for read in (html.read, plain.text):
        with pytest.raises(Unreadable, match="TOO_MUCH_TEXT"):
            read(b"tide " * (MOST_BYTES // 5 + 1))


def test_more_headings_than_can_be_kept():
    for read in (html.read, plain.markdown):
        mark, end = ("<h1>", "</h1>") if read is html.read else ("# ", "\n")
        with pytest.raises(Unreadable, match="TOO_MUCH_TEXT"):
            read("".join(f"{mark}{n:0250}{end}" for n in range(MOST_BYTES // 300)).encode())


def test_what_cannot_be_seen_is_cleaned_away():
    assert clean("e\ufb03cient \ufb01sh\x00 so\u00adft a\u00a0b\u200bc\x07 \uf0b7 x\ud800\r\ny\u2028z") == (
        "efficient fish soft a bc • x\ny\nz"
    )


def test_text_that_looks_like_markup_stays_text():
    draft = Draft()
    for text in ("# 1 in the charts", "> quoted", "| bar", "---", "``` fence"):
        draft.text(text)
    assert draft.extracted().text.split("\n\n") == [
        "\\# 1 in the charts",
        "\\> quoted",
        "\\| bar",
        "\\---",
        "\\``` fence",
    ]


def test_places_change_with_page_and_heading_alone():
    draft = Draft()
    draft.page = 1
    draft.text("One.")
    draft.text("Two.")
    draft.paragraph([(1, "Begins here"), (2, "and ends there.")])
    draft.heading(2, "Next")
    draft.text("Three.")
    found = draft.extracted(2)
    at = found.text.index
    assert found.places == (Place(0, 1, None), Place(at("and ends"), 2, None), Place(at("## Next"), 2, "Next"))
