"""What is copied is found, however it is disguised; what is not copied is not."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from lms.ai import library
from lms.similarity.comparison import compare, lines
from lms.similarity.documents import of_code, of_text
from lms.similarity.tokens import Range, words

TEXTS = sorted(Path(library.__file__).with_name("library").glob("*.md"))
JAVA = """
import java.util.Scanner;

public class Bank {
    private double balance;

    public void deposit(double amount) {
        if (amount <= 0) {
            throw new IllegalArgumentException("Deposit a positive amount");
        }
        balance = balance + amount;
    }

    public boolean withdraw(double amount) {
        if (amount > balance) {
            System.out.println("Not enough money");
            return false;
        }
        balance = balance - amount;
        return true;
    }

    public double interest(int years) {
        double total = balance;
        for (int year = 0; year < years; year++) {
            total = total * 1.035;
        }
        return total - balance;
    }
}
"""
OTHER_JAVA = """
public class Words {
    static java.util.Map<String, Integer> count(String text) {
        var found = new java.util.TreeMap<String, Integer>();
        for (String word : text.toLowerCase().split(" ")) found.merge(word, 1, Integer::sum);
        return found;
    }
    static String longest(java.util.List<String> all) {
        return all.stream().max(java.util.Comparator.comparing(String::length)).orElse("");
    }
}
"""


@cache
def passage(number: int, count: int = 220) -> str:
    text = TEXTS[number].read_text("utf-8")
    some = words(text)[400 : 400 + count]
    return text[some[0].start : some[-1].end] + "."


def folded(text: str) -> list[str]:
    return [token.value for token in words(text)]


def test_matches_point_at_equal_text_on_both_sides():
    left, copied = passage(0), passage(1, 60)
    right = f"{passage(2)}\n\n{copied.upper().replace('A', chr(0x0410))}\n\n{passage(3)}"
    found = compare(of_text(f"{left}\n\n{copied}\n"), of_text(right))
    assert found.matches
    for match in found.matches:
        assert folded(f"{left}\n\n{copied}\n"[slice(*match.left)]) == folded(right[slice(*match.right)])
    assert found.left_share == pytest.approx(60 / 280, abs=0.03)
    assert found.right_share == pytest.approx(60 / 500, abs=0.03)
    assert found.score == found.left_share


def test_texts_on_other_subjects_do_not_match():
    for number in range(len(TEXTS) - 1):
        assert compare(of_text(passage(number)), of_text(passage(number + 1))).score < 0.05


def test_quotes_and_the_template_are_no_match():
    shared = passage(0, 40)
    left, right = (f"{passage(number)} As it says: “{shared}” And so on." for number in (1, 2))
    assert not compare(of_text(left), of_text(right)).matches
    left, right = f"{shared} {passage(1)}", f"{shared} {passage(2)}"
    assert compare(of_text(left), of_text(right)).matches
    assert not compare(of_text(left, shared), of_text(right, shared)).matches


def test_a_phrase_that_the_cohort_has_in_common_is_no_match():
    phrase = "As has been said in the third lecture of this term"
    left, right = of_text(f"{phrase} {passage(1)}"), of_text(f"{phrase} {passage(2)}")
    common = {each.hash for each in of_text(phrase).fingerprints()}
    assert compare(left, right).matches and not compare(left, right, common=common).matches


def test_sentences_with_some_words_changed_match_as_reworded():
    left = "The early harvest of the northern valleys was stored in large wooden barns near the river each autumn."
    right = "The first harvest of these northern hills was kept in big wooden barns near a river each autumn."
    (match,) = compare(of_text(f"{passage(0)} {left}"), of_text(f"{passage(1)} {right}")).matches
    assert match.kind == "reworded" and match.likeness > 0.6


def test_sentences_of_the_same_sense_match_by_their_vectors():
    left = "Because of the moon the sea rises and falls twice in a day."
    right = "It is lunar gravity that makes high water come two times every twenty-four hours."

    def embed(texts: list[str]) -> np.ndarray:
        return np.array([[1.0, 0.0] if "moon" in text or "lunar" in text else [0.0, 1.0] for text in texts])

    only_left, only_right = of_text(f"{left} {passage(0, 30)}"), of_text(f"{right}")
    assert not compare(only_left, only_right).matches
    (match,) = compare(only_left, only_right, embed=embed).matches
    assert match.kind == "paraphrased" and only_left.source[slice(*match.left)] == left[:-1]
    assert only_right.source[slice(*match.right)] == right[:-1]
    twice = of_text(f"{left} {passage(0, 30)} At night the moon is what most people like to look at.")
    assert len(compare(twice, only_right, embed=embed).matches) == 1


def score(left: str, right: str, language: str = "java") -> float:
    return compare(of_code(left, language), of_code(right, language)).score


def test_renamed_programs_match_line_by_line():
    renamed = JAVA
    for old, new in {"balance": "money", "amount": "x", "withdraw": "take", "year": "i", "Bank": "Konto"}.items():
        renamed = renamed.replace(old, new)
    renamed = "// My own work\n" + renamed.replace("    ", "\t")
    found = compare(of_code(JAVA, "java"), of_code(renamed, "java"))
    assert found.left_share == found.right_share == 1
    (match,) = found.matches
    assert lines(JAVA, match.left) == (4, 30) and lines(renamed, match.right) == (5, 31)


def test_inserted_dead_code_and_reordered_functions_leave_most_of_the_match():
    dead = 'int unused = 7; String s = "nothing"; if (unused > 8) { s = s + unused; }\n'
    padded = JAVA.replace("balance = balance + amount;", f"{dead} balance = balance + amount;").replace(
        "double total = balance;", f"{dead * 3} double total = balance;"
    )
    head, deposit, withdraw, interest = JAVA.split("    public ")
    body, end = interest.rsplit("}", 1)[0], "}\n"
    reordered = "    public ".join([head, body, withdraw, deposit]) + end
    for copy in (padded, reordered):
        found = compare(of_code(JAVA, "java"), of_code(copy, "java"))
        assert found.left_share > 0.85
        assert found.score > score(JAVA, OTHER_JAVA) + 0.3


def test_programs_that_do_other_things_do_not_match():
    found = compare(of_code(JAVA, "java"), of_code(OTHER_JAVA, "java"))
    assert found.left_share < 0.2 and found.score < 0.5


def test_documents_of_two_kinds_or_of_nothing_have_nothing_in_common():
    assert compare(of_code(JAVA, "java"), of_text(JAVA)).score == 0
    assert compare(of_text(""), of_text("")).score == 0
    short = of_text("The answer to the first of the questions is the number four.")
    assert compare(short, short).matches and compare(short, short).score == 0


def test_lines_count_from_one():
    assert lines("ab\ncd\nef", Range(3, 5)) == (2, 2)
    assert lines("ab\ncd\nef", Range(1, 7)) == (1, 3)
    assert lines("ab\ncd\n", Range(0, 3)) == (1, 1)
