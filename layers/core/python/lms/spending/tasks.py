"""What AI is asked to do, as usage names it."""

from typing import Literal

Task = Literal["generate_course", "enhance_content", "generate_quiz", "analyze_performance", "grade", "ask"]

OF_KIND = {
    "course_generation": "generate_course",
    "content_enhancement": "enhance_content",
    "quiz_generation": "generate_quiz",
    "performance_analysis": "analyze_performance",
    "grading": "grade",
}
"""The task of each kind of job that asks a provider."""

ASK = "ask"
ALL = (*OF_KIND.values(), ASK)
