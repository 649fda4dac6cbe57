"""What goes into matching a journal run and what comes out: the run, the books, a proposal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise

from loket_import.amounts import EXACT, ZERO
from loket_import.insight.run_history import NOTHING_BEFORE, RunHistory
from loket_import.judging.exports import Trail


class ChartMode(StrEnum):
    """How Loket's account codes become accounts of the administration.

    The values are those of `connections.models.ChartMode`, which can't be had without loading
    Django's models; matching needs none.
    """

    ADOPT = "adopt"
    TRANSPOSE = "transpose"


class CostCenterRule(StrEnum):
    """What becomes of the cost centre of the lines on an account of Loket's.

    The values are those of `connections.models.CostCenterRule`; see `ChartMode`.
    """

    AS_SENT = "as_sent"
    DROP = "drop"
    DEFAULT = "default"
    FIXED = "fixed"


class Way(StrEnum):
    """How a line came by its cost centre or cost unit, or why it has none."""

    NOT_GIVEN = "not_given"  # Loket gives no code.
    CODE = "code"  # Loket's code stands for it, by a mapping or as the same code.
    UNKNOWN = "unknown"  # Loket's code stands for nothing here.
    LEFT_OUT = "left_out"  # The mapping of the code leads nowhere on purpose.
    DROPPED = "dropped"  # The rule of Loket's account leaves it out.
    RULED = "ruled"  # The rule of Loket's account names it.


class Severity(StrEnum):
    """Whether a problem stands in the way of booking."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class RunLine:
    """A line of a journal run as Loket sent it; `number` counts from 1, amounts are euros.

    Loket: an amount may be negative, both sides may be filled, codes may carry white space.
    """

    number: int
    account_code: str
    account_description: str
    cost_center_code: str | None
    cost_center_description: str | None
    cost_unit_code: str | None
    cost_unit_description: str | None
    debit: Decimal
    credit: Decimal
    component_key: int | None = None
    component_description: str | None = None


@dataclass(frozen=True, slots=True)
class OtherBooking:
    """Another run's booking that stands in the books and may hold the same wages.

    `is_gone` tells that Loket removed that run, or lists it no longer; `entry` is how people call
    the entry with this id. In euros `total` is its debit side, and `cost` is what it books on
    accounts of expense, debit minus credit.
    """

    run_number: int
    is_same_payroll_run: bool
    is_gone: bool
    entry_id: int
    entry: str
    total: Decimal = ZERO
    cost: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Twin:
    """An entry that books no run of Loket and may hold the same wages, typed by hand perhaps."""

    entry_id: int
    entry: str
    booked_on: date


@dataclass(frozen=True, slots=True)
class GivenWord:
    """Who confirmed a problem, and when."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is known of a journal run besides its lines.

    `year` is the payroll year, which in Loket need not be the year of either period date;
    `stored_line_count` is the number of lines that was counted when the run was fetched;
    `is_missing` tells that Loket lists the run no longer; `other_bookings` are those of the runs
    of the same payroll run or pay period; `source_hash` names its lines.
    """

    status_key: int
    status_text: str
    test_year: bool
    year: int
    period_number: int | None
    period_start: date
    period_end: date
    stored_line_count: int
    is_missing: bool
    other_bookings: tuple[OtherBooking, ...]
    # By the key of its problem: somebody said that the run may be booked all the same.
    confirmed: Mapping[str, GivenWord] = field(default_factory=dict)
    # What Loket tells of its exports, None while it was not asked; and whether they are our own.
    trail: Trail | None = None
    is_exported_by_us: bool = False
    twins: tuple[Twin, ...] = ()
    # What the payroll journalised before; empty where that plays no part.
    history: RunHistory = NOTHING_BEFORE
    source_hash: str = ""


@dataclass(frozen=True, slots=True)
class AccountChoice:
    """An account of the administration, as far as matching needs to know it.

    `kind` is of `ledger.models.AccountKind`; `rgs_code` is empty where nobody gave one.
    """

    id: int
    code: str
    name: str
    is_blocked: bool
    is_postable: bool
    requires_cost_center: bool
    kind: str = ""
    rgs_code: str = ""

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


