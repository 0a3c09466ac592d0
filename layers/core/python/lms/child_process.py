"""A Python module run in a process of its own, without this one's secrets, and with an end to its time."""

import subprocess
import sys

from lms.config import environment_apart


def run(module: str, *arguments: str, seconds: float, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    """What it wrote and how it ended. Raise ``subprocess.TimeoutExpired``."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env={**environment_apart(), **environment},
        capture_output=True,
        timeout=seconds,
        check=False,
    )
