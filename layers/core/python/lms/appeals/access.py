"""Who answers an appeal: the dependency below ``/appeals/{id}``."""

from functools import partial

from lms.appeals import repository
from lms.courses.access import in_course_of

of_appeal = partial(in_course_of, repository.appeals)
