"""What Moodle's export says, in our terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from lms.quizzes.formats import gaps, numbers, texts
from lms.quizzes.formats.files import place, refused
from lms.quizzes.formats.markup import Node, parse
from lms.quizzes.formats.moodle_xml import cloze
from lms.quizzes.formats.moodle_xml.names import FEEDBACK, GRADING
from lms.quizzes.formats.report import Notes, Refused, Report, Row, cut

if TYPE_CHECKING:
    from lms.quizzes.contents import Question

Fields = dict[str, Any]

_LAYOUT = set(
    "answernumbering showstandardinstruction shownumcorrect correctresponsesfeedback layouttype numberingstyle "
    "showgrading responsefieldlines responserequired unitsleft showunits".split()
)
"""How Moodle lays a question out: nothing that it asks or counts."""

_HOLDS_FILES = re.compile(r"@@PLUGINFILE@@/([^\"'\s)>?]{1,200})")


def read(data: bytes) -> tuple[list[Question], list[Row]]:
    """The questions, and a row for each ``<question>``. Raises `Invalid` with the code FILE_REFUSED."""
    root = parse(data)
    if root.tag != "quiz":
        message = f"is no Moodle XML: its root is <{root.tag[:40]}>, not <quiz>"
        raise refused(message, line=root.line, column=root.column)
    report = Report()
    pool: str | None = None
    for node in root.children:
        kind = node.attributes.get("type", node.tag if node.tag != "question" else "")
        if kind == "category":
            pool = _pool(_plain(node.first("category")))
            report.add_holder(place(node.line), pool or "", kind)
        else:
            report.read(place(node.line), _plain(node.first("name")), kind, _reader(node, kind, pool))
    return report.questions, report.rows


def _pool(path: str) -> str | None:
    """``$course$/top/Unit 1/Easy`` is the pool ``Unit 1/Easy``."""
    path = re.sub(r"\A(?:\$[a-z]*\d*\$/?)?(?:top(?:/|\Z))?", "", path)
    return path or None


def _reader(node: Node, kind: str, pool: str | None) -> Callable[[Notes], Fields]:
    def make(notes: Notes) -> Fields:
        if node.tag != "question" or kind not in _KINDS:
            raise Refused(_REASONS.get(kind, f"questions of the type {kind[:60]!r} are not known here"))
        fields = _Item(node, kind, notes).question()
        return {**fields, "pool": cut(pool, 200, "category", notes) if pool else None}

    return make


_REASONS = {
    "description": "shows a text and asks nothing",
    "random": "draws from a category: let the quiz draw from the pool instead",
    "randomsamatch": "makes a matching question of others by chance",
    "calculated": "computes its key from random numbers",
    "calculatedsimple": "computes its key from random numbers",
    "calculatedmulti": "computes its key from random numbers",
    "missingtype": "is of a type that the exporting Moodle did not know",
}


def _plain(node: Node | None) -> str:
    """Text that is no markup: of ``<text>`` in the node, or, in old files, the node's own."""
    if node is None:
        return ""
    inner = node.first("text") or node
    return inner.text if inner.attributes.get("xml:space") == "preserve" else inner.text.strip()


