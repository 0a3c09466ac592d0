"""What a question must not be: each rule on a text that would break it."""

import re

import pytest

from lms.ai.grounded import questions
from lms.ai.grounded.concepts import Concept, concepts_of
from lms.ai.grounded.definitions import quotable
from lms.ai.grounded.distractors import are_alike, ranked
from lms.ai.grounded.falsehoods import STRONG_OPPOSITES, by_opposite
from lms.ai.grounded.keywords import keywords_of, names_of
from lms.ai.grounded.leaning import points_back
from lms.ai.grounded.numbers import telling
from lms.ai.models import Block, Lesson, Question
from tests.core.ai.grounded.texts import ROME, given

ALL = 1_000


def asked(text: str, *kinds: str) -> list[Question]:
    lesson = Lesson(blocks=[Block(kind="markdown", text="A summary."), Block(kind="markdown", text=text)])
    return questions.from_lesson(lesson, count=ALL, kinds=kinds or tuple(questions.KINDS))


def keywords(text: str) -> dict[str, Concept]:
    return {concept.term: concept for concept in keywords_of(given(text))}


@pytest.mark.parametrize(
    "sentence",
    [
        "At a rate of 2 percent it grows slowly over the years.",
        "When water is added, they swell.",
        "Lord Denning developed it in the High Trees case in 1947.",
        "Nearly 500,000 people there lived in slavery in 1789.",
        "The towns met at Cologne and agreed to make war on him together.",
        "The doctor found a piece of lead in his stomach.",
        "Most tables in third normal form satisfy it already.",
        "The Allies used such machines in 1944.",
        "Before that, a choirmaster used what was at hand.",
        "The maximum was a law of the same month that set prices.",
    ],
)
def test_sentences_that_lean_on_others_are_not_asked_about(sentence: str) -> None:
    assert points_back(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Caesar crossed the river with his army.",
        "A person who drinks little releases more of the hormone than he needs.",
        "Water boils at 100 degrees at the level of the sea.",
        "Encoding protects nothing, because anybody can reverse it.",
        "Fruits such as apples ripen in autumn.",
        "Two halves weigh the same as the whole.",
    ],
)
def test_sentences_that_stand_alone(sentence: str) -> None:
    assert not points_back(sentence)


def test_names_are_found_whole_and_without_what_only_describes() -> None:
    text = """In 1159 Henry the Lion refounded the town of Lübeck. The fleet of the Duchy of Saxony came to Lübeck
in November. In Lübeck the European trading routes met. The merchants of Lübeck sold their goods in Novgorod."""
    text += " In the Bay of Fundy the range is large."
    found = {concept.term for concept in names_of(given(text))}
    assert {"Bay of Fundy", "Henry the Lion", "Duchy of Saxony", "Lübeck", "Novgorod"} <= found
    assert not {"Henry", "Lion", "European", "November"} & found


def test_wrong_options_for_a_place_are_places() -> None:
    found = keywords(ROME)
    assert are_alike(found["Spain"], found["Italy"])
    assert not are_alike(found["Spain"], found["Gaius Marius"])


def test_code_stands_beside_code_of_its_kind() -> None:
    text = """The method `append` adds one element to the end of a list. The method `pop` removes an element.
The method `sort` rearranges a list. The keyword `while` starts a loop. Here the method `copy`
makes a copy of lists."""
    found = keywords(text)
    assert are_alike(found["`append`"], found["`pop`"])
    assert not are_alike(found["`append`"], found["`while`"])
    for question in asked(text, "single"):
        assert question.kind == "single"
        assert "`while`" not in question.options


def test_code_without_letters_can_be_asked_for() -> None:
    text = """The operator `//` divides and rounds down. The operator `**` raises to a power of its own. The
operator `==` compares two values with each other. The operator `in` tests for membership."""
    assert any("`//`" in each.evidence for each in asked(text))


def test_phrases_stand_beside_phrases_with_a_word_in_common() -> None:
    text = """Blood flows from the left atrium into the left ventricle. Blood comes to the left atrium from the
lungs. Blood leaves the left ventricle through the aorta. Blood enters the right atrium from the body.
Blood in the right atrium is dark. The walls of the pulmonary artery are thick. Blood in the pulmonary artery is
dark."""
    found = keywords(text)
    assert are_alike(found["left atrium"], found["right atrium"])
    assert not are_alike(found["left atrium"], found["pulmonary artery"])
    assert not asked(text, "cloze"), "too many phrases fit a gap"


