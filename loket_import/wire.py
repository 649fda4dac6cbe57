"""What Loket sends: one Struct per object, with only the fields that are used.

Names follow Loket's through `rename`. Unknown fields are ignored, because Loket adds optional ones
with two weeks' notice. `row()` turns what was sent into a row of `schemas`.
"""

from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, field

from loket_import import schemas
from loket_import.errors import LoketUnreadable

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DATE_LENGTH = len("2026-01-31")
SHOWN_LENGTH = 500

# Loket's schema allows braces and any case, and its pattern round brackets and missing hyphens.
UUID_PATTERN = (
    r"\A[{(]?[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{12}[)}]?\Z"
)

Id = Annotated[str, Meta(pattern=UUID_PATTERN)]
Int = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
Number = Annotated[int, Meta(ge=0, le=2**31 - 1)]
SmallNumber = Annotated[int, Meta(ge=0, le=2**15 - 1)]
Name = Annotated[str, Meta(max_length=250)]
# What the columns of codes, and of the name of a component, hold.
ShortName = Annotated[str, Meta(max_length=50)]
LongText = Annotated[str, Meta(max_length=4000)]

SentRow = TypeVar("SentRow")


class Version(Struct, rename="camel"):
    obsolete_date: Name | None = None


class List(Struct, Generic[SentRow], rename="camel"):
    rows: list[SentRow] = field(name="_embedded")
    total_size: Annotated[int, Meta(ge=0)]
    # Read leniently: neither decides more than a warning or the detection of a repeated page.
    # totalPages is left out altogether, since only totalSize decides when a list is complete.
    current_page: Any = None
    version: Version | None = None
    messages: Any = None


class Single(Struct, Generic[SentRow], rename="camel"):
    content: SentRow


class KeyValue(Struct):
    key: Int
    value: LongText | None = None


class PeriodType(Struct):
    """Loket's payrollPeriodType, whose key is a small number."""

    key: SmallNumber
    value: LongText | None = None


class Account(Struct, gc=False):
    """A ledger account: its code is never null."""

    code: ShortName
    description: Name | None = None


class Dimension(Struct, gc=False):
    """A cost centre or cost unit. Loket's balance sheet allows a null code, so it does here."""

    code: ShortName | None = None
    description: Name | None = None


class Component(Struct, gc=False):
    key: Int | None = None
    description: ShortName | None = None


class Address(Struct):
    city: Name | None = None


class Employer(Struct, rename="camel"):
    id: Id
    company_name: Name
    employer_number: Int
    chamber_of_commerce_number: Name | None = None
    address: Address | None = None

    def row(self) -> schemas.Employer:
        return schemas.Employer(
            id=_uuid(self.id),
            company_name=self.company_name,
            employer_number=self.employer_number,
            chamber_of_commerce_number=self.chamber_of_commerce_number,
            city=self.address.city if self.address else None,
        )


class PayrollAdministration(Struct, rename="camel"):
    id: Id
    name: Name
    payroll_period_type: PeriodType
    end_date: Name | None = None
    payroll_taxes_number: Name | None = None

    def row(self) -> schemas.PayrollAdministration:
        return schemas.PayrollAdministration(
            id=_uuid(self.id),
            name=self.name,
            payroll_taxes_number=self.payroll_taxes_number,
            period_type_key=self.payroll_period_type.key,
            period_type_text=self.payroll_period_type.value or "",
            end_date=None if self.end_date is None else _date(self.end_date, "endDate"),
        )


class PayrollPeriod(Struct, rename="camel"):
    year: SmallNumber
    period_start_date: Name
    period_end_date: Name
    test_year: bool
    period_number: SmallNumber | None = None


class PayrollRun(Struct, rename="camel"):
    payroll_run_id: Id
    payroll_period: PayrollPeriod


