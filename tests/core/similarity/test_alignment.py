import random
from itertools import chain

from lms.similarity.alignment import in_order, tiles
from lms.similarity.tokens import GAP


def test_blocks_are_equal_disjoint_and_cover_what_was_moved():
    chance = random.Random(4)
    for _ in range(200):
        parts = [chance.choices("abcdefgh", k=chance.randrange(6, 20)) for _ in range(4)]
        left = [*chain(*parts)]
        chance.shuffle(parts)
        right = ["x", *chain(*parts)]
        found = tiles(left, right, 5)
        for side, (ats, values) in enumerate(
            [([t.left_at for t in found], left), ([t.right_at for t in found], right)]
        ):
            covered = [at + step for at, tile in zip(ats, found, strict=True) for step in range(tile.length)]
            assert len(covered) == len(set(covered)) and max(covered) < len(values), side
        assert all(
            left[t.left_at : t.left_at + t.length] == right[t.right_at : t.right_at + t.length] and t.length >= 5
            for t in found
        )
        assert sum(tile.length for tile in found) >= 0.8 * len(left)


def test_the_longest_block_comes_first():
    assert tiles(list("abcdef"), list("abcdxabcdef"), 3) == [(0, 5, 6)]


def test_no_block_crosses_a_gap():
    left = [*"abcdef", GAP, *"ghijkl"]
    assert [tile.length for tile in tiles(left, left, 4)] == [6, 6]


def test_long_tables_of_equal_rows_take_no_quadratic_time():
    assert sum(tile.length for tile in tiles(list("ab") * 10_000, list("ab") * 10_000, 9)) == 20_000


def test_in_order_is_the_longest_common_subsequence():
    chance = random.Random(5)
    for _ in range(200):
        left, right = (chance.choices("abcd", k=chance.randrange(1, 90)) for _ in range(2))
        row = [0] * (len(right) + 1)
        for value in left:
            above = row[:]
            for at, other in enumerate(right, start=1):
                row[at] = above[at - 1] + 1 if value == other else max(row[at - 1], above[at])
        assert in_order(left, right) == row[-1]
    assert in_order([GAP, "a"], [GAP, "a"]) == 1
