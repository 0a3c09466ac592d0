"""The shipped texts in MongoDB, with what they are found by."""

import re
from pathlib import Path

import pytest

from lms.ai import library, repository
from lms.ai.grounded.material import read, sections
from lms.ai.grounded.relevance import index_of
from lms.ai.grounded.text import pieces, without_code
from lms.ai.models import Source

pytestmark = pytest.mark.usefixtures("ground")


def test_the_library_comes_with_its_index():
    library.seed()
    for entry in library.texts():
        assert dict(entry.index) == index_of(entry.source)


def test_seeding_renews_an_index_that_older_code_made():
    library.seed()
    repository.sources().update_many({"origin": "library"}, {"$set": {"index.title": "old"}})
    library.seed()
    assert all(entry.fields["title"]["old"] == 0 for entry in library.texts())


def test_a_text_without_an_index_is_found_all_the_same():
    library.seed()
    repository.sources().update_many({"origin": "library"}, {"$unset": {"index": ""}})
    assert all(entry.fields["body"] for entry in library.texts())


SHIPPED = sorted(Path(library.__file__).with_name("library").glob("*.md"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_text_fills_a_course_of_fifteen_lessons(path):
    text = path.read_text(encoding="utf-8")
    source = Source(id=path.stem, title=text.partition("\n")[0].removeprefix("# "), text=text)
    assert source.title and source.title != text
    assert index_of(source)["lessons"] >= 15
    assert index_of(source)["language"] == "en"
    assert len(sections(read(source))) >= 15


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_markup_stands_in_code_alone(path):
    """A text on web security shows a script tag, which must never become one."""
    text = path.read_text(encoding="utf-8")
    prose = [without_code(text[piece.start : piece.end]) for piece in pieces(text) if piece.kind != "code"]
    assert not [part for part in prose if re.search(r"<[a-zA-Z/!]", part)]


def test_the_text_on_web_security_keeps_its_scripts():
    text = Path(library.__file__).with_name("library").joinpath("web_security.md").read_text(encoding="utf-8")
    code = [text[piece.start : piece.end] for piece in pieces(text) if piece.kind == "code"]
    assert any("<script>" in part for part in code)
