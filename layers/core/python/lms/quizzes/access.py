"""Who may do what with a quiz or a question: the dependencies below ``/quizzes/{id}`` and ``/questions/{id}``."""

from functools import partial

from lms.courses.access import in_course_of
from lms.quizzes import repository

of_quiz = partial(in_course_of, repository.quizzes)
of_question = partial(in_course_of, repository.questions)
