"""The kinds of content block: what is taken, what is shown, and what hostile addresses become."""

from html.parser import HTMLParser
from typing import Any

import pytest

from tests import uploads
from tests.functions.courses.authored import Authored, author
from tests.people import Api

FILE = "68a1b2c3d4e5f60718293a77"
VIDEO = "https://example.org/film.mp4"
CAPTION = {"language": "de", "url": "https://example.org/film.de.vtt"}
EMBED = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=3&rel=0"


@pytest.fixture(scope="module")
def course(api: Api) -> Authored:
    return author(api.person())


@pytest.fixture(scope="module")
def leaf(course: Authored) -> str:
    """The id of a file that may be shown in the course."""
    return uploads.available(course.owner, b"A leaf.", purpose="course_material", course_id=course.id)


def put(course: Authored, *blocks: dict[str, Any]) -> list[dict[str, Any]]:
    answer = course.owner.patch(course.lesson_path, {"blocks": list(blocks)})
    assert answer.status == 200, answer.text
    return answer.json["blocks"]


class Elements(HTMLParser):
    """The start tags of a piece of HTML with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_a_formula_is_kept_as_latex(course: Authored):
    [block] = put(course, {"kind": "math", "text": r"a < b & \frac{1}{2} </span><script>"})
    assert block["text"] == r"a < b & \frac{1}{2} </span><script>"
    assert block["html"] == r'<span class="math">a &lt; b &amp; \frac{1}{2} &lt;/span&gt;&lt;script&gt;</span>'


def test_an_image(course: Authored):
    url = "https://example.org/leaf.png?size=1&x=2"
    [shown] = put(course, {"kind": "image", "url": url, "alt": 'A "green" leaf', "text": "*Fig. 1*"})
    assert (shown["url"], shown["alt"], shown["decorative"], shown["file_id"]) == (
        url,
        'A "green" leaf',
        False,
        None,
    )
    [(figure, _), (image, attributes), *_] = Elements(shown["html"]).found
    assert (figure, image) == ("figure", "img")
    assert attributes == {"src": url, "alt": 'A "green" leaf', "loading": "lazy"}
    assert "<figcaption><p><em>Fig. 1</em></p>\n</figcaption>" in shown["html"]


def test_a_file_of_ours_is_named_for_the_client_to_load(course: Authored, leaf: str):
    [image, file] = put(
        course,
        {"kind": "image", "file_id": leaf, "alt": "Said to nobody", "decorative": True},
        {"kind": "file", "file_id": leaf, "name": "<b>notes</b>.pdf", "size": 12},
    )
    assert (image["file_id"], image["url"], image["decorative"]) == (leaf, None, True)
    [(_, attributes)] = Elements(image["html"]).found
    assert attributes == {"data-file-id": leaf, "alt": "", "loading": "lazy"}
    assert (file["name"], file["size"]) == ("<b>notes</b>.pdf", 12)
    [(tag, attributes)] = Elements(file["html"]).found
    assert (tag, attributes["data-file-id"], attributes["download"]) == ("a", leaf, "<b>notes</b>.pdf")
    assert file["html"].endswith(">&lt;b&gt;notes&lt;/b&gt;.pdf</a>")


def test_a_video_has_captions_and_a_transcript(course: Authored):
    [shown] = put(course, {"kind": "video", "url": VIDEO, "captions": [CAPTION], "transcript": "Hello."})
    assert (shown["captions"], shown["transcript"], shown["text"]) == ([CAPTION], "Hello.", "")
    [(_, video), (_, track)] = Elements(shown["html"]).found
    assert video == {"controls": "", "src": VIDEO, "preload": "metadata"}
    assert track == {"kind": "captions", "srclang": "de", "src": CAPTION["url"]}


def test_an_embedded_page_is_a_frame_in_a_sandbox_and_nothing_else(course: Authored):
    [shown] = put(course, {"kind": "embed", "url": EMBED, "name": "A song"})
    [(tag, attributes)] = Elements(shown["html"]).found
    assert tag == "iframe"
    assert attributes == {
        "src": EMBED,
        "title": "A song",
        "sandbox": "allow-scripts allow-same-origin",
        "allow": "fullscreen",
        "loading": "lazy",
        "referrerpolicy": "strict-origin-when-cross-origin",
    }


@pytest.mark.parametrize(
    "url",
    [
        "https://archive.org/embed/apollo-11.v2",
        "https://h5p.org/h5p/embed/617",
        "https://phet.colorado.edu/sims/html/energy-skate-park/1.2.3/energy-skate-park_en.html",
        "https://player.vimeo.com/video/76979871?h=8272103f6e",
        "https://scratch.mit.edu/projects/10128407/embed",
        "https://www.desmos.com/calculator/auubsajefh?embed",
        "https://www.geogebra.org/material/iframe/id/23587/width/1600",
        "https://www.openstreetmap.org/export/embed.html?bbox=1%2C2&layer=mapnik",
    ],
)
def test_each_host_that_is_allowed_is_taken(course: Authored, url: str):
    assert put(course, {"kind": "embed", "url": url})[0]["url"] == url


def test_what_get_shows_can_be_sent_back(course: Authored, leaf: str):
    blocks = put(
        course,
        {"kind": "markdown", "text": "x", "language": "en"},
        {"kind": "math", "text": "x"},
        {"kind": "image", "file_id": leaf, "alt": "A leaf"},
        {"kind": "video", "url": VIDEO, "captions": [CAPTION], "transcript": "Hello.", "text": "c"},
        {"kind": "file", "url": "https://example.org/a.pdf", "name": "a.pdf", "size": 0},
        {"kind": "embed", "url": EMBED},
    )
    from bson import ObjectId

    from lms.courses.repository import lessons

    lessons().update_one({"_id": ObjectId(course.lessons[0])}, {"$set": {"blocks.$[].origin": "ai"}})
    again = put(course, *reversed(blocks))
    assert again == [{**each, "origin": "ai"} for each in reversed(blocks)]
    changed = put(course, *({**each, "text": "other"} for each in again))
    assert {each["origin"] for each in changed} == {"person"}


HOSTILE = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//evil.example",
    "/relative",
    "\\\\evil.example",
    "https:evil.example",
    "https:///evil.example",
    "http://example.org/x",
    "https://user@evil.example/",
    "https://www.youtube-nocookie.com@evil.example/embed/x",
    "https://www.youtube-nocookie.com:443@evil.example/embed/x",
    "https://evil.example\\@www.youtube-nocookie.com/embed/x",
    "https://evil.example\\.www.youtube-nocookie.com/embed/x",
    "https://www.youtube-nocookie.com:8443/embed/x",
    "https://127.0.0.1/x",
    "https://2130706433/x",
    "https://0x7f.1/x",
    "https://[::1]/x",
    "https://localhost/x",
    "https://example.org./x",
    "https://.example.org/x",
    "https://-example.org/x",
    "https://exa mple.org/x",
    "https://example.org/\tx",
    "https://example.org/x\n",
    "https://example.org/\u202etxt.exe",
    "https://еxample.org/x",
    "https://example。org/x",
    "https://example\u2044.org/x",
    "https://ｅxample.org/x",
    "https://example.org/ü",
    'https://example.org/" onerror="alert(1)',
    "https://example.org/'><script>alert(1)</script>",
    "https://example.org/<b>",
    "https://example.org/%",
    "https://example.org/%zz",
    "https://example.org/`x`",
    "",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_no_hostile_address_is_taken_in_any_place(course: Authored, url: str):
    before = course.owner.get(course.lesson_path).json["version"]
    drafts: list[tuple[dict[str, Any], str]] = [
        ({"kind": "image", "url": url}, "/blocks/0/url"),
        ({"kind": "video", "url": url}, "/blocks/0/url"),
        ({"kind": "video", "url": VIDEO, "captions": [{**CAPTION, "url": url}]}, "/blocks/0/captions/0/url"),
        ({"kind": "file", "url": url}, "/blocks/0/url"),
        ({"kind": "embed", "url": url}, "/blocks/0/url"),
    ]
    for draft, pointer in drafts:
        answer = course.owner.patch(course.lesson_path, {"blocks": [draft]})
        assert answer.status == 422, answer.text
        assert answer.json["errors"][0]["pointer"] == pointer
    assert course.owner.get(course.lesson_path).json["version"] == before


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/embed/x",
        "https://www.youtube-nocookie.com.evil.example/embed/x",
        "https://evil-www.youtube-nocookie.com/embed/x",
        "https://evil.example/?https://www.youtube-nocookie.com/embed/x",
        "https://evil.example/#.youtube-nocookie.com/embed/x",
        "https://youtube-nocookie.com/embed/x",
        "https://WWW.YOUTUBE-NOCOOKIE.COM/embed/x",
        "https://www.youtube.com/embed/x",
        "https://www.youtube-nocookie.com/",
        "https://www.youtube-nocookie.com/redirect?q=https://evil.example",
        "https://www.youtube-nocookie.com/embed/../redirect",
        "https://www.youtube-nocookie.com/embed/%2e%2e/redirect",
        "https://archive.org/embed/..",
        "https://phet.colorado.edu/sims/../x.html",
        "https://phet.colorado.edu/sims/..x/a.html",
        "https://www.geogebra.org/m/../redirect",
        "https://player.vimeo.com/video/٣",
    ],
)
def test_only_pages_made_for_embedding_are_embedded(course: Authored, url: str):
    answer = course.owner.patch(course.lesson_path, {"blocks": [{"kind": "embed", "url": url}]})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/blocks/0/url")


BREAKS_OUT = "\"><script>alert(1)</script><img src=x onerror='alert(1)' x=\""


def test_words_stay_words(course: Authored):
    """Attribute values and captions that try to become markup."""
    blocks = put(
        course,
        {"kind": "image", "url": "https://example.org/'onerror='alert(1)'", "alt": BREAKS_OUT, "text": BREAKS_OUT},
        {"kind": "file", "url": "https://example.org/a", "name": BREAKS_OUT},
        {"kind": "embed", "url": EMBED + "&x='onload='alert(1)", "name": BREAKS_OUT},
        {"kind": "math", "text": BREAKS_OUT},
        {"kind": "video", "url": VIDEO, "transcript": BREAKS_OUT, "text": "![x](javascript:alert(1))"},
    )
    for block in blocks:
        for tag, attributes in Elements(block["html"]).found:
            assert tag != "script"
            assert not [name for name in attributes if name.startswith("on")], block["html"]
            assert not [value for value in attributes.values() if "javascript" in str(value)], block["html"]
    [(_, frame)] = Elements(blocks[2]["html"]).found
    assert frame["title"] == BREAKS_OUT


@pytest.mark.parametrize(
    ("block", "pointer"),
    [
        ({"kind": "math"}, "/blocks/0/text"),
        ({"kind": "code", "text": ""}, "/blocks/0/text"),
        ({"kind": "image"}, "/blocks/0"),
        ({"kind": "image", "url": VIDEO, "file_id": FILE}, "/blocks/0"),
        ({"kind": "image", "file_id": "x"}, "/blocks/0/file_id"),
        ({"kind": "image", "url": VIDEO, "alt": "x" * 1_001}, "/blocks/0/alt"),
        ({"kind": "image", "url": VIDEO, "decorative": "yes"}, "/blocks/0/decorative"),
        ({"kind": "image", "url": VIDEO, "captions": [CAPTION]}, "/blocks/0/captions"),
        ({"kind": "image", "url": VIDEO, "transcript": "x"}, "/blocks/0/transcript"),
        ({"kind": "markdown", "text": "x", "url": VIDEO}, "/blocks/0/url"),
        ({"kind": "markdown", "text": "x", "alt": "x"}, "/blocks/0/alt"),
        ({"kind": "video", "url": VIDEO, "captions": [{"language": "German", "url": VIDEO}]}, None),
        ({"kind": "video", "url": VIDEO, "captions": [CAPTION] * 51}, "/blocks/0/captions"),
        ({"kind": "video", "url": VIDEO, "size": 1}, "/blocks/0/size"),
        ({"kind": "file", "url": VIDEO, "size": -1}, "/blocks/0/size"),
        ({"kind": "file", "url": VIDEO, "name": "a\nb"}, "/blocks/0/name"),
        ({"kind": "embed"}, "/blocks/0"),
        ({"kind": "embed", "file_id": FILE}, "/blocks/0/file_id"),
        ({"kind": "image", "url": "https://example.org/" + "x" * 2_000}, "/blocks/0/url"),
    ],
)
def test_a_wrong_field_is_named(course: Authored, block: dict[str, Any], pointer: str | None):
    answer = course.owner.patch(course.lesson_path, {"blocks": [block]})
    assert answer.status == 422, answer.text
    assert answer.json["errors"][0]["pointer"] == (pointer or "/blocks/0/captions/0/language")


def test_addresses_and_transcripts_count_towards_a_lessons_size(course: Authored):
    long = "https://example.org/" + "x" * 1_900
    captions = [{**CAPTION, "url": long}] * 50
    for block in (
        {"kind": "video", "url": VIDEO, "captions": captions},
        {"kind": "video", "url": VIDEO, "transcript": "x" * 99_000},
    ):
        answer = course.owner.patch(course.lesson_path, {"blocks": [block] * 3})
        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/blocks")
