"""The few words around extracted text: prompts and objectives. A language without a row gets signs instead."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Phrases:
    """Templates with one place each (``relate`` two); a difficulty's ``objectives`` are used in turn. An order,
    such as a step of a recipe, is not true or false by itself: it is asked whether the lesson gives it."""

    term_for: str
    definition_of: str
    fill: str
    choose_term: str
    choose_number: str
    true_or_false: str
    true_or_false_order: str
    name_term: str
    objectives: dict[str, tuple[str, ...]]
    relate: str
    summarise: str


_PHRASES = {
    "en": Phrases(
        term_for="Which term is defined as: “{}”?",
        definition_of="Which of these is the definition of “{}”?",
        fill="Fill in the gap: {}",
        choose_term="Which term belongs in the gap? “{}”",
        choose_number="Which number belongs in the gap? “{}”",
        true_or_false="True or false: {}",
        true_or_false_order="True or false: the lesson says: {}",
        name_term="Write the term that is defined as: “{}”.",
        objectives={
            "beginner": ("Say what “{}” means", "Recall the definition of “{}”", "Describe “{}” in your own words"),
            "intermediate": ("Explain what “{}” means", "Explain “{}” in your own words", "Use “{}” correctly"),
            "advanced": ("Define “{}” precisely", "Explain “{}” and what it rests on", "Apply “{}” to a new case"),
        },
        relate="Tell “{}” from “{}”",
        summarise="Sum up what matters about “{}”",
    ),
    "de": Phrases(
        term_for="Welcher Begriff ist so definiert: „{}“?",
        definition_of="Welche dieser Definitionen gehört zu „{}“?",
        fill="Füllen Sie die Lücke: {}",
        choose_term="Welcher Begriff gehört in die Lücke? „{}“",
        choose_number="Welche Zahl gehört in die Lücke? „{}“",
        true_or_false="Richtig oder falsch: {}",
        true_or_false_order="Richtig oder falsch: In der Lektion steht: {}",
        name_term="Nennen Sie den Begriff, der so definiert ist: „{}“.",
        objectives={
            "beginner": ("Sagen, was „{}“ bedeutet",),
            "intermediate": ("Erklären, was „{}“ bedeutet",),
            "advanced": ("„{}“ genau bestimmen und anwenden",),
        },
        relate="„{}“ und „{}“ unterscheiden",
        summarise="Das Wichtigste zusammenfassen: {}",
    ),
    "fr": Phrases(
        term_for="Quel terme est défini ainsi : « {} » ?",
        definition_of="Laquelle de ces définitions est celle de « {} » ?",
        fill="Complétez : {}",
        choose_term="Quel terme complète la phrase ? « {} »",
        choose_number="Quel nombre complète la phrase ? « {} »",
        true_or_false="Vrai ou faux : {}",
        true_or_false_order="Vrai ou faux : la leçon dit : {}",
        name_term="Écrivez le terme défini ainsi : « {} ».",
        objectives={
            "beginner": ("Dire ce que signifie « {} »",),
            "intermediate": ("Expliquer ce que signifie « {} »",),
            "advanced": ("Définir précisément « {} »",),
        },
        relate="Distinguer « {} » et « {} »",
        summarise="Résumer l’essentiel : {}",
    ),
    "es": Phrases(
        term_for="¿Qué término se define así: «{}»?",
        definition_of="¿Cuál de estas es la definición de «{}»?",
        fill="Complete la frase: {}",
        choose_term="¿Qué término completa la frase? «{}»",
        choose_number="¿Qué número completa la frase? «{}»",
        true_or_false="Verdadero o falso: {}",
        true_or_false_order="Verdadero o falso: la lección dice: {}",
        name_term="Escriba el término que se define así: «{}».",
        objectives={
            "beginner": ("Decir qué significa «{}»",),
            "intermediate": ("Explicar qué significa «{}»",),
            "advanced": ("Definir con precisión «{}»",),
        },
        relate="Distinguir «{}» de «{}»",
        summarise="Resumir lo esencial: {}",
    ),
}

_SIGNS = Phrases(
    term_for="“{}” = ?",
    definition_of="“{}” = ?",
    fill="{}",
    choose_term="“{}” → ?",
    choose_number="“{}” → ?",
    true_or_false="✓ / ✗? {}",
    true_or_false_order="✓ / ✗? {}",
    name_term="“{}” = ?",
    objectives={"beginner": ("{}",), "intermediate": ("{}",), "advanced": ("{}",)},
    relate="{} / {}",
    summarise="{}",
)


def phrases(language: str) -> Phrases:
    """By a language tag such as ``en`` or ``pt-BR``."""
    return _PHRASES.get(language.partition("-")[0], _SIGNS)
