"""The shipped texts in MongoDB, with what they are found by."""

import pytest

from lms.ai import library, repository
from lms.ai.grounded.ranking import index_of

pytestmark = pytest.mark.usefixtures("ground")


def test_the_library_comes_with_its_index():
    library.seed()
    for entry in library.texts():
        assert dict(entry.index) == index_of(entry.source)


def test_seeding_renews_an_index_that_older_code_made():
    library.seed()
    repository.sources().update_many({"origin": "library"}, {"$set": {"index.title": "old"}})
    library.seed()
    assert all(entry.fields["title"]["old"] == 0 for entry in library.texts())


def test_a_text_without_an_index_is_found_all_the_same():
    library.seed()
    repository.sources().update_many({"origin": "library"}, {"$unset": {"index": ""}})
    assert all(entry.fields["body"] for entry in library.texts())
