"""Imports point one way: functions → rules of lms.<domain> → its repository → lms.mongo, and never in a circle."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from infra.contract import ROOT

CORE = ROOT / "layers/core/python"
FUNCTIONS = ROOT / "functions"


def module_name(file: Path, root: Path) -> str:
    return ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


LMS = {module_name(file, CORE): file for file in sorted(CORE.glob("lms/**/*.py"))}
HANDLERS = {module_name(file, FUNCTIONS): file for file in sorted(FUNCTIONS.glob("*/*.py"))}
DOMAINS = {file.parent.name for name, file in LMS.items() if name.endswith(".repository")}


def statements(tree: ast.AST, *, everywhere: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """The import statements; not those inside functions or under TYPE_CHECKING, unless ``everywhere``."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif everywhere or not (is_deferred(node)):
            yield from statements(node, everywhere=everywhere)


def is_deferred(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.unparse(node.test)
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


@cache
def imported(file: Path, *, everywhere: bool = True) -> frozenset[str]:
    """The modules of our own that a file imports, as full names."""
    own = LMS.keys() | HANDLERS.keys()
    found = set()
    for statement in statements(ast.parse(file.read_text("utf-8")), everywhere=everywhere):
        if isinstance(statement, ast.Import):
            found |= {alias.name for alias in statement.names}
        elif statement.module:
            assert statement.level == 0, f"{file} imports relatively"
            names = [f"{statement.module}.{alias.name}" for alias in statement.names]
            # What is no module of its own is a name in the one that it comes from.
            found |= {name if name in own else statement.module for name in names}
    return frozenset(name for name in found if name in own or name.partition(".")[0] in ("tests", "infra"))


def domain_of(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 2 else ""


@pytest.mark.parametrize("name", LMS)
def test_the_core_knows_no_function_and_no_infrastructure(name: str):
    assert not [other for other in imported(LMS[name]) if not other.startswith("lms")]


@pytest.mark.parametrize("name", HANDLERS)
def test_a_handler_asks_rules_and_never_a_repository_or_another_handler(name: str):
    others = imported(HANDLERS[name])
    assert not [other for other in others if other.endswith(".repository") or not other.startswith("lms")]


@pytest.mark.parametrize("name", LMS)
def test_a_domain_calls_anothers_rules_and_never_its_repository(name: str):
    foreign = [
        other
        for other in imported(LMS[name])
        if other.endswith(".repository") and domain_of(other) != domain_of(name)
    ]
    assert foreign == []


@pytest.mark.parametrize("name", [name for name in LMS if name.endswith(".repository")])
def test_a_repository_stands_on_the_ground_alone(name: str):
    """On models and shared modules; not on rules, its own or others'."""
    assert not [
        other
        for other in imported(LMS[name])
        if domain_of(other) and not other.endswith((".models", ".repository"))
    ]


QUERIES = {
    *("aggregate", "bulk_write", "count_documents", "delete_many", "delete_one", "distinct", "find", "find_one"),
    *("find_one_and_delete", "find_one_and_replace", "find_one_and_update", "insert_many", "insert_one"),
    *("replace_one", "update_many", "update_one"),
}


def queries(file: Path) -> list[str]:
    """Operations on a declared collection, which is called to get at the live one: ``courses().find(…)``."""
    return [
        f"{node.func.attr} in line {node.lineno}"
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in QUERIES
        and isinstance(node.func.value, ast.Call)
        and not node.func.value.args
    ]


@pytest.mark.parametrize("name", [*HANDLERS, *(name for name in LMS if domain_of(name))])
def test_queries_stand_in_repositories_only(name: str):
    if not name.endswith(".repository"):
        assert queries(HANDLERS.get(name) or LMS[name]) == []


def test_no_modules_import_each_other_in_a_circle():
    graph = {
        name: {other for other in imported(file, everywhere=False) if other != name and other in LMS}
        for name, file in LMS.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@pytest.mark.parametrize("name", [*HANDLERS, *LMS])
def test_one_module_reads_the_environment(name: str):
    tree = ast.parse((HANDLERS.get(name) or LMS[name]).read_text("utf-8"))
    reads = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} & {"environ", "getenv"}
    assert reads == ({"environ"} if name == "lms.config" else set())


@pytest.mark.parametrize("name", LMS)
def test_collections_are_declared_where_the_deployment_finds_them(name: str):
    """gateway.prepare_database imports the repositories and the shared modules, and creates what they declare."""
    declares = [
        node
        for node in ast.walk(ast.parse(LMS[name].read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("mongo.collection", "collection")
    ]
    assert not declares or name.endswith(".repository") or not domain_of(name)
