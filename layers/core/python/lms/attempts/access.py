"""Whose attempt: the dependency of the endpoints below ``/attempts/{id}``."""

from functools import partial

from lms.attempts import repository
from lms.courses.access import in_course_of

of_attempt = partial(in_course_of, repository.attempts)
