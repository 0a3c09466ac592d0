"""Sentences that lean on what stands before them, and so cannot stand alone."""

import re

_OPENS_BACK = re.compile(
    r"""(?:it|its|they|their|them|he|she|his|her|we|you|such|however|therefore|thus|hence|but|and|or|so|yet|instead
    |both|some|others?|another|each\ of|most\ of|many\ of|neither|either|here|there|then|also|again|similarly
    |moreover|furthermore|finally|next|for\ example|for\ instance|in\ (?:contrast|addition|turn|short)
    |as\ a\ result|(?:before|after|since|until|by)\ that\b(?!\ \w)
    |the\ (?:first|second|third|last|others|result|results|same|opposite|two|three|whole|rest|idea
    |method|procedure|name|product|acid|reaction|pathway|cost|step|answer|reason)|one\ of
    |er|sie|es|dies|diese[rsnm]?|dabei|dadurch|damit|daher|deshalb|jedoch|außerdem
    |il|elle|ils|elles|cela|ce|cet|cette|ces|donc|ainsi|cependant|este|esta|estos|estas|esto|sin\ embargo|por\ ello
    |questo|questa|questi|queste|quindi|tuttavia|isso|isto|essa|esse|portanto|porém|deze|dit|hij|zij|daarom|echter)\b(?!\s+`)""",
    re.IGNORECASE | re.VERBOSE,
)
_LEANS_INSIDE = re.compile(
    r"""\b(?:this|these|those|latter|former|mentioned|otherwise|instead|such\ an?|such\ (?!as\b)\w+s\b
    |(?:is|are|was|were|can|must|may|will)\ (?:then|therefore)
    |(?:at|by|for|from|in|of|on|to|with|limit|limits)\ that|the\ (?:following|other)
    |(?:see|in)\ (?:section|chapter|fig)|(?:of|in|at)\ the\ same\ (?!\w+\ as\b)
    |(?:people|lived|men|women)\ there|him)\b""",
    re.IGNORECASE | re.VERBOSE,
)


_LEANS_LATE = re.compile(
    r"(?:at|in|on|by|from|with|after|before|during|for|under|within|around|until|since|once|when|if|because)\b"
    r"[^,.;:]*,?\s(?:it|they|he|she|its|their|his|her)\b",
    re.IGNORECASE,
)
_LEANS_SOON = re.compile(r"(?:[A-Z][\w'’-]+\s){1,4}[a-z]+(?:\s[a-z]+)?\s(?:it|them)\b")
"""Pronouns early in a sentence, which may stand for something said before."""
_LEANS_AT_LAST = re.compile(
    r"(?:(?!,|\b(?:that|which|who|whose|when|if|because|and|but|so|while)\b).)*\b(?:it|them)(?:\s\w+)?[.!]?$",
    re.IGNORECASE,
)
"""A pronoun at the end of a sentence of one clause."""
_LEANS_ON_SOMEBODY = re.compile(
    r"(?:The|In|On|At|By|From|With|After|Before|When|While|During|For|To)\b[^A-Z]*?\s(?:he|his|she|her)\b"
)
"""Where no name and nobody new comes before, these stand for somebody named before."""


def leans(phrase: str) -> bool:
    """Whether a phrase has a word that stands for something said elsewhere, such as 'these'."""
    return _LEANS_INSIDE.search(phrase) is not None


def points_back(sentence: str) -> bool:
    """Whether a sentence leans on what stands before it, so that it cannot stand alone."""
    forms = (_OPENS_BACK, _LEANS_LATE, _LEANS_SOON, _LEANS_AT_LAST, _LEANS_ON_SOMEBODY)
    return leans(sentence) or any(form.match(sentence) for form in forms)
