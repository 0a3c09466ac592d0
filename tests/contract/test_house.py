"""The house's own rules: names that say something, and handlers that fit on a page."""

import statistics

import pytest

from infra.contract import ROOT
from lms import mongo
from tests.contract.test_imports import HANDLERS, LMS

BANNED = {
    "service",
    "services",
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "base",
    "manager",
    "managers",
    "misc",
}


def lines(name: str) -> int:
    return len(HANDLERS[name].read_text("utf-8").splitlines())


def test_no_module_has_a_name_that_says_nothing():
    files = [*LMS.values(), *HANDLERS.values(), *(ROOT / "infra").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    assert [file for file in files if set(file.stem.split("_")) == {file.stem} and file.stem in BANNED] == []


def test_handlers_are_short():
    assert statistics.median(map(lines, HANDLERS)) < 50
    assert [name for name in HANDLERS if lines(name) > 100] == []


def test_functions_are_no_packages():
    """Handlers are imported as courses.course from the one CodeUri; an __init__ would be loaded for nothing."""
    assert list((ROOT / "functions").rglob("__init__.py")) == []


@pytest.mark.parametrize("name", HANDLERS)
def test_a_handler_says_what_it_answers(name: str):
    first = HANDLERS[name].read_text("utf-8").splitlines()[0]
    assert first.startswith('"""') and len(first) > 10


def test_personal_data_lives_in_two_collections():
    for name in LMS:
        __import__(name)
    personal = {each.name for each in mongo.declared.values() if each.personal}
    assert personal <= {"users", "user_profiles"}
    assert {"email", "name"} <= mongo.declared["users"].personal
