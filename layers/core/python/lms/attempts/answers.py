"""Which answers count, when several tabs save at once and their calls come late, twice or in another order.

Within a client (a tab, with its own rising ``seq``) the highest seq that holds an answer to a question wins.
Between clients the order of arrival at the server decides: what came last and was not outdated by its own client.
An arrival is settled by one conditional update of the attempt, so that this order is the same for everyone.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from pydantic_core import to_json

from lms.mongo import Document


class Save(NamedTuple):
    """One call: ``answers`` by item, as they are kept; None clears."""

    client_id: str
    seq: int
    answers: Mapping[str, Any]


class Standing(NamedTuple):
    """``in_force``: by item its ``value``, and whose it is: ``client_id``, ``seq``, ``at``; ``replaced`` names the
    other client's answer that it put out of force. ``said``: by client and item the highest seq that came."""

    in_force: Mapping[str, Document]
    said: Mapping[str, Mapping[str, int]]

    @classmethod
    def of(cls, attempt: Mapping[str, Any]) -> "Standing":
        return cls(attempt["answers"], attempt["said"])


def merged(standing: Standing, save: Save, at: datetime) -> Standing:
    """After ``save`` has arrived. A repeated call changes nothing."""
    own = dict(standing.said.get(save.client_id, {}))
    newer = {item: value for item, value in save.answers.items() if own.get(item, 0) < save.seq}
    in_force = {
        item: {
            "value": value,
            "client_id": save.client_id,
            "seq": save.seq,
            "at": at,
            "replaced": _replaced(standing.in_force.get(item), save.client_id, value),
        }
        for item, value in newer.items()
    }
    said = {**standing.said, save.client_id: own | dict.fromkeys(newer, save.seq)}
    return Standing({**standing.in_force, **in_force}, said)


def _replaced(before: Document | None, client_id: str, value: Any) -> Document | None:
    """Named again by what its own client says next: the receipt that named it first may have been lost."""
    if before is None:
        return None
    if before["client_id"] == client_id or before["value"] == value:
        replaced: Document | None = before["replaced"]
        return replaced
    return {"client_id": before["client_id"], "seq": before["seq"]}


def superseded(standing: Standing, save: Save) -> list[Document]:
    """The answers that are not in force because of ``save``, or in spite of it: whose they are, and ``by`` which.

    A function of what stands alone, so that a repeated call is told the same.
    """
    rows = []
    this = {"client_id": save.client_id, "seq": save.seq}
    for item in save.answers:
        winner = standing.in_force[item]
        by = {name: winner[name] for name in this}
        if by != this:
            rows.append({"item_id": item, **this, "by": by})
        elif winner["replaced"]:
            rows.append({"item_id": item, **winner["replaced"], "by": by})
    return rows


def last_seq(standing: Standing, client_id: str) -> int:
    return max(standing.said.get(client_id, {}).values(), default=0)


def digest(standing: Standing) -> str:
    """Of the answers in force, the same for everybody who has the same: sha256 of their canonical JSON."""
    return content_hash({item: entry["value"] for item, entry in standing.in_force.items()})


def content_hash(answers: Mapping[str, Any]) -> str:
    return hashlib.sha256(to_json(_sorted(answers))).hexdigest()


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return value
