"""Who reviews whom: what holds for any class, whoever hands in late."""

from collections import Counter
from random import Random
from typing import Any

from bson import ObjectId

from lms.reviews.allocation import Pair, allocated, stand_in

Authors = dict[ObjectId, set[ObjectId]]


def alone(number: int) -> Authors:
    return {each: {each} for each in (ObjectId() for _ in range(number))}


def in_groups(rng: Random, groups: int) -> Authors:
    return {ObjectId(): {ObjectId() for _ in range(rng.randint(1, 5))} for _ in range(groups)}


def people(authors: Authors) -> list[ObjectId]:
    return [each for members in authors.values() for each in members]


def allocate(authors: Authors, count: int, before: list[Pair] | None = None, seed: str = "s") -> list[Pair]:
    before = before or []
    return before + allocated(authors, people(authors), before, [], count, seed)


def sound(authors: Authors, pairs: list[Pair]) -> bool:
    return len(set(pairs)) == len(pairs) and not [one for one, work in pairs if one in authors[work]]


def loads(pairs: list[Pair], authors: Authors) -> tuple[list[int], list[int]]:
    """What each reviewer gives, and what each work gets."""
    gives, gets = Counter(one for one, _ in pairs), Counter(work for _, work in pairs)
    return [gives[each] for each in people(authors)], [gets[work] for work in authors]


def test_alone_all_give_and_get_the_same_number():
    rng = Random(1)
    for _ in range(60):
        count, number = rng.randint(1, 5), rng.randint(1, 25)
        authors = alone(number)
        pairs = allocate(authors, count, seed=str(rng.random()))
        each = min(count, number - 1)
        assert sound(authors, pairs)
        assert loads(pairs, authors) == ([each] * number, [each] * number)


def test_a_few_who_come_late_join_and_nobody_has_two_more_than_another():
    """Each of them gives to and takes from those who have enough, which are one more for as many."""
    rng = Random(2)
    for _ in range(60):
        count, number = rng.randint(1, 4), rng.randint(8, 24)
        authors = alone(number)
        pairs = allocate(authors, count)
        late = number // count
        while late > 0:
            kept, come = list(pairs), rng.randint(1, 3)
            late -= come
            authors |= alone(come)
            pairs = allocate(authors, count, pairs)
            assert pairs[: len(kept)] == kept and sound(authors, pairs)
            for numbers in loads(pairs, authors):
                assert min(numbers) == count and max(numbers) <= count + 1


def test_few_who_become_more_get_what_they_lacked():
    authors = alone(2)
    pairs = allocate(authors, 3)
    assert loads(pairs, authors) == ([1, 1], [1, 1])
    authors |= alone(4)
    pairs = allocate(authors, 3, pairs)
    assert sound(authors, pairs) and loads(pairs, authors) == ([3] * 6, [3] * 6)


def test_in_groups_each_gives_the_same_and_none_to_the_own_group():
    rng = Random(3)
    for _ in range(60):
        authors, count = in_groups(rng, rng.randint(2, 9)), rng.randint(1, 4)
        pairs = allocate(authors, count)
        gives, gets = loads(pairs, authors)
        assert sound(authors, pairs)
        least = min(count, len(authors) - 1)
        assert min(gives) >= least and max(gives) <= least + 1
        reviewers_of = [len(people(authors)) - len(members) for members in authors.values()]
        assert all(got >= min(count, most) for got, most in zip(gets, reviewers_of, strict=True))


def test_groups_of_one_size_get_as_many_as_each_other():
    rng = Random(4)
    for _ in range(40):
        size, groups, count = rng.randint(1, 4), rng.randint(2, 9), rng.randint(1, 4)
        authors: Authors = {ObjectId(): {ObjectId() for _ in range(size)} for _ in range(groups)}
        _, gets = loads(allocate(authors, count), authors)
        assert max(gets) - min(gets) <= 1


def test_the_same_people_are_allocated_in_the_same_way_whatever_their_order():
    authors = alone(9)
    turned = dict(reversed(authors.items()))
    assert sorted(allocate(authors, 3)) == sorted(allocate(turned, 3))
    assert sorted(allocate(authors, 3)) != sorted(allocate(authors, 3, seed="other"))


def test_a_thousand_are_allocated():
    authors = alone(1_000)
    assert loads(allocate(authors, 5), authors) == ([5] * 1_000, [5] * 1_000)


def test_what_was_replaced_is_not_repeated_and_counts_for_nobody():
    ada, ben, eve = (ObjectId() for _ in range(3))
    authors: Any = {each: {each} for each in (ada, ben, eve)}
    added = allocated(authors, [ada, ben, eve], [], [(ada, ben)], 1, "s")
    assert (ada, ben) not in added and sorted(one for one, _ in added) == sorted(authors)


def test_the_stand_in_is_the_one_who_has_given_the_least():
    ada, ben, eve = (ObjectId() for _ in range(3))
    given = {ada: 2, ben: 1, eve: 1}
    assert stand_in([ada, ben, eve], {ben}, given, "s") == eve
    assert stand_in([ada], {ada}, given, "s") is None
    assert {stand_in([ada, ben, eve], (), given, str(seed)) for seed in range(20)} == {ben, eve}
