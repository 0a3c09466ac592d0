"""Who may do what with a rubric: the dependency below ``/rubrics/{id}``."""

from functools import partial

from lms.courses.access import in_course_of
from lms.rubrics import repository

of_rubric = partial(in_course_of, repository.rubrics)
