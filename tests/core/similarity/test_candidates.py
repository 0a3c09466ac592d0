"""Look-up in MongoDB: what shares fingerprints is found, at a cost that does not grow with what is stored."""

import random

import pytest
from bson import ObjectId

from lms.similarity import candidates, repository
from lms.similarity.candidates import MOST_POSTINGS, Found
from lms.similarity.documents import of_text
from tests.mongo_commands import recorded

pytestmark = pytest.mark.usefixtures("ground")


class School:
    """A course with an assignment for which texts of random words are handed in."""

    def __init__(self) -> None:
        self.course_id, self.assignment_id = ObjectId(), ObjectId()
        self.chance = random.Random(6)

    def text(self, words: int = 80) -> str:
        return " ".join(f"w{self.chance.randrange(10**9)}" for _ in range(words))

    def hand_in(self, text: str, **other: ObjectId) -> ObjectId:
        submission = {
            "_id": ObjectId(),
            "assignment_id": self.assignment_id,
            "course_id": self.course_id,
            "holder_id": ObjectId(),
            **other,
        }
        candidates.add(submission, [of_text(text)])
        return submission["_id"]

    def find(self, submission_id: ObjectId, *other_courses: ObjectId) -> Found:
        return candidates.find(submission_id, self.course_id, 20, other_courses)


def ids(found: Found) -> list[ObjectId]:
    return [each.submission_id for each in found.candidates]


def test_a_copied_passage_is_found_and_who_has_more_of_it_comes_first():
    school = School()
    source = school.text()
    words = source.split()
    half = school.hand_in(f"{school.text()} {' '.join(words[:40])}")
    whole = school.hand_in(f"{source} {school.text()}")
    school.hand_in(school.text())
    assert ids(school.find(school.hand_in(source))) == [whole, half]


def test_other_assignments_count_and_other_courses_where_allowed_and_oneself_never():
    school, holder_id, earlier_year = School(), ObjectId(), ObjectId()
    source = school.text()
    other_assignment = school.hand_in(source, assignment_id=ObjectId())
    last_year = school.hand_in(source, course_id=earlier_year)
    school.hand_in(source, holder_id=holder_id)
    mine = school.hand_in(source, holder_id=holder_id)
    assert ids(school.find(mine)) == [other_assignment]
    assert set(ids(school.find(mine, earlier_year))) == {other_assignment, last_year}


def test_a_text_handed_in_anew_replaces_its_fingerprints():
    school = School()
    source, submission_id = school.text(), ObjectId()
    school.hand_in(source, _id=submission_id)
    school.hand_in(school.text(), _id=submission_id)
    assert ids(school.find(school.hand_in(source))) == []


def test_a_phrase_that_many_have_is_common_and_weighs_less_than_a_rare_one():
    school = School()
    phrase, rare = school.text(12), school.text(12)
    for _ in range(8):
        school.hand_in(f"{phrase} {school.text(30)}")
    copied = school.hand_in(f"{rare} {school.text(30)}")
    found = school.find(school.hand_in(f"{school.text(30)} {phrase} {school.text(30)} {rare}"))
    assert found.candidates[0].submission_id == copied
    assert {each.hash for each in of_text(phrase).fingerprints()} <= found.common
    assert not found.common & {each.hash for each in of_text(rare).fingerprints()}


def test_a_look_up_walks_an_index_and_reads_a_bounded_part_of_what_has_a_common_hash():
    school = School()
    phrase = school.text(8)
    for _ in range(3 * MOST_POSTINGS):
        school.hand_in(f"{phrase} {school.text(8)}")
    mine = school.hand_in(phrase)
    with recorded() as log:
        found = school.find(mine)
    (command,) = log
    assert len(found.candidates) == candidates.MOST_CANDIDATES
    assert not command.scans_a_collection
    lookup = next(stage for stage in command.plan()["stages"] if "$lookup" in stage)
    assert lookup["indexesUsed"] == ["postings"]
    own = len(of_text(phrase).fingerprints())
    assert 0 < int(lookup["totalKeysExamined"]) <= own * (MOST_POSTINGS + 10)
    assert 0 < int(lookup["totalDocsExamined"]) <= own * (MOST_POSTINGS + 10)


def test_holders_are_read_by_an_index():
    school, holder_id = School(), ObjectId()
    first = school.hand_in(school.text(), holder_id=holder_id)
    second = school.hand_in(school.text(), holder_id=holder_id)
    with recorded() as log:
        assert repository.holders(school.assignment_id) == {holder_id: [first, second]}
    (command,) = log
    assert not command.scans_a_collection
