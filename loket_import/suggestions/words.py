"""The words of payroll, made comparable: 'Te betalen netto lonen' is about 'Nettoloon'."""

import re
import unicodedata
from functools import lru_cache

# Without meaning of their own. 'Te betalen' and its like say on which side something stands, which
# the side itself says better; the rest are articles and prepositions.
STOP_WORDS = frozenset(
    (
        *("aan", "af", "als", "bij", "boeking", "de", "der", "dragen", "afdragen", "betalen"),
        *("door", "een", "en", "het", "in", "inzake", "met", "naar", "nog", "of", "om"),
        *("ontvangen", "op", "overige", "per", "rekening", "te", "tbv", "tot", "uit", "van"),
        *("via", "voor", "vorderen", "wegens"),
    )
)

# What a word is called here, when payroll packages and charts call it differently.
SAME_WORDS = {
    "autos": "auto",
    "bestelauto": "auto",
    "bestelautos": "auto",
    "leaseauto": "auto",
    "leaseautos": "auto",
    "bedrijfstakfonds": "sociaal fonds",
    "bedrijfsfonds": "sociaal fonds",
    "fondsen": "fonds",
    "sociale": "sociaal",
    "bonussen": "bonus",
    "gratificatie": "bonus",
    "gratificaties": "bonus",
    "brutoloon": "bruto loon",
    "brutolonen": "bruto loon",
    "brutosalarissen": "bruto loon",
    "nettoloon": "netto loon",
    "nettolonen": "netto loon",
    "nettosalarissen": "netto loon",
    "lonen": "loon",
    "salaris": "loon",
    "salarissen": "loon",
    "lh": "loonheffing",
    "loonbelasting": "loonheffing",
    "loonheffingen": "loonheffing",
    "loonbeslagen": "loonbeslag",
    "leningen": "lening",
    "personeelslening": "personeel lening",
    "personeelsleningen": "personeel lening",
    "meeruren": "overwerk",
    "overuren": "overwerk",
    "overwerkuren": "overwerk",
    "pensioenlast": "pensioen",
    "pensioenlasten": "pensioen",
    "pensioenpremie": "pensioen",
    "pensioenpremies": "pensioen",
    "reiskostenvergoeding": "reiskosten",
    "reiskostenvergoedingen": "reiskosten",
    "kilometervergoeding": "reiskosten",
    "sv": "sociaal verzekering",
    "svw": "sociaal verzekering",
    "werknemersverzekering": "sociaal verzekering",
    "werknemersverzekeringen": "sociaal verzekering",
    "verzekeringen": "verzekering",
    "vakantiebijslag": "vakantiegeld",
    "vakantietoeslag": "vakantiegeld",
    "werkgevers": "werkgever",
    "werkgeversheffing": "werkgever heffing",
    "werkgeverslasten": "werkgever lasten",
    "wkr": "werkkostenregeling",
    "zorgverzekeringswet": "zvw",
}

NO_LETTERS = re.compile(r"[^0-9a-z]+")
EXACTLY = 100


@lru_cache(maxsize=20_000)
def words(text: str) -> tuple[str, ...]:
    """The words of a text that mean something, in order: small letters, no accents, one spelling.

    'Reiskosten (café)' gives ('reiskosten', 'cafe'). Letters by themselves mean nothing.
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = plain.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    spelled = " ".join(SAME_WORDS.get(word, word) for word in NO_LETTERS.split(plain))
    return tuple(
        dict.fromkeys(word for word in spelled.split() if len(word) > 1 and word not in STOP_WORDS)
    )


@lru_cache(maxsize=20_000)
def pieces(text: str) -> frozenset[str]:
    """Each three letters in a row of the words of a text, blanks at the ends of a word included."""
    return frozenset(
        f" {word} "[start : start + 3] for word in words(text) for start in range(len(word))
    )


def likeness(one: str, other: str) -> int:
    """How much two texts are about the same, from 0 to 100: twice what they share over all.

    Sørensen-Dice over pieces of words, so that word order, endings and compounds hardly matter.
    Nothing is like a text without words.
    """
    ours, theirs = pieces(one), pieces(other)
    if not ours or not theirs:
        return 0
    return 2 * EXACTLY * len(ours & theirs) // (len(ours) + len(theirs))
