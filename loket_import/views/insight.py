"""What a run's page shows beside the run: the pay period before it, and the last thirteen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _

from connections.models import Connection
from finmaster.charts import BarChart, Group, bar_chart
from finmaster.templatetags.finmaster import euro
from loket_import.amounts import exact_text
from loket_import.insight.loading import booked_periods
from loket_import.insight.period_changes import Change, Novelty, Thresholds, compare
from loket_import.insight.run_amounts import amounts_of
from loket_import.insight.run_history import PayPeriod, added_up
from loket_import.insight.wage_figures import WageFigures
from loket_import.insight.wage_trend import TrendPoint, trend
from loket_import.periods import PeriodType, numbered_period
from loket_import.preview import Preview
from loket_import.rules.effective import booking_rules


@dataclass(frozen=True, slots=True)
class ShownChange:
    """An account before and now, as the table shows it: amounts with their side, D or C.

    `tag` says in a word why it stands out, in a tone of components/tag.html; both empty if it
    doesn't.
    """

    loket: str
    account: str
    previous: str
    current: str
    change: str
    percentage: str
    tag: str
    tone: str


@dataclass(frozen=True, slots=True)
class Insight:
    """A run beside the pay period before it.

    `previous` is that period in words, empty for a first run; `entries` are its bookings, and
    `together_with` those of the run's own period, whose amounts count with the run's.
    """

    previous: str
    entries: tuple[tuple[int, str], ...]
    together_with: tuple[tuple[int, str], ...]
    thresholds: Thresholds
    notable: tuple[ShownChange, ...]
    others: tuple[ShownChange, ...]
    chart: BarChart | None


def insight(seen: Preview, connection: Connection) -> Insight:
    """What a run is compared with; one query on top of its preview."""
    history, thresholds = seen.history, thresholds_of_administration()
    period_type = connection.payroll_period_key
    own = own_period(seen)
    previous = history.previous
    changes = compare(previous.amounts, own.amounts, thresholds) if previous else ()
    return Insight(
        previous=period_name(previous, period_type) if previous else "",
        entries=entries_of(previous),
        together_with=entries_of(history.same),
        thresholds=thresholds,
        notable=tuple(shown(change) for change in changes if change.is_notable),
        others=tuple(shown(change) for change in changes if not change.is_notable),
        chart=chart_of([*history.earlier, own], period_type, marks_last=True),
    )


def booked_chart(connection: Connection | None) -> BarChart | None:
    """The chart of what is booked of a connection's payroll; five queries at most."""
    if connection is None:
        return None
    return chart_of(booked_periods(connection), connection.payroll_period_key, marks_last=False)


def thresholds_of_administration() -> Thresholds:
    """From when on a change is large: what the booking rules say, or their defaults."""
    rules = booking_rules()
    return Thresholds(amount=Decimal(rules.notable_amount), percentage=rules.notable_percentage)


def own_period(seen: Preview) -> PayPeriod:
    """The pay period of a run, with what is booked of it already."""
    run, same = seen.run, seen.history.same
    own = amounts_of(seen.lines, seen.proposal.matched_lines)
    return PayPeriod(
        year=run.year,
        number=run.period_number,
        starts_on=run.period_start,
        ends_on=run.period_end,
        runs=same.runs if same else (),
        amounts=added_up([*same.amounts, *own]) if same else own,
    )


def entries_of(period: PayPeriod | None) -> tuple[tuple[int, str], ...]:
    """The ids of a period's entries, and how people call them."""
    runs = period.runs if period else ()
    return tuple((run.entry_id, run.entry) for run in runs if run.entry_id is not None)


def shown(change: Change) -> ShownChange:
    """A change in words and figures."""
    tag, tone = tag_of(change)
    share = change.percentage
    return ShownChange(
        loket=f"{change.code} {change.description}".strip(),
        account=change.account,
        previous=with_side(change.previous),
        current=with_side(change.current),
        change=exact_text(change.growth),
        percentage="" if share is None else f"{share:,f}%".translate(DUTCH),
        tag=tag,
        tone=tone,
    )


DUTCH = str.maketrans(",.", ".,")


def tag_of(change: Change) -> tuple[str, str]:
    """Why a change stands out, and the tone of the word; empty if it doesn't."""
    match change.novelty:
        case Novelty.NEW:
            return _("New"), "info"
        case Novelty.VANISHED:
            return _("Vanished"), "warning"
        case Novelty.BOTH:
            return (_("Large change"), "warning") if change.is_large else ("", "")


def with_side(net: Decimal | None) -> str:
    """'1.234,56 D' or '1.234,56 C'; nothing for an account that doesn't occur."""
    if net is None:
        return ""
    side = "D" if net > 0 else "C" if net < 0 else ""
    return f"{exact_text(abs(net))} {side}".strip()


def chart_of(
    periods: Sequence[PayPeriod], period_type: int | None, *, marks_last: bool
) -> BarChart | None:
    """Wage cost, employer's charges and net pay; None while there is nothing to see a trend in."""
    points = trend(periods, period_type)
    if len(points) < 2:
        return None
    series = (_("Wage cost"), _("Employer's charges"), _("Net pay"))
    last = points[-1]
    return bar_chart(
        title=_("Wages from %(first)s to %(last)s")
        % {"first": point_name(points[0], period_type), "last": point_name(last, period_type)},
        description=description(last, period_type, series),
        series=series,
        groups=[
            Group(
                label=point_label(point, period_type),
                name=point_name(point, period_type),
                values=values_of(point.figures),
                is_marked=marks_last and point is last,
            )
            for point in points
        ],
    )


def description(point: TrendPoint, period_type: int | None, series: Iterable[str]) -> str:
    """The last period of a chart in words."""
    figures = ", ".join(
        f"{name} {euro(value)}"
        for name, value in zip(series, values_of(point.figures), strict=True)
        if value is not None
    )
    return f"{point_name(point, period_type)}: {figures}."


def values_of(figures: WageFigures | None) -> tuple[Decimal | None, ...]:
    """The values of the three series; None where nothing is booked."""
    if figures is None:
        return None, None, None
    return figures.wage_cost, figures.charges, figures.net_pay


def period_name(period: PayPeriod, period_type: int | None) -> str:
    """A pay period in words."""
    point = TrendPoint(period.year, period.number, period.starts_on, period.ends_on)
    return point_name(point, period_type)


def point_name(point: TrendPoint, period_type: int | None) -> str:
    """A pay period in words, also one of which only its number is known."""
    if point.number is None:
        return f"{point.starts_on:%d-%m-%Y} - {point.ends_on:%d-%m-%Y}"
    return numbered_period(point.year, point.number, month_of(point), period_type)


def point_label(point: TrendPoint, period_type: int | None) -> str:
    """A pay period as short as can be: a month's name, or the number of the period."""
    if point.number is None:
        return f"{point.ends_on:%d-%m}"
    if period_type == PeriodType.MONTH:
        return str(formats.date_format(month_of(point), "M"))
    return str(point.number)


def month_of(point: TrendPoint) -> date:
    """A day by which a month is named."""
    return point.ends_on or date(point.year, min(point.number or 1, 12), 1)
