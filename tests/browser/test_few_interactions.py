"""Month one is setting up; every month after that is a glance and one click. Counted."""

import re
from decimal import Decimal

import psycopg
import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from loket_import.demo.office import HERE, NAME
from loket_import.statuses import NO_RESULTS
from tests.browser.desk import PATIENCE_MS, Desk
from tests.stack import Stack

pytestmark = pytest.mark.service

PAYROLL = "Van den Berg montage (4 weken)"
MANAGER = "beheerder@demo.nl"

# A payroll journal of 31 lines on accounts that the books know by other codes: two sides of 25,000.
COSTS = (
    ("4002010", "Lonen en salarissen", ("9000.00", "3000.00", "2500.00", "1500.00")),
    ("4002020", "Overuren en toeslagen", ("400.00", "250.00", "150.00")),
    ("4002050", "Vakantietoeslag", ("720.00", "240.00", "200.00", "120.00")),
    ("4003010", "Sociale lasten werkgever", ("1400.00", "600.00", "450.00", "250.00")),
    ("4003020", "Zvw werkgever", ("800.00", "420.00", "300.00")),
    ("4004010", "Pensioenlasten PMT", ("950.00", "450.00", "300.00")),
    ("4005010", "Reiskostenvergoeding", ("500.00", "300.00", "200.00")),
)
TO_PAY = (
    ("1502000", "Nettoloon", ("13000.00", "100.00")),
    ("1501000", "Loonheffingen", ("4200.00", "2700.00", "1520.00")),
    ("1503000", "Pensioenpremies PMT", ("2200.00",)),
    ("1504000", "Reservering vakantietoeslag", ("1280.00",)),
)


FITTING = {"key": 73, "code": "MON073", "description": "Montage"}


def row(
    code: str, description: str, debit: str, credit: str, *, center: dict[str, object] | None = None
) -> dict[str, object]:
    """A line as the sandbox's control takes it."""
    return {
        "generalLedgerAccount": {"key": int(code), "code": code, "description": description},
        "debetAmount": float(Decimal(debit)),
        "creditAmount": float(Decimal(credit)),
        "costCenter": center,
        "costUnit": None,
        "payrollComponent": None,
    }


def journal() -> list[dict[str, object]]:
    """The lines; they balance."""
    debits = [
        row(code, name, amount, "0", center=FITTING)
        for code, name, some in COSTS
        for amount in some
    ]
    credits = [row(code, name, "0", amount) for code, name, some in TO_PAY for amount in some]
    return debits + credits


class Counted(Desk):
    """A desk that counts what its user does."""

    done = 0

    def do(self, target: Locator) -> None:
        """One press or click."""
        expect(target).to_be_visible(timeout=PATIENCE_MS)
        target.click()
        self.done += 1


def make_administration(stack: Stack) -> None:
    """Books without a mapping table, in the example office."""
    with psycopg.connect(stack.database_url) as database:
        found = database.execute("SELECT id FROM finmaster_office WHERE name = %s", [NAME])
        (office,) = found.fetchone() or (0,)
    made = stack.manage(
        "create_administration",
        NAME,
        "2001",
        "Montage Van den Berg",
        "--office-id",
        str(office),
        "--manager",
        MANAGER,
        "--chart",
        str(HERE / "chart.csv"),
        "--kvk",
        "52223344",
    )
    assert made.returncode == 0, made.stderr


def two_months(stack: Stack) -> None:
    """The two oldest ready runs of the payroll hold the journal; its recalculation is left out."""
    world = requests.get(f"{stack.loket_url}/_sandbox/world", timeout=10).json()
    (payroll,) = (
        one["id"]
        for employer in world["employers"]
        for one in employer["administrations"]
        if one["name"] == PAYROLL
    )
    runs = [
        run
        for run in world["runs"]
        if run["payrollAdministrationId"] == payroll
        and run["journalRunStatus"]["key"] == 4
        and not run["payrollRun"]["payrollPeriod"]["testYear"]
    ]
    for run in runs:
        if run["lineCount"] == 2:
            steer(stack, "status", run=run["id"], status=NO_RESULTS)
    months = sorted(
        (run for run in runs if run["lineCount"] > 2), key=lambda one: one["sequenceNumber"]
    )
    for run in months[:2]:
        steer(stack, "replace-lines", run=run["id"], lines=journal())


