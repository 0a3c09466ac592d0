"""The whole stack, whose Gemini is the loopback one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.stack import Stack
from tests.conftest import FAST
from tests.gemini_server import FakeGemini


@contextmanager
def stack_with(gemini: FakeGemini, folder: Path, **environment: str) -> Iterator[Stack]:
    environ = {"GEMINI_API_KEY": "a-key", "GEMINI_BASE_URL": gemini.url}
    with Stack(folder, environ=environ, environment={**FAST, **environment}) as running:
        yield running
