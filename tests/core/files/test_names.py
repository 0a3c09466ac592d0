"""File names: what is refused, and what stands in a Content-Disposition field."""

import random
import re
from urllib.parse import unquote

import pytest

from lms.files import names
from lms.files.purposes import DOCX, PDF


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        ".",
        "..",
        " . . ",
        "../secret.txt",
        "folder/notes.txt",
        "folder\\notes.txt",
        "notes\x00.txt",
        "notes\r\nSet-Cookie: a=b.txt",
        "notes\x7f.txt",
        "notes\x85.txt",
        "notes\u2028.txt",
        "invoice\u202egpj.exe",
        "invoice\u2066fdp\u2069.exe",
        "in\u200bvoice.pdf",
        "\ufeffinvoice.pdf",
        "invoice\ue000.pdf",
        "x" * 201,
    ],
)
def test_a_name_that_misleads_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"name|folder|characters|not seen"):
        names.checked(name)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Zellbiologie (Übung 1).pdf", "Zellbiologie (Übung 1).pdf"),
        ("Zellbiologie U\u0308bung.pdf", "Zellbiologie \u00dcbung.pdf"),
        (" notes.txt ", "notes.txt"),
        ("光合作用.docx", "光合作用.docx"),
        ("می\u200cخواهم.txt", "می\u200cخواهم.txt"),
        ("👩\u200d🔬.png", "👩\u200d🔬.png"),
        (".gitignore", ".gitignore"),
    ],
)
def test_an_honest_name_is_kept(given_name: str, kept: str) -> None:
    assert names.checked(given_name) == kept


@pytest.mark.parametrize(
    ("name", "content_type", "saved"),
    [
        ("notes.pdf", PDF, "notes.pdf"),
        ("NOTES.PDF", PDF, "NOTES.PDF"),
        ("notes.exe", PDF, "notes.exe.pdf"),
        ("notes", DOCX, "notes.docx"),
        ("photo.jpeg", "image/jpeg", "photo.jpeg"),
        ("page.html", "text/plain", "page.html"),
        ("solution.py", "text/plain", "solution.py"),
        ("solution.js", "text/plain", "solution.js.txt"),
        ("run.BAT", "text/plain", "run.BAT.txt"),
        ("about.settingcontent-ms", "text/plain", "about.settingcontent-ms.txt"),
        ("figures.slk", "text/plain", "figures.slk.txt"),
    ],
)
def test_what_is_saved_is_of_the_type_that_was_checked(name: str, content_type: str, saved: str) -> None:
    assert names.saved_as(name, content_type) == saved


def test_a_field_names_it_for_old_clients_and_new() -> None:
    field = names.disposition('Übung "1"; %41.pdf', PDF, inline=False)
    assert field == (
        "attachment; filename=\"Ubung _1__ _41.pdf\"; filename*=UTF-8''%C3%9Cbung%20%221%22%3B%20%2541.pdf"
    )
    assert names.disposition("光合作用.pdf", PDF, inline=True).startswith('inline; filename="file.pdf"; ')


@pytest.mark.parametrize("seed", range(200))
def test_nothing_breaks_out_of_the_field(seed: int) -> None:
    dice = random.Random(seed)
    ranges = [(0x20, 0x7E), (0, 0x1F), (0x80, 0x2FF), (0x2000, 0x206F), (0x4E00, 0x4EFF), (0x1F600, 0x1F64F)]
    name = "".join(chr(dice.randint(*dice.choice(ranges))) for _ in range(dice.randint(1, 30)))
    field = names.disposition(name, "text/plain", inline=False)
    found = re.fullmatch(
        r"attachment; filename=\"([^\"\\\x00-\x1f\x7f-\uffff]+)\"; filename\*=UTF-8''([\w.~%-]+)", field
    )
    assert found
    assert unquote(found[2]) == names.saved_as(name, "text/plain")
