from time import process_time

import pytest

from lms.similarity.documents import of_code, of_text
from lms.similarity.exclusions import phrases
from lms.similarity.fingerprints import TEXT
from lms.similarity.tokens import GAP, words


def kept(text: str, template: str = "") -> str:
    return " ".join(token.value or "…" for token in of_text(text, template).tokens)


def test_quotes_are_left_out():
    own = "My own view of this is quite another one and I shall defend it now."
    for quote in ("“to be or not to be”", '"to be or not to be"', "„to be or not to be“", "« to be or not to be »"):
        assert "to be or" not in kept(f"{own} Hamlet asks: {quote} and waits. {own}")
    assert "to be or" not in kept(f"{own}\n\n> to be or not to be\n> that is it\n\n{own}")
    assert "to be or" in kept(f'{own} The plank is 5" to be or not 6" long. {own}')


def test_who_puts_the_whole_text_in_quotes_is_compared_all_the_same():
    assert kept("“Every word of this essay is from another person.” So it is.").startswith("every word")
    assert "every word" in kept(f"Own words. “{'every word is another’s ' * 30}” " + "Own words again. " * 60)


def test_references_are_left_out_up_to_the_next_heading_and_other_text_under_the_heading_is_not():
    entries = "Smith, J. (2003). On tides. Oxford.\n[2] Jones, https://example.org/tides\n"
    text = f"The tide comes in twice a day.\n\n## References\n\n{entries}\n# Appendix\n\nMore of my own."
    assert kept(text) == "the tide comes in twice a day … appendix more of my own"
    hidden = "References\n\nThe tide comes in twice a day,\nas all who live there know,\nand goes out twice.\n"
    assert "the tide comes in" in kept(hidden)


@pytest.mark.parametrize("line", ["1\n", " \n", "references\n", "# references\n", '"a ', "> a\n", '"\n a'])
def test_no_long_text_takes_long(line: str):
    began = process_time()
    of_text(line * (200_000 // len(line)))
    assert process_time() - began < 10, "the square of its length would take hours"


def test_what_the_template_holds_is_left_out():
    template = "Explain in your own words why the tide comes in twice a day."
    assert kept(f"{template} Because the moon pulls at the sea.", template) == "because the moon pulls at the sea"
    given = "class Main { public static void main(String[] args) { int sum = 0; } }"
    own = of_code(given.replace("int sum = 0;", "int sum = 0; while (sum < 7) { sum += 2; }"), "java", given)
    assert [token.value for token in own.tokens if token.value != GAP][:5] == ["while", "(", "name", "<", "number"]
    assert own.literals == ("7", "2")


def test_a_common_phrase_is_left_out_but_a_long_passage_that_many_have_is_not():
    tokens = words("as we have seen in the last lecture the moon pulls")
    common = {each.hash for each in of_text("as we have seen in the last lecture").fingerprints()}
    found = phrases(tokens, common, TEXT, "text", longest=25)
    assert len(found) >= 5 and found <= set(range(9))
    assert phrases(tokens, common, TEXT, "text", longest=4) == set()
