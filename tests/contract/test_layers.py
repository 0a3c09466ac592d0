"""Layers: locked by hash, without an index of their own, agreeing with each other, and small enough."""

import re
from pathlib import Path

import pytest

from infra import package_size
from infra.contract import ROOT
from infra.local.template import read_yaml

LOCKS = sorted((ROOT / "layers").glob("*/requirements.txt"))
LAYERS = {
    name: each["Properties"]["ContentUri"]
    for name, each in read_yaml(ROOT / "template.yaml")["Resources"].items()
    if each["Type"] == "AWS::Serverless::LayerVersion"
}


def pinned(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", lock.read_text("utf-8"), re.MULTILINE))


def test_packages_that_two_layers_share_have_one_version():
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, version in pinned(lock).items():
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    "lock",
    [*LOCKS, *(ROOT / "infra").glob("*/requirements.txt"), *(ROOT / "benchmarks").rglob("requirements.txt")],
    ids=str,
)
def test_a_lock_pins_by_hash_and_names_no_index(lock: Path):
    text = lock.read_text("utf-8")
    assert pinned(lock)
    assert len(re.findall(r"^[\w.\[\],-]+==", text, re.MULTILINE)) == len(re.split(r"\n(?=\S)", text.strip()))
    for requirement in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in requirement, requirement
    assert not re.search(r"index-url|find-links|trusted-host|https?://", text)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layers_makefile_builds_it_with_bytecode(name: str):
    makefile = (ROOT / LAYERS[name] / "Makefile").read_text("utf-8")
    assert f"build-{name}:" in makefile
    assert "compileall -q --invalidation-mode unchecked-hash" in makefile


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A build of two functions of 100 and 60 bytes, both with a layer of 30, one with a further of 10."""
    for name, size in {"Small": 60, "Large": 100, "Shared": 30, "Extra": 10}.items():
        (tmp_path / name / "python").mkdir(parents=True)
        (tmp_path / name / "python/module.py").write_bytes(b"#" * size)
    (tmp_path / "template.yaml").write_text(
        """
Globals: {Function: {Layers: [!Ref Shared]}}
Resources:
  Small: {Type: AWS::Serverless::Function, Properties: {CodeUri: Small, Layers: [!Ref Extra]}}
  Large: {Type: AWS::Serverless::Function, Properties: {CodeUri: Large}}
  Shared: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: Shared}}
  Extra: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: Extra}}
"""
    )
    return tmp_path


def test_a_functions_size_counts_its_layers(build: Path):
    assert package_size.sizes(build) == {"Small": 100, "Large": 130}


def test_a_function_over_the_limit_fails_the_build(build: Path, capsys: pytest.CaptureFixture[str]):
    package_size.check(build, limit=131)
    assert "Large" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="Large"):
        package_size.check(build, limit=130)
