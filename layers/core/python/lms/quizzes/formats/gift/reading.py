"""Questions out of GIFT."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lms.quizzes.formats import gaps, numbers, texts
from lms.quizzes.formats.files import decode, place, refuse_control_characters
from lms.quizzes.formats.gift.escapes import hide, show
from lms.quizzes.formats.report import Notes, Refused, Report, Row, cut

if TYPE_CHECKING:
    from lms.quizzes.contents import Question

Fields = dict[str, Any]

_CATEGORY = "$CATEGORY:"
_CATEGORY_PREFIX = re.compile(r"\A(?:\$[a-z]*\d*\$/?)?(?:top(?:/|\Z))?")
_TAG = re.compile(r"\[tag:((?:\\\]|[^\]\[<>`])+)\]")
_FORMAT = re.compile(r"\A\[(html|markdown|plain|moodle)\]")
_WEIGHT = re.compile(r"\A%(-?\d{1,3}(?:\.\d{0,20})?)%")
_TRUE, _FALSE = {"T", "TRUE"}, {"F", "FALSE"}
_MISSING = "_____"


@dataclass
class _Block:
    """Lines up to an empty one."""

    line: int
    lines: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)


def read(data: bytes) -> tuple[list[Question], list[Row]]:
    """The questions, and a row for each block of the file. Raises `Invalid` with the code FILE_REFUSED."""
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    refuse_control_characters(text)
    report = Report()
    pool: str | None = None
    for block in _blocks(text):
        where = place(block.line)
        if block.lines[0].startswith(_CATEGORY):
            path = block.lines.pop(0).removeprefix(_CATEGORY).strip()
            pool = _CATEGORY_PREFIX.sub("", path) or None
            report.add_holder(where, pool or "", "category")
        if block.lines:
            found = _Item(block, pool)
            report.read(where, found.title, found.kind, found.question)
    return report.questions, report.rows


def _blocks(text: str) -> Iterator[_Block]:
    block: _Block | None = None
    for number, line in enumerate([*text.split("\n"), ""], 1):
        stripped = line.strip()
        if not stripped:
            if block and block.lines:
                yield block
            block = None
        else:
            block = block or _Block(number)
            if stripped.startswith("//"):
                block.comments.append(stripped)
            else:
                block.line = block.line if block.lines else number
                block.lines.append(line.strip() if stripped.startswith(_CATEGORY) else line)


class _Item:
    """A block, taken apart as far as that goes without an error."""

    def __init__(self, block: _Block, pool: str | None) -> None:
        self.block = block
        self.pool = pool
        text = hide("\n".join(block.lines).strip())
        self.title = ""
        if text.startswith("::") and (end := text.find("::", 2)) > 0:
            self.title, text = show(text[2:end]).strip(), text[end + 2 :].strip()
        self.text = text
        start, end = text.find("{"), text.find("}")
        self.has_answers = 0 <= start < end
        self.before, self.answers, self.after = (
            (text[:start], text[start + 1 : end].strip(), text[end + 1 :]) if self.has_answers else (text, "", "")
        )
        self.general = ""
        if "####" in self.answers:
            self.answers, _, self.general = self.answers.rpartition("####")
            self.answers = self.answers.strip()
        prefix = _FORMAT.match(self.before.strip())
        self.format = prefix[1] if prefix else "moodle"
        self.kind = self.kind_of_answers()
        self.notes: Notes = []

    def kind_of_answers(self) -> str:
        """The names are Moodle's."""
        answers = self.answers
        if not self.has_answers:
            return "description"
        if not answers:
            return "essay"
        if answers.startswith("#"):
            return "numerical"
        if "~" in answers:
            return "multichoice"
        if "=" in answers and "->" in answers:
            return "match"
        if answers.partition("#")[0].strip().upper() in _TRUE | _FALSE:
            return "truefalse"
        return "shortanswer"

    def question(self, notes: Notes) -> Fields:
        self.notes = notes
        self.require_one_block_of_answers()
        content = _KINDS[self.kind](self)
        prompt = self.markdown(self.before)
        if self.after:
            prompt, content = self.with_a_missing_word(content)
        return {
            "title": cut(self.title, 200, "title", notes),
            "prompt": prompt,
            "content": content,
            "feedback": {"general": self.markdown(self.general), "incorrect": content.pop("wrong", "")},
            "skills": self.skills(),
            "pool": cut(self.pool, 200, "category", notes) if self.pool else None,
        }

    def require_one_block_of_answers(self) -> None:
        braces = self.text.count("{"), self.text.count("}")
        if braces == (0, 0):
            raise Refused("shows a text and asks nothing: there is no {…} with answers")
        if not self.has_answers or braces[0] != braces[1]:
            raise Refused("a brace has no partner; an empty line ends a question, and \\{ \\} are braces as text")
        if braces[0] > 1:
            raise Refused("holds more than one {…}: an empty line must stand between questions")

    def with_a_missing_word(self, content: Fields) -> tuple[str, Fields]:
        gap = _as_gap(content)
        if not gap:
            return self.markdown(f"{self.before}{_MISSING}{self.after}"), content
        if content.pop("wrong", ""):
            self.notes.append("the feedback for any other number is not kept")
        whole = f"{self.before}\x00{self.after}"
        text = show(whole)
        at = text.index("\x00")
        marked = gaps.marked(text.replace("\x00", ""), [(at, at)])
        return gaps.named(self.converted(marked), ["1"]), {"kind": "cloze", "gaps": [gap]}

    def markdown(self, text: str) -> str:
        return self.converted(show(text))

    def converted(self, text: str) -> str:
        text = text.strip()
        prefix = _FORMAT.match(text)
        text = text[prefix.end() :].strip(" \t\n") if prefix else text
        self.notes.extend(texts.not_shown(text))
        match prefix[1] if prefix else self.format:
            case "markdown":
                return text
            case "plain":
                return texts.from_plain(text)
            case "html":
                return texts.from_html(text)
        return texts.from_auto(text)

    def plain(self, text: str) -> str:
        return _FORMAT.sub("", show(text).strip()).strip()

    def skills(self) -> list[str]:
        found = [tag.replace("\\]", "]") for comment in self.block.comments for tag in _TAG.findall(comment)]
        return list(dict.fromkeys(cut(tag, 100, "tag", self.notes) for tag in found if tag.strip()))


