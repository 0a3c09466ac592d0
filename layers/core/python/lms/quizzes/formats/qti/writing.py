"""Our questions as Canvas imports them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from pydantic_core import to_json

from lms.quizzes.formats import numbers, texts
from lms.quizzes.formats.markup import Node, document, element, holds_unfit
from lms.quizzes.formats.qti import names, package
from lms.quizzes.formats.report import Notes, Refused, Report, Row

if TYPE_CHECKING:
    from lms.quizzes.contents import (
        Choice,
        ChoiceGap,
        Cloze,
        Essay,
        Matching,
        Multiple,
        Numeric,
        NumericAnswer,
        Question,
        TextAnswer,
        TextGap,
        TrueFalse,
    )

_TITLE = "Question bank"
_XSI = {"xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance"}
_QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
_CP = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
_CANVAS = "http://canvas.instructure.com/xsd/cccv1p0"

_FIRST_ANSWER = 1001
_WILDCARD = re.compile(r"(?<!\\)\*")


def write(questions: Sequence[Question]) -> tuple[bytes, list[Row]]:
    """A package that Canvas imports, and a row for each question. Pools become question groups."""
    report = Report()
    root = element("section", ident="root_section")
    groups: dict[str, _Group] = {}
    for number, question in enumerate(questions, 1):

        def add(notes: Notes, number: int = number, question: Question = question) -> None:
            item = _Writer(question, notes).item(_ident(f"{number} {to_json(question, fallback=vars).decode()}"))
            if holds_unfit(item):
                notes.append("control characters, which XML cannot hold, are left out")
            if question.pool is None:
                root.content.append(item)
                return
            if question.pool not in groups:
                groups[question.pool] = _Group(question.pool, question.points)
                root.content.append(groups[question.pool].section)
            groups[question.pool].add(item, question, notes)

        report.add(f"question {number}", question.title, question.content.kind, add)
    for group in groups.values():
        group.finish()
    return _package(root, sum(question.points for question in questions)), report.rows


def _ident(text: str) -> str:
    return "g" + hashlib.sha256(text.encode()).hexdigest()[:32]


class _Group:
    """A section from which Canvas draws; exported whole, it draws all."""

    def __init__(self, pool: str, points: float) -> None:
        self.points = points
        self.section = element("section", ident=_ident(pool), title=pool)

    def add(self, item: Node, question: Question, notes: Notes) -> None:
        if question.points != self.points:
            notes.append(f"Canvas counts every question of this pool {numbers.written(self.points)} points")
        self.section.content.append(item)

    def finish(self) -> None:
        points = element("points_per_item", numbers.written(self.points))
        count = element("selection_number", str(len(self.section.children)))
        selection = element("selection", count, element("selection_extension", points))
        self.section.content.insert(0, element("selection_ordering", selection))


def _package(root: Node, points: float) -> bytes:
    ident = _ident(" ".join(node.attributes["ident"] for node in root.walk() if node.tag in ("section", "item")))
    assessment = element("assessment", root, ident=ident, title=_TITLE)
    schema = {"xsi:schemaLocation": f"{_QTI} http://www.imsglobal.org/xsd/ims_qtiasiv1p2p1.xsd"}
    meta = element(
        "quiz",
        element("title", _TITLE),
        element("description"),
        element("quiz_type", "practice_quiz"),
        element("points_possible", numbers.written(points)),
        element("available", "false"),
        identifier=ident,
        xmlns=_CANVAS,
    )
    return package.packed(
        {
            "imsmanifest.xml": document(_manifest(ident)),
            f"{ident}/{ident}.xml": document(element("questestinterop", assessment, xmlns=_QTI, **_XSI, **schema)),
            f"{ident}/assessment_meta.xml": document(meta),
        }
    )


def _manifest(ident: str) -> Node:
    meta = f"{ident}_meta"
    return element(
        "manifest",
        element("metadata", element("schema", "IMS Content"), element("schemaversion", "1.1.3")),
        element("organizations"),
        element(
            "resources",
            element(
                "resource",
                element("file", href=f"{ident}/{ident}.xml"),
                element("dependency", identifierref=meta),
                identifier=ident,
                type="imsqti_xmlv1p2",
            ),
            element(
                "resource",
                element("file", href=f"{ident}/assessment_meta.xml"),
                identifier=meta,
                type="associatedcontent/imscc_xmlv1p1/learning-application-resource",
                href=f"{ident}/assessment_meta.xml",
            ),
        ),
        identifier=f"{ident}_manifest",
        xmlns=_CP,
    )


def _field(label: str, entry: str) -> Node:
    return element("qtimetadatafield", element("fieldlabel", label), element("fieldentry", entry))


def _condition(*answers: Node, score: str = "", action: str = "Set", link: str = "", last: bool = False) -> Node:
    node = element("respcondition", element("conditionvar", *answers), **{"continue": "No" if last else "Yes"})
    if score:
        node.content.append(element("setvar", score, action=action, varname="SCORE"))
    if link:
        node.content.append(element("displayfeedback", feedbacktype="Response", linkrefid=link))
    return node


def _equal(value: str, respident: str = "response1") -> Node:
    return element("varequal", value, respident=respident)


class _Writer:
    """One item; answers are numbered, because Canvas finds an answer's feedback by its number alone."""

    def __init__(self, question: Question, notes: Notes) -> None:
        self.question = question
        self.notes = notes
        self.answers: list[str] = []
        self.sources: dict[int, str] = {}
        self.feedback: list[Node] = []
        self.conditions: list[Node] = []

    def item(self, ident: str) -> Node:
        question = self.question
        self.general = [ident for name, ident in names.FEEDBACK.items() if getattr(question.feedback, name)]
        kind, responses = self.content()
        self.note_losses()
        prompt = self.prompt()
        for name, fb in names.FEEDBACK.items():
            self.remark(fb, getattr(question.feedback, name))
        general = [_condition(element("other"), link="general_fb")] if "general_fb" in self.general else []
        wrong = (
            [_condition(element("other"), link="general_incorrect_fb")]
            if "general_incorrect_fb" in self.general
            else []
        )
        score = element("decvar", maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal")
        metadata = element(
            "qtimetadata",
            _field("question_type", kind),
            _field("points_possible", numbers.written(question.points)),
            _field("original_answer_ids", ",".join(self.answers)),
        )
        node = element(
            "item",
            element("itemmetadata", metadata),
            element("presentation", prompt, *responses),
            element("resprocessing", element("outcomes", score), *general, *self.conditions, *wrong),
            *self.feedback,
            ident=ident,
            title=question.title,
        )
        sources = [self.sources[id(each)] for each in node.walk() if id(each) in self.sources]
        if sources:
            metadata.content.append(_field(names.SOURCES, json.dumps(sources)))
        return node

    def note_losses(self) -> None:
        question = self.question
        if question.feedback.partly:
            self.notes.append("Canvas has no feedback for answers that are partly right")
        if question.hints:
            self.notes.append("Canvas has no hints")
        if question.skills:
            self.notes.append("Canvas has no skills of a question")

    def prompt(self) -> Node:
        content = self.question.content
        if content.kind != "cloze":
            return self.material(self.question.prompt)
        blanks = [gap.id for gap in content.gaps]
        html = names.shown_with_blanks(self.question.prompt, blanks)
        if any(html.count(f"[{blank}]") != 1 for blank in blanks):
            raise Refused("a gap stands where Canvas shows no text, e.g. in a link")
        return element("material", self.html(html, self.question.prompt))

    def material(self, text: str) -> Node:
        if texts.from_plain(text) == text and "\n" not in text:
            return element("material", element("mattext", text, texttype="text/plain"))
        return element("material", self.html(names.shown(text), text))

    def html(self, html: str, source: str) -> Node:
        node = element("mattext", html, texttype="text/html")
        self.sources[id(node)] = source
        return node

    def remark(self, ident: str, text: str) -> None:
        if text:
            self.feedback.append(element("itemfeedback", element("flow_mat", self.material(text)), ident=ident))

    def number(self) -> str:
        ident = str(_FIRST_ANSWER + len(self.answers))
        self.answers.append(ident)
        return ident

    def correct_link(self) -> str:
        return "correct_fb" if "correct_fb" in self.general else ""

    def right(self, *answers: Node) -> None:
        self.conditions.append(_condition(*answers, score="100", link=self.correct_link(), last=True))

    def content(self) -> tuple[str, list[Node]]:
        """Canvas's name of the type, and what is answered."""
        content = self.question.content
        match content.kind:
            case "single":
                return "multiple_choice_question", self.single(content.options)
            case "multiple":
                return "multiple_answers_question", self.multiple(content)
            case "true_false":
                return "true_false_question", self.true_false(content)
            case "short_text":
                return "short_answer_question", self.short_text(content.answers, content.case_sensitive)
            case "numeric":
                return "numerical_question", self.numeric(content)
            case "matching":
                return "matching_question", self.matching(content)
            case "cloze":
                return self.cloze(content)
            case "essay":
                return "essay_question", self.essay(content)
            case "ordering":
                raise Refused("QTI 1.2 in Canvas has no ordering")

    def labels(self, options: Sequence[Choice], respident: str) -> tuple[list[Node], list[str]]:
        return self.labels_of([(option.text, option.feedback) for option in options], respident)

    def labels_of(self, options: Sequence[tuple[str, str]], respident: str) -> tuple[list[Node], list[str]]:
        """For the text and the feedback of each."""
        idents = [self.number() for _ in options]
        for (_, feedback), ident in zip(options, idents, strict=True):
            self.answer_feedback(feedback, ident, _equal(ident, respident))
        labels = [
            element("response_label", self.material(text), ident=ident)
            for (text, _), ident in zip(options, idents, strict=True)
        ]
        return labels, idents

    def answer_feedback(self, text: str, ident: str, answer: Node) -> None:
        if text:
            self.conditions.append(_condition(answer, link=f"{ident}_fb"))
            self.remark(f"{ident}_fb", text)

    def choice(self, labels: list[Node], cardinality: str = "Single", ident: str = "response1") -> Node:
        return element("response_lid", element("render_choice", *labels), ident=ident, rcardinality=cardinality)

    def single(self, options: Sequence[Choice]) -> list[Node]:
        labels, idents = self.labels(options, "response1")
        right = self.only_right(options, "option")
        self.right(_equal(idents[options.index(right)]))
        return [self.choice(labels)]

    def only_right(self, options: Sequence[Choice], what: str) -> Choice:
        right = [option for option in options if option.weight == 1]
        if len(right) > 1:
            self.notes.append(f"Canvas takes one {what} for right: the first")
        if any(option.weight not in (0, 1) for option in options):
            self.notes.append(f"Canvas has no part of the points for a wrong {what}")
        return right[0]

    def multiple(self, content: Multiple) -> list[Node]:
        options = content.options
        labels, idents = self.labels(options, "response1")
        right = [option for option in options if option.weight > 0]
        share = 1 / len(right)
        if content.all_or_nothing:
            self.notes.append("Canvas gives a part of the points for a part of the right options")
        elif any(abs(option.weight - (share if option.weight > 0 else -share)) > 1e-9 for option in options):
            self.notes.append("in Canvas each right option earns the same, and each wrong one costs as much")
        chosen = [
            _equal(ident) if option.weight > 0 else element("not", _equal(ident))
            for option, ident in zip(options, idents, strict=True)
        ]
        self.right(element("and", *chosen))
        return [self.choice(labels, "Multiple")]

    def true_false(self, content: TrueFalse) -> list[Node]:
        options = [("True", content.feedback_true), ("False", content.feedback_false)]
        labels, idents = self.labels_of(options, "response1")
        self.right(_equal(idents[0 if content.answer else 1]))
        return [self.choice(labels)]

    def typed(self, **attributes: str) -> Node:
        label = element("response_label", ident="answer1")
        field = element("render_fib", label, **attributes)
        return element("response_str", field, ident="response1", rcardinality="Single")

    def short_text(self, answers: Sequence[TextAnswer], case_sensitive: bool) -> list[Node]:
        literal = self.literal(answers, case_sensitive)
        for text, feedback in literal:
            self.answer_feedback(feedback, self.number(), _equal(text))
        self.right(*(_equal(text) for text, _ in literal))
        return [self.typed()]

    def literal(self, answers: Sequence[TextAnswer], case_sensitive: bool) -> list[tuple[str, str]]:
        """Text and feedback of the answers that Canvas can look for."""
        if case_sensitive:
            self.notes.append("Canvas does not look at upper and lower case")
        right = [answer for answer in answers if answer.weight == 1]
        if len(right) < len(answers):
            self.notes.append(
                "Canvas has no part of the points for an answer: those below 100 percent are left out"
            )
        literal = [answer for answer in right if not _WILDCARD.search(answer.text)]
        if len(literal) < len(right):
            self.notes.append("Canvas has no wildcards: answers with * are left out")
        if not literal:
            raise Refused("no right answer is left")
        return [(answer.text.replace(r"\*", "*"), answer.feedback) for answer in literal]

    def numeric(self, content: Numeric) -> list[Node]:
        if content.units:
            self.notes.append("Canvas has no units")
        right = [answer for answer in content.answers if answer.weight == 1]
        if len(right) < len(content.answers):
            self.notes.append(
                "Canvas has no part of the points for an answer: those below 100 percent are left out"
            )
        for answer in right:
            self.number_condition(answer)
        return [self.typed(fibtype="Decimal")]

    def number_condition(self, answer: NumericAnswer) -> None:
        value, tolerance = Decimal(repr(answer.value)), Decimal(repr(answer.tolerance))
        if answer.relative:
            self.notes.append("a tolerance given as a share is written as a number")
            tolerance *= abs(value)
        wanted = element("or", _equal(f"{value}"))
        if tolerance:
            low = element("vargte", f"{value - tolerance}", respident="response1")
            high = element("varlte", f"{value + tolerance}", respident="response1")
            wanted.content.append(element("and", low, high))
        ident = self.number()
        condition = _condition(wanted, score="100", link=f"{ident}_fb" if answer.feedback else "", last=True)
        if self.correct_link():
            condition.content.append(element("displayfeedback", feedbacktype="Response", linkrefid="correct_fb"))
        self.conditions.append(condition)
        self.remark(f"{ident}_fb", answer.feedback)

    def matching(self, content: Matching) -> list[Node]:
        answers = dict.fromkeys([*(pair.answer for pair in content.pairs), *content.distractors])
        matches = {answer: str(9000 + number) for number, answer in enumerate(answers, 1)}
        responses = []
        for pair in content.pairs:
            ident = f"response_{self.number()}"
            labels = [
                element("response_label", element("material", element("mattext", answer)), ident=match)
                for answer, match in matches.items()
            ]
            responses.append(
                element("response_lid", self.material(pair.prompt), element("render_choice", *labels), ident=ident)
            )
            self.add_share(len(content.pairs), _equal(matches[pair.answer], ident))
        return responses

    def add_share(self, count: int, answer: Node) -> None:
        self.conditions.append(_condition(answer, score=f"{100 / count:.2f}", action="Add"))

    def cloze(self, content: Cloze) -> tuple[str, list[Node]]:
        if len({gap.share for gap in content.gaps}) > 1:
            self.notes.append("in Canvas every gap counts the same")
        order = self.question.prompt.index
        gaps = sorted(content.gaps, key=lambda gap: order(f"{{{{{gap.id}}}}}"))
        choices = [gap for gap in gaps if gap.kind == "single"]
        words = [gap for gap in gaps if gap.kind == "short_text"]
        if len(choices) == len(gaps):
            return "multiple_dropdowns_question", [self.dropdown(gap, len(gaps)) for gap in choices]
        if len(words) == len(gaps):
            return "fill_in_multiple_blanks_question", [self.blank(gap, len(gaps)) for gap in words]
        raise Refused(
            "Canvas has gaps for words or gaps with options in a question, not both, and none for numbers"
        )

    def dropdown(self, gap: ChoiceGap, count: int) -> Node:
        respident = f"response_{gap.id}"
        labels, idents = self.labels(gap.options, respident)
        right = self.only_right(gap.options, "option")
        self.add_share(count, _equal(idents[gap.options.index(right)], respident))
        return self.gap(gap.id, labels)

    def blank(self, gap: TextGap, count: int) -> Node:
        respident = f"response_{gap.id}"
        labels = []
        for text, feedback in self.literal(gap.answers, gap.case_sensitive):
            ident = self.number()
            labels.append(element("response_label", element("material", element("mattext", text)), ident=ident))
            self.answer_feedback(feedback, ident, _equal(ident, respident))
        self.add_share(count, _equal(labels[0].attributes["ident"], respident))
        return self.gap(gap.id, labels)

    def gap(self, name: str, labels: Iterable[Node]) -> Node:
        shown = element("material", element("mattext", name))
        return element("response_lid", shown, element("render_choice", *labels), ident=f"response_{name}")

    def essay(self, content: Essay) -> list[Node]:
        if content.template or content.notes or content.least_words or content.most_words:
            self.notes.append("Canvas has no template, notes for graders or number of words")
        self.conditions.append(_condition(element("other"), last=True))
        return [self.typed()]
