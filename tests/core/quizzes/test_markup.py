"""XML is read with the place of everything in it, and hostile files are refused with the place of the error."""

import random
import time
from html import escape, unescape
from re import sub

import pytest

from lms import markdown
from lms.errors import Invalid
from lms.quizzes.formats import markup, texts


def refusal(data: bytes) -> Invalid:
    with pytest.raises(Invalid) as caught:
        markup.parse(data, "a.xml")
    assert caught.value.code == "FILE_REFUSED"
    assert caught.value.status == 422
    assert str(caught.value).startswith("a.xml, line ")
    return caught.value


def place(data: bytes) -> tuple[int, int]:
    location = refusal(data).extra["location"]
    assert isinstance(location, dict)
    return location["line"], location["column"]


def test_elements_know_their_place_and_keep_their_content_in_order():
    root = markup.parse('<a x:b="1">\n  é<n:c>1</n:c>two<d/></a>'.encode())
    assert (root.tag, root.attributes, root.text) == ("a", {"b": "1"}, "\n  étwo")
    assert [(each.tag, each.line, each.column) for each in root.walk()] == [("a", 1, 1), ("c", 2, 4), ("d", 2, 19)]
    assert root.inner == "\n  é<c>1</c>two<d/>"


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "utf-8"),
        ("ascii", "us-ascii"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "utf-16"),
    ],
)
def test_unicode_encodings_are_read(encoding: str, declared: str):
    text = "<a>plain</a>" if encoding == "ascii" else "<a>Größe 漢字 🙂</a>"
    root = markup.parse(f'<?xml version="1.0" encoding="{declared}"?>\n{text}'.encode(encoding))
    assert f"<a>{root.text}</a>" == text


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (
            "<?xml version='1.0' encoding='ISO-8859-1'?><a>ü</a>".encode("latin-1"),
            "declares the encoding ISO-8859-1",
        ),
        (
            "<?xml version='1.0' encoding='windows-1252'?><a>ü</a>".encode("latin-1"),
            "declares the encoding windows",
        ),
        (b"<?xml version='1.0' encoding='UTF-16'?><a/>", "declares the encoding UTF-16, but was read as UTF-8"),
        ("<?xml version='1.0' encoding='UTF-8'?><a/>".encode("utf-16"), "but was read as UTF-16"),
        ("<a>ü</a>".encode("latin-1"), "no UTF-8 text"),
        ("<a/>".encode("utf-32"), "UTF-32"),
        ("<a>x</a>".encode("utf-16-le") + b"\x00\xd8", "no UTF-16 text"),
    ],
)
def test_wrong_encodings_are_named(data: bytes, says: str):
    assert says in str(refusal(data))


def test_the_place_of_a_wrong_byte_is_told():
    assert place(b"<a>\n<b>\xff</b></a>") == (2, 4)


LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)


@pytest.mark.parametrize(
    "data",
    [
        f"{LAUGHS}]><l>&j;</l>".encode(),
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://localhost:1/x.dtd"> %p;]><a/>',
        b'<!DOCTYPE a PUBLIC "-//x" "http://localhost:1/x.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY b "' + b"x" * 50_000 + b'">]><a>' + b"&b;" * 50_000 + b"</a>",
        b'<!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a/>',
    ],
    ids=["billion laughs", "external entity", "parameter entity", "external dtd", "quadratic", "attlist"],
)
def test_document_types_are_refused_before_any_entity_is_read(data: bytes):
    before = time.monotonic()
    assert "document type" in str(refusal(data))
    assert time.monotonic() - before < 1


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"", (1, 1)),
        (b"not xml", (1, 1)),
        (b"<a>\n<b></a>", (2, 6)),
        (b"<a><b>", (1, 7)),
        (b"<a>\x00</a>", (1, 4)),
        (b"<a>\n\n &nbsp;</a>", (3, 2)),
        (b"<a>\n<b x='1' x='2'/></a>", (2, 10)),
        (b"<a/><a/>", (1, 5)),
        (b"<a>&#0;</a>", (1, 4)),
        (b"<a>" * 101, (1, 301)),
    ],
)
def test_malformed_files_are_refused_with_the_place(data: bytes, where: tuple[int, int]):
    assert place(data) == where


def test_too_many_elements_are_refused():
    assert "more than 250,000 elements" in str(refusal(b"<a>" + b"<b/>" * 250_000 + b"</a>"))


def test_what_is_written_is_read_again():
    text = "a ]]> b <c> & \"d\" 'e' \r\n\t é 漢 🙂 \u2028 "
    root = markup.element("a", markup.element("b", text), markup.element("c"), x=text)
    back = markup.parse(markup.document(root))
    assert (back.attributes["x"], back.children[0].text) == (text, text)


def test_what_xml_cannot_hold_is_told():
    unfit = markup.element("a", "x\x00\x0b\ufffe")
    assert markup.holds_unfit(unfit)
    assert not markup.holds_unfit(markup.element("a", "x\t\n\r\ud7ff\ue000\U0010ffff"))
    assert markup.parse(markup.document(unfit)).text == "x"


SYMBOLS = [*"ab1 2.)*_`\\[]()<>#+-=~|:&!\"'\n{}@\t;é/", "lt", "amp;", "&copy;", "http://a.b", "<b>", "\n\n"]


@pytest.mark.parametrize("seed", range(4))
def test_plain_text_and_html_show_the_same_as_markdown(seed: int):
    r = random.Random(seed)
    for _ in range(1_500):
        text = "".join(r.choice(SYMBOLS) for _ in range(r.randint(1, 14)))
        for made in (texts.from_plain(text), texts.from_html(escape(text, quote=False))):
            assert shown(made) == " ".join(text.split()), made


def shown(made: str) -> str:
    return " ".join(unescape(sub("<[^>]*>", "", markdown.html(made))).replace("\xa0", " ").split())


@pytest.mark.parametrize(
    ("html", "ours"),
    [
        ("Paris", "Paris"),
        ("2 * 3 &lt; 7", r"2 \* 3 &lt; 7"),
        ("<b>x_1</b> and\n <i>*</i>", r"<b>x_1</b> and <i>\*</i>"),
        ("<p>a\n\n*b*</p>", "<p>a\n&#10;*b*</p>"),
        ("<pre>\na\n\n b</pre>", "<div><pre>\na\n&#10; b</pre></div>"),
        ("Hello <ul><li>x</li></ul>", "<div>Hello <ul><li>x</li></ul></div>"),
        (r"\(x^2\)", r"\\(x^2\\)"),
        ("# no heading", r"\# no heading"),
    ],
)
def test_html_is_kept_as_markdown_that_shows_the_same(html: str, ours: str):
    assert texts.from_html(html) == ours


@pytest.mark.parametrize(
    "text", ["<a " + "x " * 40_000, "<!--" * 20_000, "\n \t" * 30_000, "_" * 90_000, "<" * 90_000]
)
def test_long_texts_take_no_long_time(text: str):
    before = time.monotonic()
    for convert in (texts.from_html, texts.from_plain, texts.from_auto):
        convert(text)
    assert time.monotonic() - before < 5
