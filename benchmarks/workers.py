"""What the functions that serve no HTTP bring with them: the time to import each in a fresh interpreter, bytecode
compiled, and the size of the layers.

The floor of an import is what every function has: pymongo, pydantic and Powertools' logger. What a worker imports
only when its work needs it stands in rows of its own. Both are imported with the packages of all layers, at the
same moment, each on a core of its own.
"""

import compileall
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.rows import row, side_by_side, title
from infra.local.stack import ROOT
from infra.local.template import read_yaml

_ROUNDS = 7
_FLOOR = "import pymongo, pydantic, aws_lambda_powertools"
_LATER = {
    "ai.run_step, with gemini": "import ai.run_step, lms.ai.gemini.provider; lms.ai.gemini.provider.Client",
    "ai.run_step, grounded": "import ai.run_step; from lms.ai.grounded import outlining, questions, sifting",
}
_LIMIT_MB = 250


def run() -> None:
    for folder in ("layers/core/python", "functions"):
        compileall.compile_dir(str(ROOT / folder), quiet=2)
    title("Import of what serves no HTTP", ["function", "floor", "ratio"])
    for name in modules():
        row(name, *side_by_side(lambda name=name: _seconds(f"import {name}"), lambda: _seconds(_FLOOR), _ROUNDS))
    for name, code in _LATER.items():
        row(name, *side_by_side(lambda code=code: _seconds(code), lambda: _seconds(_FLOOR), _ROUNDS))
    _layers()


def modules() -> list[str]:
    """Every file of functions/ with a handler that HTTP does not reach."""
    found = []
    for file in sorted((ROOT / "functions").glob("*/*.py")):
        text = file.read_text(encoding="utf-8")
        if "lambda_handler" in text and "lms.http" not in text:
            found.append(f"{file.parent.name}.{file.stem}")
    return found


def _seconds(code: str) -> float:
    timed = f"import time; start = time.perf_counter()\n{code}\nprint(time.perf_counter() - start)"
    paths = os.pathsep.join([str(ROOT / "layers/core/python"), str(ROOT / "functions")])
    ended = subprocess.run(
        [sys.executable, "-c", timed],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": paths},
    )
    if ended.returncode:
        raise RuntimeError(ended.stderr[-2_000:])
    return float(ended.stdout.splitlines()[-1])


def _layers() -> None:
    """As `sam build` makes them, for arm64 and Python 3.13; with bytecode where a Python 3.13 is there."""
    python = _python_of_lambda()
    print(f"\nLayers, unzipped, {'with' if python else 'without'} bytecode; all of a function's may take 250 MB")
    sizes = {}
    for name in _layer_names():
        sizes[name] = _layer_size(name, python or "true")
        print(f"{name:34}{sizes[name]:10.1f} MB", flush=True)
    most = max(sum(sizes[layer] for layer in layers) for layers in _layers_of_functions())
    print(f"{'the most of one function':34}{most:10.1f} MB   goal {_LIMIT_MB}: {_verdict(most)}")


def _layers_of_functions() -> Iterator[list[str]]:
    template = read_yaml(ROOT / "template.yaml")
    shared = template["Globals"]["Function"]["Layers"]
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            yield [layer["Ref"] for layer in [*shared, *resource["Properties"].get("Layers", [])]]


def _verdict(total: float) -> str:
    return "held" if total < _LIMIT_MB else "MISSED"


def _python_of_lambda() -> str:
    """A Python 3.13 that runs, on the path or of pyenv; "" without one."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [shutil.which("python3.13") or "", *map(str, versions.glob("3.13*/bin/python3.13"))]
    return next((each for each in found if each and _runs(each)), "")


def _runs(python: str) -> bool:
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def _layer_names() -> list[str]:
    resources = read_yaml(ROOT / "template.yaml")["Resources"]
    return [name for name, each in resources.items() if each["Type"] == "AWS::Serverless::LayerVersion"]


def _layer_size(name: str, python: str) -> float:
    """MB of what the layer's own Makefile builds."""
    source = ROOT / read_yaml(ROOT / "template.yaml")["Resources"][name]["Properties"]["ContentUri"]
    with tempfile.TemporaryDirectory() as folder:
        uv = Path(sys.executable).with_name("uv")
        command = ["make", "-s", "-C", str(source), f"build-{name}", f"ARTIFACTS_DIR={folder}", f"UV={uv}"]
        subprocess.run([*command, f"PYTHON={python}"], check=True, capture_output=True)
        return sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()) / 1024**2
