"""Who may do what with an assignment: the dependency below ``/assignments/{id}``."""

from functools import partial

from lms.assignments import repository
from lms.courses.access import enter_through, in_course_of

of_assignment = partial(in_course_of, repository.assignments)
enter_assignment = partial(enter_through, repository.assignments)
