"""A loopback Gemini that speaks generateContent's REST protocol: `python -m tests.gemini_server --port N`.

It answers from what the prompt holds, so that a whole course with valid quizzes comes out, and fails when told to:

    POST /control {"faults": [{"kind": "rate_limited", "count": 2, "retry_after": 1}], "delay": 0.2, "reset": true}
    GET /control          what is set, and the kinds there are
    GET /control/calls    what was asked, in order; DELETE forgets it

A fault hits the next `count` calls (1 unless told; null: until reset), or every call for `for_seconds`; `task`
(outline, lesson, quiz, rewrite, …) and `lesson` (its number) narrow it. The first that fits is taken.
"""

import argparse
import base64
import codecs
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Json = dict[str, Any]

_PATH = re.compile(r"^/v1(?:beta)?/models/([^/:]+):generateContent$")
_INJECTION = re.compile(r"ignore (?:all )?previous instructions[^:]*:\s*(.+)", re.IGNORECASE | re.DOTALL)
# As code and scripts other than Latin take: English prose would take half as many tokens.
_BYTES_PER_TOKEN = 2
THOUGHTS = 50


@dataclass
class Fault:
    kind: str
    count: int | None = 1
    task: str | None = None
    lesson: int | None = None
    retry_after: float | None = None
    as_date: bool = False
    for_seconds: float | None = None
    text: str = ""
    made_at: float = field(default_factory=time.monotonic)

    @property
    def spent(self) -> bool:
        if self.for_seconds is not None:
            return time.monotonic() > self.made_at + self.for_seconds
        return self.count is not None and self.count <= 0

    def fits(self, asked: "Asked") -> bool:
        return (
            not self.spent
            and self.task in (None, asked.task["write"])
            and self.lesson in (None, asked.lesson_number)
        )


class Asked:
    """A request's prompt, read back from its JSON parts."""

    def __init__(self, body: Json, api_key: str) -> None:
        self.api_key = api_key
        told = [part for part in body["contents"][-1]["parts"] if "text" in part]
        self.pictures = [part["inlineData"] for part in body["contents"][-1]["parts"] if "inlineData" in part]
        documents = [json.loads(part["text"]) for part in told]
        whole: Json = {name: value for document in documents for name, value in document.items()}
        self.task: Json = whole["task"]
        self.paragraphs: list[Json] = whole.get("source_paragraphs", [])
        self.lesson_text: list[str] = whole.get("lesson_text", [])
        self.blocks: list[Json] = whole.get("lesson_blocks", [])
        self.images: list[Json] = whole.get("images", [])
        self.asked_already: list[str] = whole.get("asked_already", [])
        self.figures: list[Json] = whole.get("figures", [])
        self.question: str = whole.get("question", "")
        self.passages: list[Json] = whole.get("passages", [])
        self.reference_answers: list[str] = whole.get("reference_answers", [])
        self.submission: str = whole.get("submission", "")
        self.corrections: list[str] = whole.get("corrections", {}).get("your_last_answer_was_refused_because", [])
        self.limit: int | None = body.get("generationConfig", {}).get("maxOutputTokens")
        schema = json.dumps(body.get("generationConfig", {}).get("responseJsonSchema"), separators=(",", ":"))
        parts = body.get("systemInstruction", {}).get("parts", []) + told
        self.rules = "".join(part["text"] for part in body.get("systemInstruction", {}).get("parts", []))
        read = "".join([*(part["text"] for part in parts), schema])
        self.input_tokens = len(read.encode()) // _BYTES_PER_TOKEN

    @property
    def lesson_number(self) -> int | None:
        return self.task.get("lesson", {}).get("number")

    @property
    def injected(self) -> str:
        """What a text in the prompt's data tries to make the model say."""
        texts = (
            [shown["text"] for shown in [*self.paragraphs, *self.passages, *self.blocks]]
            + self.lesson_text
            + [self.question, self.submission]
        )
        found = _INJECTION.search("\n".join(texts))
        return found[1] if found else "nothing was injected"


