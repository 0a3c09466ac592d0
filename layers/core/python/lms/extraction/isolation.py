"""Reading a file in a process of its own, with bounds on its time and memory: what it does to it stays there."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from lms.config import environment_apart
from lms.extraction.extracted import Extracted, Place, Unreadable

MOST_MEMORY = 1_200_000_000
"""Of address space, in bytes, libraries included."""


def extract(path: Path, content_type: str, *, seconds: float, memory: int = MOST_MEMORY) -> Extracted:
    """As ``reading.read``, with Unreadable TOO_SLOW, TOO_LARGE or DAMAGED where the process does not survive it."""
    command = [
        sys.executable,
        "-m",
        "lms.extraction.child",
        str(path),
        content_type,
        str(int(seconds) + 1),
        str(memory),
    ]
    try:
        ended = subprocess.run(command, env=environment_apart(), capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise Unreadable("TOO_SLOW") from None
    if ended.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise Unreadable("TOO_SLOW")
    if ended.returncode:
        raise Unreadable("DAMAGED")
    return _read(json.loads(ended.stdout))


def _read(answer: dict[str, Any]) -> Extracted:
    if "failed" in answer:
        raise Unreadable(answer["failed"])
    places = tuple(Place(*place) for place in answer["places"])
    return Extracted(answer["text"], places, answer["pages"], answer["words"])
