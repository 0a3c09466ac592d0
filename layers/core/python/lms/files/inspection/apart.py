"""Inspects in a process of its own, without this one's secrets, and with an end to its time and memory.

Parsers of hostile files may hang, eat memory or crash; here that ends in a verdict, never in a file that passes.
"""

import subprocess
from pathlib import Path

from lms import child_process
from lms.files.inspection.verdict import Reason, Verdict
from lms.telemetry import logger

_MODULE = "lms.files.inspection.child"


def inspect(path: Path, content_type: str, seconds: float) -> Verdict:
    """The verdict on a file's content, within ``seconds``."""
    try:
        done = child_process.run(_MODULE, str(path), content_type, seconds=seconds, TMPDIR=str(path.parent))
    except subprocess.TimeoutExpired:
        return _too_complex("time")
    if done.returncode == 0:
        reason, _, sentence = done.stdout.decode().partition("\n")
        return Verdict(Reason(reason) if reason else None, sentence)
    told = done.stderr.decode(errors="replace")
    if "MemoryError" in told or done.returncode < 0:
        return _too_complex("memory")
    logger.error("an inspection failed", extra={"content_type": content_type, "told": told[-2000:]})
    return Verdict(Reason.BROKEN, "The file could not be read. Save it anew or in another format.")


def _too_complex(of: str) -> Verdict:
    return Verdict(Reason.TOO_COMPLEX, f"The file takes too much {of} to check. Make it simpler or divide it.")
