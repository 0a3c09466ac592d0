"""Why a lesson is locked."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a lesson is locked. CONDITIONS_NOT_MET stands for conditions of more than one kind."""

    MEMBERS_ONLY = "MEMBERS_ONLY"
    COURSE_NOT_STARTED = "COURSE_NOT_STARTED"
    OPENS_LATER = "OPENS_LATER"
    LESSON_NOT_COMPLETED = "LESSON_NOT_COMPLETED"
    SCORE_NOT_REACHED = "SCORE_NOT_REACHED"
    CONDITIONS_NOT_MET = "CONDITIONS_NOT_MET"
