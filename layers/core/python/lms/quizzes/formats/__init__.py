"""Question banks as files: Moodle XML, GIFT and QTI 1.2 as Canvas exports it.

Nothing is dropped silently: reading and writing give a row for every item, which says whether it was taken as it
is, changed or refused, and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from lms.quizzes.formats.files import MOST_BYTES, MOST_ITEMS, refused
from lms.quizzes.formats.report import Row

if TYPE_CHECKING:
    from lms.quizzes.contents import Question

Format = Literal["moodle_xml", "gift", "qti12"]


def read(format: Format, data: bytes) -> tuple[list[Question], list[Row]]:
    """The questions of a file, and a row for each of its items.

    Raises `Invalid` with the code FILE_REFUSED and the place where the file as a whole cannot be read: it is over
    5 MB or 5,000 items, malformed or hostile. An item that cannot be taken over only gets a row.
    """
    if len(data) > MOST_BYTES:
        raise refused(f"the file is larger than {MOST_BYTES // 1_000_000} MB")
    if format == "moodle_xml":
        from lms.quizzes.formats.moodle_xml import reading as moodle_xml

        return moodle_xml.read(data)
    if format == "gift":
        from lms.quizzes.formats.gift import reading as gift

        return gift.read(data)
    from lms.quizzes.formats.qti import reading as qti

    return qti.read(data)


def write(format: Format, questions: Sequence[Question]) -> tuple[bytes, str, str, list[Row]]:
    """The file, its content type, the suffix of its name, and a row for each question.

    Raises `Invalid` with the code FILE_REFUSED where there are more than 5,000 questions or 5 MB of them.
    """
    if len(questions) > MOST_ITEMS:
        raise refused(f"a file may hold at most {MOST_ITEMS:,} questions, and these are {len(questions):,}")
    if format == "moodle_xml":
        from lms.quizzes.formats.moodle_xml import writing as moodle_xml

        data, rows = moodle_xml.write(questions)
        content_type, suffix = "application/xml", ".xml"
    elif format == "gift":
        from lms.quizzes.formats.gift import writing as gift

        data, rows = gift.write(questions)
        content_type, suffix = "text/plain; charset=utf-8", ".gift.txt"
    else:
        from lms.quizzes.formats.qti import writing as qti

        data, rows = qti.write(questions)
        content_type, suffix = "application/zip", ".zip"
    if len(data) > MOST_BYTES:
        raise refused(f"these questions make a file of more than {MOST_BYTES // 1_000_000} MB: export fewer")
    return data, content_type, suffix, rows
