"""The rule for every quiz, whoever made it: each answer stands in a sentence that stands in the lesson."""

import re
from collections.abc import Iterator

from lms.ai.models import Cloze, Lesson, Question, Quiz, ShortText, SingleChoice

GAP = "____"
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def problems(quiz: Quiz, lesson: Lesson) -> list[str]:
    """What is wrong with the quiz, one sentence each; empty when nothing is.

    Whitespace, letter case and Markdown's emphasis marks make no difference.
    """
    text = _bare(lesson.text)
    return [
        f"Question {number} ({question.kind}): {problem}"
        for number, question in enumerate(quiz.questions, 1)
        for problem in _problems(question, text)
    ]


def _problems(question: Question, lesson: str) -> Iterator[str]:
    if not _bare(question.evidence):
        yield "the evidence is empty."
    elif _bare(question.evidence) not in lesson:
        yield f"the evidence does not stand word for word in the lesson: {question.evidence!r}."
    if isinstance(question, SingleChoice):
        yield from _single(question)
    elif isinstance(question, Cloze):
        yield from _cloze(question)
    elif isinstance(question, ShortText):
        yield from _short(question)


def _single(question: SingleChoice) -> Iterator[str]:
    options = [" ".join(option.split()).casefold() for option in question.options]
    if not all(options):
        yield "an option is empty."
    if len(set(options)) < len(options):
        yield "two options are the same."
    if question.answer >= len(options):
        yield f"the answer {question.answer} is no index into the {len(options)} options."
        return
    right = question.options[question.answer]
    if not _stands(right, question.evidence):
        yield f"the right option {right!r} does not stand in the evidence."
    for number, option in enumerate(question.options):
        if number != question.answer and _stands(right, option):
            yield f"the option {option!r} holds the right one, {right!r}."


def _cloze(question: Cloze) -> Iterator[str]:
    if question.prompt.count("_" * len(GAP)) != 1 or "_" * (len(GAP) + 1) in question.prompt:
        yield f"the prompt needs exactly one gap, written {GAP}."
        return
    if not _stands(question.answer, question.evidence):
        yield f"the answer {question.answer!r} does not stand in the evidence."
    elif not any(_bare(filled) in _bare(question.evidence) for filled in _filled(question)):
        yield "the prompt with its gap filled does not stand in the evidence."
    if _stands(question.answer, question.prompt):
        yield f"the prompt gives the answer {question.answer!r} away."


def _filled(question: Cloze) -> Iterator[str]:
    """The prompt with its answer, from its beginning or from after the words that introduce the sentence."""
    before, after = question.prompt.split(GAP)
    starts = [0, *(match.end() for match in re.finditer(r"[:\n“\"„«‘']\s*", before))]
    for start in starts:
        filled = before[start:] + question.answer + after
        yield filled
        yield filled.rstrip().rstrip("”\"“»’'").rstrip()


def _short(question: ShortText) -> Iterator[str]:
    if not _stands(question.answer, question.evidence):
        yield f"the answer {question.answer!r} does not stand in the evidence."
    if _stands(question.answer, question.prompt):
        yield f"the prompt gives the answer {question.answer!r} away."


def _stands(part: str, whole: str) -> bool:
    """Whether a text holds another as whole words; marks count only for what is made of marks, like ``**``."""
    wanted, held = _bare(part), _bare(whole)
    if not wanted:
        return bool(part.strip()) and part.strip() in whole
    at = held.find(wanted)
    while at >= 0:
        if _is_edge(held, at) and _is_edge(held, at + len(wanted)):
            return True
        at = held.find(wanted, at + 1)
    return False


def _is_edge(text: str, at: int) -> bool:
    """Whether a word ends or begins at the place; in scripts without spaces, any place will do."""
    if at in (0, len(text)):
        return True
    one, other = text[at - 1], text[at]
    return not (one.isalnum() and other.isalnum()) or bool(_UNSPACED.match(one) or _UNSPACED.match(other))


def _bare(text: str) -> str:
    """The text for comparing: on one line, in small letters, without emphasis and code marks."""
    return " ".join(re.sub(r"[*_`]+", "", text).split()).casefold()