def test_a_recurring_noun_is_not_asked_for() -> None:
    text = (
        "The castle stood on a hill. A castle was built of stone in 1204. The people of the town feared the castle."
    )
    assert not [each for each in asked(text) if each.kind == "cloze" and not each.answer.isdigit()]


def test_an_order_is_neither_true_nor_false_by_itself() -> None:
    text = "Cover the bowl and wait 30 minutes. Slow rising gives the bread more flavor and a better crust."
    prompts = {each.evidence: each.prompt for each in asked(text, "true_false")}
    assert prompts["Cover the bowl and wait 30 minutes."].startswith("True or false: the lesson says: ")
    others = [prompt for evidence, prompt in prompts.items() if evidence.startswith("Slow")]
    assert others and "the lesson says" not in others[0]


def test_a_fragment_is_no_statement() -> None:
    text = "- a bowl with a lid, a scraper and a heavy pot\n- 350 g water at room temperature from the tap"
    assert asked(text, "true_false") == []


def test_not_all_statements_are_true() -> None:
    text = " ".join(f"The {name} of this old house looks to the garden." for name in "abcdefgh")
    sentences = [
        f"Masters of the town number {n} met and talked of bread and wine and old songs." for n in "abcdefgh"
    ]
    found = asked(text + " " + " ".join(sentences), "true_false")
    truths = [each for each in found if each.answer is True]
    assert len(truths) <= len(found) - len(truths) + 2


@pytest.mark.parametrize(
    ("sentence", "numbers"),
    [
        ("The war lasted 23 years.", ["23"]),
        ("The temperature lies between 70 and 75 degrees.", []),
        ("Bake it for 20 to 25 minutes.", []),
        ("See Figure 4 for the plan.", []),
        ("Suppose that 40 people come.", []),
        ("It was opened in 1398 and closed in 1494.", ["1398", "1494"]),
    ],
)
def test_numbers_that_say_something_by_themselves(sentence: str, numbers: list[str]) -> None:
    assert [match.group() for match in telling(sentence)] == numbers


@pytest.mark.parametrize(
    "sentence",
    [
        "The kontor was named Peterhof after its church.",
        "Henry left Rome in spring.",
        "The Moon stands at a right angle to the Sun.",
        "Around 1600 composers began to name the instruments.",
        "The wars last for years.",
        "It is cheap and even rich people buy it.",
    ],
)
def test_words_that_only_look_like_one_with_an_opposite(sentence: str) -> None:
    assert not [*by_opposite(sentence, STRONG_OPPOSITES)]


def test_left_and_right_have_opposites_after_an_article() -> None:
    assert next(by_opposite("Blood enters the left atrium.", STRONG_OPPOSITES)) == "Blood enters the right atrium."


def test_a_definition_that_fits_many_is_not_quoted() -> None:
    text = (
        "The **heart** is one of the most important organs in the body. A **lung** is an organ that takes up air."
    )
    found = {concept.term: concept for concept in concepts_of(given(text))}
    assert quotable(found["heart"]) == ""
    assert quotable(found["lung"])


def test_a_definition_that_ends_in_the_open_is_not_quoted() -> None:
    text = "The **selectivity** of a condition is the share of rows that satisfy it."
    (concept,) = concepts_of(given(text))
    assert quotable(concept) == ""


def test_explained_terms_come_before_names_among_wrong_options() -> None:
    text = """**Kerberos** is a protocol that proves who a user is. **Radix** is a number that a numeral system
rests on. In 1883 Auguste Kerckhoffs wrote about ciphers. The letters of Kerckhoffs speak of Kasiski and ciphers."""
    found = {**keywords(text), **{concept.term: concept for concept in concepts_of(given(text))}}
    kerberos, pool = found["Kerberos"], [found["Kasiski"], found["Radix"]]
    for name in ("Kasiski", "Radix"):
        assert are_alike(kerberos, found[name])
    assert ranked(kerberos, pool, frozenset({("kasiski",)}))[0].term == "Radix"


def test_a_definition_keeps_its_relative_clause() -> None:
    text = "The **Hanse** was an alliance of guilds that made and maintained a monopoly of trade."
    (concept,) = concepts_of(given(text))
    assert concept.defined_as == "an alliance of guilds that made and maintained a monopoly of trade"


def test_a_wrong_option_never_stands_inside_the_sentence_asked_about() -> None:
    text = """A **relation** is a table with rows and columns. **SQL** is the language of relational systems and
their users. A **view** is a stored query with a name. A **join** is a pairing of rows from two tables."""
    for question in asked(text, "single"):
        assert question.kind == "single"
        for number, option in enumerate(question.options):
            if number != question.answer:
                assert option.casefold() not in re.sub(r"\*", "", question.evidence).casefold()
