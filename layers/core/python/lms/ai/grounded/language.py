"""What little the extraction knows of languages: function words, copulas, determiners."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """``function_words`` carry no topic; ``articles`` may stand before a term."""

    name: str
    function_words: frozenset[str]
    articles: frozenset[str]


def _language(name: str, articles: str, words: str) -> Language:
    return Language(name, frozenset((articles + " " + words).split()), frozenset(articles.split()))


LANGUAGES = {
    "en": _language(
        "English",
        "a an the",
        """about above after again against all almost along already also although always am among and another any
        anything are aren't as at be became because become been before being below between both but by can cannot
        could did do does doing done down during each either else enough even ever every few for from further get
        had has have having he her here hers herself him himself his how however i if in instead into is isn't it
        its itself just least less let like made make many may me might more most much must my myself near neither
        never no nor not nothing now of off often on once one only onto or other others our out over own per
        perhaps quite rather same several shall she should since so some something sometimes still such than that
        their theirs them themselves then there therefore these they this those though through thus to together
        too toward under until up upon us usually very was we well were what when where whereas whether which
        while who whom whose why will with within without would yet you your yours""",
    ),
    "de": _language(
        "German",
        "der die das den dem des ein eine einer eines einem einen",
        """aber alle als also am an auch auf aus bei beim bis da dabei damit dann dass dadurch dazu denn doch dort
        durch er es etwa für gegen hat hatte haben ihr ihre ihrer im immer in ins ist ja jede jeder jedes kann kein
        keine können man mehr mit nach nicht noch nur ob oder ohne schon sehr sein seine seiner sich sie sind so
        solche sondern über um und unter vom von vor war waren was wenn werden wie wird wo wurde wurden während
        zu zum zur zwischen diese dieser dieses""",
    ),
    "fr": _language(
        "French",
        "le la les un une des l d",
        """à au aux avec car ce ces cet cette comme dans de donc du elle elles en entre est et étaient était être
        eux il ils je leur leurs lui mais même ne ni nos notre nous on ont ou où par pas peut plus pour que qui
        sa sans se ses si son sont sous sur ta tous tout toute très tu vers vos votre vous y""",
    ),
    "es": _language(
        "Spanish",
        "el la los las un una unos unas",
        """a al algo ante así aunque cada como con contra cual cuando de del desde donde durante e el ella ellos
        en entre era eran es esa ese eso esta este esto están está fue ha han hasta hay la le les lo más me mi
        muy ni no nos o otra otro para pero por porque pues que quien se ser si sin sobre son su sus también
        tan todo todos tu un y ya""",
    ),
    "it": _language(
        "Italian",
        "il lo la i gli le un uno una l",
        """a ad agli ai al alla alle anche che chi ci come con cui da dagli dai dal dalla dalle degli dei del
        della delle dello di dove e ed era erano essere fra ha hanno in ma nei nel nella nelle nello non o ogni
        per perché più può quale quando quello questa questo se sempre si sia sono sua sue sugli sui sul sulla
        suo tra tutti tutto è""",
    ),
    "pt": _language(
        "Portuguese",
        "o a os as um uma uns umas",
        """ao aos à às cada com como da das de dela dele do dos e ela elas ele eles em entre era eram essa esse
        esta este está foi foram há isso isto já mais mas mesmo muito na nas nem no nos não num numa ou para
        pela pelas pelo pelos por porque qual quando que quem se sem ser seu seus sobre sua suas são também
        tem têm todo todos é""",
    ),
    "nl": _language(
        "Dutch",
        "de het een",
        """aan al als alle bij dan dat deze die dit door dus echter elk en er geen had hebben heeft hem het hij
        hoe hun ik in is kan kunnen maar meer men met moet na naar niet nog nu of om omdat onder ook op over
        te tegen toen tot tussen uit van veel voor waar waren was wat werd werden wie worden wordt ze zich
        zij zijn zo zonder zou""",
    ),
}

_ENOUGH_WORDS = 20
_ENOUGH_SHARE = 0.15


def language_of(words: Iterable[str]) -> str:
    """Code of the language whose function words make up most of the (lower-case) words; "" when none does."""
    counts = Counter(words)
    total = counts.total()
    hits = {code: sum(counts[word] for word in language.function_words) for code, language in LANGUAGES.items()}
    best = max(hits, key=lambda code: hits[code])
    return best if total >= _ENOUGH_WORDS and hits[best] >= _ENOUGH_SHARE * total else ""


def function_words(words: Iterable[str], code: str) -> frozenset[str]:
    """The language's, or, where it is unknown, the short words that fill more than one place in a hundred."""
    if code in LANGUAGES:
        return LANGUAGES[code].function_words
    counts = Counter(words)
    return frozenset(w for w, n in counts.items() if len(w) <= 4 and n >= max(3, counts.total() / 100))


COPULA = r"(?:is|are|was|were|ist|sind|war|waren|est|sont|es|son|è|sono|é|são|zijn)"
DETERMINER = (
    r"(?:an?|the|any|one|eine?|einer|der|die|das|une?|la|les?|l['’]|el|los|las|un[oa]?|il|lo|gli|uma?|os?|as"
    r"|een|de|het)"
)
