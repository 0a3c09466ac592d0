"""Sentences in nearly the same words are found among thousands without a look at each."""

import random
from itertools import permutations
from time import process_time

from lms.similarity.alignment import in_order
from lms.similarity.sentences import LEAST_WORDS, REWORDED, Pair, reworded
from lms.similarity.tokens import Range, Token


def laid(sentences: list[list[str]]) -> tuple[list[Token], list[Range]]:
    tokens, ranges = list[Token](), []
    for sentence in sentences:
        ranges.append(Range(len(tokens), len(tokens) + len(sentence)))
        tokens += [Token(word, 0, 0) for word in sentence]
    return tokens, ranges


def test_the_likest_is_the_one_that_a_look_at_each_finds():
    chance = random.Random(7)
    # Few words, so that many sentences are nearly alike and many have a word twice.
    made = [chance.choices("abcdefghij", k=chance.randint(LEAST_WORDS, 12)) for _ in range(160)]
    left, right = made[:80], made[80:]
    expected = []
    for number, mine in enumerate(left):
        bag = set(mine)
        likeness, other = max(
            (in_order(mine, each) / max(len(mine), len(each)), at)
            for at, each in enumerate(right)
            if 2 * len(bag.intersection(each)) >= len(bag)
        )
        if likeness >= REWORDED:
            expected.append((number, other, likeness))
    (mine, from_left), (others, from_right) = laid(left), laid(right)
    assert 10 < len(expected) < 80
    assert list(reworded(mine, others, from_left, from_right)) == [
        Pair(from_left[number], from_right[other], "reworded", likeness) for number, other, likeness in expected
    ]


def test_where_one_side_has_no_sentence_there_is_none():
    tokens, ranges = laid([list("abcdefgh")])
    assert list(reworded(tokens, [], ranges, [])) == list(reworded([], tokens, [], ranges)) == []


def test_sentences_that_are_all_of_the_same_words_take_no_longer_than_others():
    made = [list(each) for each in permutations("abcdefg")]
    random.Random(7).shuffle(made)
    (mine, from_left), (others, from_right) = laid(made[:2_500]), laid(made[2_500:])
    began = process_time()
    assert list(reworded(mine, others, from_left, from_right))
    assert process_time() - began < 5, "each aligned with each, it is six million alignments"
