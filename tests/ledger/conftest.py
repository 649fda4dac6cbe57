"""Books for tests of the guards: nothing they try is ever committed, so a module shares them."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from finmaster.tenancy import administration_scope
from ledger.models import JournalEntry
from ledger.posting import Draft, DraftLine, post
from ledger.reversal import reverse
from tests.books import make_books
from tests.ledger.drafts import BOOKED_ON, Chart, chart_of


@dataclass(frozen=True, slots=True)
class Guarded:
    """Two administrations; the first has an entry, and one with its reversal."""

    chart: Chart
    foreign: Chart
    entry: int
    reversed: int
    reversal: int


def post_wages(chart: Chart) -> int:
    """Post EUR 100 of wages in the scope that is open; the entry's id."""
    amount, nothing = Decimal(100), Decimal(0)
    lines = (
        DraftLine(chart.wages, amount, nothing, cost_center_id=chart.cost_center),
        DraftLine(chart.net_wages, nothing, amount),
    )
    return post(Draft(chart.journal, BOOKED_ON, "Loonjournaal", lines, None)).pk


def reverse_entry(entry: int) -> int:
    """Reverse an entry in the scope that is open; the reversal's id."""
    found = JournalEntry.objects.get(pk=entry)
    return reverse(found, booked_on=BOOKED_ON, reason="Verkeerde maand", reversed_by_id=None).pk


@pytest.fixture(scope="module")
def guarded(committed_for_module: None) -> Guarded:
    """What the tests of a module try to break, in vain."""
    chart, foreign = (chart_of(make_books(name)) for name in ("Eigen", "Vreemd"))
    with administration_scope(chart.administration):
        entry, reversed_ = post_wages(chart), post_wages(chart)
        reversal = reverse_entry(reversed_)
    return Guarded(chart, foreign, entry, reversed_, reversal)