class _Item:
    """One ``<question>`` that is being read; what is read of it counts as taken over."""

    def __init__(self, node: Node, kind: str, notes: Notes) -> None:
        self.node = node
        self.kind = kind
        self.notes = notes
        self.taken: set[str] = set()
        self.format = ""
        self.format = self.format_of(self.first("questiontext"))

    def first(self, tag: str) -> Node | None:
        self.taken.add(tag)
        return self.node.first(tag)

    def all(self, tag: str) -> list[Node]:
        self.taken.add(tag)
        return self.node.all(tag)

    def value(self, tag: str, default: str = "") -> str:
        return _plain(self.first(tag)) or default

    def format_of(self, node: Node | None) -> str:
        return (node.attributes.get("format", "") if node else "") or self.format or "html"

    def markdown(self, node: Node | None) -> str:
        if node is None:
            return ""
        inner = node.first("text") or node
        text = inner.inner if inner.tag == "text" else inner.text
        kept = inner.attributes.get("xml:space") == "preserve"
        return self.converted(text if kept else text.strip(), self.format_of(node))

    def converted(self, text: str, format: str) -> str:
        self.note_losses(text)
        match format:
            case "markdown":
                return text
            case "plain_text":
                return texts.from_plain(text)
            case "moodle_auto_format":
                return texts.from_auto(text)
            case "wiki_like":
                self.notes.append("a text in wiki format is kept as HTML: its marks stand as written")
                return texts.from_auto(text)
        return texts.from_html(text)

    def note_losses(self, text: str) -> None:
        self.notes.extend(texts.not_shown(text))
        self.notes.extend(f"the file {name} is not kept" for name in _HOLDS_FILES.findall(text))

    def question(self) -> Fields:
        prompt = self.first("questiontext")
        content, changed = _KINDS[self.kind](self)
        fields = {
            "title": cut(_plain(self.first("name")), 200, "title", self.notes),
            "prompt": self.markdown(prompt) if changed is None else changed,
            "content": content,
            "points": self.points(content),
            "feedback": {name: self.markdown(self.first(tag)) for name, tag in FEEDBACK.items()},
            "hints": self.hints(),
            "skills": self.skills(),
        }
        self.note_the_rest()
        return fields

    def points(self, content: Mapping[str, Any]) -> float:
        node = self.first("defaultgrade")
        if node is None or not _plain(node):
            return float(sum(gap["share"] for gap in content.get("gaps", [])) or 1)
        points = numbers.number(_plain(node))
        if points == 0:
            self.notes.append("was worth 0 points; here a question counts, so that it is worth 1")
        return points or 1.0

    def hints(self) -> list[str]:
        found = self.all("hint")
        for node in found:
            if {child.tag for child in node.children} - {"text", "file"}:
                self.notes.append("what a hint does beside its text (clear wrong answers and the like) is not kept")
        return [hint for hint in map(self.markdown, found) if hint]

    def skills(self) -> list[str]:
        tags = [tag for name in ("tags", "coursetags") for node in self.all(name) for tag in node.all("tag")]
        texts = [cut(_plain(tag), 100, "tag", self.notes) for tag in tags]
        return list(dict.fromkeys(filter(None, texts)))

    def note_the_rest(self) -> None:
        self.note_penalty()
        if self.value("hidden") not in ("", "0"):
            self.notes.append("was hidden in Moodle")
        if idnumber := self.value("idnumber"):
            self.notes.append(f"the ID number {idnumber[:60]} is not kept")
        for node in self.node.walk():
            if node.tag == "file":
                self.notes.append(f"the file {node.attributes.get('name', '')} is not kept")
        for node in self.node.children:
            if node.tag not in self.taken | _LAYOUT and (node.children or node.text.strip()):
                self.notes.append(f"<{node.tag}> is not kept")

    def note_penalty(self) -> None:
        """Of Moodle's default nothing is said: it stands in every export, whether the author meant it or not."""
        penalty = numbers.number(self.value("penalty", "0"))
        if penalty and abs(penalty - 1 / 3) > 0.005 and not (self.kind == "truefalse" and penalty == 1):
            self.notes.append(f"the penalty of {penalty:g} for each wrong try is not kept")

    def weight(self, node: Node) -> float:
        return numbers.weight(node.attributes.get("fraction", "") or _plain(node.first("fraction")) or "0")

    def choices(self) -> list[Fields]:
        rows = [
            {
                "text": self.markdown(node),
                "weight": self.weight(node),
                "feedback": self.markdown(node.first("feedback")),
            }
            for node in self.all("answer")
        ]
        if not all(row["text"] for row in rows):
            self.notes.append("an option without any text is left out")
        if self.value("shuffleanswers", "1") in ("0", "false"):
            self.notes.append("its options stood in a fixed order; here the quiz says whether options are shuffled")
        return [row for row in rows if row["text"]]


_Read = tuple[Fields, str | None]
"""The content, and the prompt where it is not simply the question's text."""


def _multichoice(item: _Item) -> _Read:
    single = item.value("single", "true") not in ("false", "0")
    return {"kind": "single" if single else "multiple", "options": item.choices()}, None


def _all_or_nothing(item: _Item) -> _Read:
    """The plugin multichoiceset: every option with a fraction is right."""
    options = item.choices()
    right = [option for option in options if option["weight"]]
    if abs(sum(option["weight"] for option in right) - 1) > 0.011 or any(each["weight"] < 0 for each in right):
        for option in right:
            option["weight"] = 1 / len(right)
    return {"kind": "multiple", "options": options, "all_or_nothing": True}, None


def _true_false(item: _Item) -> _Read:
    answers = item.all("answer")
    if len(answers) != 2:
        raise Refused("a true/false question has two answers")
    said = [_plain(answer).lower() for answer in answers]
    if sorted(said) != ["false", "true"]:
        item.notes.append(f"of its answers the first, {said[0][:40]!r}, is taken for true")
        said = ["true", "false"]
    found = dict(zip(said, answers, strict=True))
    return {
        "kind": "true_false",
        "answer": item.weight(found["true"]) > item.weight(found["false"]),
        "feedback_true": item.markdown(found["true"].first("feedback")),
        "feedback_false": item.markdown(found["false"].first("feedback")),
    }, None


def _short_text(item: _Item) -> _Read:
    answers = [
        {
            "text": _plain(node),
            "weight": item.weight(node),
            "feedback": item.markdown(node.first("feedback")),
        }
        for node in item.all("answer")
    ]
    return {"kind": "short_text", "answers": answers, "case_sensitive": item.value("usecase", "0") == "1"}, None


