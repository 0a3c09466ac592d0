"""How long what is generated may be, in characters unless it says words: generous, so that only nonsense fails."""

from lms.ai.grounded.words import word_count

TITLE = 200
OBJECTIVE = 400
DESCRIPTION = 4_000
BLOCK = 12_000
PROMPT = 1_500
OPTION = 600
SENTENCE = 600
LESSON_WORDS = range(10, 8_001)


def problems(where: str, text: str, most: int) -> list[str]:
    return [f"{where} has {len(text)} characters; at most {most} are allowed."] if len(text) > most else []


def word_problems(where: str, text: str, allowed: range) -> list[str]:
    count = word_count(text)
    if count in allowed:
        return []
    return [f"{where} has {count} words; {allowed.start} to {allowed.stop - 1} are allowed."]
