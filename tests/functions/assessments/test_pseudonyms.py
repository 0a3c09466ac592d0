"""Under which names graders see who hands in blind work."""

from functools import partial

import pytest
from bson import ObjectId

from lms.blind import pseudonyms
from tests.at_once import results
from tests.mongo_commands import recorded

pytestmark = pytest.mark.usefixtures("api")


def test_a_pseudonym_leads_back_to_its_learner_alone():
    people = [ObjectId() for _ in range(20)]
    named = pseudonyms.of(ObjectId())
    assert [named.behind(named.of(each), people) for each in people] == people
    assert named.behind(named.of(ObjectId()), people) is None


def test_a_work_has_one_secret_whoever_asks_first_and_no_other_work_has_it():
    firsts = []
    for work_id in (ObjectId() for _ in range(10)):
        first, *others = results(*[partial(pseudonyms.of, work_id)] * 8)
        assert others == [first] * 7 and pseudonyms.of(work_id) == first
        firsts.append(first.secret)
    assert len(set(firsts)) == 10 and {len(secret) for secret in firsts} == {32}


def test_the_pseudonyms_of_many_works_are_those_of_each_and_come_at_once():
    works = [{"_id": ObjectId(), "blind": True, "released_at": None} for _ in range(3)]
    asked = [*works, {**works[0], "_id": ObjectId(), "blind": False}]
    made = pseudonyms.needed_in(asked)
    assert made == {work["_id"]: pseudonyms.needed(work) for work in works}
    with recorded() as commands:
        assert pseudonyms.needed_in(asked) == made
    assert len(commands) == 1
    assert pseudonyms.needed_in([{**works[0], "released_at": works[0]["_id"].generation_time}]) == {}
