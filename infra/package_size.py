"""`python -m infra.package_size [BUILD]`: no built function may exceed Lambda's 250 MB, its layers included."""

import argparse
import sys
from pathlib import Path
from typing import Any

from infra.local.template import read_yaml

LIMIT_BYTES = 250 * 1024 * 1024


def sizes(build: Path) -> dict[str, int]:
    """Bytes unzipped by function, with its layers; ``build`` is what `sam build` wrote."""
    template = read_yaml(build / "template.yaml")
    resources: dict[str, Any] = template["Resources"]
    shared = template.get("Globals", {}).get("Function", {}).get("Layers", [])
    found = {}
    for name, resource in resources.items():
        if resource["Type"] == "AWS::Serverless::Function":
            properties = resource["Properties"]
            layers = [resources[layer["Ref"]] for layer in [*shared, *properties.get("Layers", [])]]
            parts = [properties["CodeUri"], *(layer["Properties"]["ContentUri"] for layer in layers)]
            found[name] = sum(_bytes(build / part) for part in parts)
    return found


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def check(build: Path, limit: int = LIMIT_BYTES) -> None:
    """Tell the largest; exit with a message that names those of ``limit`` bytes and more."""
    found = sizes(build)
    largest = max(found, key=lambda name: found[name])
    print(f"{len(found)} functions; the largest is {largest} with {found[largest] / 1024**2:.0f} MB of 250")
    if over := [name for name, size in found.items() if size >= limit]:
        sys.exit(f"over 250 MB unzipped: {', '.join(over)}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.package_size")
    parser.add_argument("build", nargs="?", type=Path, default=Path(".aws-sam/build"))
    check(parser.parse_args().build)


if __name__ == "__main__":
    main()
