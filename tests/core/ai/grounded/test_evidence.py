import pytest

from lms.ai.evidence import problems
from lms.ai.models import Block, Cloze, Lesson, Question, Quiz, ShortText, SingleChoice, TrueFalse

SENTENCE = "A **stack** is a list whose `pop`\nremoves the newest item."
LESSON = Lesson(
    blocks=[Block(kind="markdown", text=f"Before. {SENTENCE} After."), Block(kind="code", text="a ** b")]
)


def found(question: Question) -> list[str]:
    return problems(Quiz(questions=[question]), LESSON)


def single(options: list[str], answer: int = 0, evidence: str = SENTENCE) -> SingleChoice:
    return SingleChoice(prompt="Which?", options=options, answer=answer, evidence=evidence)


@pytest.mark.parametrize(
    "question",
    [
        single(["stack", "queue", "heap"]),
        single(["queue", "heap", "Stack"], 2, "A stack is a list whose pop removes the newest item."),
        single(["**", "*", "//"], 0, "a ** b"),
        TrueFalse(prompt="A stack is a queue.", answer=False, evidence=SENTENCE),
        Cloze(prompt="A ____ is a list whose `pop` removes the newest item.", answer="stack", evidence=SENTENCE),
        Cloze(prompt="Fill in: a ____ is a list whose pop removes", answer="stack", evidence=SENTENCE),
        Cloze(prompt="Complete “a stack is a ____ whose pop”", answer="list", evidence=SENTENCE),
        ShortText(prompt="What is removed by pop?", answer="the newest item", evidence=SENTENCE),
    ],
    ids=lambda question: question.kind,
)
def test_questions_without_a_problem(question: Question) -> None:
    assert found(question) == []


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        (single(["stack", "queue", "heap"], 0, "A stack is a pile."), "does not stand word for word in the lesson"),
        (single(["stack", "queue", "heap"], 0, "**"), "the evidence is empty"),
        (single(["queue", "stack", "heap"]), "does not stand in the evidence"),
        (single(["stac", "queue", "heap"]), "does not stand in the evidence"),
        (single(["stack", "queue", "Queue "]), "two options are the same"),
        (single(["stack", "queue", " "]), "an option is empty"),
        (single(["stack", "full stack", "heap"]), "holds the right one"),
        (single(["stack", "queue", "heap"], 3), "is no index into the 3 options"),
        (TrueFalse(prompt="So?", answer=True, evidence="Nothing of it."), "does not stand word for word"),
        (Cloze(prompt="A stack is a list.", answer="stack", evidence=SENTENCE), "exactly one gap"),
        (Cloze(prompt="A ____ is a ____.", answer="stack", evidence=SENTENCE), "exactly one gap"),
        (Cloze(prompt="A _____ is a list", answer="stack", evidence=SENTENCE), "exactly one gap"),
        (Cloze(prompt="A ____ is a list", answer="queue", evidence=SENTENCE), "does not stand in the evidence"),
        (Cloze(prompt="A ____ is a tree", answer="stack", evidence=SENTENCE), "with its gap filled does not stand"),
        (Cloze(prompt="Stack: a ____ is a list", answer="stack", evidence=SENTENCE), "gives the answer"),
        (ShortText(prompt="What is it?", answer="queue", evidence=SENTENCE), "does not stand in the evidence"),
        (ShortText(prompt="What is a stack?", answer="stack", evidence=SENTENCE), "gives the answer"),
    ],
)
def test_each_problem_is_named(question: Question, problem: str) -> None:
    messages = found(question)
    assert any(problem in message for message in messages), messages
    assert all(message.startswith(f"Question 1 ({question.kind}): ") for message in messages)


def test_scripts_without_spaces() -> None:
    lesson = Lesson(blocks=[Block(kind="markdown", text="叶绿体是进行光合作用的细胞器。")])
    question = ShortText(prompt="?", answer="光合作用", evidence="叶绿体是进行光合作用的细胞器。")
    assert problems(Quiz(questions=[question]), lesson) == []
