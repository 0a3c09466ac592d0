"""Who may review: the dependency below ``/reviews/{id}``."""

from functools import partial

from lms.courses.access import in_course_of
from lms.reviews import repository

of_review = partial(in_course_of, repository.reviews)
