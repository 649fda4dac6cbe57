"""An example office with administrations in different states, made by the product's own steps."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import requests
from django.conf import settings
from django.db.models.functions import Now
from django.utils.timezone import localdate

from connections import authorisation, lifecycle
from connections.billing.consent import agree, offer_to
from connections.mapping import Dimension, add_mapping
from connections.models import ChartMode, Connection
from finmaster.models import Administration, Membership, Office, Role, User
from finmaster.tenancy import administration_scope
from ledger.models import Account, CostCenter, CostUnit, FiscalYear, Journal, Period
from ledger.opening import add_accounts, add_journals, open_year, read_rows
from ledger.posting import Draft, DraftLine, post
from loket_import import jobs
from loket_import.booking import order_booking
from loket_import.choices import employer_link, payroll_link
from loket_import.demo import fee
from loket_import.demo.loket_user import authorise
from loket_import.models import Job, JobKind, JournalRun
from loket_import.pinning import check_pin
from loket_import.preview import preview
from loket_import.statuses import EXPORTED, READY
from loket_import.subjects import runs_subject
from loket_import.tasks import HANDLERS

HERE = Path(__file__).parent
NAME = "Administratiekantoor De Vries"
PASSWORD = "finmaster-demo"  # noqa: S105 - printed at the start of the demo
OPEN_MONTHS_BACK = 4
# Since when the bakery imports; what came before was exported to another package.
FIRST_PERIOD = 2

BAKERY = ("1001", "Bakkerij De Korenbloem B.V.", "korenbloem", "34112233", "812345678L01")
INSTALLER = ("1002", "Installatiebedrijf Van den Berg B.V.", "van-den-berg", "52223344", "")
CATERER = ("1003", "De Groot Horeca B.V.", "de-groot-horeca", "17445566", "845678901L01")
CARE = ("1004", "Zorggroep Het Anker", "het-anker", "61334455", "834567890L01")
PRINTER = ("1005", "Drukkerij Van Dijk B.V.", "van-dijk", "08556677", "856789012L01")

DEPRECIATION_COST, DEPRECIATION_TOTAL = "4915", "0131"

# Cost centres and units by the code that each payroll uses; of the installer's, one is missing.
COST_CENTERS = {
    "van-den-berg": (("SAL073", "Verkoop"), ("ADM073", "Administratie"), ("MON073", "Montage")),
    "de-groot-horeca": (("CAFE", "Eetcafé"), ("KEUKEN", "Keuken"), ("KNT", "Kantoor")),
    "het-anker": (
        ("ZOR01", "Verpleging"),
        ("ZOR02", "Huishouding"),
        ("STAF", "Staf en directie"),
        *((f"TEAM{team:02d}", f"Wijkteam {team}") for team in range(1, 37)),
    ),
}

# Half of the installer's accounts, so that the first import asks for the rest.
HALF_A_TABLE = {
    "4002010": ("Lonen en salarissen", "4000"),
    "4002050": ("Vakantietoeslag", "4050"),
    "4003010": ("Sociale lasten werkgever", "4100"),
    "4003020": ("Zvw werkgever", "4110"),
    "1502000": ("Nettoloon", "1700"),
    "1501000": ("Loonheffingen", "1710"),
    "1504000": ("Reservering vakantietoeslag", "1740"),
}


def fill() -> bool:
    """Make the example office; False when there is one already. Needs the sandbox to be up."""
    if Office.objects.filter(name=NAME).exists():
        return False
    if Office.objects.exists():
        raise SystemExit("The example office was left half made. Run: make clean-demo")
    office = Office.objects.create(name="…")
    manager = make_people(office)
    administrations = [
        make_administration(office, *facts) for facts in (BAKERY, INSTALLER, CATERER, CARE, PRINTER)
    ]
    bakery, installer, caterer, _care, printer = administrations
    owner = make_user("eigenaar@demo.nl", "Karel Bloem")
    Membership.objects.create(user=owner, office=office, administration=bakery, role=Role.VIEWER)
    operator = make_operator()
    fee.add_billing_past(installer, printer, manager=manager, operator=operator)
    connect(bakery, "api.korenbloem", ChartMode.ADOPT, manager)
    import_history(bakery, manager)
    connect(installer, "api.vandenberg", ChartMode.TRANSPOSE, manager)
    half_fill_table(installer, manager)
    connect(caterer, "api.degroot", ChartMode.ADOPT, manager)
    lose_authorisation(caterer, "api.degroot", manager)
    connect(printer, "api.beperkt", ChartMode.ADOPT, manager)
    for administration in administrations:
        with administration_scope(administration.pk):
            close_the_past()
    # The name comes last: it says that all of this is there.
    Office.objects.filter(pk=office.pk).update(name=NAME)
    fee.close_the_past()
    return True


def make_user(email: str, name: str) -> User:
    """Someone who logs in with the demo's password."""
    return User.objects.create_user(email, PASSWORD, name=name)


