"""CSV as spreadsheets read and write it."""

import pytest

from lms.spreadsheets import neutral, read, written


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", '=cmd|"/c calc"!A1']
)
def test_what_begins_like_a_formula_becomes_text(text: str):
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ada", "1 + 1 = 2", "O'Hara", "7.5", "Ünal"])
def test_other_text_stays_as_it_is(text: str):
    assert neutral(text) == text


@pytest.mark.parametrize(("delimiter", "other"), [(",", ";"), (";", ","), ("\t", ",")])
def test_what_is_written_is_read(delimiter: str, other: str):
    rows = [["id", f'"a"{9 * other}{delimiter}', "b"], ["1", "two\nlines", "; "], ["2", "", "é"]]
    assert read(written(rows, delimiter), 2) == [(1, rows[0]), (2, rows[1]), (3, rows[2])]


def test_empty_rows_count_and_are_passed_over():
    assert read("\r\na;b\r\n;\r\n1;2\r\n", 1) == [(2, ["a", "b"]), (4, ["1", "2"])]
