"""The things in the sandbox's world, as plain data: employers, users, journal runs, lines.

Amounts are ``Decimal`` in euros. Dates are dates; date-times are aware, in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from uuid import NAMESPACE_URL, UUID, uuid5

ZERO = Decimal(0)

RIGHT_READ = "Raadplegen journaaloutput"
RIGHT_EXPORT = "Exporteren journaalrun"

PRODUCT_JOURNAL_PROFILE = 940
PRODUCT_JOURNAL_BASIC = 938


def stable_id(*parts: object) -> str:
    """The same lower-case UUID for the same names, on every machine and every day."""
    name = "/".join(str(part) for part in parts)
    return str(uuid5(NAMESPACE_URL, f"https://loket.invalid/{name}"))


def canonical_id(text: str) -> str:
    """An id as the world stores it; Loket accepts upper case and braces. Not a UUID: unchanged."""
    try:
        return str(UUID(text))
    except ValueError:
        return text


class Status(IntEnum):
    """Loket's journal run statuses. Results exist for 4 to 7 only."""

    WAITING = 0
    NO_RESULTS = 1
    FAILED = 2
    REMOVED = 3
    READY = 4
    EXPORTING = 5
    EXPORT_FAILED = 6
    EXPORTED = 7

    @property
    def has_results(self) -> bool:
        """Whether ``/results`` answers with lines (Loket: not for statuses 0 to 3)."""
        return self >= Status.READY


STATUS_TEXTS = {
    Status.WAITING: "Staat klaar voor journaliseren",
    Status.NO_RESULTS: "Geen journaal resultaten",
    Status.FAILED: "Fout bij aanmaken",
    Status.REMOVED: "Verwijderd door gebruiker",
    Status.READY: "Journaal gereed",
    Status.EXPORTING: "Wordt geëxporteerd",
    Status.EXPORT_FAILED: "Exporteren mislukt",
    Status.EXPORTED: "Journaal geëxporteerd",
}


class PeriodType(IntEnum):
    """How often wages are paid; the keys are Loket's."""

    MONTH = 1
    FOUR_WEEKS = 3
    WEEK = 4


PERIOD_TYPE_TEXTS = {
    PeriodType.MONTH: "maand",
    PeriodType.FOUR_WEEKS: "4 weken",
    PeriodType.WEEK: "week",
}


@dataclass(frozen=True, slots=True)
class Person:
    """A user as Loket shows one in a journal run."""

    id: str
    initials: str
    last_name: str
    prefix: str | None = None
    first_name: str | None = None

    @property
    def formatted_name(self) -> str:
        """Surname first, as Loket writes it: ``Jong, I``."""
        name = f"{self.last_name}, {self.initials}"
        return f"{name} {self.prefix}" if self.prefix else name


@dataclass(frozen=True, slots=True)
class Coded:
    """A ledger account, cost centre or cost unit. The code is text: leading zeros count."""

    key: int
    code: str
    description: str


@dataclass(frozen=True, slots=True)
class Component:
    """A payroll component; Loket's description has at most 14 characters."""

    key: int
    description: str


@dataclass(frozen=True, slots=True)
class Line:
    """One result line of a journal run; the empty side is 0, either side may be negative."""

    account: Coded
    debet: Decimal = ZERO
    credit: Decimal = ZERO
    cost_center: Coded | None = None
    cost_unit: Coded | None = None
    component: Component | None = None


@dataclass(frozen=True, slots=True)
class PayrollPeriod:
    """A payroll period; ``year`` is the payroll year, which the dates may cross."""

    year: int
    number: int | None
    start: date
    end: date
    test_year: bool = False

    def covers(self, month: int, day: int) -> bool:
        """Whether this day of any calendar year lies in the period."""
        years = {self.start.year, self.end.year}
        return any(self.start <= date(year, month, day) <= self.end for year in years)


@dataclass(frozen=True, slots=True)
class RunError:
    """Why a journal run could not be made (status 2)."""

    id: str
    key: int
    text: str
    employee_number: int
    account: Coded | None = None
    cost_center: Coded | None = None
    cost_unit: Coded | None = None
    component: Component | None = None


@dataclass(frozen=True, slots=True)
class ExportAttempt:
    """One row of a run's export audit trail."""

    id: str
    sequence_number: int
    succeeded: bool
    exported_by: Person
    exported_at: datetime
    application_key: int
    application_name: str
    error_message: str | None = None


@dataclass(slots=True)
class JournalRun:
    """One journalising of a payroll run; mutable, so touch it under the world's lock."""

    id: str
    administration_id: str
    payroll_run_id: str
    payroll_run_number: int
    period: PayrollPeriod
    status: Status
    requested_at: datetime
    requested_by: Person
    sequence_number: int = 0
    finished_at: datetime | None = None
    removed_at: datetime | None = None
    removed_by: Person | None = None
    lines: tuple[Line, ...] = ()
    errors: tuple[RunError, ...] = ()
    exports: list[ExportAttempt] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """A visiting address in the Netherlands."""

    street: str
    house_number: int
    postal_code: str
    city: str


@dataclass(frozen=True, slots=True)
class PayrollAdministration:
    """A payroll administration within an employer."""

    id: str
    employer_id: str
    name: str
    client_number: int
    payroll_taxes_number: str
    period_type: PeriodType
    start_date: date
    end_date: date | None = None


@dataclass(slots=True)
class Employer:
    """An employer; without product 940 Loket's API shows none of its journal runs."""

    id: str
    number: int
    name: str
    chamber_of_commerce_number: str
    address: Address
    product: int | None = PRODUCT_JOURNAL_PROFILE
    administrations: tuple[PayrollAdministration, ...] = ()


@dataclass(slots=True)
class LoketUser:
    """A Loket user with, for each employer it may see, its rights there."""

    username: str
    password: str
    person: Person
    rights: dict[str, set[str]] = field(default_factory=dict)