def steer(stack: Stack, command: str, **what: object) -> None:
    """Change the sandbox's world."""
    answer = requests.post(f"{stack.loket_url}/_sandbox/{command}", json=what, timeout=10)
    assert answer.ok, answer.text


def connect(desk: Desk) -> None:
    """A connection that transposes, linked to the payroll of the fitters."""
    desk.menu("Stamgegevens")
    desk.link("Externe connecties")
    desk.link("Nieuwe connectie")
    desk.link("Kies Loket.nl")
    desk.page.get_by_label("Gebruikersnaam in Loket.nl").fill("api.kantoor")
    desk.page.get_by_role("radio", name="Transponeren").check()
    desk.page.get_by_role("checkbox").check()
    desk.press("Opslaan en verder")
    desk.press("Autoriseer bij Loket.nl")
    desk.allow_at_loket("api.kantoor")
    desk.menu("Importeren")
    desk.link("Nieuwe import")
    desk.press("Importeer Loket.nl loonjournaalpost")
    desk.page.get_by_role("radio", name=re.compile("Installatiebedrijf Van den Berg")).check()
    desk.press("koppelen")
    desk.page.get_by_role("radio", name=PAYROLL).check()
    desk.press("koppelen")
    desk.see("Klaar om te boeken")


def answer_the_rest(desk: Counted) -> None:
    """What no sure suggestion answers: the first suggestion, or else make what Loket names."""
    desk.see("antwoorden opgeslagen")
    asked = desk.page.locator("li.answer")
    for place in range(asked.count()):
        question = asked.nth(place)
        if (suggested := question.get_by_role("radio")).count():
            desk.do(suggested.first)
        else:
            desk.do(question.get_by_text("Of maak een nieuwe"))
            desk.do(question.get_by_role("checkbox"))
    if asked.count():
        desk.do(desk.page.get_by_role("button", name="Antwoorden opslaan"))


def press_book(desk: Counted) -> None:
    """Step 4, once the run is complete."""
    desk.do(desk.page.get_by_role("button", name=re.compile("Boek 1 memoriaalpost van € ")))
    desk.see("Geboekt")


def test_the_first_month_takes_few_interactions_and_the_second_three(
    page: Page, stack: Stack
) -> None:
    make_administration(stack)
    two_months(stack)
    desk = Counted(page, stack)
    desk.log_in(MANAGER)
    desk.open("Montage Van den Berg")
    connect(desk)

    desk.page.goto(f"{stack.url}/")
    desk.do(desk.page.get_by_role("link", name="Montage Van den Berg").first)
    ready = desk.page.get_by_role("main").locator("section", has_text="Klaar om te boeken")
    desk.do(ready.get_by_role("link").first)
    desk.see("31 van Loket.nl")
    desk.do(desk.page.get_by_role("main").get_by_role("link", name=re.compile("codes? koppelen")))
    desk.do(desk.page.get_by_role("main").get_by_role("link", name=re.compile("zekere voorstel")))
    desk.do(desk.page.get_by_role("button", name="Neem de aangevinkte voorstellen over"))
    answer_the_rest(desk)
    press_book(desk)
    assert desk.done < 15

    desk.page.goto(f"{stack.url}/")
    desk.done = 0
    desk.do(desk.page.get_by_role("link", name="Montage Van den Berg").first)
    desk.do(ready.get_by_role("link").first)
    desk.see("31 van Loket.nl")
    press_book(desk)
    assert desk.done == 3
    desk.picture("tweede-maand")
    assert desk.complaints == []
