"""The operations that the handler files declare."""

import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from infra.contract import ROOT
from infra.contract.call_graph import dependencies
from lms import http

Handler = Callable[..., Any]

_VERBS = {"browse", "change", "create", "delete", "list", "read", "reorder", "replace"}


@dataclass(frozen=True)
class Endpoint:
    """One operation: `module` is e.g. "courses.course"; `handler` is None for what the portal serves."""

    method: str
    path: str
    module: str
    operation_id: str
    handler: Handler | None = None

    @property
    def domain(self) -> str:
        return self.module.partition(".")[0]

    @property
    def permission(self) -> str | None:
        """The row of the permission table that the signature names; None where anyone may call."""
        named = (getattr(each, "permission", None) for each in dependencies(self.handler)) if self.handler else ()
        return next((name for name in named if name), None)


def import_handlers() -> None:
    """Import every module under functions/, so that each registers its routes."""
    for file in sorted((ROOT / "functions").glob("*/*.py")):
        importlib.import_module(f"{file.parent.name}.{file.stem}")


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """Every operation of the HTTP API, ordered by path and method."""
    import_handlers()
    routes = http.app._static_routes + http.app._dynamic_routes
    declared = [
        Endpoint(
            method=route.method,
            path=str(route.openapi_path),
            module=route.func.__module__,
            operation_id=_operation_id(route.func, route.method),
            handler=route.func,
        )
        for route in routes
    ]
    return tuple(sorted([*declared, *_portal()], key=lambda each: (each.path, each.method)))


def _operation_id(handler: Handler, method: str) -> str:
    """The handler's name; a lone verb takes its file's name with it: ``create`` in lessons.py is create_lesson."""
    name: str = handler.__name__
    stem = handler.__module__.rpartition(".")[2]
    if name not in _VERBS:
        return name
    return f"{name}_{stem.removesuffix('s') if method == 'POST' else stem}"


def _portal() -> Iterator[Endpoint]:
    if (ROOT / "functions/gateway/portal.py").exists():
        for path in importlib.import_module("gateway.portal").ROUTES:
            words = re.sub(r"\W+", "_", path).strip("_")
            yield Endpoint("GET", path, "gateway.portal", f"get_{words}")
