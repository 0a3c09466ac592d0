"""`python -m infra.contract` writes the three documents; `--check` says whether they are fresh."""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml  # type: ignore[import-untyped]

from infra.contract import ROOT
from infra.contract.gateway import gateway_api
from infra.contract.openapi import openapi
from lms.gateway import asyncapi

OPENAPI = ROOT / "functions/gateway/contract/openapi.json"
ASYNCAPI = ROOT / "functions/gateway/contract/asyncapi.json"
API = ROOT / "infra/api.yaml"


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]
    """Repeats what is equal: CloudFormation's include knows no aliases."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def documents() -> Mapping[Path, str]:
    """What the generated files ought to hold."""
    warning = "# Generated from the handlers by `make contract`; change those.\n"
    api = yaml.dump(gateway_api(), Dumper=_Dumper, sort_keys=False, width=110, allow_unicode=True)
    return {OPENAPI: _json(openapi()), ASYNCAPI: _json(asyncapi.document()), API: warning + api}


def _json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def stale() -> list[Path]:
    """The generated files that differ from what the handlers say."""
    return [file for file, text in documents().items() if not file.exists() or file.read_text("utf-8") != text]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.contract")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is stale")
    if parser.parse_args().check:
        if old := stale():
            names = ", ".join(str(file.relative_to(ROOT)) for file in old)
            sys.exit(f"stale: {names}; run `make contract` and commit the result")
        return
    for file, text in documents().items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
