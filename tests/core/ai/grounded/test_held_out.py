"""The goals that `make bench ARGS=quality` prints, on the same texts; and what counts as a repetition there."""

import pytest

from benchmarks import quality
from lms.ai.models import Cloze, SingleChoice

TEXTS = sorted(quality.TEXTS.glob("*.md"))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_texts_that_are_in_no_library_can_be_asked_about(path) -> None:
    found = quality.tally(path.read_text(encoding="utf-8"))
    assert found.passing == found.answerable == len(found.asked)
    assert found.duplicates == 0
    assert found.usable_per_1000 >= quality.LEAST_PER_1000
    assert {question.kind for question in found.asked} >= {"single", "true_false", "cloze"}


def test_the_same_sentence_or_the_same_option_twice_is_a_repetition() -> None:
    first = Cloze(prompt="A ____ is a pile.", answer="stack", evidence="A stack is a pile.")
    again = Cloze(prompt="A stack is a ____.", answer="pile", evidence="A  stack is a pile.")
    twins = SingleChoice(prompt="Which?", options=["heap", "Heap", "pile"], answer=2, evidence="It is a pile.")
    assert quality.repeated([first, again, twins], []) == {2, 3}
    assert quality.repeated([first], [again]) == {1}
    assert quality.repeated([first], []) == set()
