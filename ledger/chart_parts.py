"""The parts of the master data that are known by code: what each is called, and its addresses."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.chart_forms import AccountForm, ChartForm, CostCenterForm, CostUnitForm, JournalForm
from ledger.models import Account, CostCenter, CostUnit, Dimension, Journal

ROWS_PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Part:
    """One of them. `all` gives its rows in the scope that is open."""

    name: str
    all: Callable[[], "QuerySet[Account] | QuerySet[Dimension] | QuerySet[Journal]"]
    form: type[ChartForm]
    title: Promise
    new_title: Promise

    @property
    def rows(self) -> str:
        """Name of the address of its list."""
        return f"ledger:{self.name}s"

    @property
    def new(self) -> str:
        """Name of the address where a row is added."""
        return f"ledger:{self.name}_new"

    @property
    def edit(self) -> str:
        """Name of the address where a row is changed."""
        return f"ledger:{self.name}_edit"


ACCOUNTS = Part(
    "account", Account.objects.all, AccountForm, _("Chart of accounts"), _("New account")
)
COST_CENTERS = Part(
    "cost_center", CostCenter.objects.all, CostCenterForm, _("Cost centres"), _("New cost centre")
)
COST_UNITS = Part(
    "cost_unit", CostUnit.objects.all, CostUnitForm, _("Cost units"), _("New cost unit")
)
JOURNALS = Part("journal", Journal.objects.all, JournalForm, _("Journals"), _("New journal"))
