"""How much a course holds."""

MOST_MODULES = 100
MOST_LESSONS = 500
MOST_BLOCKS = 200
MOST_LESSON_BYTES = 200 * 1024
"""Of what its authors wrote in a lesson's blocks."""
