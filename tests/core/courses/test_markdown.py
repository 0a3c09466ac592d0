"""Text becomes HTML that is safe to show, and no text makes that dear."""

import random
import re

import pytest

from lms import markdown


def test_commonmark_with_tables():
    html = markdown.html(
        "# T\n\n*a* **b** `c` [d](https://example.org 'e')\n\n3. x\n\n|l|r|\n|:-|-:|\n|1|2|\n\n> q"
    )
    assert "<h1>T</h1>" in html
    assert "<em>a</em> <strong>b</strong> <code>c</code>" in html
    assert '<a href="https://example.org" title="e" rel="noopener noreferrer nofollow">d</a>' in html
    assert '<ol start="3">' in html
    assert '<th style="text-align:right">r</th>' in html
    assert "<blockquote>" in html


def test_fenced_code_keeps_its_language_and_its_text():
    assert markdown.html("```c++\na < b && '<script>'\n```") == (
        "<pre><code class=\"language-c++\">a &lt; b &amp;&amp; '&lt;script&gt;'\n</code></pre>\n"
    )


def test_plain_words_become_what_the_parser_makes_of_them():
    characters = random.Random(1)
    texts = {"".join(characters.choices("aA1 9.,;:?!()/%x0-#\n", k=characters.randint(1, 9))) for _ in range(5_000)}
    plain = [text for text in sorted(texts) if re.fullmatch(markdown._PLAIN, text)]
    assert len(plain) > 500
    for text in [*plain, "1. x", "1) x", "1.", "a  ", " a", "    a", "a\nb", "a  b", "http://example.org"]:
        assert markdown.html(text) == markdown._cleaner().clean(markdown._renderer(tables=True).render(text))


def test_harmless_markup_stays():
    assert markdown.html("CO<sub>2</sub> <kbd>q</kbd>") == "<p>CO<sub>2</sub> <kbd>q</kbd></p>\n"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<ScRiPt src=//example.org/x></sCrIpT>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><a href='#'></svg>",
        "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='JaVa&#09;Script:alert(1)'>x</a>",
        "<a href=' &#14; javascript:alert(1)'>x</a>",
        "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
        "<a href='vbscript:x'>x</a>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<object data='x'></object><embed src='x'>",
        "<form action='https://example.org'><input name='p' autofocus onfocus=alert(1)></form>",
        "<style>*{background:url(javascript:alert(1))}</style>",
        "<p style='background:url(https://example.org)'>x</p>",
        "<table><tr><td style='text-align:left;position:fixed'>x</td></tr></table>",
        "<code class='language-x evil'>x</code>",
        "<base href='https://example.org'><meta http-equiv=refresh content=0>",
        "<p id='login' name='x'>x</p>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "![x](javascript:alert(1))",
        "[x](<javascript:alert(1)>)",
        "<javascript:alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
    ],
)
def test_nothing_active_gets_through(text: str):
    from html.parser import HTMLParser

    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag not in {"p", "a", "img", "td", "tr", "tbody", "table", "code", "em"}:
                found.append(tag)
            for name, value in attrs:
                if name not in {"href", "src", "rel", "alt"} or ":" in (value or ""):
                    found.append(f"{tag} {name}={value}")

    Reader().feed(markdown.html(text))
    assert found == []


def test_code_is_never_markup():
    text = "</code></pre><script>alert('&amp;')</script>"
    html = markdown.code_html(text, None)
    assert (
        html == "<pre><code>&lt;/code&gt;&lt;/pre&gt;&lt;script&gt;alert('&amp;amp;')&lt;/script&gt;</code></pre>"
    )


@pytest.mark.parametrize(
    "text",
    [
        "[a]: /" + "x" * 25_000 + "\n\n" + "[a]" * 8_000,
        "[a]: /u '" + "x" * 25_000 + "'\n\n" + "[a]" * 8_000,
        "|a" * 4_000 + "\n" + "|-" * 4_000 + "\n" + "a\n" * 15_000,
        ("|a" * 180 + "\n" + "|-" * 180 + "\n" + "a\n" * 360 + "\n") * 30,
        ">" * 50_000,
        "- " * 25_000,
        "![" * 25_000,
    ],
    ids=["reference url", "reference title", "wide table", "many tables", "quotes", "lists", "images"],
)
def test_a_small_text_makes_no_huge_page(text: str):
    assert len(markdown.html(text[:50_000])) < 300_000


def test_ordinary_references_and_tables_stand():
    table = "|a|b|\n|-|-|\n" + "|1|2|\n" * 200
    assert markdown.html(table).count("<td>") == 400
    assert markdown.html("[a] [b]\n\n[a]: https://example.org/a\n[b]: https://example.org/b").count("<a ") == 2
