"""Moodle's codes for gaps in a text, e.g. ``{1:SHORTANSWER:=Berlin#Right~%50%Bonn}``.

Syntax: https://docs.moodle.org/en/Embedded_Answers_(Cloze)_question_type
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lms.quizzes.formats import numbers
from lms.quizzes.formats.report import Notes, Refused

if TYPE_CHECKING:
    from lms.quizzes.contents import Gap, NumericAnswer

_SHORT = {"SHORTANSWER": False, "SA": False, "MW": False, "SHORTANSWER_C": True, "SAC": True, "MWC": True}
_NUMERIC = {"NUMERICAL", "NM"}
_CHOICE_LAYOUT = {
    name: layout
    for names, layout in (
        ("MULTICHOICE MC", ""),
        ("MULTICHOICE_V MCV", "a column"),
        ("MULTICHOICE_H MCH", "a row"),
        ("MULTICHOICE_S MCS", "a shuffled menu"),
        ("MULTICHOICE_VS MCVS", "a shuffled column"),
        ("MULTICHOICE_HS MCHS", "a shuffled row"),
    )
    for name in names.split()
}
_SEVERAL = set("MULTIRESPONSE MR MULTIRESPONSE_H MRH MULTIRESPONSE_S MRS MULTIRESPONSE_HS MRHS".split())
_TYPES = sorted({*_SHORT, *_NUMERIC, *_CHOICE_LAYOUT, *_SEVERAL}, key=len, reverse=True)

_START = re.compile(rf"\{{(\d{{0,9}}):({'|'.join(_TYPES)}):")
_LOOKS_LIKE_A_CODE = re.compile(r"\{\d{0,9}:[A-Z_]{2,20}:")
_WEIGHT = re.compile(r"=|%(-?\d{1,3}(?:[.,]\d{0,20})?)%")
_ANSWER = re.compile(r"(?:\\[~#}]|&(?:amp;)?#|[^~#}])*")
_FEEDBACK = re.compile(r"(?:\\[~}]|[^~}])*")
_ESCAPED = re.compile(r"\\([}#~])")
_SPACE = " \t\n\r"
_EDGES = re.compile(rf"^[{_SPACE}]+|[{_SPACE}]+\Z")
_NUMBER = re.compile(r"([^:]+)(?::([^:]+))?")

_ENTITIES = str.maketrans({character: f"&#{ord(character)};" for character in '&<>{}#~"\\\n\r'})


@dataclass(frozen=True)
class _Alternative:
    weight: float
    text: str
    feedback: str


@dataclass(frozen=True)
class Code:
    """A gap as it stands in a text, from ``start`` to ``end``."""

    start: int
    end: int
    share: str
    type: str
    alternatives: list[_Alternative]


def codes(text: str) -> list[Code]:
    """Every gap, in order. What only begins like one stays text, as in Moodle."""
    found: list[Code] = []
    end = 0
    while start := _START.search(text, end):
        code = _code(text, start)
        if not code:
            break  # no brace closes it, and so none closes a later one
        found.append(code)
        end = code.end
    return found


def _code(text: str, start: re.Match[str]) -> Code | None:
    alternatives, place = [], start.end()
    while True:
        weight = _WEIGHT.match(text, place)
        answer = _match(_ANSWER, text, weight.end() if weight else place)
        feedback = (
            _match(_FEEDBACK, text, answer.end() + 1) if text[answer.end() : answer.end() + 1] == "#" else None
        )
        place = (feedback or answer).end()
        if place >= len(text):
            return None
        if answer[0].strip():
            remark = _plain(feedback[0]) if feedback else ""
            alternatives.append(_Alternative(_weight(weight), _plain(answer[0]), remark))
        place += 1
        if text[place - 1] == "}":
            return Code(start.start(), place, start[1], start[2], alternatives)


def _match(pattern: re.Pattern[str], text: str, place: int) -> re.Match[str]:
    found = pattern.match(text, place)
    assert found  # both patterns match nothing too
    return found


def _weight(found: re.Match[str] | None) -> float:
    if not found:
        return 0.0
    return numbers.weight(found[1].replace(",", ".")) if found[1] else 1.0


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", html.unescape(text.strip(_SPACE)))


def gap(code: Code, key: str, markdown: Callable[[str], str], notes: Notes) -> dict[str, Any]:
    """The fields of one of our gaps. ``markdown`` turns a text that the file shows as HTML into ours."""
    fields: dict[str, Any] = {"id": key, "share": _share(code, key)}
    if code.type in _SEVERAL:
        raise Refused(f"gap {key} lets several options be chosen ({code.type}), which no gap here does")
    if code.type in _CHOICE_LAYOUT:
        if _CHOICE_LAYOUT[code.type]:
            notes.append(f"gap {key} was {_CHOICE_LAYOUT[code.type]}: the layout is not kept")
        options = [
            {"text": markdown(each.text), "weight": each.weight, "feedback": markdown(each.feedback)}
            for each in code.alternatives
        ]
        return {**fields, "kind": "single", "options": options}
    if code.type in _NUMERIC:
        answers = [_numeric(each, key, markdown, notes) for each in code.alternatives]
        return {**fields, "kind": "numeric", "answers": [each for each in answers if each]}
    texts = [
        {"text": each.text, "weight": each.weight, "feedback": markdown(each.feedback)}
        for each in code.alternatives
    ]
    return {**fields, "kind": "short_text", "answers": texts, "case_sensitive": _SHORT[code.type]}


def _share(code: Code, key: str) -> int:
    share = int(code.share or 1)
    if share < 1:
        raise Refused(f"gap {key} counts nothing; a gap here counts 1 to 100")
    return share


def _numeric(found: _Alternative, key: str, markdown: Callable[[str], str], notes: Notes) -> dict[str, Any] | None:
    if found.text.strip() == "*" and found.weight == 0:
        if found.feedback:
            notes.append(f"gap {key}: the feedback for any other number is not kept")
        return None
    parts = _NUMBER.fullmatch(found.text.strip())
    if not parts:
        raise Refused(f"gap {key}: {found.text[:40]!r} is no number")
    return {
        "value": numbers.number(parts[1]),
        "tolerance": numbers.number(parts[2]) if parts[2] else 0.0,
        "weight": found.weight,
        "feedback": markdown(found.feedback),
    }


def looks_like_a_code(text: str) -> bool:
    return bool(_LOOKS_LIKE_A_CODE.search(text))


def written(gap: Gap, notes: Notes) -> str:
    """The code of a gap."""
    match gap.kind:
        case "short_text":
            name = "SHORTANSWER_C" if gap.case_sensitive else "SHORTANSWER"
            rows = [(answer.weight, answer.text, answer.feedback) for answer in gap.answers]
        case "numeric":
            name = "NUMERICAL"
            rows = [(answer.weight, _numeral(answer, notes), answer.feedback) for answer in gap.answers]
        case "single":
            name = "MULTICHOICE"
            rows = [(option.weight, option.text, option.feedback) for option in gap.options]
    alternatives = [
        f"{'=' if weight == 1 else f'%{numbers.percent(weight)}%'}{_written(text)}"
        + (f"#{_written(feedback)}" if feedback else "")
        for weight, text, feedback in rows
    ]
    return f"{{{gap.share}:{name}:{'~'.join(alternatives)}}}"


def _numeral(answer: NumericAnswer, notes: Notes) -> str:
    tolerance = answer.tolerance
    if answer.relative:
        tolerance *= abs(answer.value)
        notes.append("a tolerance given as a share is written as a number")
    return numbers.written(answer.value) + (f":{numbers.written(tolerance)}" if tolerance else "")


def _written(text: str) -> str:
    """As entities, which Moodle resolves before it takes ``\\}`` and ``\\#`` for the character alone."""
    text = re.sub(r"\\(?=[}#~])", r"\\\\", text).translate(_ENTITIES)
    return _EDGES.sub(lambda edge: "".join(f"&#{ord(space)};" for space in edge[0]), text)
