"""What a learner gives to a question: checked on its way in, and turned back on its way out.

On the wire stand shown ids (``lms.attempts.arrangement``); kept are the content's own ids, and for a matching
answer its text, so that a response means the same whatever its attempt's order, and against another version of the
key.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lms.attempts.arrangement import Order, answers, shown_id, shown_ids
from lms.errors import Invalid

if TYPE_CHECKING:
    from lms.quizzes.contents import Cloze, Content, Gap, Matching

Typed = str | int | float
Response = bool | Typed | list[str] | dict[str, Typed]
"""single: an id · multiple, ordering: a list of ids · true_false: a bool · numeric: text as typed, or a number ·
short_text, essay: text · matching, cloze: a value by pair or gap."""

_MOST_CHARACTERS = 1_000
_MOST_DIGITS = 100
_MOST_ESSAY_CHARACTERS = 100_000
_GREATEST = 2**63 - 1
"""MongoDB keeps no greater integer."""


def answered(response: Response | None) -> bool:
    """Whether anything was given: blank text, no option and no gap count as nothing."""
    if isinstance(response, str):
        return bool(response.strip())
    if isinstance(response, list | dict):
        return bool(response)
    return response is not None


def checked(content: Content, order: Order, value: object, pointer: str = "") -> Response | None:
    """The response as it is kept; None clears. Of pairs and gaps some may be missing.

    A numeric answer is taken as typed, readable or not: refusing a half-typed number would lose it.

    Raise 422 where ``value`` is none that this question takes; ``pointer`` says where it stands in the body.
    """
    if value is None:
        return None
    match content.kind:
        case "single":
            return _one([option.id for option in content.options], order["places"], value, pointer)
        case "multiple":
            return _several([option.id for option in content.options], order["places"], value, pointer)
        case "true_false":
            return _flag(value, pointer)
        case "numeric":
            return _number(value, pointer)
        case "short_text":
            return _text(value, _MOST_CHARACTERS, pointer)
        case "matching":
            return _matching(content, order, value, pointer)
        case "ordering":
            return _ranking([item.id for item in content.items], order["places"], value, pointer)
        case "cloze":
            return _gaps(content, order, value, pointer)
        case "essay":
            return _text(value, _MOST_ESSAY_CHARACTERS, pointer)


def shown(content: Content, order: Order, response: Response | None) -> Response | None:
    """The response as its learner gave it: the inverse of ``checked``. What names a part of another version is left
    out."""
    match content.kind:
        case "single" if isinstance(response, str):
            return _shown_by_id([option.id for option in content.options], order["places"]).get(response)
        case "multiple" if isinstance(response, list):
            ids = _shown_by_id([option.id for option in content.options], order["places"])
            return [ids[each] for each in response if each in ids]
        case "ordering" if isinstance(response, list):
            ids = _shown_by_id([item.id for item in content.items], order["places"])
            return [ids[each] for each in response if each in ids]
        case "matching" if isinstance(response, dict):
            return _shown_matching(content, order, response)
        case "cloze" if isinstance(response, dict):
            return {
                shown_id(index): value
                for index, gap in enumerate(content.gaps)
                if (value := _shown_gap(gap, order, response.get(gap.id))) is not None
            }
        case _:
            return response


def _shown_by_id(ids: Sequence[str], places: Sequence[int]) -> dict[str, str]:
    return {ids[index]: name for index, name in shown_ids(places).items()}


def _shown_matching(content: Matching, order: Order, matched: Mapping[str, Typed]) -> dict[str, Typed]:
    ids = _shown_by_id(answers(content), order["places"])
    return {
        shown_id(index): ids[answer]
        for index, pair in enumerate(content.pairs)
        if isinstance(answer := matched.get(pair.id), str) and answer in ids
    }


def _shown_gap(gap: Gap, order: Order, value: Typed | None) -> Typed | None:
    if gap.kind != "single":
        return value
    return _shown_by_id([option.id for option in gap.options], order["gaps"][gap.id]).get(str(value))


def _refusal(pointer: str, message: str) -> Invalid:
    return Invalid(errors=[{"pointer": pointer, "message": message}])


def _one(kept: Sequence[str], places: Sequence[int], value: object, pointer: str) -> str:
    if not isinstance(value, str):
        raise _refusal(pointer, "must be an id, as text")
    by_shown_id = {name: kept[index] for index, name in shown_ids(places).items()}
    if value not in by_shown_id:
        raise _refusal(pointer, "names nothing that this question offers")
    return by_shown_id[value]


def _several(kept: Sequence[str], places: Sequence[int], value: object, pointer: str) -> list[str]:
    """In the content's order, so that the same choice is the same response."""
    if not isinstance(value, list):
        raise _refusal(pointer, "must be a list of ids")
    if len(value) > len(kept):
        raise _refusal(pointer, f"holds more than the {len(kept)} ids that there are")
    chosen = [_one(kept, places, each, f"{pointer}/{index}") for index, each in enumerate(value)]
    if len(set(chosen)) < len(chosen):
        raise _refusal(pointer, "names an id twice")
    return [each for each in kept if each in chosen]


