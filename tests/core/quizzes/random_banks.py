"""Banks of questions from a seed: every kind, with texts that formats like to stumble over."""

import random
import re
from typing import Any

from lms.quizzes.contents import Question

KINDS = ["single", "multiple", "true_false", "numeric", "short_text", "matching", "ordering", "cloze", "essay"]

_PIECES = [
    "plain words", "Ü", "漢字", "🙂", "e\u0301", "\u2028", "\u00a0", "**bold**", "`x = {1}`",
    "<b>tag</b>", "<script>alert(1)</script>", "]]>", "<![CDATA[", "&amp;", "&", "&#125;",
    "<", ">", '"', "'", "{", "}", "{}", "{{x}}", "~", "=", "#", "####", ":", "::", "%50%", "->", "//",
    "\\", "\\}", "\\\\", "\\n", "$CATEGORY: x", "[html]", "[1]", "[x]", "\n", "\n\n", "\n- a\n- b", "    code",
    "1. one", "$$x^2$$", "\\(x\\)", "_a_b_", "|a|b|", "@@PLUGINFILE@@", "<!-- c -->", "</text>",
    "T", "F", "3.5", "\t",
]  # fmt: skip


def text(r: random.Random, most: int = 5) -> str:
    inner = "".join(r.choice(_PIECES) + r.choice(["", " "]) for _ in range(r.randint(1, most))).strip() or "?"
    return r.choice(["", " ", "\n"]) + inner + " \n" if r.random() < 0.05 else inner


def line(r: random.Random) -> str:
    return " ".join(text(r, 3).split())


def distinct(r: random.Random, count: int, make: Any = line) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        found[f"{make(r)} {len(found)}"] = None
    return list(found)


def maybe(r: random.Random, make: Any = text) -> str:
    return make(r) if r.random() < 0.4 else ""


def weights(r: random.Random, count: int) -> list[float]:
    others = [r.choice([0.0, 0.5, -0.25, 1.0, 1 / 3, 0.9]) for _ in range(count - 1)]
    others.insert(r.randrange(count), 1.0)
    return others


def number(r: random.Random) -> float:
    return r.choice([0.0, 1.5, -3.0, 42.0, 0.1, 6.02e23, 1e-7, round(r.uniform(-1e4, 1e4), 3)])


def options(r: random.Random, shares: list[float]) -> list[dict[str, Any]]:
    return [{"text": text(r), "weight": weight, "feedback": maybe(r)} for weight in shares]


def single(r: random.Random) -> dict[str, Any]:
    return {"kind": "single", "options": options(r, weights(r, r.randint(2, 6)))}


def multiple(r: random.Random) -> dict[str, Any]:
    right = r.randint(1, 6)
    every = r.random() < 0.3
    shares = [1 / right] * right + [0.0 if every else r.choice([0.0, -0.5, -1.0]) for _ in range(r.randint(1, 3))]
    r.shuffle(shares)
    return {"kind": "multiple", "options": options(r, shares), "all_or_nothing": every}


def true_false(r: random.Random) -> dict[str, Any]:
    answer = r.random() < 0.5
    return {"kind": "true_false", "answer": answer, "feedback_true": maybe(r), "feedback_false": maybe(r)}


def numeric_answers(r: random.Random, *, relative: bool) -> list[dict[str, Any]]:
    return [
        {
            "value": number(r),
            "tolerance": r.choice([0.0, 0.05, 1.0, 0.1]),
            "relative": relative and r.random() < 0.4,
            "weight": weight,
            "feedback": maybe(r),
        }
        for weight in weights(r, r.randint(1, 4))
    ]


def numeric(r: random.Random) -> dict[str, Any]:
    units = [
        {"name": name, "multiplier": factor} for name, factor in [("m", 1.0), ("km", 1000.0), ("inch", 0.0254)]
    ]
    return {"kind": "numeric", "answers": numeric_answers(r, relative=True), "units": units[: r.choice([0, 0, 3])]}


def text_answers(r: random.Random) -> list[dict[str, Any]]:
    shares = weights(r, r.randint(1, 4))
    return [{"text": line(r), "weight": weight, "feedback": maybe(r)} for weight in shares]


def short_text(r: random.Random) -> dict[str, Any]:
    return {"kind": "short_text", "answers": text_answers(r), "case_sensitive": r.random() < 0.5}


def matching(r: random.Random) -> dict[str, Any]:
    answers = distinct(r, 6)
    count = r.randint(2, 4)
    pairs = [{"prompt": text(r), "answer": answer} for answer in answers[:count]]
    return {"kind": "matching", "pairs": pairs, "distractors": answers[count : r.randint(count, 6)]}


def ordering(r: random.Random) -> dict[str, Any]:
    items = [{"text": each} for each in distinct(r, r.randint(2, 6))]
    return {"kind": "ordering", "items": items, "grading": r.choice(["exact", "positions", "neighbours"])}


def essay(r: random.Random) -> dict[str, Any]:
    words = {"least_words": r.choice([0, 50]), "most_words": r.choice([None, 200])}
    return {"kind": "essay", "template": maybe(r), "notes": maybe(r), **words}


def gap(r: random.Random, key: str) -> dict[str, Any]:
    kind = r.choice(["short_text", "numeric", "single"])
    share = {"id": key, "kind": kind, "share": r.randint(1, 5)}
    if kind == "short_text":
        return {**share, "answers": text_answers(r), "case_sensitive": r.random() < 0.5}
    if kind == "numeric":
        return {**share, "answers": numeric_answers(r, relative=False)}
    return {**share, "options": options(r, weights(r, r.randint(2, 4)))}


def no_gap(r: random.Random) -> str:
    return re.sub(r"\{\{|\}\}", "", text(r))


def cloze(r: random.Random) -> dict[str, Any]:
    return {"kind": "cloze", "gaps": [gap(r, f"g{number}") for number in range(r.randint(1, 4))]}


def question(r: random.Random, kind: str) -> Question:
    content = globals()[kind](r)
    prompt = text(r)
    if kind == "cloze":
        prompt = no_gap(r) + "".join(f" {{{{{each['id']}}}}} {no_gap(r)}" for each in content["gaps"])
    return Question.model_validate(
        {
            "title": maybe(r, line)[:200],
            "prompt": prompt,
            "content": content,
            "points": r.choice([1.0, 2.0, 0.5, 10.0, 3.25]),
            "feedback": {name: maybe(r) for name in ("general", "correct", "partly", "incorrect")},
            "hints": [text(r) for _ in range(r.choice([0, 0, 2]))],
            "skills": distinct(r, r.choice([0, 0, 3])),
            "pool": r.choice([None, "Unit 1", "Unit 1/Easy", "Größen & Maße", "top"]),
        }
    )


def bank(seed: int, kinds: list[str] = KINDS, size: int = 60) -> list[Question]:
    r = random.Random(seed)
    return [question(r, r.choice(kinds)) for _ in range(size)]


def essence(question: Question) -> dict[str, Any]:
    """The question without ids, which a file does not hold: gaps are numbered as they stand in the prompt."""
    data = question.model_dump()
    content = data["content"]
    for place, each in enumerate(content.get("gaps", []), 1):
        data["prompt"] = data["prompt"].replace(f"{{{{{each['id']}}}}}", f"{{{{gap {place}}}}}")
    return _without_ids(data)


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_ids(each) for name, each in value.items() if name != "id"}
    return [_without_ids(each) for each in value] if isinstance(value, list) else value
