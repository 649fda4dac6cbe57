"""What the operator sees of closed months: figures, movement, and the charts of 24 months."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from connections.billing.invoices import REQUIRED_OF_CUSTOMER
from connections.billing.months import after, label
from connections.billing.prices import months_between
from connections.models.billing import Closing, Statement
from finmaster.charts import BarChart, Group, bar_chart
from finmaster.models import Office

CHART_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Figures:
    """A closed month beside the one before it."""

    closing: Closing

    @property
    def net(self) -> int:
        """How many more there are than the month before; fewer when negative."""
        return self.closing.begun - self.closing.ended


def last_months(most: int = CHART_MONTHS) -> list[Figures]:
    """The last closed months, the newest first."""
    return [Figures(closing) for closing in Closing.objects.order_by("-month")[:most]]


def connected_chart(figures: Sequence[Figures]) -> BarChart:
    """How many administrations were connected in each of the last 24 months."""
    return bar_chart(
        title=_("Connected administrations"),
        description=_("A bar for each closed month."),
        series=[_("Connected")],
        groups=groups({one.closing.month: Decimal(one.closing.administrations) for one in figures}),
    )


def revenue_chart(figures: Sequence[Figures]) -> BarChart:
    """What was billed for each of the last 24 months excl. VAT, corrections included."""
    return bar_chart(
        title=_("Revenue excl. VAT"),
        description=_("A bar for each closed month, in euros."),
        series=[_("Revenue")],
        groups=groups({one.closing.month: one.closing.subtotal for one in figures}),
    )


def groups(values: Mapping[date, Decimal]) -> list[Group]:
    """A place for each of the 24 months up to the last one with a value; the oldest first."""
    if not values:
        return []
    last = max(values)
    return [
        Group(label=short_label(month), name=label(month), values=(values.get(month),))
        for month in months_between(after(last, 1 - CHART_MONTHS), last)
    ]


def short_label(month: date) -> str:
    """What fits below a bar: the year in January, the other quarters by their first month."""
    match month.month:
        case 1:
            return f"{month:%Y}"
        case 4 | 7 | 10:
            return date_format(month, "M").lower()
        case _other:
            return ""


def offices_without_address(closing: Closing) -> list[Office]:
    """Offices billed in a month whose invoice would lack what the law asks for."""
    incomplete = Q()
    for field in REQUIRED_OF_CUSTOMER:
        incomplete |= Q(**{field: ""})
    billed = Statement.objects.filter(closing=closing).values("office_id")
    return list(Office.objects.filter(incomplete, pk__in=billed).order_by("name"))
