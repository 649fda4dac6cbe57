"""What the operator sees of closed months: figures, movement, and the charts of 24 months."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from connections.billing.invoices import REQUIRED_OF_CUSTOMER
from connections.billing.models import Closing, Statement
from connections.billing.months import label
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
    """How many administrations were connected in each month, the oldest first."""
    return bar_chart(
        title=_("Connected administrations"),
        description=_("A bar for each closed month."),
        series=[_("Connected")],
        groups=[group(one, Decimal(one.closing.administrations)) for one in reversed(figures)],
    )


def revenue_chart(figures: Sequence[Figures]) -> BarChart:
    """What was billed for each month excl. VAT, corrections included, the oldest first."""
    return bar_chart(
        title=_("Revenue excl. VAT"),
        description=_("A bar for each closed month, in euros."),
        series=[_("Revenue")],
        groups=[group(one, one.closing.subtotal) for one in reversed(figures)],
    )


def group(figures: Figures, value: Decimal) -> Group:
    """The one bar of a month."""
    month = figures.closing.month
    # In January the year: 24 months have two of them.
    short = date_format(month, "Y" if month.month == 1 else "M")
    return Group(label=short, name=label(month), values=(value,))


def offices_without_address(closing: Closing) -> list[Office]:
    """Offices billed in a month whose invoice would lack what the law asks for."""
    incomplete = Q()
    for field in REQUIRED_OF_CUSTOMER:
        incomplete |= Q(**{field: ""})
    billed = Statement.objects.filter(closing=closing).values("office_id")
    return list(Office.objects.filter(incomplete, pk__in=billed).order_by("name"))