def make_people(office: Office) -> User:
    """A member for each role in the whole office; returns the manager."""
    people = {
        Role.MANAGER: make_user("beheerder@demo.nl", "Marieke de Vries"),
        Role.BOOKKEEPER: make_user("boekhouder@demo.nl", "Jeroen Bakker"),
        Role.VIEWER: make_user("kijker@demo.nl", "Fatima El Amrani"),
    }
    for role, user in people.items():
        Membership.objects.create(user=user, office=office, role=role)
    return people[Role.MANAGER]


def make_operator() -> User:
    """Somebody of FinMaster's own staff, who bills the connection fee and sees no books."""
    operator = make_user("operator@demo.nl", "Sanne Visser")
    operator.is_staff = True
    operator.save(update_fields=["is_staff"])
    return operator


def make_administration(
    office: Office, number: str, name: str, slug: str, kvk: str, payroll_tax_number: str
) -> Administration:
    """An administration with chart, dimensions, journals, calendar and a few entries by hand."""
    administration = Administration.objects.create(
        office=office,
        number=number,
        name=name,
        slug=slug,
        chamber_of_commerce_number=kvk,
        payroll_tax_number=payroll_tax_number,
    )
    with administration_scope(administration.pk):
        make_chart()
        for code, centre in COST_CENTERS.get(slug, ()):
            CostCenter.objects.create(code=code, name=centre)
        this_year = localdate().year
        for year in range(this_year - 1, this_year + 2):
            open_year(year)
        post_depreciation()
    return administration


def make_chart() -> None:
    """Chart of accounts, cost centres, cost units and journals of a Dutch company."""
    add_accounts(read_rows(HERE / "chart.csv"))
    for row in read_rows(HERE / "dimensions.csv"):
        model = CostCenter if row["kind"] == "cost_center" else CostUnit
        model.objects.create(code=row["code"], name=row["name"])
    add_journals()


def close_the_past() -> None:
    """Close what an office has closed by now: last year, and months of a few months ago."""
    today = localdate()
    edge = today.replace(day=1) - timedelta(days=31 * OPEN_MONTHS_BACK)
    FiscalYear.objects.filter(ends_on__lt=edge).update(closed_at=Now())
    Period.objects.filter(ends_on__lt=edge).update(closed_at=Now())


def post_depreciation() -> None:
    """Entries that someone made by hand, a month each, so that the memorial isn't empty."""
    accounts = {account.code: account.pk for account in Account.objects.all()}
    today = localdate()
    for month in range(1, today.month):
        amount = Decimal("412.50")
        booked_on = date(today.year, month + 1, 1) - timedelta(days=1)
        post(
            Draft(
                journal_id=Journal.objects.get(code="MEM").pk,
                booked_on=booked_on,
                description=f"Afschrijving inventaris {booked_on:%m-%Y}",
                lines=(
                    DraftLine(accounts[DEPRECIATION_COST], amount, Decimal(0)),
                    DraftLine(accounts[DEPRECIATION_TOTAL], Decimal(0), amount),
                ),
                posted_by_id=None,
            )
        )