class JournalRun(Struct, rename="camel"):
    id: Id
    sequence_number: Number
    journal_run_status: KeyValue
    method_of_creation: KeyValue
    payroll_run: PayrollRun
    request_time: datetime
    processing_finished_time: datetime | None = None
    remove_time: datetime | None = None

    def row(self) -> schemas.JournalRunRow:
        period = self.payroll_run.payroll_period
        return schemas.JournalRunRow(
            id=_uuid(self.id),
            sequence_number=self.sequence_number,
            status_key=self.journal_run_status.key,
            status_text=self.journal_run_status.value or "",
            method_key=self.method_of_creation.key,
            method_text=self.method_of_creation.value or "",
            payroll_run_id=_uuid(self.payroll_run.payroll_run_id),
            year=period.year,
            period_number=period.period_number,
            period_start=_date(period.period_start_date, "periodStartDate"),
            period_end=_date(period.period_end_date, "periodEndDate"),
            test_year=period.test_year,
            requested_at=_moment(self.request_time),
            finished_at=_moment_or_none(self.processing_finished_time),
            removed_at=_moment_or_none(self.remove_time),
        )


class ExportAttempt(Struct, rename="camel"):
    """A row of the export audit trail, without the names in it.

    Loket spells `returendErrorMessage`; the right spelling is read as well, should it be mended.
    """

    id: Id
    export_status: KeyValue
    exported_on: datetime
    exported_to: KeyValue | None = None
    returend_error_message: LongText | None = None
    returned_error_message: LongText | None = None

    def row(self) -> schemas.ExportAttempt:
        error = self.returend_error_message or self.returned_error_message or ""
        return schemas.ExportAttempt(
            id=_uuid(self.id),
            at=_moment(self.exported_on),
            to=_short(self.exported_to.value if self.exported_to else None),
            status_key=self.export_status.key,
            status_text=_short(self.export_status.value),
            error=_short(error),
        )


class RunFault(Struct, rename="camel"):
    """An error of a journal run. Loket sends a `PayrollEmployeeNumber` too, which nobody needs."""

    id: Id
    error: KeyValue
    payroll_component: Component | None = None
    general_ledger_account: Account | None = None
    cost_center: Dimension | None = None
    cost_unit: Dimension | None = None

    def row(self) -> schemas.RunFault:
        component, account = self.payroll_component, self.general_ledger_account
        center, unit = self.cost_center, self.cost_unit
        return schemas.RunFault(
            id=_uuid(self.id),
            key=self.error.key,
            text=_short(self.error.value),
            component_key=component.key if component else None,
            component=(component and component.description) or "",
            account_code=account.code if account else "",
            account=(account and account.description) or "",
            cost_center_code=(center and center.code) or "",
            cost_center=(center and center.description) or "",
            cost_unit_code=(unit and unit.code) or "",
            cost_unit=(unit and unit.description) or "",
        )


class ResultLine(Struct, rename="camel", gc=False):
    general_ledger_account: Account
    # Any, so that `float_hook` gets the digits as they stand in the JSON and a string stays a
    # string. A field typed Decimal would take "12.50" and "NaN" for numbers.
    debet_amount: Any
    credit_amount: Any
    cost_center: Dimension | None = None
    cost_unit: Dimension | None = None
    payroll_component: Component | None = None


def _short(text: str | None) -> str:
    """A text of Loket's for people: on one line, and no longer than a page can show."""
    return " ".join((text or "").split())[:SHOWN_LENGTH]


def _uuid(text: str) -> UUID:
    return UUID(text.strip("{}()"))


def _date(text: str, name: str) -> date:
    """A date; where Loket sends a date-time after all, the day that it is in Amsterdam."""
    try:
        if len(text) == DATE_LENGTH:
            return date.fromisoformat(text)
        return _moment(datetime.fromisoformat(text)).astimezone(AMSTERDAM).date()
    except (ValueError, OverflowError):
        raise LoketUnreadable("not a date", field=name) from None


def _moment(sent: datetime) -> datetime:
    """Loket doesn't say in which zone a date-time without an offset is: it is a Dutch service."""
    return sent if sent.tzinfo else sent.replace(tzinfo=AMSTERDAM)


def _moment_or_none(sent: datetime | None) -> datetime | None:
    return None if sent is None else _moment(sent)
