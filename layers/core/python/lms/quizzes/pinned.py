"""Questions at the version that an attempt began with.

A version never changes, so that a process keeps what it has read.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from bson import ObjectId

from lms.quizzes import questions, repository

if TYPE_CHECKING:
    from lms.quizzes.contents import Question

Pin = tuple[ObjectId, int]
"""A question's id and version."""

_MOST_KEPT = 500


class Pinned(NamedTuple):
    """``html``: of its texts, by path."""

    version: int
    question: Question
    html: Mapping[str, str]


_kept: OrderedDict[Pin, Pinned] = OrderedDict()


def at_versions(pins: Iterable[Pin]) -> dict[Pin, Pinned]:
    """The questions, deleted ones too; no round trip for those that were read before."""
    wanted = list(dict.fromkeys(pins))
    missing = [pin for pin in wanted if pin not in _kept]
    if missing:
        read = {(row["question_id"], row["version"]): _pinned(row) for row in repository.versions(missing)}
        _kept.update(read)
    found = {pin: _kept[pin] for pin in wanted}
    while len(_kept) > _MOST_KEPT:
        _kept.popitem(last=False)
    return found


def in_pools(course_id: ObjectId, pools: Iterable[str]) -> dict[str, list[ObjectId]]:
    """The ids of the questions in each pool."""
    names = sorted(set(pools))
    return repository.ids_in_pools(course_id, names) if names else {}


def current(question_ids: Iterable[ObjectId]) -> dict[ObjectId, Pinned]:
    """What the questions say now."""
    found = {row["_id"]: _pinned(row) for row in repository.questions_by_id(list(question_ids))}
    _kept.update({(_id, pinned.version): pinned for _id, pinned in found.items()})
    return found


def _pinned(row: Mapping[str, object]) -> Pinned:
    shown = questions.shown(row)
    return Pinned(shown["version"], questions.parsed(row), shown["html"])
