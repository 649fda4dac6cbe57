"""The Dutch catalogue is complete, compiled, and says what the English texts say."""

import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
APPS = ("finmaster", "ledger", "connections", "loket_import")
FOLDER = ROOT / "locale" / "nl" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w+\}|%[a-z%]")
OTHER_NAME = re.compile(r"import \w*gettext\w* as (?!_$)\w+", re.M)
TAG = re.compile(r"</?\w+[^>]*>")

# What a customer was told to look for, and what the trade calls it.
WORDS = {
    "Master data": "Stamgegevens",
    "External connections": "Externe connecties",
    "New connection": "Nieuwe connectie",
    "Take over the chart of accounts": "Rekeningschema overnemen",
    "Transpose": "Transponeren",
    "Authorise at Loket.nl": "Autoriseer bij Loket.nl",
    "Import files": "Importeer bestanden",
    "New import": "Nieuwe import",
    "Import Loket.nl payroll journal": "Importeer Loket.nl loonjournaalpost",
    "Employer": "Werkgever",
    "Payroll administration": "Payroll",
    "Journal runs": "Journaalruns",
    "Memorial": "Memoriaal",
    "Entry number": "Boekstuknummer",
    "Journals": "Dagboeken",
    "Reverse": "Storneren",
}


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    """As it is kept in text."""
    with (FOLDER / "django.po").open("rb") as file:
        return read_po(file, locale="nl")


def messages(catalogue: Catalog) -> list[Message]:
    """All but the header."""
    return [message for message in catalogue if message.id]


def texts(forms: str | Sequence[str] | None) -> list[str]:
    """Singular and plural, or the only form; an absent one is empty."""
    return [forms or ""] if forms is None or isinstance(forms, str) else list(forms)


def pairs(catalogue: Catalog) -> list[tuple[str, str]]:
    """Each English form with its Dutch one."""
    return [
        pair
        for one in messages(catalogue)
        for pair in zip(texts(one.id), texts(one.string), strict=True)
    ]


def marks(text: str) -> list[str]:
    """Placeholders and tags, in whatever order."""
    return sorted(PLACEHOLDER.findall(text) + TAG.findall(text))


def end(text: str) -> str:
    """What makes it a sentence, a question or a label for what follows; empty if nothing does."""
    return text[-1] if text[-1] in ".:?" else ""


def translations(catalogue: Catalog) -> dict[tuple[str, str], list[str]]:
    """Dutch forms by context and English text."""
    return {(one.context or "", texts(one.id)[0]): texts(one.string) for one in messages(catalogue)}


def test_every_text_is_translated(catalogue: Catalog) -> None:
    assert [one.id for one in messages(catalogue) if not all(texts(one.string))] == []


def test_no_translation_is_a_guess_or_a_relic(catalogue: Catalog) -> None:
    assert not catalogue.fuzzy
    assert [one.id for one in messages(catalogue) if one.fuzzy] == []
    assert list(catalogue.obsolete) == []


def test_the_compiled_catalogue_holds_the_same(catalogue: Catalog) -> None:
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    with (FOLDER / "django.mo").open("rb") as file:
        committed = read_mo(file)

    assert translations(committed) == translations(read_mo(compiled))
    assert len(messages(committed)) == len(messages(catalogue))


def test_placeholders_and_tags_survive_translation(catalogue: Catalog) -> None:
    assert [pair for pair in pairs(catalogue) if marks(pair[0]) != marks(pair[1])] == []


def test_a_sentence_stays_a_sentence_and_a_label_a_label(catalogue: Catalog) -> None:
    assert [pair for pair in pairs(catalogue) if end(pair[0]) != end(pair[1])] == []


def test_no_translation_has_spaces_around_it(catalogue: Catalog) -> None:
    assert [dutch for _, dutch in pairs(catalogue) if dutch != dutch.strip()] == []


@pytest.mark.parametrize(("english", "dutch"), WORDS.items())
def test_the_screen_has_the_words_of_its_users(
    catalogue: Catalog, english: str, dutch: str
) -> None:
    assert translations(catalogue)["", english] == [dutch]


def test_the_menu_says_what_one_does(catalogue: Catalog) -> None:
    assert translations(catalogue)["navigation", "Import"] == ["Importeren"]


def test_texts_are_marked_with_names_that_the_collector_knows() -> None:
    """A function under a name of its own translates, but its texts are never collected."""
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py")]

    assert [path.name for path in files if OTHER_NAME.search(path.read_text())] == []