def _numeric(item: _Item) -> _Read:
    answers = [answer for node in item.all("answer") if (answer := _numeric_answer(item, node))]
    if item.value("unitgradingtype", "0") != "0":
        item.notes.append(f"the penalty of {item.value('unitpenalty', '0')} for a wrong unit is not kept")
    item.value("unitpenalty")
    units = item.first("units")
    return {
        "kind": "numeric",
        "answers": answers,
        "units": [_unit(node) for node in (units.all("unit") if units else [])],
    }, None


def _numeric_answer(item: _Item, node: Node) -> Fields | None:
    text, weight = _plain(node), item.weight(node)
    if text in ("", "*"):
        if weight:
            raise Refused("gives points for any number")
        if item.markdown(node.first("feedback")):
            item.notes.append("the feedback for any other number is not kept")
        return None
    tolerance, relative = _tolerance(numbers.number(text), node.first("tolerance"))
    return {
        "value": numbers.number(text),
        "tolerance": tolerance,
        "relative": relative,
        "weight": weight,
        "feedback": item.markdown(node.first("feedback")),
    }


def _tolerance(value: float, node: Node | None) -> tuple[float, bool]:
    """Moodle's is a number; the share that it came from stands beside it in files written here."""
    if node is None or not node.text.strip():
        return 0.0, False
    tolerance = numbers.number(node.text)
    share = node.attributes.get("relative")
    if share and abs(value) * numbers.number(share) == tolerance:
        return numbers.number(share), True
    return tolerance, False


def _unit(node: Node) -> Fields:
    """In Moodle the key times the multiplier is in the unit, here it is the other way round."""
    multiplier = numbers.decimal(_plain(node.first("multiplier")) or "1")
    if not multiplier:
        raise Refused("a unit has the multiplier 0")
    return {"name": _plain(node.first("unit_name")), "multiplier": float(1 / multiplier)}


def _matching(item: _Item) -> _Read:
    item.first("shuffleanswers")
    rows = [(item.markdown(node), _plain(node.first("answer"))) for node in item.all("subquestion")]
    pairs = [{"prompt": prompt, "answer": answer} for prompt, answer in rows if prompt]
    belonging = {pair["answer"] for pair in pairs}
    others = [answer for prompt, answer in rows if not prompt and answer and answer not in belonging]
    return {"kind": "matching", "pairs": pairs, "distractors": others}, None


def _ordering(item: _Item) -> _Read:
    grading = item.value("gradingtype", "ABSOLUTE_POSITION")
    if grading not in GRADING:
        item.notes.append(f"the grading {grading[:60]} is not known here: each item in its place counts")
    if item.value("selecttype", "ALL") not in ("ALL", "0"):
        item.notes.append("showed some of its items, chosen by chance; here it shows all")
    item.value("selectcount")
    rows = sorted(item.all("answer"), key=lambda node: numbers.number(node.attributes.get("fraction", "0")))
    items = [{"text": text} for text in map(item.markdown, rows) if text]
    return {"kind": "ordering", "items": items, "grading": GRADING.get(grading, "positions")}, None


def _essay(item: _Item) -> _Read:
    wants = item.value("responseformat", "editor")
    if wants == "noinline":
        raise Refused("asks for files alone, which is an assignment here")
    if wants == "editorfilepicker" or item.value("attachments", "0") != "0":
        item.notes.append("files cannot be handed in with an answer")
    for tag in ("attachments", "attachmentsrequired", "filetypeslist", "maxbytes"):
        item.first(tag)
    least, most = (numbers.whole(item.value(tag, "0")) for tag in ("minwordlimit", "maxwordlimit"))
    return {
        "kind": "essay",
        "template": item.markdown(item.first("responsetemplate")),
        "notes": item.markdown(item.first("graderinfo")),
        "least_words": least,
        "most_words": most or None,
    }, None


def _cloze(item: _Item) -> _Read:
    node = item.first("questiontext")
    inner = (node.first("text") or node) if node else None
    text = inner.inner if inner else ""
    found = cloze.codes(text)
    if not found:
        raise Refused("no gap was found in its text")
    shown = (lambda each: each) if item.format == "markdown" else texts.from_html
    names = [str(number) for number in range(1, len(found) + 1)]
    fields = [cloze.gap(code, name, shown, item.notes) for code, name in zip(found, names, strict=True)]
    for code in found:
        for each in code.alternatives:
            item.note_losses(each.text + each.feedback)
    prompt = gaps.marked(text, [(code.start, code.end) for code in found])
    if cloze.looks_like_a_code(prompt):
        item.notes.append("something that begins like a gap is none, and stays text")
    if inner is not None and inner.attributes.get("xml:space") != "preserve":
        prompt = prompt.strip()
    return {"kind": "cloze", "gaps": fields}, gaps.named(item.converted(prompt, item.format), names)


_KINDS: dict[str, Callable[[_Item], _Read]] = {
    "multichoice": _multichoice,
    "multichoiceset": _all_or_nothing,
    "truefalse": _true_false,
    "shortanswer": _short_text,
    "numerical": _numeric,
    "matching": _matching,
    "match": _matching,
    "ordering": _ordering,
    "essay": _essay,
    "cloze": _cloze,
    "multianswer": _cloze,
}