def connect(administration: Administration, username: str, mode: ChartMode, user: User) -> None:
    """Make a connection and authorise it at the sandbox, as a manager would in a browser."""
    offer = offer_to(administration.office_id)
    with administration_scope(administration.pk):
        connection = lifecycle.create(username=username, chart_mode=mode, user=user)
        agree(connection, offer, user=user)
        url = authorisation.begin(connection, user=user, browser="demo")
    authorisation.complete(authorise(url, username), user=user, browser="demo", check_pin=check_pin)


def run_job(administration: Administration, kind: JobKind, user: User, subject: str = "") -> Job:
    """Do a fetch at once, as a worker would."""
    with administration_scope(administration.pk):
        job = jobs.request_job(kind, subject=subject, requested_by=user)
    return finished(administration, job)


def finished(administration: Administration, job: Job) -> Job:
    """The job after a worker's turn."""
    jobs.run(administration.pk, job.pk, HANDLERS)
    with administration_scope(administration.pk):
        return Job.objects.get(pk=job.pk)


def link(administration: Administration, user: User) -> None:
    """Steps 1 and 2 of the import: link the first employer and payroll administration."""
    with administration_scope(administration.pk):
        subject = str(Connection.objects.get().pk)
    employer = run_job(administration, JobKind.EMPLOYERS, user, subject).result["employers"][0]
    with administration_scope(administration.pk):
        lifecycle.link_employer(
            Connection.objects.get(),
            employer_link(employer),
            user=user,
        )
    kind = JobKind.PAYROLL_ADMINISTRATIONS
    payrolls = run_job(administration, kind, user, subject).result["payrolls"]
    with administration_scope(administration.pk):
        lifecycle.link_payroll(Connection.objects.get(), payroll_link(payrolls[0]), user=user)


def fetch_runs(administration: Administration, user: User) -> Job:
    """Step 3: the runs of this year."""
    with administration_scope(administration.pk):
        subject = runs_subject(Connection.objects.get().pk, localdate().year)
    return run_job(administration, JobKind.RUNS, user, subject)


def import_history(administration: Administration, user: User) -> None:
    """Link, and book the ready runs but the last two, which are left for whoever looks."""
    link(administration, user)
    fetch_runs(administration, user)
    undo_exports(administration)
    fetch_runs(administration, user)
    with administration_scope(administration.pk):
        ready = list(
            JournalRun.objects.filter(status_key=READY, test_year=False).order_by("sequence_number")
        )
    for run in ready[:-2]:
        run_job(administration, JobKind.CONTENT, user, subject=str(run.pk))
        with administration_scope(administration.pk):
            seen = preview(run, Connection.objects.get())
            job = order_booking(seen, user=user) if seen and seen.proposal.is_bookable else None
        if job is not None:
            finished(administration, job)


def undo_exports(administration: Administration) -> None:
    """Have the runs since February ready at Loket: this office did not book them elsewhere."""
    with administration_scope(administration.pk):
        exported = JournalRun.objects.filter(
            status_key=EXPORTED, test_year=False, period_number__gte=FIRST_PERIOD
        )
        runs = [str(run.loket_id) for run in exported]
    for run in runs:
        requests.post(
            f"{settings.LOKET_OAUTH_URL}/_sandbox/status",
            json={"run": run, "status": READY},
            timeout=10,
        ).raise_for_status()


def half_fill_table(administration: Administration, user: User) -> None:
    """The mapping table of an office that has begun."""
    with administration_scope(administration.pk):
        accounts = {account.code: account.pk for account in Account.objects.all()}
        for loket_code, (description, code) in HALF_A_TABLE.items():
            add_mapping(
                Dimension.ACCOUNT,
                loket_code=loket_code,
                loket_description=description,
                target_id=accounts[code],
                user=user,
            )


def lose_authorisation(administration: Administration, username: str, user: User) -> None:
    """Take the authorisation away at Loket, and let a fetch find out."""
    link(administration, user)
    base = settings.LOKET_OAUTH_URL
    requests.post(f"{base}/_sandbox/revoke", json={"username": username}, timeout=10)
    fetch_runs(administration, user)
