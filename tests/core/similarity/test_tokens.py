import pytest

from lms.similarity.tokens import GAP, Range, inside, without, words


@pytest.mark.parametrize(
    "disguised",
    [
        "PLAGIARISM, is: theft!",
        "pla\u200bgia\u00adrism is\u2060 theft",
        "pl\u0430gi\u0430rism is th\u0435ft",
        "ｐｌａｇｉａｒｉｓｍ　ｉｓ　ｔｈｅｆｔ",
        "plágiàrism ïs thëft",
        "pla\x00giarism\nis theft",
        "pla\U000e0041giarism is 𝐭𝐡𝐞𝐟𝐭",
    ],
)
def test_a_disguised_text_has_the_words_of_the_plain_one_and_knows_where_they_stand(disguised: str):
    found = words(disguised)
    assert [token.value for token in found] == ["plagiarism", "is", "theft"]
    assert all(token.start < token.end for token in found)
    assert disguised[found[0].start] in "PpｐP" and disguised[found[2].end - 1] in "tｔ𝐭"


def test_scripts_without_spaces_have_a_word_for_each_sign():
    assert [token.value for token in words("漢字 and 2nd")] == ["漢", "字", "and", "2nd"]


def test_what_is_left_out_leaves_one_gap():
    tokens = words("one two three four five")
    kept = without(tokens, inside(tokens, [Range(5, 12)]))
    assert [token.value for token in kept] == ["one", GAP, "four", "five"]
