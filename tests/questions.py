"""Questions of all nine kinds for tests: one of each, and random ones."""

from random import Random
from typing import Any

from lms.quizzes.contents import Question

OVERALL = {"general": "always", "correct": "well done", "partly": "half", "incorrect": "not so"}


def question(kind: str, prompt: str = "What?", **content: Any) -> Question:
    return Question.model_validate(
        {"prompt": prompt, "content": {"kind": kind, **content}, "feedback": OVERALL, "title": "SECRET-title"}
    )


def option(id: str, weight: float = 0.0, feedback: str = "") -> dict[str, Any]:
    return {"id": id, "text": f"text of {id[-1]}", "weight": weight, "feedback": feedback}


EACH_KIND = {
    "single": question(
        "single", options=[option("right-a", 1, "SECRET yes"), option("b", 0.5, "SECRET half"), option("c")]
    ),
    "multiple": question(
        "multiple", options=[option("right-a", 0.5), option("b", 0.5, "SECRET b"), option("c", -0.5), option("d")]
    ),
    "true_false": question("true_false", answer=True, feedback_true="SECRET yes", feedback_false="SECRET no"),
    "numeric": question(
        "numeric",
        answers=[
            {"value": 9876.5, "tolerance": 0.5, "feedback": "SECRET exact"},
            {"value": 9870, "tolerance": 10, "weight": 0.5, "feedback": "SECRET near"},
        ],
        units=[{"name": "SECRETm", "multiplier": 1}, {"name": "SECRETkm", "multiplier": 1000}],
    ),
    "short_text": question(
        "short_text",
        answers=[{"text": "SECRET*", "feedback": "SECRET"}, {"text": "SECRETish", "weight": 0.25}],
    ),
    "matching": question(
        "matching",
        pairs=[
            {"id": "SECRET-lyon", "prompt": "first", "answer": "one"},
            {"id": "q", "prompt": "second", "answer": "two"},
            {"id": "r", "prompt": "also first", "answer": "one"},
        ],
        distractors=["three", "three"],
    ),
    "ordering": question("ordering", items=[{"id": f"SECRET{n}", "text": f"step {'lima'[n]}"} for n in range(4)]),
    "cloze": question(
        "cloze",
        "A {{SECRET-gap}}, {{n}} and {{c}}.",
        gaps=[
            {"id": "SECRET-gap", "kind": "short_text", "answers": [{"text": "SECRET", "feedback": "SECRET"}]},
            {"id": "n", "kind": "numeric", "share": 2, "answers": [{"value": 9876.5, "tolerance": 1}]},
            {"id": "c", "kind": "single", "options": [option("x"), option("SECRET-y", 1, "SECRET"), option("z")]},
        ],
    ),
    "essay": question("essay", template="Dear …", notes="SECRET", least_words=10, most_words=500),
}


def any_question(rng: Random) -> Question:
    """A random question of a random kind."""
    kind = rng.choice(list(EACH_KIND))
    return question(kind, _prompt(kind), **_CONTENTS[kind](rng)) if kind in _CONTENTS else EACH_KIND[kind]


def _prompt(kind: str) -> str:
    return "A {{g0}} and {{g1}}." if kind == "cloze" else "What?"


def _weights(rng: Random, count: int) -> list[float]:
    return [1.0, *(rng.choice([0.0, 0.5, 1 / 3, -0.25, 1.0]) for _ in range(count - 1))]


def _options(rng: Random) -> list[dict[str, Any]]:
    weights = _weights(rng, rng.randint(2, 8))
    rng.shuffle(weights)
    return [option(f"o{index}", weight, rng.choice(["", "why"])) for index, weight in enumerate(weights)]


def _thirds(rng: Random) -> list[dict[str, Any]]:
    right = rng.randint(1, 5)
    weights = [round(1 / right, 3)] * right + [rng.choice([0.0, -0.5]) for _ in range(rng.randint(1, 4))]
    rng.shuffle(weights)
    return [option(f"o{index}", weight) for index, weight in enumerate(weights)]


def _numbers(rng: Random) -> list[dict[str, Any]]:
    scale = 10.0 ** rng.randint(-20, 20)
    return [
        {"value": rng.uniform(-9, 9) * scale, "tolerance": rng.choice([0, 0.1 * scale]), "weight": weight}
        for weight in _weights(rng, rng.randint(1, 4))
    ]


def _words(rng: Random) -> list[dict[str, Any]]:
    def word() -> str:
        return "".join(rng.choices(["a", "B", "ß", "é", "*", r"\*", " "], k=rng.randint(0, 8))) + "x"

    return [{"text": word(), "weight": weight} for weight in _weights(rng, rng.randint(1, 4))]


def _texts(rng: Random) -> list[str]:
    return [rng.choice("klmnop") for _ in range(rng.randint(2, 6))]


_CONTENTS = {
    "single": lambda rng: {"options": _options(rng)},
    "multiple": lambda rng: {"options": _thirds(rng), "all_or_nothing": rng.random() < 0.3},
    "true_false": lambda rng: {"answer": rng.random() < 0.5},
    "numeric": lambda rng: {"answers": _numbers(rng)},
    "short_text": lambda rng: {"answers": _words(rng), "case_sensitive": rng.random() < 0.5},
    "matching": lambda rng: {
        "pairs": [{"id": f"p{n}", "prompt": "?", "answer": text} for n, text in enumerate(_texts(rng))],
        "distractors": [text.upper() for text in _texts(rng)],
    },
    "ordering": lambda rng: {
        "items": [{"id": f"i{n}", "text": text} for n, text in enumerate(_texts(rng))],
        "grading": rng.choice(["exact", "positions", "neighbours"]),
    },
    "cloze": lambda rng: {
        "gaps": [
            rng.choice(
                [
                    {"kind": "single", "options": _options(rng)},
                    {"kind": "numeric", "answers": _numbers(rng)},
                    {"kind": "short_text", "answers": _words(rng)},
                ]
            )
            | {"id": f"g{n}", "share": rng.randint(1, 9)}
            for n in range(2)
        ]
    },
}


def any_value(shown: dict[str, Any], rng: Random) -> Any:
    """A random answer to a presented question, as a client would send it."""

    def pick(options: list[dict[str, Any]]) -> str:
        return str(rng.choice(options)["id"])

    def typed() -> str:
        return rng.choice(["", "x", "12,5", "aBx", "1e3", "*"])

    match shown["kind"]:
        case "single":
            return pick(shown["options"])
        case "multiple":
            return [each["id"] for each in rng.sample(shown["options"], rng.randint(0, len(shown["options"])))]
        case "true_false":
            return rng.random() < 0.5
        case "numeric":
            return rng.choice([typed(), rng.uniform(-9, 9), rng.randint(-9, 9)])
        case "matching":
            return {each["id"]: pick(shown["answers"]) for each in shown["prompts"] if rng.random() < 0.8}
        case "ordering":
            return [each["id"] for each in rng.sample(shown["items"], len(shown["items"]))]
        case "cloze":
            return {
                gap["id"]: pick(gap["options"]) if gap["options"] else typed()
                for gap in shown["gaps"]
                if rng.random() < 0.8
            }
        case _:
            return typed()
