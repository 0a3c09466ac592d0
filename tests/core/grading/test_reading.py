"""What of a submission a grader reads, and where evidence stands in it."""

import pytest
from bson import ObjectId

from lms.ai.grading_task import Evidence
from lms.files.handed_in import NOT_READY, FileText
from lms.grading.reading import Read, StillRead, read

FILE, BLANK, PICTURE = ObjectId(), ObjectId(), ObjectId()
TEXTS = {"text": "My text.", "code": "print(1)", "file": "Of a file."}
SUBMISSION = {
    "text": TEXTS["text"],
    "code": TEXTS["code"],
    "file_texts": {
        BLANK: FileText("  "),
        PICTURE: FileText(None, "UNSUPPORTED", "It is a picture."),
        FILE: FileText(TEXTS["file"]),
    },
}


@pytest.fixture
def found() -> Read:
    return read(SUBMISSION)


@pytest.mark.parametrize(("part", "file_id"), [("text", None), ("code", None), ("file", FILE)])
def test_evidence_stands_where_it_does_in_its_own_part(found: Read, part: str, file_id: ObjectId | None):
    start = found.text.index(TEXTS[part]) + 3
    assert found.place(Evidence(start=start, end=start + 4)) == {
        "part": part,
        "file_id": file_id,
        "start": 3,
        "end": 7,
    }
    beyond = found.place(Evidence(start=start, end=len(found.text)))
    assert beyond and beyond["end"] == len(TEXTS[part])


def test_a_file_without_a_text_is_named_and_one_that_is_to_come_is_waited_for(found: Read):
    reasons = {"reason_code": "UNSUPPORTED", "reason": "It is a picture."}
    assert found.unread == [{"file_id": PICTURE, **reasons}]
    assert found.text == "My text.\n\nprint(1)\n\nOf a file."
    with pytest.raises(StillRead):
        read({**SUBMISSION, "file_texts": {FILE: FileText(None, NOT_READY)}})


def test_of_nothing_there_is_nothing_and_no_evidence():
    found = read({"text": " \n", "code": "", "file_texts": {}})
    assert found == Read("", [], []) and found.place(None) is None
