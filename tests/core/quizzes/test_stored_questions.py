"""Questions are read from MongoDB without their models: as they were written, whatever their kind."""

import json

import pytest
from bson import ObjectId, decode, encode
from pydantic_core import to_json

from lms import clock
from lms.quizzes import questions
from lms.quizzes.contents import Question
from tests.questions import EACH_KIND


def test_what_is_read_are_the_fields_that_authors_write():
    assert tuple(Question.model_fields) == questions.FIELDS


@pytest.mark.parametrize("kind", EACH_KIND)
def test_a_stored_question_reads_as_its_author_wrote_it(kind: str):
    stored = decode(encode(questions.document(EACH_KIND[kind], ObjectId(), clock.now())))
    read = to_json(questions.parsed(stored), fallback=vars)
    assert json.loads(read) == EACH_KIND[kind].model_dump(mode="json")
