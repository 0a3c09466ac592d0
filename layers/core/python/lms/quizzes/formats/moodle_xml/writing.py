"""Our questions as Moodle imports them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from lms.quizzes.fields import GAP
from lms.quizzes.formats import numbers, texts
from lms.quizzes.formats.markup import Node, document, element, holds_unfit
from lms.quizzes.formats.moodle_xml import cloze
from lms.quizzes.formats.moodle_xml.names import FEEDBACK, GRADING
from lms.quizzes.formats.report import Notes, Report, Row

if TYPE_CHECKING:
    from lms.quizzes.contents import (
        Choice,
        Cloze,
        Essay,
        Matching,
        Numeric,
        NumericAnswer,
        Ordering,
        Question,
        TextAnswer,
    )


def write(questions: Sequence[Question]) -> tuple[bytes, list[Row]]:
    """A file that Moodle imports, and a row for each question."""
    report = Report()
    root = element("quiz")
    pool: str | None = None
    for number, question in enumerate(questions, 1):
        if question.pool != pool:
            pool = question.pool
            path = "/".join(["$course$/top", *([pool] if pool else [])])
            root.content.append(element("question", element("category", _text(path)), type="category"))

        def add(notes: Notes, question: Question = question) -> None:
            node = _written(question, notes)
            if holds_unfit(node):
                notes.append("control characters, which XML cannot hold, are left out")
            root.content.append(node)

        report.add(f"question {number}", question.title, question.content.kind, add)
    return document(root), report.rows


def _text(text: str) -> Node:
    """White space at the ends counts only where the element says so."""
    return element("text", text, xml_space="preserve") if text != text.strip() else element("text", text)


def _markdown(tag: str, text: str, *more: Node, **attributes: str) -> Node:
    return element(tag, _text(text), *more, **attributes, format="markdown")


def _written(question: Question, notes: Notes) -> Node:
    kind, prompt, content = _content(question, notes)
    by_result = question.feedback.correct or question.feedback.partly or question.feedback.incorrect
    if by_result and kind not in ("multichoice", "multichoiceset", "matching", "ordering"):
        notes.append("Moodle has no feedback by result for this type and leaves it out")
    if kind == "essay" and question.hints:
        notes.append("Moodle has no hints for this type and leaves them out")
    feedback = [
        _markdown(tag, text) for name, tag in FEEDBACK.items() if (text := getattr(question.feedback, name))
    ]
    tags = [element("tag", _text(skill)) for skill in question.skills]
    return element(
        "question",
        element("name", _text(question.title)),
        _markdown("questiontext", prompt),
        element("defaultgrade", numbers.written(question.points)),
        element("penalty", "0"),
        element("hidden", "0"),
        *feedback,
        *content,
        *(_markdown("hint", hint) for hint in question.hints),
        *([element("tags", *tags)] if tags else []),
        type=kind,
    )


def _content(question: Question, notes: Notes) -> tuple[str, str, list[Node]]:
    """Moodle's name of the type, the prompt, and the elements that are the type's own."""
    prompt = question.prompt
    content = question.content
    match content.kind:
        case "single":
            return "multichoice", prompt, [element("single", "true"), *map(_choice, content.options)]
        case "multiple" if content.all_or_nothing:
            notes.append("needs the plugin 'All-or-Nothing Multiple Choice' in Moodle")
            return "multichoiceset", prompt, [_never_below_nothing(each, notes) for each in content.options]
        case "multiple":
            return "multichoice", prompt, [element("single", "false"), *map(_choice, content.options)]
        case "true_false":
            return (
                "truefalse",
                prompt,
                [
                    _answer("true", 1.0 if content.answer else 0.0, content.feedback_true),
                    _answer("false", 0.0 if content.answer else 1.0, content.feedback_false),
                ],
            )
        case "short_text":
            usecase = element("usecase", str(int(content.case_sensitive)))
            return "shortanswer", prompt, [usecase, *map(_text_answer, content.answers)]
        case "numeric":
            return "numerical", prompt, [*map(_number_answer, content.answers), *_units(content)]
        case "matching":
            return "matching", prompt, _subquestions(content)
        case "ordering":
            return "ordering", prompt, _order(content)
        case "essay":
            return "essay", prompt, _response(content)
        case "cloze":
            return "cloze", _coded(question, content, notes), []


def _answer(text: str, weight: float, feedback: str, *more: Node) -> Node:
    remark = [_markdown("feedback", feedback)] if feedback else []
    return element("answer", _text(text), *more, *remark, fraction=numbers.percent(weight))


def _choice(option: Choice) -> Node:
    return _weighed(option, option.weight)


def _weighed(option: Choice, weight: float) -> Node:
    node = _answer(option.text, weight, option.feedback)
    node.attributes["format"] = "markdown"
    return node


def _never_below_nothing(option: Choice, notes: Notes) -> Node:
    """The plugin takes every option with a fraction for right."""
    if option.weight < 0:
        notes.append("weights below 0, which count nothing where it is all or nothing, are written as 0")
    return _weighed(option, max(0.0, option.weight))


def _text_answer(answer: TextAnswer) -> Node:
    return _answer(answer.text, answer.weight, answer.feedback)


def _number_answer(answer: NumericAnswer) -> Node:
    if answer.relative:
        absolute = numbers.written(abs(answer.value) * answer.tolerance)
        tolerance = element("tolerance", absolute, relative=numbers.written(answer.tolerance))
    else:
        tolerance = element("tolerance", numbers.written(answer.tolerance))
    return _answer(numbers.written(answer.value), answer.weight, answer.feedback, tolerance)


def _units(content: Numeric) -> Iterable[Node]:
    if not content.units:
        return
    units = [
        element(
            "unit",
            element("multiplier", f"{(1 / Decimal(repr(unit.multiplier))).normalize()}"),
            element("unit_name", unit.name),
        )
        for unit in content.units
    ]
    yield element("units", *units)
    yield element("unitgradingtype", "0")
    yield element("showunits", "0")


def _subquestions(content: Matching) -> list[Node]:
    rows = [
        *((pair.prompt, pair.answer) for pair in content.pairs),
        *(("", other) for other in content.distractors),
    ]
    return [
        element("shuffleanswers", "true"),
        *(_markdown("subquestion", prompt, element("answer", _text(answer))) for prompt, answer in rows),
    ]


def _order(content: Ordering) -> list[Node]:
    grading = next(name for name, ours in GRADING.items() if ours == content.grading)
    items = [_markdown("answer", item.text, fraction=str(number)) for number, item in enumerate(content.items, 1)]
    return [element("selecttype", "ALL"), element("gradingtype", grading), *items]


def _response(content: Essay) -> list[Node]:
    return [
        element("responseformat", "editor"),
        element("responserequired", "1"),
        element("minwordlimit", str(content.least_words)),
        element("maxwordlimit", str(content.most_words or 0)),
        element("attachments", "0"),
        _markdown("graderinfo", content.notes),
        _markdown("responsetemplate", content.template),
    ]


def _coded(question: Question, content: Cloze, notes: Notes) -> str:
    if question.points != sum(gap.share for gap in content.gaps):
        notes.append("Moodle counts what its gaps count, not the question's points")
    pieces = GAP.split(question.prompt)
    if any(map(cloze.looks_like_a_code, pieces[::2])):
        notes.append("text that would read as a gap is written with &#123;")
        pieces[::2] = [re.sub(r"\{(?=\d*:[A-Z])", "&#123;", piece) for piece in pieces[::2]]
    codes = {gap.id: cloze.written(gap, notes) for gap in content.gaps}
    for gap in content.gaps:
        if gap.kind == "single" and any(texts.from_html(each.text) != each.text for each in gap.options):
            notes.append(f"Moodle shows the options of gap {gap.id} as HTML, so that Markdown stands as written")
    pieces[1::2] = [codes[key] for key in pieces[1::2]]
    return "".join(pieces)
