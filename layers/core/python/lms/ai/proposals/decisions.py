"""What people decide about the pieces of a proposal: kept with the job, each decision once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bson import ObjectId

from lms import clock
from lms.errors import Conflict, Invalid
from lms.mongo import Document

Pieces = Mapping[str, Document]
"""The pieces of a proposal that can be decided about, by id, in its order."""


def pieces(proposal: Mapping[str, Any]) -> dict[str, Document]:
    rows = [*proposal.get("blocks", ()), *proposal.get("key_terms", ()), *proposal.get("questions", ())]
    return {row["id"]: row for row in rows if row.get("status", "proposed") == "proposed"}


def require_known(pieces: Pieces, accept: Sequence[str], refuse: Sequence[str]) -> None:
    """Raise 422 for an id that is none of a piece that can be taken over."""
    errors = [
        {"pointer": f"/{name}/{index}", "message": "names nothing that this proposal has to be decided about"}
        for name, ids in (("accept", accept), ("refuse", refuse))
        for index, _id in enumerate(ids)
        if _id not in pieces
    ]
    if errors:
        raise Invalid(errors=errors)


def undecided(pieces: Pieces, ids: Iterable[str], verdict: str) -> list[Document]:
    """Those of the pieces that do not have this verdict yet. Raise 409 ALREADY_ACCEPTED for one that was taken over
    and is now to be refused."""
    found = [pieces[_id] for _id in ids if _verdict(pieces[_id]) != verdict]
    taken = [row["id"] for row in found if _verdict(row) == "accepted"]
    if taken:
        raise Conflict("What has been taken over cannot be refused", code="ALREADY_ACCEPTED", accepted=taken)
    return found


def _verdict(row: Mapping[str, Any]) -> str | None:
    return row["decision"]["verdict"] if row["decision"] else None


def decide(rows: Iterable[Document], verdict: str, by: ObjectId, **became: Any) -> None:
    for row in rows:
        row["decision"] = {"verdict": verdict, "by": by, "at": clock.now(), **became}
