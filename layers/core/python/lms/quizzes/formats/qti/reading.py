"""What Canvas's export says, in our terms."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from html import escape, unescape
from typing import TYPE_CHECKING, Any

from lms.quizzes.fields import GAP
from lms.quizzes.formats import gaps, numbers, texts
from lms.quizzes.formats.files import place, refused
from lms.quizzes.formats.markup import Node, parse
from lms.quizzes.formats.qti import names, package
from lms.quizzes.formats.report import Notes, Refused, Report, Row, cut

if TYPE_CHECKING:
    from lms.quizzes.contents import Question

Fields = dict[str, Any]

_QTI2 = {"assessmentItem", "assessmentTest", "qti-assessment-item", "qti-assessment-test"}
_PROFILES = {
    "cc.multiple_choice.v0p1": "multiple_choice_question",
    "cc.multiple_response.v0p1": "multiple_answers_question",
    "cc.true_false.v0p1": "true_false_question",
    "cc.fib.v0p1": "short_answer_question",
    "cc.pattern_match.v0p1": "short_answer_question",
    "cc.essay.v0p1": "essay_question",
}
_REASONS = {
    "": "does not say its type (question_type)",
    "text_only_question": "shows a text and asks nothing",
    "calculated_question": "computes its key from random numbers",
    "file_upload_question": "asks for files alone, which is an assignment here",
}
_PARTS = {"itemmetadata", "presentation", "resprocessing", "itemfeedback", "qticomment"}
_KEY = re.compile(r"[A-Za-z0-9_-]{1,24}")
_FILE = re.compile(r"""\bsrc=["'](?!https?:|data:|//)([^"']{1,300})""", re.IGNORECASE)
_WRAPPED = re.compile(r"\A<div>((?:(?!</?div\b).)*)</div>\Z", re.DOTALL)


def read(data: bytes) -> tuple[list[Question], list[Row]]:
    """The questions, and a row for each item and group. Raises `Invalid` with the code FILE_REFUSED."""
    walk = _Walk()
    found = newer = False
    for file, content in package.members(data):
        root = parse(content, file)
        if root.tag == "questestinterop":
            found = True
            walk.container(root, file, None)
        newer = newer or root.tag in _QTI2
    if not found:
        version = "this is QTI 2 or 3, which is not read" if newer else "there is no <questestinterop> in it"
        raise refused(f"is no QTI 1.2: {version}")
    return walk.report.questions, walk.report.rows


class _Walk:
    """Through assessments, banks, sections and groups to the items."""

    def __init__(self) -> None:
        self.report = Report()
        self.seen: dict[str, str] = {}

    def container(self, node: Node, file: str, pool: str | None) -> None:
        for child in node.children:
            match child.tag:
                case "assessment" | "objectbank":
                    self.whole(child, file)
                case "section" if (selection := _selection(child)) is not None:
                    self.group(child, selection, file)
                case "section":
                    self.container(child, file, pool)
                case "item":
                    item = _Item(child, pool)
                    self.report.read(
                        place(child.line, file), child.attributes.get("title", ""), item.type, item.question
                    )
                case "itemref":
                    self.refer(child, file)

    def whole(self, node: Node, file: str) -> None:
        """A full export of a course holds each assessment twice: for Canvas, and with less for others."""
        ident = node.attributes.get("ident", "")
        if ident and ident in self.seen:
            reason = f"stands twice in the package: it was read from {self.seen[ident]}"
            title = node.attributes.get("title", "")
            self.report.add_holder(place(node.line, file), title, node.tag, reason)
            return
        self.seen[ident] = file
        bank = _metadata(node).get("bank_title") or ident or None if node.tag == "objectbank" else None
        self.container(node, file, bank)

    def group(self, node: Node, selection: Node, file: str) -> None:
        name = node.attributes.get("title") or node.attributes.get("ident") or "group"
        value = {each.tag: each.text.strip() for each in selection.walk()}
        drawn = value.get("selection_number") or "all"
        points = f" for {value['points_per_item']} points each" if value.get("points_per_item") else ""
        bank = value.get("sourcebank_ref")
        says = f"draws {drawn}{points} from the bank {bank}" if bank else f"drew {drawn}{points} from its questions"
        note = f"{says}: they are a pool here, and the quiz says how many it draws"
        self.report.add_holder(place(node.line, file), name, "group", note)
        self.container(node, file, name)

    def refer(self, node: Node, file: str) -> None:
        def refuse(notes: Notes) -> Fields:
            raise Refused(f"refers to the item {node.attributes.get('linkrefid', '')[:60]} of a bank")

        self.report.read(place(node.line, file), "", "itemref", refuse)


def _selection(section: Node) -> Node | None:
    ordering = section.first("selection_ordering")
    return ordering.first("selection") if ordering else None


def _metadata(node: Node) -> dict[str, str]:
    fields: dict[str, str] = {}
    for each in [node.first("qtimetadata"), *(part.first("qtimetadata") for part in node.all("itemmetadata"))]:
        for field in each.all("qtimetadatafield") if each else []:
            label, entry = field.first("fieldlabel"), field.first("fieldentry")
            if label and entry:
                fields[label.text.strip()] = entry.text.strip()
    return fields


def _below(node: Node | None, tag: str) -> list[Node]:
    return [each for each in node.walk() if each.tag == tag] if node else []


def _is_html(node: Node) -> bool:
    return "html" in node.attributes.get("texttype", "text/plain").lower()


def _unmarked(html: str) -> str:
    return " ".join(unescape(re.sub("<[^<>]*>", " ", html)).split())


class _Item:
    """One ``<item>`` that is being read."""

    def __init__(self, node: Node, pool: str | None) -> None:
        self.node = node
        self.pool = pool
        self.fields = _metadata(node)
        self.type = self.fields.get("question_type") or _PROFILES.get(self.fields.get("cc_profile", ""), "")
        self.notes: Notes = []
        self.shown: set[str] = set()

    def question(self, notes: Notes) -> Fields:
        if self.type not in _KINDS:
            raise Refused(_REASONS.get(self.type, f"questions of the type {self.type[:60]!r} are not known here"))
        self.notes = notes
        self.presentation = self.node.first("presentation") or Node("presentation")
        self.sources = self.sources_by_text()
        self.feedback = {each.attributes.get("ident", ""): each for each in self.node.all("itemfeedback")}
        self.conditions = [_Condition(each) for each in _below(self.node.first("resprocessing"), "respcondition")]
        self.links = {
            answer: condition.link
            for condition in reversed(self.conditions)
            for answer in condition.chosen
            if condition.link
        }
        content, prompt = _KINDS[self.type](self)
        fields = {
            "title": cut(self.node.attributes.get("title", ""), 200, "title", notes),
            "prompt": self.material(self.presentation) if prompt is None else prompt,
            "content": content,
            "points": self.points(),
            "feedback": {name: self.remark(ident) for name, ident in names.FEEDBACK.items()},
            "pool": cut(self.pool, 200, "group's name", notes) if self.pool else None,
        }
        self.note_the_rest()
        return fields

    def sources_by_text(self) -> dict[int, str]:
        """The Markdown of each HTML text, as far as the file has it and it still gives that HTML."""
        found = [node for node in _below(self.node, "mattext") if _is_html(node)]
        try:
            sources = json.loads(self.fields.get(names.SOURCES, "[]"))
        except (ValueError, RecursionError):
            return {}
        if not isinstance(sources, list) or len(sources) != len(found):
            return {}
        return {
            id(node): source
            for node, source in zip(found, sources, strict=True)
            if isinstance(source, str) and len(source) <= names.LONGEST_SOURCE
        }

    def points(self) -> float:
        points = numbers.number(self.fields.get("points_possible") or "1")
        if points == 0:
            self.notes.append("was worth 0 points; here a question counts, so that it is worth 1")
        return points or 1.0

    def material(self, node: Node) -> str:
        """What a node shows, without the answers below it."""
        return "\n\n".join(filter(None, map(self.text, self.shown_below(node))))

    def shown_below(self, node: Node) -> Iterator[Node]:
        for child in node.children:
            if child.tag in ("material", "flow", "flow_mat"):
                yield from self.shown_below(child)
            elif child.tag in ("mattext", "matemtext"):
                yield child
            elif child.tag.startswith("mat") and child.tag != "matbreak":
                self.notes.append(f"the file {child.attributes.get('uri', '')[:100]} is not kept")

    def text(self, node: Node) -> str:
        source = self.sources.get(id(node))
        if source is not None and names.shown(source) == node.text:
            return source
        return self.converted(node, node.inner)

    def converted(self, node: Node, text: str) -> str:
        if not _is_html(node) and not node.children:
            return texts.from_plain(text)
        self.notes.extend(texts.not_shown(text))
        self.notes.extend(f"the file {name.partition('?')[0]} is not kept" for name in _FILE.findall(text))
        text = text.strip()
        return texts.from_html(_WRAPPED.sub(r"\1", text))

    def plain(self, node: Node) -> str:
        """An answer that is typed or chosen by its text; tags in it say nothing."""
        found = [_unmarked(each.inner) if _is_html(each) else each.text for each in self.shown_below(node)]
        return "".join(found).strip()

    def remark(self, ident: str) -> str:
        self.shown.add(ident)
        return self.material(self.feedback[ident]) if ident in self.feedback else ""

    def remark_on(self, respident: str, value: str) -> str:
        """The feedback for an answer: what a condition shows for it, or by Canvas's name for it."""
        return self.remark(self.links.get((respident, value), f"{value}_fb"))

    def note_the_rest(self) -> None:
        for ident, node in self.feedback.items():
            if ident not in self.shown and self.material(node):
                self.notes.append(f"the feedback {ident[:60]} is not kept")
        for child in self.node.children:
            if child.tag not in _PARTS:
                self.notes.append(f"<{child.tag}> is not kept")

    def responses(self) -> list[Node]:
        return _below(self.presentation, "response_lid")

    def response(self) -> Node:
        found = self.responses()
        if not found:
            raise Refused("has no answers to choose from")
        return found[0]

    def scores(self) -> dict[tuple[str, str], float]:
        """The share of the points that each answer earns by itself."""
        declared = [
            each.attributes.get("maxvalue", "") for each in _below(self.node.first("resprocessing"), "decvar")
        ]
        scored = [(each.chosen, each.score) for each in self.conditions if each.score > 0]
        full = numbers.number(next(filter(None, declared), "0")) or max((score for _, score in scored), default=1.0)
        found: dict[tuple[str, str], float] = {}
        for chosen, score in scored:
            for answer in chosen:
                found[answer] = max(found.get(answer, 0.0), min(score / full, 1.0))
        return found


class _Condition:
    """A ``<respcondition>``: the answers that it asks for, what they score, and the feedback for them alone."""

    def __init__(self, node: Node) -> None:
        self.variable = node.first("conditionvar") or Node("conditionvar")
        self.chosen = list(_chosen(self.variable))
        links = [each.attributes.get("linkrefid", "") for each in _below(node, "displayfeedback")]
        self.link = next((link for link in links if link not in names.FEEDBACK.values()), "")
        self.score = max((numbers.number(each.text or "0") for each in node.all("setvar")), default=0.0)


def _chosen(node: Node) -> Iterator[tuple[str, str]]:
    for child in node.children:
        if child.tag == "varequal":
            yield child.attributes.get("respident", ""), child.text.strip()
        elif child.tag == "varsubstring":
            yield child.attributes.get("respident", ""), f"\x02{child.text.strip()}\x02"
        elif child.tag in ("and", "or"):
            yield from _chosen(child)


_Read = tuple[Fields, str | None]
"""The content, and the prompt where it is not simply what the item shows."""


def _labels(response: Node) -> list[Node]:
    return _below(response, "response_label")


def _key(ident: str) -> Fields:
    return {"id": ident} if _KEY.fullmatch(ident) else {}


def _options(item: _Item, response: Node, weight: Callable[[str], float]) -> list[Fields]:
    name = response.attributes.get("ident", "")
    return [
        {
            **_key(ident),
            "text": item.material(label),
            "weight": weight(ident),
            "feedback": item.remark_on(name, ident),
        }
        for label in _labels(response)
        for ident in [label.attributes.get("ident", "")]
    ]


def _single(item: _Item) -> _Read:
    response = item.response()
    scores, name = item.scores(), response.attributes.get("ident", "")
    return {"kind": "single", "options": _options(item, response, lambda each: scores.get((name, each), 0.0))}, None


def _multiple(item: _Item) -> _Read:
    """In Canvas each right option earns its share, and each wrong one costs as much."""
    response = item.response()
    right = {value for _, value in item.scores()} & {each.attributes.get("ident", "") for each in _labels(response)}
    if not right:
        raise Refused("has no right answer")
    share = 1 / len(right)
    return {
        "kind": "multiple",
        "options": _options(item, response, lambda each: share if each in right else -share),
    }, None


def _true_false(item: _Item) -> _Read:
    response = item.response()
    labels = _labels(response)
    if len(labels) != 2:
        raise Refused("a true/false question has two answers")
    said = [item.plain(label).lower() for label in labels]
    if sorted(said) != ["false", "true"]:
        item.notes.append(f"of its answers the first, {said[0][:40]!r}, is taken for true")
        said = ["true", "false"]
    name = response.attributes.get("ident", "")
    idents = dict(zip(said, (label.attributes.get("ident", "") for label in labels), strict=True))
    right = {value for _, value in item.scores()} & set(idents.values())
    if len(right) != 1:
        raise Refused("has no right answer")
    return {
        "kind": "true_false",
        "answer": idents["true"] in right,
        "feedback_true": item.remark_on(name, idents["true"]),
        "feedback_false": item.remark_on(name, idents["false"]),
    }, None


def _short_text(item: _Item) -> _Read:
    answers = [
        {"text": _pattern(text), "weight": score, "feedback": item.remark_on(name, text)}
        for (name, text), score in item.scores().items()
    ]
    return {"kind": "short_text", "answers": answers}, None


def _pattern(text: str) -> str:
    """Canvas has no wildcards, so that a star is one; a part of an answer is marked by `_chosen`."""
    return text.replace("*", r"\*").replace("\x02", "*")


def _essay(item: _Item) -> _Read:
    return {"kind": "essay"}, None


def _matching(item: _Item) -> _Read:
    chosen = {respident: value for respident, value in item.scores()}
    pairs, offered, noted = [], {}, set()
    for response in item.responses():
        name = response.attributes.get("ident", "")
        labels = {label.attributes.get("ident", ""): item.plain(label) for label in _labels(response)}
        right = labels.get(chosen.get(name, ""))
        if right is None:
            raise Refused("not every prompt has its right answer")
        pairs.append({**_key(name.removeprefix("response_")), "prompt": item.material(response), "answer": right})
        offered.update(dict.fromkeys(labels.values()))
        noted.add(right)
    return {
        "kind": "matching",
        "pairs": pairs,
        "distractors": [each for each in offered if each not in noted],
    }, None


def _numeric(item: _Item) -> _Read:
    answers = []
    for condition in item.conditions:
        if condition.score > 0:
            value, tolerance = _range(item, condition.variable)
            feedback = item.remark(condition.link) if condition.link else ""
            answers.append({"value": value, "tolerance": tolerance, "feedback": feedback})
    return {"kind": "numeric", "answers": answers}, None


def _range(item: _Item, variable: Node) -> tuple[float, float]:
    """Value and tolerance of an exact answer with or without a margin, or of a range."""
    found: dict[str, Decimal] = {}
    for node in variable.walk():
        if node.tag in ("varequal", "vargt", "vargte", "varlt", "varlte"):
            found[node.tag] = numbers.decimal(node.text)
    if "vargt" in found or "varlt" in found:
        item.notes.append("a bound that was not itself right now is")
    exact = found.get("varequal")
    low, high = found.get("vargte", found.get("vargt")), found.get("varlte", found.get("varlt"))
    if low is None or high is None:
        if exact is None:
            raise Refused("has a number that is open to one side")
        return float(exact), 0.0
    if high < low:
        raise Refused("has a range that ends before it begins")
    if exact is not None and high - exact == exact - low:
        return float(exact), float(high - exact)
    return float((low + high) / 2), float((high - low) / 2)


def _blanks(item: _Item) -> _Read:
    def content(response: Node, name: str) -> Fields:
        answers = [
            {
                "text": _pattern(item.plain(label)),
                "feedback": item.remark_on(name, label.attributes.get("ident", "")),
            }
            for label in _labels(response)
        ]
        return {"kind": "short_text", "answers": answers}

    return _cloze(item, content)


def _dropdowns(item: _Item) -> _Read:
    scores = item.scores()

    def content(response: Node, name: str) -> Fields:
        def weight(ident: str) -> float:
            return 1.0 if (name, ident) in scores else 0.0

        return {"kind": "single", "options": _options(item, response, weight)}

    return _cloze(item, content)


def _cloze(item: _Item, content: Callable[[Node, str], Fields]) -> _Read:
    responses = {each.attributes.get("ident", "").removeprefix("response_"): each for each in item.responses()}
    shown = [node for node in item.shown_below(item.presentation)]
    if len(shown) != 1:
        raise Refused("does not have its text in one piece")
    keys = _keys(list(responses))
    prompt, order = _with_gaps(item, shown[0], keys)
    fields = [
        {"id": keys[name], **content(responses[name], responses[name].attributes.get("ident", ""))}
        for name in order
    ]
    return {"kind": "cloze", "gaps": fields}, prompt


def _keys(blanks: list[str]) -> dict[str, str]:
    """Canvas allows any name for a blank."""
    return {name: name if _KEY.fullmatch(name) else f"blank_{number}" for number, name in enumerate(blanks, 1)}


def _with_gaps(item: _Item, node: Node, keys: dict[str, str]) -> tuple[str, list[str]]:
    source = item.sources.get(id(node))
    if source is not None and names.shown_with_blanks(source, keys) == node.text:
        return source, GAP.findall(source)
    text = node.inner
    spans: dict[str, tuple[int, int]] = {}
    for name in keys:
        for written in (f"[{name}]", f"[{escape(name, quote=False)}]"):
            if (start := text.find(written)) >= 0:
                spans[name] = start, start + len(written)
                break
        else:
            raise Refused(f"the blank [{name[:60]}] is not in its text")
        if text.count(written) > 1:
            item.notes.append(f"the blank [{name[:60]}] stands more than once: the first is the gap")
    order = sorted(spans, key=lambda name: spans[name])
    marked = gaps.marked(text, [spans[name] for name in order])
    return gaps.named(item.converted(node, marked), [keys[name] for name in order]), order


_KINDS: dict[str, Callable[[_Item], _Read]] = {
    "multiple_choice_question": _single,
    "multiple_answers_question": _multiple,
    "true_false_question": _true_false,
    "short_answer_question": _short_text,
    "numerical_question": _numeric,
    "matching_question": _matching,
    "fill_in_multiple_blanks_question": _blanks,
    "multiple_dropdowns_question": _dropdowns,
    "essay_question": _essay,
}
