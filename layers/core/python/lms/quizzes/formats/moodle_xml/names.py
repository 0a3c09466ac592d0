"""Names that Moodle's files give to what both sides know."""

FEEDBACK = {
    "general": "generalfeedback",
    "correct": "correctfeedback",
    "partly": "partiallycorrectfeedback",
    "incorrect": "incorrectfeedback",
}
GRADING = {
    "ALL_OR_NOTHING": "exact",
    "-1": "exact",
    "ABSOLUTE_POSITION": "positions",
    "0": "positions",
    "RELATIVE_NEXT_EXCLUDE_LAST": "neighbours",
    "1": "neighbours",
}
