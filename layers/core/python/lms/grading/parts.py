"""What part an AI had in a grade."""

from collections.abc import Mapping
from typing import Any, Literal

from lms.mongo import Document


def part(suggestion: Mapping[str, Any], part: Literal["given", "suggested"]) -> Document:
    """The suggestion's in a grade: it was ``given`` as it is, or it was there when a person gave the grade."""
    kept = {name: suggestion[name] for name in ("provider", "model", "confidence")}
    return {"suggestion_id": suggestion["_id"], "part": part, **kept}