@dataclass(frozen=True, slots=True)
class DimensionChoice:
    """A cost centre or a cost unit of the administration."""

    id: int
    code: str
    name: str
    is_blocked: bool

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


@dataclass(frozen=True, slots=True)
class PeriodChoice:
    """A period of a fiscal year; both dates belong to it."""

    id: int
    fiscal_year_id: int
    label: str
    starts_on: date
    ends_on: date
    is_open: bool
    is_year_open: bool


@dataclass(frozen=True, slots=True)
class CostCenterTreatment:
    """The rule for the cost centre on an account of Loket's; see `CostCenterRule`.

    `cost_center_id` is the one that the rules DEFAULT and FIXED name.
    """

    rule: str
    cost_center_id: int | None = None


@dataclass(frozen=True, slots=True)
class Books:
    """The administration's master data and mappings, loaded in a fixed number of queries.

    Mappings go from Loket's trimmed code to our id; a cost centre or unit that goes to None is
    left out on purpose, an account that does has no mapping. Cost centre rules go by Loket's
    trimmed account code. Periods don't overlap: the database sees to it.
    """

    accounts: Mapping[str, AccountChoice]
    accounts_by_id: Mapping[int, AccountChoice]
    cost_centers: Mapping[str, DimensionChoice]
    cost_centers_by_id: Mapping[int, DimensionChoice]
    cost_units: Mapping[str, DimensionChoice]
    cost_units_by_id: Mapping[int, DimensionChoice]
    account_mappings: Mapping[str, int | None]
    cost_center_mappings: Mapping[str, int | None]
    cost_unit_mappings: Mapping[str, int | None]
    periods: Sequence[PeriodChoice]
    cost_center_rules: Mapping[str, CostCenterTreatment] = field(default_factory=dict)

    @classmethod
    def indexed(
        cls,
        *,
        accounts: Iterable[AccountChoice],
        cost_centers: Iterable[DimensionChoice],
        cost_units: Iterable[DimensionChoice],
        account_mappings: Mapping[str, int | None],
        cost_center_mappings: Mapping[str, int | None],
        cost_unit_mappings: Mapping[str, int | None],
        periods: Sequence[PeriodChoice],
        cost_center_rules: Mapping[str, CostCenterTreatment] | None = None,
    ) -> "Books":
        """Make the books from plain rows: each is indexed by its code and by its id."""
        accounts_by_id = {account.id: account for account in accounts}
        cost_centers_by_id = {cost_center.id: cost_center for cost_center in cost_centers}
        cost_units_by_id = {cost_unit.id: cost_unit for cost_unit in cost_units}
        return cls(
            accounts={account.code: account for account in accounts_by_id.values()},
            accounts_by_id=accounts_by_id,
            cost_centers={choice.code: choice for choice in cost_centers_by_id.values()},
            cost_centers_by_id=cost_centers_by_id,
            cost_units={choice.code: choice for choice in cost_units_by_id.values()},
            cost_units_by_id=cost_units_by_id,
            account_mappings=account_mappings,
            cost_center_mappings=cost_center_mappings,
            cost_unit_mappings=cost_unit_mappings,
            periods=periods,
            cost_center_rules=cost_center_rules or {},
        )


@dataclass(frozen=True, slots=True)
class Options:
    """What was chosen: how accounts are found, and the entry's date, description and detail.

    `condenses` makes one line for each account, cost centre, cost unit and side. The date is
    `is_date_by_rule` where the booking rules gave it, and nobody chose another for the run.
    """

    chart_mode: ChartMode
    booking_date: date
    description: str
    condenses: bool = False
    is_date_by_rule: bool = False


