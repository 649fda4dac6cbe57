"""Load what a payroll journalised before: what a run is judged by and compared with.

Added up by the database, in a number of queries that doesn't depend on how much there is.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery, Sum

from connections.models import AccountMapping, Connection
from ledger.models import Account
from loket_import.amounts import in_cents
from loket_import.insight.run_amounts import account_amount
from loket_import.insight.run_history import AccountAmount, PastRun, PayPeriod, RunHistory, added_up
from loket_import.models import Booking, JournalRun, RunContent
from loket_import.models import RunLine as StoredLine
from loket_import.proposal import AccountChoice, Books, ChartMode
from loket_import.statuses import READY
from loket_import.wizard import runs_of

# Thirteen months, and as many periods of four weeks; so that what comes once a year is known.
LOOK_BACK = timedelta(days=400)

AccountOf = Callable[[str], AccountChoice | None]


@dataclass(frozen=True, slots=True)
class _Source:
    """A run whose lines of one content count."""

    run: JournalRun
    content_id: int
    past: PastRun


def history_of(run: JournalRun, connection: Connection, books: Books) -> RunHistory:
    """What the payroll of a run journalised up to and in its pay period; at most five queries."""
    find = account_finder(
        ChartMode(connection.chart_mode),
        books.accounts,
        books.accounts_by_id,
        books.account_mappings,
    )
    payroll = JournalRun.objects.filter(
        environment=run.environment,
        payroll_administration_id=run.payroll_administration_id,
        test_year=False,
    ).exclude(pk=run.pk)
    booked = _booked_until(payroll, run.period_start)
    is_first = all(source.run.period_start >= run.period_start for source in booked)
    unbooked = _newest_unbooked(payroll, run.period_start) if is_first else []
    amounts, components = _amounts([*booked, *unbooked], find)
    periods = _periods(booked, amounts)
    return RunHistory(
        earlier=tuple(one for one in periods if one.starts_on < run.period_start),
        same=next((one for one in periods if one.starts_on == run.period_start), None),
        unbooked=next(iter(_periods(unbooked, amounts)), None),
        components=frozenset(
            key for source in booked for key in components.get(source.content_id, ())
        ),
    )


def booked_periods(connection: Connection) -> tuple[PayPeriod, ...]:
    """The last booked pay periods of a connection's payroll, the oldest first; five queries."""
    payroll = runs_of(connection).filter(test_year=False)
    booked = _booked_until(payroll, date.max)
    if not booked:
        return ()
    accounts = [
        AccountChoice(*row)
        for row in Account.objects.values_list(*AccountChoice.__dataclass_fields__)
    ]
    find = account_finder(
        ChartMode(connection.chart_mode),
        {account.code: account for account in accounts},
        {account.id: account for account in accounts},
        dict(AccountMapping.objects.values_list("loket_code", "account_id")),
    )
    amounts, _ = _amounts(booked, find)
    return tuple(_periods(booked, amounts))


def account_finder(
    chart_mode: ChartMode,
    by_code: Mapping[str, AccountChoice],
    by_id: Mapping[int, AccountChoice],
    mappings: Mapping[str, int | None],
) -> AccountOf:
    """How to find what a trimmed code of Loket's stands for here, as matching does."""
    if chart_mode == ChartMode.ADOPT:
        return by_code.get

    def mapped(code: str) -> AccountChoice | None:
        account_id = mappings.get(code)
        return None if account_id is None else by_id.get(account_id)

    return mapped


def _booked_until(payroll: QuerySet[JournalRun], starts_on: date) -> list[_Source]:
    """The live bookings of pay periods that begin on or before a day, in order of time."""
    live = Booking.objects.filter(reversal=None, run__in=payroll, run__period_start__lte=starts_on)
    newest = live.filter(run__period_start__lt=starts_on).aggregate(found=Max("run__period_start"))[
        "found"
    ]
    if newest is not None:
        live = live.filter(run__period_start__gte=newest - LOOK_BACK)
    found = (
        live.select_related("run", "entry__journal", "entry__fiscal_year")
        .defer("proof")
        .order_by("run__period_start", "run__sequence_number")
    )
    return [
        _Source(
            booking.run,
            booking.content_id,
            PastRun(booking.run.sequence_number, booking.entry_id, str(booking.entry)),
        )
        for booking in found
    ]


def _newest_unbooked(payroll: QuerySet[JournalRun], starts_on: date) -> list[_Source]:
    """The runs of the newest earlier pay period that are ready and whose lines were fetched."""
    newest_content = RunContent.objects.filter(run=OuterRef("pk")).order_by("-pk")
    ready = (
        payroll.filter(status_key=READY, missing_since=None, period_start__lt=starts_on)
        .annotate(newest=Subquery(newest_content.values("pk")[:1]))
        .filter(newest__isnull=False)
    )
    newest_start = ready.order_by("-period_start").values("period_start")[:1]
    found = ready.filter(period_start=Subquery(newest_start)).order_by("sequence_number")
    return [_Source(run, run.newest, PastRun(run.sequence_number)) for run in found]


def _amounts(
    sources: Iterable[_Source], find: AccountOf
) -> tuple[dict[int, list[AccountAmount]], dict[int, set[int]]]:
    """The amounts of each content, and the keys of its payroll components."""
    rows = (
        StoredLine.objects.filter(content__in=[source.content_id for source in sources])
        .values("content_id", "account_code", "component_key")
        .annotate(
            net=Sum(F("debit") - F("credit")),
            description=Max("account_description"),
            without_cost_center=Count(
                "pk", filter=Q(cost_center_code=None) | Q(cost_center_code="")
            ),
        )
        .values_list(
            "content_id",
            "account_code",
            "component_key",
            "net",
            "description",
            "without_cost_center",
        )
    )
    amounts: defaultdict[int, list[AccountAmount]] = defaultdict(list)
    components: defaultdict[int, set[int]] = defaultdict(set)
    for content_id, account_code, component, net, description, without in rows:
        # Loket: codes are text and its API does not trim them.
        code = account_code.strip()
        amounts[content_id].append(
            account_amount(
                code,
                description.strip(),
                _in_cents_where_possible(net),
                find(code),
                lacks_cost_center=bool(without),
            )
        )
        if component is not None:
            components[content_id].add(component)
    return amounts, components


def _in_cents_where_possible(amount: Decimal) -> Decimal:
    cents = in_cents(amount)
    return amount if cents is None else cents


def _periods(
    sources: Sequence[_Source], amounts: Mapping[int, Sequence[AccountAmount]]
) -> list[PayPeriod]:
    """The pay periods of runs that are in order of time; runs of one period are added up."""
    by_start: defaultdict[date, list[_Source]] = defaultdict(list)
    for source in sources:
        by_start[source.run.period_start].append(source)
    return [
        PayPeriod(
            year=group[0].run.year,
            number=group[0].run.period_number,
            starts_on=starts_on,
            ends_on=group[0].run.period_end,
            runs=tuple(source.past for source in group),
            amounts=added_up(
                amount for source in group for amount in amounts.get(source.content_id, ())
            ),
        )
        for starts_on, group in by_start.items()
    ]
