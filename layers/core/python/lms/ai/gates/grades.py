"""Whether a grade's feedback may be shown: its length and language, and that it is about the work."""

from collections.abc import Iterator

from lms.ai.gates import lengths, support, tongue
from lms.ai.grading_task import Grading, GradingTask
from lms.ai.instructions import without_orders


def problems(made: Grading, task: GradingTask) -> list[str]:
    """What follows an order in a submission, or tells of the prompt, ``leaks`` sees."""
    about = "\n".join(_about(task))
    found: list[str] = []
    for n, each in enumerate(made.grades, start=1):
        where = f"the feedback on criterion {n}"
        found += lengths.problems(where, each.feedback, lengths.SENTENCE)
        found += [f"{where}: {problem}" for problem in tongue.problems(each.feedback, task.language)]
        if support.unrelated(each.feedback, about, support.LEAST_TOLD):
            found.append(f"{where}: hardly a word of it is about the submission or the criterion.")
    return found + tongue.problems("\n".join(each.feedback for each in made.grades), task.language)


def _about(task: GradingTask) -> Iterator[str]:
    yield from (task.title, task.instructions, *task.references, without_orders(task.text))
    for criterion in task.criteria:
        yield from (criterion.title, criterion.description)
        for level in criterion.levels:
            yield from (level.title, level.description)
