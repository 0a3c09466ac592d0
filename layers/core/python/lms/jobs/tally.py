"""How many jobs were started."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lms.jobs import repository


def by_kind(theirs: Mapping[str, Any], begin: datetime, end: datetime, kinds: Sequence[str]) -> dict[str, int]:
    """Of these kinds, from ``begin`` until before ``end``; ``theirs`` names the ``owner_id`` or the ``course_id``,
    or nothing for all."""
    return repository.started(theirs, begin, end, kinds)