def _as_gap(content: Fields) -> Fields | None:
    match content["kind"]:
        case "single":
            return {"id": "1", "kind": "single", "options": content["options"]}
        case "short_text" | "numeric":
            return {"id": "1", "kind": content["kind"], "answers": content["answers"]}
    return None


def _pieces(answers: str, marks: str) -> list[str]:
    return [piece.strip() for piece in re.split(f"(?=[{marks}])", answers) if piece.strip()]


def _weighted(piece: str, unmarked: float) -> tuple[float, str]:
    found = _WEIGHT.match(piece)
    return (numbers.weight(found[1]), piece[found.end() :]) if found else (unmarked, piece)


def _multichoice(item: _Item) -> Fields:
    options = []
    for piece in _pieces(item.answers, "~="):
        weight, text = _weighted(piece.lstrip("~=").lstrip(), 1.0 if piece[0] == "=" else 0.0)
        text, _, feedback = text.partition("#")
        options.append({"text": item.markdown(text), "weight": weight, "feedback": item.markdown(feedback)})
    return {"kind": "single" if "=" in item.answers else "multiple", "options": options}


def _short_text(item: _Item) -> Fields:
    answers = []
    for piece in _pieces(item.answers, "="):
        weight, text = _weighted(piece.removeprefix("=").lstrip(), 1.0)
        text, _, feedback = text.partition("#")
        answers.append({"text": item.plain(text), "weight": weight, "feedback": item.markdown(feedback)})
    return {"kind": "short_text", "answers": answers}


def _true_false(item: _Item) -> Fields:
    said, _, remarks = item.answers.partition("#")
    wrong, _, right = remarks.partition("#")
    answer = said.strip().upper() in _TRUE
    if_true, if_false = (right, wrong) if answer else (wrong, right)
    return {
        "kind": "true_false",
        "answer": answer,
        "feedback_true": item.markdown(if_true),
        "feedback_false": item.markdown(if_false),
    }


def _matching(item: _Item) -> Fields:
    rows = [piece.removeprefix("=").partition("->") for piece in _pieces(item.answers, "=")]
    if not all(arrow for _, arrow, _ in rows):
        raise Refused("an answer has no -> between what is asked and what belongs to it")
    found = [(item.markdown(prompt), show(answer).strip()) for prompt, _, answer in rows]
    pairs = [{"prompt": prompt, "answer": answer} for prompt, answer in found if prompt]
    belonging = {pair["answer"] for pair in pairs}
    others = [answer for prompt, answer in found if not prompt and answer not in belonging]
    return {"kind": "matching", "pairs": pairs, "distractors": others}


def _numeric(item: _Item) -> Fields:
    keys, _, others = item.answers.removeprefix("#").partition("~")
    answers = []
    for piece in _pieces(keys, "="):
        weight, text = _weighted(piece.removeprefix("=").lstrip(), 1.0)
        text, _, feedback = text.partition("#")
        value, tolerance = _value(item.plain(text))
        remark = item.markdown(feedback)
        answers.append({"value": value, "tolerance": tolerance, "weight": weight, "feedback": remark})
    return {"kind": "numeric", "answers": answers, "wrong": item.markdown(others.partition("#")[2])}


def _value(text: str) -> tuple[float, float]:
    """Of ``3.1:0.2``, ``3..5`` or ``3``."""
    least, range_, most = text.partition("..")
    if range_:
        low, high = numbers.decimal(least), numbers.decimal(most)
        if low > high:
            raise Refused(f"the range {text[:60]} ends before it begins")
        return float((low + high) / 2), float((high - low) / 2)
    value, _, tolerance = text.partition(":")
    return numbers.number(value), numbers.number(tolerance) if tolerance.strip() else 0.0


def _essay(item: _Item) -> Fields:
    return {"kind": "essay"}


_KINDS: dict[str, Callable[[_Item], Fields]] = {
    "multichoice": _multichoice,
    "shortanswer": _short_text,
    "truefalse": _true_false,
    "match": _matching,
    "numerical": _numeric,
    "essay": _essay,
}
