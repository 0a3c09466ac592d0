"""Reading a file in a process of its own, with bounds on its time and memory: what it does to it stays there."""

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

from lms import child_process
from lms.extraction.extracted import Extracted, Place, Unreadable

MOST_MEMORY = 1_200_000_000
"""Of address space, in bytes, libraries included."""


def extract(path: Path, content_type: str, *, seconds: float, memory: int = MOST_MEMORY) -> Extracted:
    """As ``reading.read``, with Unreadable TOO_SLOW, TOO_LARGE or DAMAGED where the process does not survive it."""
    arguments = str(path), content_type, str(int(seconds) + 1), str(memory)
    try:
        ended = child_process.run("lms.extraction.child", *arguments, seconds=seconds)
    except subprocess.TimeoutExpired:
        raise Unreadable("TOO_SLOW") from None
    if ended.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise Unreadable("TOO_SLOW")
    if ended.returncode == -signal.SIGABRT:
        # So PDFium ends where it is given no more memory.
        raise Unreadable("TOO_LARGE")
    if ended.returncode:
        raise Unreadable("DAMAGED")
    return _read(json.loads(ended.stdout))


def _read(answer: dict[str, Any]) -> Extracted:
    if "failed" in answer:
        raise Unreadable(answer["failed"])
    places = tuple(Place(*place) for place in answer["places"])
    return Extracted(answer["text"], places, answer["pages"], answer["words"])
