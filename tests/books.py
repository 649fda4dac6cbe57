"""Small books to test with: an office, its people, an administration with its master data."""

from dataclasses import dataclass
from itertools import count

from finmaster.models import Administration, Membership, Office, Role, User
from finmaster.tenancy import administration_scope
from ledger.models import Account, CostCenter, CostUnit, Journal
from ledger.opening import open_year

PASSWORD = "een-lang-wachtwoord-1"
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Books:
    """An administration with the people who may enter it."""

    office: Office
    administration: Administration
    viewer: User
    bookkeeper: User
    manager: User

    @property
    def id(self) -> int:
        return self.administration.pk


def make_user(email: str, name: str = "") -> User:
    """A user who may log in with PASSWORD."""
    return User.objects.create_user(email, PASSWORD, name=name or email.split("@")[0].title())


def make_books(name: str = "Bakkerij De Korenbloem", *, office: Office | None = None) -> Books:
    """An administration with a member for each role, a small chart, and an open year 2026."""
    number = next(_numbers)
    office = office or Office.objects.create(name=f"Kantoor {number}")
    administration = Administration.objects.create(
        office=office, number=str(1000 + number), name=name, slug=f"boeken-{number}"
    )
    people = {}
    for role in Role:
        people[role.value] = make_user(f"{role}{number}@example.nl")
        Membership.objects.create(
            user=people[role.value], office=office, administration=administration, role=role
        )
    with administration_scope(administration.pk):
        make_chart()
        open_year(2026)
    return Books(office=office, administration=administration, **people)


def make_chart() -> None:
    """A few accounts, cost centres and units, and a memorial journal, in the scope that is open."""
    for code, name, kind in (
        ("1700", "Te betalen netto lonen", "liability"),
        ("1710", "Af te dragen loonheffing", "liability"),
        ("1740", "Reservering vakantiegeld", "liability"),
        ("4000", "Bruto lonen", "expense"),
        ("4100", "Werkgeverslasten", "expense"),
    ):
        Account.objects.create(code=code, name=name, kind=kind)
    CostCenter.objects.create(code="K100", name="Kantoor")
    CostCenter.objects.create(code="K200", name="Werkplaats")
    CostUnit.objects.create(code="P01", name="Brood")
    Journal.objects.create(code="MEM", name="Memoriaal", kind="memorial")