def _ranking(kept: Sequence[str], places: Sequence[int], value: object, pointer: str) -> list[str]:
    if len(_several(kept, places, value, pointer)) < len(kept):
        raise _refusal(pointer, f"must name each of the {len(kept)} items")
    assert isinstance(value, list)
    return [_one(kept, places, each, pointer) for each in value]


def _flag(value: object, pointer: str) -> bool:
    if not isinstance(value, bool):
        raise _refusal(pointer, "must be true or false")
    return value


def _text(value: object, longest: int, pointer: str) -> str:
    if not isinstance(value, str):
        raise _refusal(pointer, "must be text")
    if len(value) > longest:
        raise _refusal(pointer, f"holds more than {longest} characters")
    return value


def _number(value: object, pointer: str) -> Typed:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _refusal(pointer, "must be a number, or text")
    if isinstance(value, str):
        return _text(value, _MOST_DIGITS, pointer)
    if not math.isfinite(value) if isinstance(value, float) else abs(value) > _GREATEST:
        raise _refusal(pointer, "is too great; send it as text")
    return value


def _parts(kept: Sequence[str], value: object, pointer: str) -> list[tuple[int, object, str]]:
    """The index, the value and the pointer of each part that is given; a part may be cleared by null."""
    if not isinstance(value, dict):
        raise _refusal(pointer, "must be an object: a value by id")
    index_of = {shown_id(index): index for index in range(len(kept))}
    for name in value:
        if name not in index_of:
            raise _refusal(f"{pointer}/{_escaped(str(name))}", "names no part of this question")
    return [
        (index, value[name], f"{pointer}/{name}") for name, index in index_of.items() if value.get(name) is not None
    ]


def _escaped(step: str) -> str:
    return step[:50].replace("~", "~0").replace("/", "~1")


def _matching(content: Matching, order: Order, value: object, pointer: str) -> dict[str, Typed]:
    offered = answers(content)
    return {
        content.pairs[index].id: _one(offered, order["places"], chosen, where)
        for index, chosen, where in _parts([pair.id for pair in content.pairs], value, pointer)
    }


def _gaps(content: Cloze, order: Order, value: object, pointer: str) -> dict[str, Typed]:
    return {
        content.gaps[index].id: _gap(content.gaps[index], order, given, where)
        for index, given, where in _parts([gap.id for gap in content.gaps], value, pointer)
    }


def _gap(gap: Gap, order: Order, value: object, pointer: str) -> Typed:
    match gap.kind:
        case "single":
            return _one([option.id for option in gap.options], order["gaps"][gap.id], value, pointer)
        case "numeric":
            return _number(value, pointer)
        case "short_text":
            return _text(value, _MOST_CHARACTERS, pointer)