# --- What a well-behaved model writes ---------------------------------------------------------------------------

_IDEAS = (
    "abstraction accuracy balance boundary causality collection comparison complexity composition condition "
    "context contrast convention correlation decision definition dependency description direction distance "
    "distribution efficiency equivalence estimation evaluation evidence exception expansion experiment "
    "explanation expression foundation frequency function generality hierarchy hypothesis identity induction "
    "inference influence integration interaction interface interval invariance iteration limitation location "
    "measurement mechanism memory migration modification momentum movement negotiation notation observation "
    "operation optimisation orientation partition pattern permission persistence perspective precision "
    "prediction preparation principle probability procedure projection proportion protection purpose reduction "
    "reference reflection relation repetition resolution resource restriction rotation sampling selection "
    "separation sequence similarity simulation stability structure substitution symmetry synthesis threshold "
    "transition translation validation variation verification visibility"
).split()


def write(asked: Asked) -> Json:
    return _WRITERS[asked.task["write"]](asked)


def _outline(asked: Asked) -> Json:
    count, topic = asked.task["lesson_count"], asked.task["topic"]
    lessons = []
    for index in range(count):
        lesson: Json = {
            "title": f"{topic}, part {index + 1}",
            "objectives": [f"Explain part {index + 1} of {topic}", f"Apply part {index + 1} of {topic}"],
            "minutes": 10,
        }
        if asked.paragraphs:
            lesson["sources"] = [_share(asked.paragraphs, index, count)]
        lessons.append(lesson)
    modules = [lessons[start : start + 5] for start in range(0, count, 5)]
    return {
        "title": f"A course on {topic}",
        "description": f"{count} lessons on {topic} for {asked.task['audience']}.",
        "skills": [topic],
        "modules": [{"title": f"Module {n}", "lessons": part} for n, part in enumerate(modules, start=1)],
    }


