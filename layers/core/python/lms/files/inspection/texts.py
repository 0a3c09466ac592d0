"""Plain text: characters and nothing else."""

import codecs
import json
import re
from pathlib import Path

from lms.files.inspection.verdict import Reason, Unsafe, broken

LARGEST = 50 * 1024 * 1024
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_OTHERS = ("%PDF-", "%!PS", "{\\rtf")


def inspect(path: Path) -> None:
    if path.stat().st_size > LARGEST:
        raise Unsafe(Reason.TOO_COMPLEX, f"A text may have {LARGEST // 1024**2} MB. Divide it.")
    decoded(path.read_bytes())


def inspect_json(path: Path) -> None:
    try:
        json.loads(_text_of(path))
    except (ValueError, RecursionError) as error:
        raise broken("it is no well-formed JSON") from error


def inspect_captions(path: Path) -> None:
    if not _text_of(path).startswith("WEBVTT"):
        raise Unsafe(Reason.TYPE_MISMATCH, "The file was declared as WebVTT, but does not begin with WEBVTT.")


def decoded(data: bytes) -> str:
    """The text, in UTF-8, UTF-16 with its mark, or else Windows-1252. Raise Unsafe where it is none."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if _CONTROLS.search(text) or text.startswith(_OTHERS):
        raise Unsafe(Reason.TYPE_MISMATCH, "The file was declared as text, but holds something else.")
    return text


def _text_of(path: Path) -> str:
    inspect(path)
    return decoded(path.read_bytes())
