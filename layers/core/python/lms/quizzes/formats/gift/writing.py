"""Our questions as GIFT."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lms.quizzes.fields import GAP
from lms.quizzes.formats import numbers
from lms.quizzes.formats.gift.escapes import escape
from lms.quizzes.formats.report import Notes, Refused, Report, Row

if TYPE_CHECKING:
    from lms.quizzes.contents import Choice, Cloze, Matching, NumericAnswer, Question, TextAnswer, TrueFalse

_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f]")
_TAG = re.compile(r"[^\[<>`\\\x00-\x1f]+")


def write(questions: Sequence[Question]) -> tuple[bytes, list[Row]]:
    """A text file that Moodle imports, and a row for each question."""
    report = Report()
    blocks: list[str] = []
    pool: str | None = None
    for number, question in enumerate(questions, 1):

        def add(notes: Notes, question: Question = question) -> None:
            nonlocal pool
            block = _Writer(question, notes).block()
            if question.pool != pool:
                pool = question.pool
                path = "/".join(["$course$/top", *([_one_line(pool, notes)] if pool else [])])
                blocks.append(f"$CATEGORY: {path}")
            blocks.append(block)

        report.add(f"question {number}", question.title, question.content.kind, add)
    return "".join(f"{block}\n\n" for block in blocks).encode(), report.rows


def _one_line(text: str, notes: Notes) -> str:
    line = " ".join(_UNFIT.sub(" ", text).split("\n"))
    if line != text:
        notes.append("line breaks in the name of the pool are left out")
    return line


class _Writer:
    def __init__(self, question: Question, notes: Notes) -> None:
        self.question = question
        self.notes = notes

    def block(self) -> str:
        question = self.question
        answers = self.answers()
        self.note_losses()
        general = f"####{self.markdown(question.feedback.general)}" if question.feedback.general else ""
        title = f"::{self.escaped(question.title)}::" if question.title else ""
        before, after = self.prompt()
        tags = "".join(f" [tag:{tag}]" for tag in self.tags())
        return (f"//{tags}\n" if tags else "") + f"{title}[markdown]{before}{{{answers}{general}}}{after}"

    def prompt(self) -> tuple[str, str]:
        if self.question.content.kind == "cloze":
            before, _, after = GAP.split(self.question.prompt)
            text = self.fit(before).lstrip(), self.fit(after).rstrip()
            if (before, after) != text:
                self.notes.append("white space at the ends of a text is left out")
            return escape(text[0]), escape(text[1])
        return self.escaped(self.question.prompt), ""

    def escaped(self, text: str) -> str:
        """Without what would be lost at the ends."""
        fit = self.fit(text)
        stripped = fit.strip()
        if stripped != fit:
            self.notes.append("white space at the ends of a text is left out")
        return escape(stripped)

    def fit(self, text: str) -> str:
        fit = _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
        if fit != text:
            self.notes.append("control characters are left out")
        return fit

    def markdown(self, text: str) -> str:
        """At the beginning a bracket would be read as the name of a format, a percent sign as a weight."""
        escaped = self.escaped(text)
        return f"[markdown]{escaped}" if escaped.startswith(("[", "%")) else escaped

    def tags(self) -> list[str]:
        fit = [skill for skill in self.question.skills if _TAG.fullmatch(skill)]
        if len(fit) < len(self.question.skills):
            self.notes.append("skills with [ < > ` \\ or a control character in their names are left out")
        return [tag.replace("]", "\\]") for tag in fit]

    def note_losses(self) -> None:
        question = self.question
        if question.points != 1:
            self.notes.append("GIFT has no points")
        if question.hints:
            self.notes.append("GIFT has no hints")
        if question.feedback.correct or question.feedback.partly or question.feedback.incorrect:
            self.notes.append("GIFT has no feedback by result")

    def answers(self) -> str:
        content = self.question.content
        match content.kind:
            case "single":
                return self.options(content.options, single=True)
            case "multiple":
                if content.all_or_nothing:
                    self.notes.append("GIFT cannot say that it is all or nothing")
                return self.options(content.options, single=False)
            case "true_false":
                return self.true_or_false(content)
            case "short_text":
                return self.short_texts(content.answers, content.case_sensitive)
            case "numeric":
                if content.units:
                    self.notes.append("GIFT has no units")
                return self.numbers(content.answers)
            case "matching":
                return self.pairs(content)
            case "essay":
                if content.template or content.notes or content.least_words or content.most_words:
                    self.notes.append("GIFT has no template, notes for graders or number of words")
                return ""
            case "cloze":
                return self.missing_word(content)
            case "ordering":
                raise Refused("GIFT has no ordering")

    def missing_word(self, content: Cloze) -> str:
        if len(content.gaps) > 1:
            raise Refused("GIFT has one gap at most")
        (gap,) = content.gaps
        if not GAP.split(self.question.prompt)[2].strip():
            self.notes.append("in GIFT a gap at the end of a text is no gap, but an ordinary question")
        match gap.kind:
            case "single":
                return self.options(gap.options, single=True)
            case "short_text":
                return self.short_texts(gap.answers, gap.case_sensitive)
            case "numeric":
                return self.numbers(gap.answers)

    def options(self, options: Sequence[Choice], *, single: bool) -> str:
        """The first right one gets the ``=`` that makes it a single choice; there must be a ``~`` too."""
        lines, marked = [], not single
        for option in options:
            mark = "=" if option.weight == 1 and not marked else f"~{_percent(option.weight)}"
            marked = marked or mark == "="
            lines.append(f"\n\t{mark}{self.markdown(option.text)}{self.remark(option.feedback)}")
        return "".join(lines) + "\n"

    def remark(self, feedback: str) -> str:
        return f"#{self.markdown(feedback)}" if feedback else ""

    def true_or_false(self, content: TrueFalse) -> str:
        remarks = content.feedback_true, content.feedback_false
        right, wrong = remarks if content.answer else remarks[::-1]
        both = f"#{self.markdown(wrong)}" if wrong or right else ""
        return ("TRUE" if content.answer else "FALSE") + both + self.remark(right)

    def short_texts(self, answers: Sequence[TextAnswer], case_sensitive: bool) -> str:
        if case_sensitive:
            self.notes.append("GIFT does not look at upper and lower case")
        if any("->" in answer.text for answer in answers):
            raise Refused("an answer holds ->, which GIFT reads as a pair")
        lines = [
            f"\n\t=%{numbers.percent(answer.weight)}%{self.markdown(answer.text)}"
            + self.remark(self.without_arrows(answer.feedback))
            for answer in answers
        ]
        return "".join(lines) + "\n"

    def without_arrows(self, text: str) -> str:
        """GIFT has no escape for an arrow; Markdown has."""
        if "->" in text:
            self.notes.append("-> is written as -&gt;, because GIFT reads it as a pair")
        return text.replace("->", "-&gt;")

    def numbers(self, answers: Sequence[NumericAnswer]) -> str:
        return "#" + "".join(f"\n\t={self.number(answer)}" for answer in answers) + "\n"

    def number(self, answer: NumericAnswer) -> str:
        tolerance = answer.tolerance
        if answer.relative:
            tolerance *= abs(answer.value)
            self.notes.append("a tolerance given as a share is written as a number")
        value = f"{numbers.written(answer.value)}:{numbers.written(tolerance)}"
        return f"%{numbers.percent(answer.weight)}%{value}{self.remark(answer.feedback)}"

    def pairs(self, content: Matching) -> str:
        rows = [(self.markdown(self.without_arrows(pair.prompt)), pair.answer) for pair in content.pairs]
        rows += [("", other) for other in content.distractors]
        return "".join(f"\n\t={prompt} -> {self.escaped(answer)}" for prompt, answer in rows) + "\n"


def _percent(weight: float) -> str:
    return f"%{numbers.percent(weight)}%" if weight else ""