def _share(paragraphs: list[Json], index: int, count: int) -> Json:
    start = index * len(paragraphs) // count
    end = max(start + 1, (index + 1) * len(paragraphs) // count)
    return {"first": paragraphs[start]["number"], "last": paragraphs[end - 1]["number"]}


def _lesson(asked: Asked) -> Json:
    if not asked.paragraphs:
        return _unsourced_lesson(asked)
    prose = [
        shown
        for shown in asked.paragraphs
        if not shown["text"].startswith(("#", "```")) and not _INJECTION.search(shown["text"])
    ]
    blocks = [{"kind": "markdown", "text": shown["text"], "source": _cite(shown)} for shown in prose[:8]]
    if not blocks:
        blocks = [{"kind": "markdown", "text": asked.paragraphs[0]["text"], "source": _cite(asked.paragraphs[0])}]
    first = blocks[0]
    sentence = (_sentences(first["text"]) or [first["text"]])[0]
    term = _key_word(sentence) or "term"
    return {
        "summary": {"text": sentence, "source": first["source"]},
        "blocks": blocks,
        "key_terms": [{"term": term, "definition": sentence, "source": first["source"]}],
    }


def _cite(paragraph: Json) -> Json:
    return {"first": paragraph["number"], "last": paragraph["number"]}


def _unsourced_lesson(asked: Asked) -> Json:
    title, number = asked.task["lesson"]["title"], asked.lesson_number or 1
    ideas = [_IDEAS[(number * 7 + index) % len(_IDEAS)] for index in range(6)]
    ordinals = ("first", "second", "third", "fourth", "fifth", "sixth")
    sentences = [
        f"The {ordinal} idea that a learner meets in {title} carries the name {idea}."
        for ordinal, idea in zip(ordinals, ideas, strict=True)
    ]
    code = f'ideas = ["{ideas[0]}", "{ideas[1]}"]\nprint(ideas)'
    return {
        "summary": {"text": f"This lesson names six ideas in {title}."},
        "blocks": [
            {"kind": "markdown", "text": " ".join(sentences[:3])},
            {"kind": "code", "text": code, "language": "python"},
            {"kind": "markdown", "text": " ".join(sentences[3:])},
        ],
        "key_terms": [
            {"term": idea, "definition": sentence} for idea, sentence in zip(ideas, sentences, strict=True)
        ],
    }


def _quiz(asked: Asked) -> Json:
    by_word = _sentences_by_word(asked.lesson_text)
    words = [*by_word, *_IDEAS]
    kinds = ("single", "true_false", "cloze", "short_text", "single")
    questions, taken = [], set()
    for index in range(asked.task["question_count"]):
        word, sentence = list(by_word.items())[index % len(by_word)]
        if (kinds[index % len(kinds)], word) in taken:
            continue
        taken.add((kinds[index % len(kinds)], word))
        others = _others(words, word, sentence)
        questions.append(_question(kinds[index % len(kinds)], sentence, word, others))
    return {"questions": questions}


def _questions(asked: Asked) -> Json:
    """As many as there are sentences, of the kinds that are asked for by turns."""
    by_word = _sentences_by_word(asked.lesson_text)
    fresh = {word: each for word, each in by_word.items() if each not in asked.asked_already}
    words, kinds = [*by_word, *_IDEAS], asked.task["kinds"]
    questions, taken = [], set[str]()
    for word, sentence in fresh.items():
        if sentence in taken or len(questions) == asked.task["question_count"]:
            continue
        taken.add(sentence)
        others = _others(words, word, sentence)
        asking = _question(kinds[len(questions) % len(kinds)], sentence, word, others)
        questions.append({**asking, "difficulty": asked.task["difficulty"]})
    return {"questions": questions}


_GERMAN = (
    "Dieser Absatz ist die Übersetzung von Absatz {}, und er steht in der Sprache, die gewünscht wurde. Er sagt "
    "nicht mehr und nicht weniger als das, was auch in der Vorlage steht."
)


def _rewritten(asked: Asked) -> Json:
    """Each block without its longest sentence, where it has several."""
    return {"blocks": [{"number": each["number"], "text": _without_longest(each["text"])} for each in asked.blocks]}


def _without_longest(text: str) -> str:
    found = [part for part in re.split(r"(?<=[.!?])\s+", text) if part]
    return " ".join(part for part in found if part != max(found, key=len)) if len(found) > 1 else text


def _shortened(asked: Asked) -> Json:
    """The first sentence of each block."""
    first = [re.split(r"(?<=[.!?])\s+", each["text"])[0] for each in asked.blocks]
    return {"blocks": [{"number": n, "text": text} for n, text in enumerate(first, start=1)]}


def _translated(asked: Asked) -> Json:
    return {
        "blocks": [
            {"number": n, "text": " ".join([_GERMAN.format(n)] * (1 + len(each["text"]) // len(_GERMAN)))}
            for n, each in enumerate(asked.blocks, start=1)
        ]
    }


def _expanded(asked: Asked) -> Json:
    """Behind the first block, an example from the first source paragraph, or else from the block."""
    example: Json = {"after": 1}
    if asked.paragraphs:
        example |= {"source": _cite(asked.paragraphs[0])}
    text = (asked.paragraphs or asked.blocks)[0]["text"]
    return {"examples": [{**example, "text": f"For example: {(_sentences(text) or [text])[0]}"}]}


def _summary(asked: Asked) -> Json:
    sentences = [sentence for each in asked.blocks for sentence in _sentences(each["text"])[:1]]
    return {"summary": " ".join(sentences[:3]) or asked.blocks[0]["text"]}


def _key_terms(asked: Asked) -> Json:
    found = _sentences_by_word([each["text"] for each in asked.blocks])
    return {"key_terms": [{"term": word, "definition": sentence} for word, sentence in found.items()][:5]}


def _alt_texts(asked: Asked) -> Json:
    """One for each picture that came."""
    texts = [f"A drawing of a cell with its parts, {len(each['data'])} signs long." for each in asked.pictures]
    return {
        "images": [{"number": each["number"], "alt": alt} for each, alt in zip(asked.images, texts, strict=True)]
    }


def _narrative(asked: Asked) -> Json:
    """A plain sentence for each figure."""
    sentences = []
    for figure in asked.figures:
        unit = " percent" if figure["unit"] == "percent" else ""
        about = f" in {figure['label']}" if figure["label"] else ""
        text = f"{figure['name']}{about}: {figure['value']:g}{unit}."
        sentences.append({"text": text, "figure_ids": [figure["id"]]})
    return {"sentences": sentences[:12]}


def _course_answer(asked: Asked) -> Json:
    """The first sentence of each passage that has a long word of the question."""
    words = set(re.findall(r"[a-z]{5,}", asked.question.lower()))
    fitting = [shown for shown in asked.passages if words & set(re.findall(r"[a-z]{5,}", shown["text"].lower()))]
    sentences = []
    for shown in fitting[:3]:
        quote = (_sentences(shown["text"], 3) or [shown["text"]])[0]
        sentences.append({"text": quote, "citations": [{"passage": shown["number"], "quote": quote}]})
    return {"answered": bool(sentences), "sentences": sentences}


def _grade(asked: Asked) -> Json:
    """The share of the best points that is the share of a reference answer's long words in the submission."""
    wanted = set(re.findall(r"[a-z]{5,}", " ".join(asked.reference_answers).lower()))
    share = len(wanted & set(re.findall(r"[a-z]{5,}", asked.submission.lower()))) / max(1, len(wanted))
    return _graded(asked, share, 0.9)


def _graded(asked: Asked, share: float, confidence: float) -> Json:
    evidence = (_sentences(asked.submission, 3) or [""])[0]
    return {
        "criteria": [
            {
                "criterion": each["number"],
                "points": share * each["levels"][0]["points"],
                "evidence": evidence,
                "feedback": f"The submission has been held against the criterion {each['title']}.",
                "confidence": confidence,
            }
            for each in asked.task["criteria"]
        ]
    }


_WRITERS: dict[str, Callable[[Asked], Json]] = {
    "outline": _outline,
    "lesson": _lesson,
    "quiz": _quiz,
    "questions": _questions,
    "rewrite": _rewritten,
    "shorten": _shortened,
    "translate": _translated,
    "expand": _expanded,
    "summary": _summary,
    "key_terms": _key_terms,
    "alt_text": _alt_texts,
    "narrative": _narrative,
    "answer": _course_answer,
    "grade": _grade,
}


def _others(words: list[str], word: str, sentence: str) -> list[str]:
    """Words that are neither in the sentence nor the answer in another form."""
    absent = [other for other in words if not re.search(rf"\b{other}\b", sentence, re.IGNORECASE)]
    return [other for other in absent if other.lower()[:5] != word.lower()[:5]]


def _sentences_by_word(texts: list[str]) -> dict[str, str]:
    """What can be asked: a sentence for each word that stands in it once. Short scraps only where all are short."""
    for shortest in (6, 1):
        pairs = [(_key_word(each), each) for text in texts for each in _sentences(text, shortest)]
        if found := {word: sentence for word, sentence in reversed(pairs) if word}:
            return dict(reversed(found.items()))
    return {"lesson": " ".join(texts)}


def _question(kind: str, sentence: str, word: str, others: list[str]) -> Json:
    gap = re.sub(rf"\b{word}\b", "____", sentence, count=1)
    options = sorted([word, *others[:3]], key=str.lower)
    return {
        "kind": kind,
        "prompt": {
            "single": f"Which word belongs in the gap? {gap}",
            "true_false": sentence,
            "cloze": gap,
            "short_text": f"Which word is missing here? {gap}",
        }[kind],
        "options": options if kind == "single" else [],
        "answer": "true" if kind == "true_false" else word,
        "evidence": sentence,
    }


def _sentences(text: str, shortest: int = 6) -> list[str]:
    """Sentences of at least so many words that stand in the text word for word; real ones carry no code."""
    parts = [part.strip() for part in re.split(r"(?<=[.!?])\s+|\n", text)]
    return [part for part in parts if len(part.split()) >= shortest and (shortest < 6 or not set(part) & set("#`"))]


def _key_word(sentence: str) -> str | None:
    """The last of the longest words that stands in the sentence only once."""
    words = re.findall(r"(?<![\w*-])[a-zA-Z]{5,}(?![\w*-])", sentence)
    single = [word for word in words if len(re.findall(rf"\b{word}\b", sentence, re.IGNORECASE)) == 1]
    return max(reversed(single), key=len, default=None)


# --- What a bad day looks like: each fault turns the good answer into another one --------------------------------


@dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    manner: str = "whole"
    """whole, hang, drip, or cut: what happens on the wire."""


def _answer(asked: Asked, text: str, finish: str = "STOP", model: str = "") -> Reply:
    tokens = len(text.encode()) // _BYTES_PER_TOKEN
    if asked.limit is not None and tokens + THOUGHTS > asked.limit:
        tokens = max(0, asked.limit - THOUGHTS)
        text, finish = text.encode()[: tokens * _BYTES_PER_TOKEN].decode(errors="ignore"), "MAX_TOKENS"
    return _reply(
        {
            "candidates": [
                {"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": finish, "index": 0}
            ],
            "usageMetadata": {
                "promptTokenCount": asked.input_tokens,
                "candidatesTokenCount": tokens,
                "thoughtsTokenCount": THOUGHTS,
                "totalTokenCount": asked.input_tokens + tokens + THOUGHTS,
            },
            "modelVersion": model,
            "responseId": f"response-{time.monotonic_ns()}",
        }
    )


def _reply(document: Any, status: int = 200, **headers: str) -> Reply:
    return Reply(
        status, json.dumps(document).encode(), {"Content-Type": "application/json; charset=UTF-8", **headers}
    )


def _error(code: int, status: str, message: str, details: list[Json] | None = None, **headers: str) -> Reply:
    error = {"code": code, "message": message, "status": status, "details": details or []}
    return _reply({"error": error}, code, **headers)


def _rate_limited(asked: Asked, fault: Fault) -> Reply:
    seconds = 1 if fault.retry_after is None else fault.retry_after
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{seconds}s"}
    return _error(
        429,
        "RESOURCE_EXHAUSTED",
        f"Quota exceeded for consumer 'api_key:{asked.api_key}'.",
        [info],
        **{"Retry-After": f"{seconds:.0f}"},
    )


def _unavailable(asked: Asked, fault: Fault) -> Reply:
    headers = {}
    if fault.retry_after is not None:
        until = formatdate(time.time() + fault.retry_after, usegmt=True)
        headers["Retry-After"] = until if fault.as_date else f"{fault.retry_after:.0f}"
    return _error(503, "UNAVAILABLE", "The model is overloaded. Please try again later.", **headers)


def _on_the_wire(manner: str) -> Callable[[Asked, Fault], Reply]:
    def reply(asked: Asked, fault: Fault) -> Reply:
        good = _answer(asked, json.dumps(write(asked)))
        good.manner = manner
        return good

    return reply


def _says(change: Callable[[Asked, Json], Any]) -> Callable[[Asked, Fault], Reply]:
    def reply(asked: Asked, fault: Fault) -> Reply:
        said = change(asked, write(asked))
        return _answer(asked, said if isinstance(said, str) else json.dumps(said))

    return reply


def _one_lesson_less(asked: Asked, good: Json) -> Json:
    good["modules"][-1]["lessons"].pop()
    good["modules"] = [module for module in good["modules"] if module["lessons"]]
    return good


def _cites_elsewhere(asked: Asked, good: Json) -> Json:
    unknown = {"first": 9_999, "last": 9_999}
    if "modules" in good:
        good["modules"][0]["lessons"][0]["sources"] = [unknown]
    else:
        good["blocks"][0]["source"] = unknown
    return good


def _cites_nothing(asked: Asked, good: Json) -> Json:
    if "modules" in good:
        good["modules"][0]["lessons"][0]["sources"] = []
    else:
        good["summary"].pop("source", None)
    return good


def _invents_evidence(asked: Asked, fault: Fault) -> Reply:
    good = write(asked)
    good["questions"][0]["evidence"] = fault.text or "This sentence stands in no lesson at all."
    return _answer(asked, json.dumps(good))


def _invents_figure(asked: Asked, good: Json) -> Json:
    good["sentences"][0]["text"] = "The learner is among the best 12.34 percent."
    return good


def _invents_quote(asked: Asked, good: Json) -> Json:
    for criterion in good.get("criteria", []):
        criterion["evidence"] = "These words stand in no submission at all."
    for sentence in good.get("sentences", []):
        sentence["citations"][0]["quote"] = "These words stand in no passage at all."
    return good


def _invents_number(asked: Asked, good: Json) -> Json:
    for block in good["blocks"]:
        block["text"] += " There are 4711 of them."
    return good


def _links_away(asked: Asked, good: Json) -> Json:
    good["blocks"][0]["text"] += " See [this](https://evil.example.org/)."
    return good


def _leaves_one_out(asked: Asked, good: Json) -> Json:
    good[next(iter(good))].pop()
    return good


def _says_in_schema(text: Callable[[Asked], str]) -> Callable[[Asked, Json], Json]:
    def change(asked: Asked, good: Json) -> Json:
        if "blocks" in good:
            good["blocks"][0]["text"] = text(asked)
        return good

    return change


def _writes(asked: Asked, fault: Fault) -> Reply:
    """The fault's text, in all places of a well-formed answer that a reader would see first."""
    return _answer(asked, json.dumps(_with(write(asked), fault.text)))


def _heeds(asked: Asked, fault: Fault) -> Reply:
    """A good answer that leaves out what stands in the fault's text."""
    asked.paragraphs = [shown for shown in asked.paragraphs if shown["text"] not in fault.text]
    asked.lesson_text = [text.replace(fault.text, "") for text in asked.lesson_text if text not in fault.text]
    for shown in [*asked.blocks, *asked.passages]:
        shown["text"] = shown["text"].replace(fault.text, "")
    asked.question = asked.question.replace(fault.text, "")
    asked.submission = asked.submission.replace(fault.text, "")
    return _answer(asked, json.dumps(write(asked)))


_FIRST_SEEN = {
    "examples": "text",
    "key_terms": "definition",
    "images": "alt",
    "sentences": "text",
    "criteria": "feedback",
}


def _with(good: Json, text: str) -> Json:
    if "modules" in good:
        plan = good["modules"][0]["lessons"][0]
        good["title"] = plan["title"] = plan["objectives"][0] = text
    elif "blocks" in good:
        good["blocks"][0]["text"] = text
        good |= {"summary": {**good["summary"], "text": text}} if "summary" in good else {}
    elif "summary" in good:
        good["summary"] = text
    elif shown := next((name for name in _FIRST_SEEN if name in good), None):
        good[shown][0][_FIRST_SEEN[shown]] = text
    else:
        good["questions"][0]["prompt"] = text + (" ____" if good["questions"][0]["kind"] == "cloze" else "")
    return good


_TELLINGS: dict[str, Callable[[str], str]] = {
    "clear": lambda rules: rules,
    "rot13": lambda rules: codecs.encode(rules, "rot13"),
    "reversed": lambda rules: rules[::-1],
    "base64": lambda rules: base64.b64encode(rules.encode()).decode(),
    "mark": lambda rules: "It is " + rules.split()[-1],
}


def _tells(asked: Asked, fault: Fault) -> Reply:
    """What it was told, in the way that the fault's text names."""
    return _answer(asked, json.dumps(_with(write(asked), _TELLINGS[fault.text](asked.rules))))


FAULTS: dict[str, Callable[[Asked, Fault], Reply]] = {
    "rate_limited": _rate_limited,
    "internal_error": lambda asked, fault: _error(500, "INTERNAL", "An internal error has occurred."),
    "unavailable": _unavailable,
    "gateway_timeout": lambda asked, fault: _error(504, "DEADLINE_EXCEEDED", "Deadline exceeded."),
    "bad_key": lambda asked, fault: _error(400, "INVALID_ARGUMENT", "API key not valid."),
    "forbidden": lambda asked, fault: _error(403, "PERMISSION_DENIED", "Permission denied."),
    "suspended": lambda asked, fault: _error(
        403, "PERMISSION_DENIED", f"Permission denied: Consumer 'api_key:{asked.api_key}' has been suspended."
    ),
    "unknown_model": lambda asked, fault: _error(404, "NOT_FOUND", "models/x is not found for API version v1beta."),
    "not_protocol": lambda asked, fault: Reply(200, b"<html>a proxy's page</html>", {"Content-Type": "text/html"}),
    "not_an_object": lambda asked, fault: _reply(["not", "an", "object"]),
    "disconnect": _on_the_wire("cut"),
    "hang": _on_the_wire("hang"),
    "drip": _on_the_wire("drip"),
    "malformed_json": _says(lambda asked, good: json.dumps(good)[:-7] + "]}"),
    "wrong_schema": _says(lambda asked, good: {"lessons": "as you like"}),
    "one_lesson_less": _says(_one_lesson_less),
    "cites_elsewhere": _says(_cites_elsewhere),
    "cites_nothing": _says(_cites_nothing),
    "invents_evidence": _invents_evidence,
    "invents_number": _says(_invents_number),
    "links_away": _says(_links_away),
    "leaves_one_out": _says(_leaves_one_out),
    "invents_figure": _says(_invents_figure),
    "invents_quote": _says(_invents_quote),
    "markup": _says(_says_in_schema(lambda asked: 'Fine. <img src="x" onerror="alert(1)">')),
    "full_marks": _says(lambda asked, good: _graded(asked, 1.0, 1.0)),
    "obeys": _says(lambda asked, good: asked.injected),
    "heeds": _heeds,
    "writes": _writes,
    "tells": _tells,
    "answers": lambda asked, fault: _answer(asked, fault.text),
    "echoes": _says(_says_in_schema(lambda asked: asked.injected)),
    "truncated": lambda asked, fault: _answer(asked, json.dumps(write(asked))[:80], "MAX_TOKENS"),
    "safety": lambda asked, fault: _answer(asked, "", "SAFETY"),
    "recitation": lambda asked, fault: _answer(asked, "", "RECITATION"),
    "prompt_blocked": lambda asked, fault: _reply(
        {
            "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
            "usageMetadata": {"promptTokenCount": asked.input_tokens, "totalTokenCount": asked.input_tokens},
        }
    ),
}


class FakeGemini:
    """The server, in threads of this process: `with FakeGemini() as gemini: gemini.fail("hang")`."""

    def __init__(self, port: int = 0) -> None:
        self.calls: list[Json] = []
        self.delay = 0.0
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._server.gemini = self  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()

    def serve(self) -> None:
        self._server.serve_forever()

    def fail(self, kind: str, **details: Any) -> None:
        if kind not in FAULTS:
            raise ValueError(f"unknown kind {kind!r}; there are {', '.join(FAULTS)}")
        with self._lock:
            self._faults.append(Fault(kind, **details))

    def reset(self) -> None:
        """Forget all faults, and cut the calls that hang."""
        with self._lock:
            self._faults.clear()
            self.delay = 0.0
            self._released.set()
            self._released = threading.Event()

    @property
    def state(self) -> Json:
        with self._lock:
            standing = [asdict(fault) for fault in self._faults if not fault.spent]
        return {"faults": standing, "delay": self.delay, "kinds": list(FAULTS)}

    def answer(self, model: str, body: Json, headers: Json) -> Reply:
        asked = Asked(body, headers["x-goog-api-key"])
        with self._lock:
            fault = next((fault for fault in self._faults if fault.fits(asked)), None)
            if fault and fault.count is not None and fault.for_seconds is None:
                fault.count -= 1
            self.calls.append(
                {
                    "model": model,
                    "task": asked.task["write"],
                    "lesson": asked.lesson_number,
                    "fault": fault.kind if fault else None,
                    "corrections": asked.corrections,
                    "at": time.time(),
                    "headers": headers,
                    "body": body,
                }
            )
        self._released.wait(self.delay)
        if fault:
            return FAULTS[fault.kind](asked, fault)
        return _answer(asked, json.dumps(write(asked)), model=model)

    def released(self) -> threading.Event:
        with self._lock:
            return self._released


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        """Stay silent."""

    @property
    def _gemini(self) -> FakeGemini:
        return self.server.gemini  # type: ignore[attr-defined]

    def do_GET(self) -> None:
        if self.path == "/control":
            self._send(_reply(self._gemini.state))
        elif self.path == "/control/calls":
            self._send(_reply({"calls": self._gemini.calls}))
        else:
            self._send(_error(404, "NOT_FOUND", "unknown path"))

    def do_DELETE(self) -> None:
        if self.path == "/control/calls":
            self._gemini.calls.clear()
            self._send(_reply({}))
        else:
            self._send(_error(404, "NOT_FOUND", "unknown path"))

    def do_POST(self) -> None:
        try:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
            self._send(self._control(body) if self.path == "/control" else self._generate(body))
        except (KeyError, TypeError, ValueError) as error:
            self._send(_error(400, "INVALID_ARGUMENT", f"{type(error).__name__}: {error}"))

    def _control(self, body: Json) -> Reply:
        if body.get("reset"):
            self._gemini.reset()
        known = {each.name for each in fields(Fault)} - {"made_at"}
        for fault in body.get("faults", []):
            if unknown := fault.keys() - known:
                raise ValueError(f"unknown fields {sorted(unknown)}")
            self._gemini.fail(**fault)
        self._gemini.delay = body.get("delay", self._gemini.delay)
        return _reply(self._gemini.state)

    def _generate(self, body: Json) -> Reply:
        if not (path := _PATH.match(self.path)):
            return _error(404, "NOT_FOUND", f"unknown path {self.path}")
        if not self.headers.get("x-goog-api-key"):
            return _error(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers.")
        return self._gemini.answer(path[1], body, {name.lower(): value for name, value in self.headers.items()})

    def _send(self, reply: Reply) -> None:
        released = self._gemini.released()
        if reply.manner == "cut":
            self.close_connection = True
            return
        if reply.manner == "hang":
            self.close_connection = True
            released.wait()
            return
        try:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if reply.manner == "drip":
                self._drip(reply.body, released)
            else:
                self.wfile.write(reply.body)
        except OSError:
            self.close_connection = True

    def _drip(self, body: bytes, released: threading.Event) -> None:
        for position in range(len(body)):
            self.wfile.write(body[position : position + 1])
            if released.wait(0.02):
                self.close_connection = True
                return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("--port", type=int, default=0)
    gemini = FakeGemini(parser.parse_args().port)
    print(json.dumps({"url": gemini.url}), flush=True)
    gemini.serve()


if __name__ == "__main__":
    main()
