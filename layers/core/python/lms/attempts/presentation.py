"""What a learner sees of a question: before release nothing that tells the key, after it the key and the feedback.
Both have the fields of the models in ``lms.attempts.models.question``.

``html`` is the stored ``lms.quizzes.texts.rendered`` of the question's version: a view renders nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lms.attempts import wildcards
from lms.attempts.arrangement import Order, answers, shown_id, shown_ids
from lms.attempts.responses import Response, Typed, shown
from lms.attempts.scoring import Result
from lms.mongo import Document
from lms.quizzes.fields import GAP

if TYPE_CHECKING:
    from lms.quizzes.contents import Choice, Content, Gap, NumericAnswer, Question, TextAnswer

Html = Mapping[str, str]


def presented(question: Question, html: Html, order: Order, *, hints: bool = False) -> Document:
    """The question before release, with its ``hints`` where the quiz gives them."""
    return {**_presented(question, html, order), "hints": _hints(question, html) if hints else []}


def reviewed(question: Question, html: Html, order: Order, response: Response | None, result: Result) -> Document:
    """The question after release, with its response and what became of it."""
    content = question.content
    names = _part_names(content, order)
    return {
        **presented(question, html, order, hints=True),
        "response": shown(content, order, response),
        "key": shown(content, order, key(content)),
        "fraction": result.fraction,
        "verdict": result.verdict,
        "parts": {names[id]: fraction for id, fraction in result.parts.items() if id in names},
        "feedback": [{"id": _subject(path, names), "html": html[path]} for path in result.feedback if path in html],
    }


def key(content: Content) -> Response | None:
    """A response that is wholly right, as it is kept; None for an essay. Where a key has wildcards, … stands for
    what may be anything."""
    match content.kind:
        case "single":
            return _right_option(content.options)
        case "multiple":
            return [option.id for option in content.options if option.weight > 0]
        case "true_false":
            return content.answer
        case "numeric":
            return _right_number(content.answers)
        case "short_text":
            return _right_text(content.answers)
        case "matching":
            return {pair.id: pair.answer for pair in content.pairs}
        case "ordering":
            return [item.id for item in content.items]
        case "cloze":
            return {gap.id: _right_in(gap) for gap in content.gaps}
        case "essay":
            return None


def _hints(question: Question, html: Html) -> list[str]:
    return [html[f"hints/{index}"] for index in range(len(question.hints))]


def _presented(question: Question, html: Html, order: Order) -> Document:
    content = question.content
    shape: Document = {"kind": content.kind, "html": html["prompt"]}
    match content.kind:
        case "single" | "multiple":
            shape["options"] = _options(content.options, html, "", order["places"])
        case "matching":
            shape["prompts"] = [
                {"id": shown_id(index), "html": html[f"pairs/{pair.id}/prompt"]}
                for index, pair in enumerate(content.pairs)
            ]
            texts = answers(content)
            shape["answers"] = [
                {"id": id, "text": texts[index]} for index, id in shown_ids(order["places"]).items()
            ]
        case "ordering":
            shape["items"] = [
                {"id": id, "html": html[f"items/{content.items[index].id}/text"]}
                for index, id in shown_ids(order["places"]).items()
            ]
        case "cloze":
            names = _part_names(content, order)
            shape["html"] = GAP.sub(lambda found: f"{{{{{names[found[1]]}}}}}", html["prompt"])
            shape["gaps"] = [
                {"id": names[gap.id], "kind": gap.kind, "options": _gap_options(gap, html, order)}
                for gap in content.gaps
            ]
        case "essay":
            shape |= {name: getattr(content, name) for name in ("template", "least_words", "most_words")}
    return shape


def _options(options: Sequence[Choice], html: Html, prefix: str, places: Sequence[int]) -> list[Document]:
    return [
        {"id": id, "html": html[f"{prefix}options/{options[index].id}/text"]}
        for index, id in shown_ids(places).items()
    ]


def _gap_options(gap: Gap, html: Html, order: Order) -> list[Document]:
    if gap.kind != "single":
        return []
    return _options(gap.options, html, f"gaps/{gap.id}/", order["gaps"][gap.id])


def _part_names(content: Content, order: Order) -> dict[str, str]:
    """The shown ids of what results and feedback speak of: options, pairs, gaps."""
    match content.kind:
        case "single" | "multiple":
            return {content.options[index].id: id for index, id in shown_ids(order["places"]).items()}
        case "matching":
            return {pair.id: shown_id(index) for index, pair in enumerate(content.pairs)}
        case "cloze":
            return {gap.id: shown_id(index) for index, gap in enumerate(content.gaps)}
        case _:
            return {}


def _subject(path: str, names: Mapping[str, str]) -> str | None:
    place, _, rest = path.partition("/")
    return names.get(rest.partition("/")[0]) if place in ("options", "gaps") else None


def _right_option(options: Sequence[Choice]) -> str:
    return max(options, key=lambda option: option.weight).id


def _right_number(given: Sequence[NumericAnswer]) -> float:
    return max(given, key=lambda answer: answer.weight).value


def _right_text(given: Sequence[TextAnswer]) -> str:
    return wildcards.example(max(given, key=lambda answer: answer.weight).text)


def _right_in(gap: Gap) -> Typed:
    match gap.kind:
        case "single":
            return _right_option(gap.options)
        case _ if gap.kind == "numeric":
            return _right_number(gap.answers)
        case _:
            return _right_text(gap.answers)
