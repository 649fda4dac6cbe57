"""From log-in to a booked entry, in a real browser: taking over the chart, and transposing."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.stack import Stack

pytestmark = pytest.mark.service


# What stays open once the sure suggestions are taken over.
ANSWERS = {"4002090": "4020", "4006010": "4510", "MAG073": "K100"}


def connect(desk: Desk, username: str, mode: str) -> None:
    """Stamgegevens, externe connecties, nieuwe connectie, Loket.nl, autoriseren, and back."""
    desk.menu("Stamgegevens")
    desk.link("Externe connecties")
    desk.link("Nieuwe connectie")
    desk.picture("soort-connectie")
    desk.link("Kies Loket.nl")
    desk.page.get_by_label("Gebruikersnaam in Loket.nl").fill(username)
    desk.page.get_by_role("radio", name=mode).check()
    desk.page.get_by_label("akkoord met deze kosten").check()
    desk.picture("nieuwe-connectie")
    desk.press("Opslaan en verder")
    desk.picture("connectie-nog-niet-geautoriseerd")
    desk.press("Autoriseer bij Loket.nl")
    desk.allow_at_loket(username)
    desk.see("De connectie is klaar voor gebruik")
    assert "code=" not in desk.page.url
    desk.picture("connectie-verbonden")


def begin_import(desk: Desk) -> None:
    """Importeren, importeer bestanden, nieuwe import, importeer Loket.nl loonjournaalpost."""
    desk.menu("Importeren")
    desk.picture("importeer-bestanden")
    desk.link("Nieuwe import")
    desk.picture("nieuwe-import")
    desk.press("Importeer Loket.nl loonjournaalpost")


def open_first_ready_run(desk: Desk) -> None:
    """Step 3: the newest run that can be booked."""
    desk.see("Klaar om te boeken")
    desk.picture("journaalruns")
    ready = desk.page.get_by_role("row").filter(has_text="Klaar om te boeken")
    ready.first.get_by_role("link").first.click()


def book(desk: Desk) -> None:
    """Step 4: press the button, and see the entry."""
    button = desk.page.get_by_role("button", name=re.compile("Boek 1 memoriaalpost van € "))
    expect(button).to_be_visible(timeout=30_000)
    desk.picture("controleren")
    button.click()
    desk.see("Geboekt")
    expect(desk.page.get_by_role("main")).to_contain_text(re.compile(r"MEM \d{4}-\d{4}"))
    desk.picture("geboekt")


@pytest.fixture
def desk(page: Page, stack: Stack) -> Desk:
    """A manager who has logged in."""
    desk = Desk(page, stack)
    desk.log_in()
    return desk


def test_adopting_from_log_in_to_booked_entry(desk: Desk) -> None:
    desk.picture("administraties")
    desk.open("Zorggroep Het Anker")
    desk.picture("overzicht")
    connect(desk, "api.zorggroep", "Rekeningschema overnemen")
    begin_import(desk)
    desk.see("Zorggroep Het Anker")
    desk.picture("werkgever")
    desk.press("Deze werkgever koppelen")

    # There is one payroll administration, so step 2 is passed by itself.
    open_first_ready_run(desk)
    book(desk)

    entry = desk.page.get_by_role("link", name=re.compile(r"MEM \d{4}-\d{4}")).first
    entry.click()
    desk.see("In balans")
    desk.picture("boekstuk")
    desk.link("Loket.nl")
    desk.see("4000")
    desk.picture("regels-van-loket")
    desk.menu("Memoriaal")
    desk.picture("memoriaal")
    assert desk.complaints == []


def test_transposing_from_a_half_filled_table_to_booked_entry(desk: Desk) -> None:
    desk.open("Installatiebedrijf Van den Berg")
    begin_import(desk)
    desk.press("Deze werkgever koppelen")
    desk.see("Van den Berg kantoor (maand)")
    desk.picture("payroll")
    desk.page.get_by_role("radio", name="Van den Berg kantoor (maand)").check()
    desk.press("koppelen")
    open_first_ready_run(desk)

    desk.see("nog te koppelen")
    desk.picture("nog-te-koppelen")
    desk.page.get_by_role("main").get_by_role("link", name=re.compile("codes? koppelen")).click()
    desk.picture("codes-koppelen")
    desk.link("zekere voorstel")
    desk.picture("zekere-voorstellen")
    desk.press("Neem de aangevinkte voorstellen over")
    desk.picture("codes-koppelen-rest")
    for code, ours in ANSWERS.items():
        asked = desk.page.get_by_role("group", name=re.compile(rf"^{code} "))
        typed = desk.page.get_by_label(re.compile(rf"^{code} .*: (Een andere|Boeken op)"))
        if (suggested := asked.get_by_role("radio", name=re.compile(rf"^{ours} "))).count():
            suggested.check()
        elif typed.count():
            typed.fill(ours)
    desk.press("Antwoorden opslaan")
    book(desk)
    assert desk.complaints == []


def test_what_can_not_be_booked_says_why(desk: Desk) -> None:
    desk.open("De Groot Horeca")
    desk.picture("opnieuw-autoriseren")
    desk.see("autoris")
    desk.page.goto(f"{desk.stack.url}/a/van-dijk/")
    begin_import(desk)
    desk.press("Deze werkgever koppelen")
    desk.see("Raadplegen journaaloutput")
    desk.picture("recht-ontbreekt")


def test_a_refusal_at_loket_leads_back_with_an_explanation(desk: Desk) -> None:
    desk.open("De Groot Horeca")
    desk.menu("Stamgegevens")
    desk.link("Externe connecties")
    desk.link("Bekijk de connectie")
    desk.press("Autoriseer bij Loket.nl")
    desk.page.get_by_label("Gebruikersnaam").fill("api.degroot")
    desk.page.get_by_label("Wachtwoord").fill("zandbak")
    desk.page.get_by_role("button", name="Inloggen").click()
    desk.page.get_by_role("button", name="Weigeren").click()

    desk.see("geen toestemming")
    desk.picture("geweigerd")


def test_reversing_frees_the_run(desk: Desk) -> None:
    desk.open("Bakkerij De Korenbloem")
    desk.menu("Memoriaal")
    desk.page.get_by_role("row").filter(has_text="Loonjournaal").first.get_by_role(
        "link"
    ).first.click()
    desk.link("Storneren")
    desk.page.get_by_label("Reden").fill("Verkeerde kostenplaats")
    desk.picture("storneren")
    desk.press("Storneer")
    desk.see("Tegenboeking Loonjournaal")
    desk.picture("gestorneerd")