@dataclass(frozen=True, slots=True)
class MatchedLine:
    """A line's trimmed codes with what they stand for here; `None` where that is nothing.

    An empty `account_code` means that Loket named no account, an empty `cost_center_code` or
    `cost_unit_code` that the line has none. Lines without an amount are not among them. The ways
    say how the line came by its cost centre and unit. `sent_cost_center` is what Loket's code alone
    stands for, before a rule of the account.
    """

    number: int
    account_code: str
    account_description: str
    account: AccountChoice | None
    cost_center_code: str
    cost_center_description: str
    cost_center: DimensionChoice | None
    cost_unit_code: str
    cost_unit_description: str
    cost_unit: DimensionChoice | None
    cost_center_way: Way = Way.NOT_GIVEN
    cost_unit_way: Way = Way.NOT_GIVEN
    sent_cost_center: DimensionChoice | None = None


@dataclass(frozen=True, slots=True)
class ProposedLine:
    """A line as it would be booked: two decimals, and of debit and credit exactly one is above 0.

    `source_lines` are the numbers of the run's lines that it comes from, in order. Loket's codes
    and descriptions are trimmed, and empty where the line has none or its sources differ.
    `is_cost_center_open` and `is_cost_unit_open` tell that Loket's code stands for nothing yet.
    """

    source_lines: tuple[int, ...]
    account: AccountChoice | None
    cost_center: DimensionChoice | None
    cost_unit: DimensionChoice | None
    debit: Decimal
    credit: Decimal
    loket_account_code: str
    loket_account_description: str
    loket_cost_center_code: str
    loket_cost_unit_code: str
    description: str
    is_cost_center_open: bool = False
    is_cost_unit_open: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a run: `message` says what and why, `cure` what to do next.

    `code` is stable, `loket_code` the code of Loket's that it is about. `lines` are the numbers
    of all lines that it touches, in order, and `line_number` is the first of them; both are
    empty for a problem of the run as a whole. `target_id` is the id of what is to be changed in
    the books: an account, a period, an entry, as `code` tells. `confirmation` is the key under
    which a person may overrule it, or did; empty for a problem that nobody can overrule.
    """

    code: str
    severity: Severity
    line_number: int | None
    loket_code: str | None
    message: Promise
    cure: Promise
    lines: tuple[int, ...]
    target_id: int | None = None
    confirmation: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was normalised: nothing is wrong, but the books differ from Loket's lines.

    `lines` are the numbers of the lines that it touches, in order.
    """

    code: str
    lines: tuple[int, ...]
    message: Promise


@dataclass(frozen=True, slots=True)
class Proposal:
    """A run as it would be booked, with everything that is wrong with it.

    Each number of a run's line is in `lines` (in `source_lines`), in `dropped_lines` (no amount),
    or in `unusable_lines` (an amount that is not in whole cents, which is an error as well).
    `period` is the one of the booking date, `None` if there is none. `matched_lines` tell what each
    code was found to stand for. `passed` are the names of the checks that found nothing at all.
    """

    lines: tuple[ProposedLine, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Note, ...]
    total_debit: Decimal
    total_credit: Decimal
    period: PeriodChoice | None
    dropped_lines: tuple[int, ...]
    unusable_lines: tuple[int, ...]
    matched_lines: tuple[MatchedLine, ...] = ()
    passed: tuple[str, ...] = ()

    @property
    def is_bookable(self) -> bool:
        """Whether nothing stands in the way; warnings don't."""
        return not self.errors

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that stand in the way of booking."""
        return tuple(problem for problem in self.problems if problem.severity == Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that the bookkeeper may overrule."""
        return tuple(problem for problem in self.problems if problem.severity == Severity.WARNING)

    @property
    def difference(self) -> Decimal:
        """Debit minus credit, in euros: 0.00 for lines that balance."""
        return EXACT.subtract(self.total_debit, self.total_credit)


@dataclass(frozen=True, slots=True)
class Case:
    """All that a check may look at; `proposal` has no problems yet."""

    facts: RunFacts
    options: Options
    run_lines: Sequence[RunLine]
    matched_lines: tuple[MatchedLine, ...]
    proposal: Proposal
