"""How much a course holds."""

MOST_MODULES = 100
MOST_LESSONS = 500
