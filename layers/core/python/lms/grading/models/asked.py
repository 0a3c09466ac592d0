"""What is to be graded, as an estimate names it."""

from typing import Self

from pydantic import model_validator

from lms.fields import Body, Reference


class GradingAsked(Body):
    """Either one submission, or an assignment: the last submissions of those whom no person has graded."""

    submission_id: Reference | None = None
    assignment_id: Reference | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.submission_id is None) == (self.assignment_id is None):
            raise ValueError("name either a submission_id or an assignment_id")
        return self
