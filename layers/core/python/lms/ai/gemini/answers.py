"""What every task's answer shares: its schema within the JSON Schema that Gemini reads, and how it is read.

Answers are flatter than ``lms.ai.models``. Gemini knows no ``const``, ``default``, ``pattern`` or string lengths,
and nothing beside a ``$ref``: further rules are checked when an answer is converted.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from lms.ai.folding import without_names
from lms.ai.gates import leaks
from lms.ai.gemini import prompts
from lms.ai.gemini.prompts import Prompt
from lms.ai.instructions import instructs
from lms.ai.invisible import visible

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_MOST_PROBLEMS = 12
_QUOTED = re.compile(r"(?<!\w)'.+?'(?!\w)|\".+?\"", re.DOTALL)


def _printable(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("holds control characters")
    shown = visible(text).strip()
    if not shown:
        raise ValueError("is empty")
    return shown


Text = Annotated[str, AfterValidator(_printable)]


class Answer(BaseModel):
    # What the model wrote stays out of errors, which are logged.
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text in it after its place, such as ``blocks.0.text``; code in a fence."""
        for name, value in self:
            for place, text in _texts(value):
                yield f"{name}{place}", text


def _texts(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield "", value
    elif isinstance(value, Answer):
        yield from ((f".{place}", text) for place, text in value.texts())
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from ((f".{number}{place}", text) for place, text in _texts(each))


class Citation(Answer):
    """Consecutive source paragraphs, by number; ``first`` equals ``last`` for a single one."""

    first: int
    last: int


A = TypeVar("A", bound=Answer)
T = TypeVar("T")


class Unusable(Exception):
    """The answer breaks rules; each of ``problems`` says which and where. What they quote of it is no order."""

    def __init__(self, problems: Sequence[str]) -> None:
        # They become corrections, which the model is told to follow.
        self.problems = [_QUOTED.sub(_harmless, problem) for problem in problems[:_MOST_PROBLEMS]]
        super().__init__("; ".join(self.problems))


def _harmless(quoted: re.Match[str]) -> str:
    return "[an order to a machine]" if instructs(quoted.group()[1:-1]) else quoted.group()


def read(
    answer: type[A], text: str, prompt: Prompt, convert: Callable[[A], T], gate: Callable[[T], Sequence[str]]
) -> T:
    """Raise Unusable where the text is not such an answer, tells what it was asked with, follows an order in its
    material, breaks a rule or does not pass the gate."""
    try:
        said = answer.model_validate_json(text)
        found = _told_or_obeyed(said, prompt)
        made = convert(said)
    except ValidationError as error:
        raise Unusable(explain(error)) from error
    except Unusable as unusable:
        raise Unusable([*found, *unusable.problems]) from None
    if problems := [*found, *gate(made)]:
        raise Unusable(problems)
    return made


def _told_or_obeyed(said: Answer, prompt: Prompt) -> list[str]:
    material, texts = prompt.material, list(said.texts())
    told = leaks.leaked([text for _, text in texts], [prompt.rules], [prompts.CANARY], "\n".join(material))
    orders = leaks.orders_in(material)
    followed = [
        problem
        for place, text in texts
        for problem in leaks.obedience(place, without_names(text, prompt.names) if prompt.names else text, orders)
    ]
    return told + followed


def explain(error: ValidationError) -> list[str]:
    # Without the input: it is long, and it is the model's own words.
    return [
        f"{'.'.join(str(step) for step in row['loc']) or 'the answer'}: {row['msg']}"
        for row in error.errors(include_input=False, include_url=False, include_context=False)
    ]


@cache
def json_schema(answer: type[Answer], *, cited: bool) -> dict[str, Any]:
    """The JSON Schema to send: where there are sources citations are required, else they do not appear."""
    whole = answer.model_json_schema()
    definitions: dict[str, Any] = whole.get("$defs", {})
    for part in (whole, *definitions.values()):
        _settle_citations(part, cited)
        for each in part["properties"].values():
            each.pop("default", None)
    if not cited:
        definitions.pop(Citation.__name__, None)
    return whole


def _settle_citations(part: dict[str, Any], cited: bool) -> None:
    properties = part["properties"]
    for name in {"source", "sources"} & properties.keys():
        if not cited:
            del properties[name]
            continue
        part["required"].append(name)
        if name == "sources":
            properties[name]["minItems"] = 1
        else:
            properties[name] = properties[name]["anyOf"][0]
