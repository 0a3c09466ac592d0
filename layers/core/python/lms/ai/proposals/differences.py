"""What differs between two texts, told in words for a person to read."""

import re
from difflib import SequenceMatcher

from lms.mongo import Document

_WORD = re.compile(r"\s*\S+|\s+$")


def of(before: str, after: str) -> list[Document]:
    """Runs of words with the space before them: ``equal``, ``delete`` (of ``before`` alone) and ``insert``. The
    equal and deleted ones make up ``before``, the equal and inserted ones ``after``."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    found: list[Document] = []
    for op, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if op == "equal":
            found.append({"op": op, "text": "".join(old[a:b])})
            continue
        found += [{"op": "delete", "text": "".join(old[a:b])}] if a < b else []
        found += [{"op": "insert", "text": "".join(new[c:d])}] if c < d else []
    return found
