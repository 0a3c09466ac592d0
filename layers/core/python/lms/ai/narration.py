"""What a narrative over figures may say: each sentence names its figures, and every number in it is one of them.

A number may be rounded, and needs its figure's unit where that is percent. Numbers in words are refused, since "a
third" or "twice" can be held against nothing; "all", "none" and their like need a figure that says so.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from lms.ai.folding import without_names
from lms.figures import Figure

LONGEST_SENTENCE = 400
_MOST_SENTENCES = 20
_ENOUGH = 3
"""Of so many observations an average may be told."""


About = Literal["you", "learner", "course"]
"""Whom a narrative tells of: who reads it, a learner, or all learners of a course together."""


class Sentence(NamedTuple):
    text: str
    figure_ids: tuple[str, ...]


class _Words(NamedTuple):
    numbers: frozenset[str]
    quantifiers: frozenset[str]


def _words(numbers: str, quantifiers: str) -> _Words:
    return _Words(frozenset(numbers.split()), frozenset(quantifiers.split()))


_WORDS = {
    "en": _words(
        """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred
        hundreds thousand thousands million zero dozen dozens half halves halved third thirds
        quarter quarters fifth fifths tenth tenths twice thrice double doubled doubles triple
        tripled tenfold twofold majority""",
        "all every everyone everybody none nobody nothing never no always entire",
    ),
    "de": _words(
        """zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn
        siebzehn achtzehn neunzehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig
        hundert tausend null dutzend halb halbe halben halbes hälfte drittel viertel fünftel zehntel
        doppelt doppelte verdoppelt dreifach zweimal dreimal mehrheit""",
        "alle allen alles jede jeder jedes kein keine keinen niemand nichts nie immer sämtliche",
    ),
    "fr": _words(
        """deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente
        quarante cinquante soixante cent cents mille zéro douzaine moitié demi demie tiers quart
        quarts cinquième dixième double doublé triple triplé majorité""",
        "tous toutes tout toute chaque aucun aucune personne rien jamais toujours",
    ),
    "es": _words(
        """dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis veinte
        treinta cuarenta cincuenta sesenta setenta ochenta noventa cien ciento cientos mil cero
        docena mitad medio media tercio tercios cuarto cuartos quinto décimo doble duplicado triple
        mayoría""",
        "todos todas todo toda cada ninguno ninguna ningún nadie nada nunca siempre",
    ),
    "it": _words(
        """due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici
        venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento mille zero dozzina
        metà mezzo mezza terzo terzi quarto quarti quinto decimo doppio raddoppiato triplo
        maggioranza""",
        "tutti tutte tutto tutta ogni nessuno nessuna nessun niente mai sempre",
    ),
    "pt": _words(
        """dois duas três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis vinte
        trinta quarenta cinquenta sessenta setenta oitenta noventa cem cento centenas mil zero dúzia
        metade meio meia terço terços quarto quartos quinto décimo dobro dobrou triplo maioria""",
        "todos todas tudo toda cada nenhum nenhuma ninguém nada nunca sempre",
    ),
    "nl": _words(
        """twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien
        achttien negentien twintig dertig veertig vijftig zestig zeventig tachtig negentig honderd
        duizend nul dozijn helft half halve derde kwart vijfde tiende dubbel verdubbeld driemaal
        tweemaal meerderheid""",
        "alle allemaal elke elk ieder iedere iedereen geen niemand niets nooit altijd",
    ),
}

LANGUAGES = frozenset(_WORDS)
"""Of these the words are known that stand for numbers."""

_NUMBER = re.compile(r"\d+(?:[.,'’\u00a0\u202f]\d+)*")
_POINTS = re.compile(
    r"\s*(?:%\s*-?\s*|percentage\s+|prozent)(?:points?|punkte?n?)|\s*points? de pourcentage|\s*puntos porcentuales"
    r"|\s*punti percentuali|\s*pontos percentuais|\s*procentpunten",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    r"\s*(?:%|per\s?cent\b|prozent\b|pour\s?cent\b|por\s?ciento\b|per\s?cento\b|por\s?cento\b|procent\b)",
    re.IGNORECASE,
)


def base_language(tag: str) -> str:
    return tag.partition("-")[0]


def has_evidence(figures: Sequence[Figure]) -> bool:
    """Whether anybody has begun anything that could be told of."""
    counted = {"progress.started", "attempts.handed_in", "results.scored", "learners.mean_percent"}
    return any(figure.value > 0 for figure in figures if figure.id in counted)


def is_enough(figure: Figure) -> bool:
    """Whether an average of so many says anything."""
    return figure.n >= _ENOUGH


def problems(sentences: Sequence[Sentence], figures: Sequence[Figure], language: str) -> list[str]:
    """What is wrong with a narrative, one sentence each; empty when nothing is."""
    if not sentences:
        return ["there is no sentence"]
    if len(sentences) > _MOST_SENTENCES:
        return [f"there are more than {_MOST_SENTENCES} sentences"]
    known = {figure.id: figure for figure in figures}
    words = _WORDS[base_language(language)]
    return [
        f"sentence {number}: {problem}"
        for number, sentence in enumerate(sentences, 1)
        for problem in _problems(sentence, known, words)
    ]


def _problems(sentence: Sentence, known: dict[str, Figure], words: _Words) -> Iterator[str]:
    if not sentence.text.strip() or len(sentence.text) > LONGEST_SENTENCE:
        yield f"it must have 1 to {LONGEST_SENTENCE} characters"
        return
    if not sentence.figure_ids or not set(sentence.figure_ids) <= known.keys():
        yield "it must name the figures that it tells of, by their ids"
        return
    named = [known[_id] for _id in sentence.figure_ids]
    # Titles may hold numbers that are no figures.
    text = without_names(sentence.text, [figure.label for figure in named])
    for number, is_percent in _numbers(text):
        if not any(_says(figure, number, is_percent) for figure in named):
            yield f"the number {number!r}{' percent' if is_percent else ''} is none of its figures"
    for char in sentence.text:
        if char.isnumeric() and not char.isdecimal():
            yield f"write digits instead of {char!r}"
    for word in re.findall(r"[^\W\d_]+", text.casefold()):
        if word in words.numbers:
            yield f"write numbers in digits, and only those of its figures: {word!r}"
        elif word in words.quantifiers and not any(_is_extreme(figure) for figure in named):
            yield f"no figure that it names says {word!r}"


def _numbers(text: str) -> Iterator[tuple[str, bool]]:
    """Each with whether percent follows."""
    for match in _NUMBER.finditer(text):
        points = _POINTS.match(text, match.end())
        yield match.group(), not points and bool(_PERCENT.match(text, match.end()))


def _says(figure: Figure, number: str, is_percent: bool) -> bool:
    for value, decimals in _readings(number):
        if (
            is_percent == (figure.unit == "percent")
            and abs(abs(figure.value) - value) <= 0.5 * 10**-decimals + 1e-9
        ):
            return True
        if not is_percent and not decimals and value in {figure.n, *map(int, re.findall(r"\d+", figure.name))}:
            return True
    return False


def _readings(number: str) -> Iterator[tuple[float, int]]:
    """What it may stand for, with its decimals: 1,234 is one number in English and another in German."""
    digits = "".join(str(unicodedata.digit(char)) if char.isdecimal() else char for char in number)
    parts = re.split(r"[^\d]", digits)
    marks = re.findall(r"[^\d]", digits)
    if all(len(part) == 3 for part in parts[1:]) and len(set(marks)) <= 1:
        yield float("".join(parts)), 0
    if marks and marks[-1] in ".," and marks[-1] not in marks[:-1] and all(len(part) == 3 for part in parts[1:-1]):
        yield float("".join(parts[:-1]) + "." + parts[-1]), len(parts[-1])


def _is_extreme(figure: Figure) -> bool:
    return figure.value in (0, 100 if figure.unit == "percent" else figure.n)
