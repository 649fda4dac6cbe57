"""Tables of old, new and difference, as the pages show them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from loket_import.comparing.differences import Difference, changed, differences, net_amounts, sum_of
from loket_import.models import RunContent

# Account, cost centre and cost unit: codes of Loket's, or ours with their names.
Place = tuple[str, str, str]
Amounts = tuple[Decimal, Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Title:
    """What a table is called: its id on the page, its caption, and its columns of amounts."""

    id: str
    caption: str
    headings: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """Three amounts under an account, cost centre and cost unit, each with its heading.

    `also` is the account in the other chart: ours beside Loket's, or Loket's codes beside ours.
    """

    account: str
    also: str
    cost_center: str
    cost_unit: str
    amounts: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A table of amounts in euros, debit minus credit, as exact as they are.

    `totals` are of the last columns: of the difference alone where rows without one are left out,
    for what the others add up to says nothing.
    """

    title: Title
    rows: tuple[Row, ...]
    totals: tuple[tuple[str, Decimal], ...]
    also_heading: str

    @property
    def has_also(self) -> bool:
        """Whether any row has another code in the other chart."""
        return any(row.also and code_of(row.also) != code_of(row.account) for row in self.rows)

    @property
    def has_cost_centers(self) -> bool:
        """Whether any row has a cost centre."""
        return any(row.cost_center for row in self.rows)

    @property
    def has_cost_units(self) -> bool:
        """Whether any row has a cost unit."""
        return any(row.cost_unit for row in self.rows)

    @property
    def columns_before(self) -> int:
        """How many columns stand before the amounts."""
        return 1 + self.has_also + self.has_cost_centers + self.has_cost_units

    @property
    def columns_before_totals(self) -> int:
        """How many columns stand before the totals."""
        return self.columns_before + len(self.title.headings) - len(self.totals)


def code_of(label: str) -> str:
    """The code of an account by how it is shown; more than one code isn't like any."""
    return label.partition(" ")[0]


def old_new_difference(one: Difference[Any]) -> Amounts:
    """What was, what is, and what lies between."""
    return one.old, one.new, one.difference


def old_added_together(one: Difference[Any]) -> Amounts:
    """What is there, what comes on top, and both."""
    return one.old, one.difference, one.new


def table(
    title: Title,
    found: Sequence[Difference[Place]],
    *,
    also: Mapping[str, str] | None = None,
    columns: Callable[[Difference[Any]], Amounts] = old_new_difference,
    names: Callable[[Place], Place] = lambda place: place,
    also_heading: str = "",
    only_changed: bool = False,
) -> Comparison:
    """The table of differences; `also` names an account in the other chart, `names` each place."""
    other = also or {}
    totals = tuple(zip(title.headings, columns(sum_of(found)), strict=True))
    return Comparison(
        title=title,
        rows=tuple(
            Row(
                names(one.key)[0],
                other.get(one.key[0], ""),
                *names(one.key)[1:],
                tuple(zip(title.headings, columns(one), strict=True)),
            )
            for one in (changed(found) if only_changed else found)
        ),
        totals=totals[-1:] if only_changed else totals,
        also_heading=also_heading,
    )


def compared_contents(
    title: Title,
    old: RunContent,
    new: RunContent,
    *,
    ours: Mapping[str, str],
    only_changed: bool = False,
) -> Comparison:
    """The table of two contents by Loket's codes, in two queries; `ours` is our account for each.

    A row is named as the newer content names it.
    """
    names: dict[tuple[int, str], str] = {}
    found = differences(content_amounts(old, names), content_amounts(new, names))
    return table(
        title,
        found,
        also=ours,
        names=lambda place: (
            named(0, place[0], names),
            named(1, place[1], names),
            named(2, place[2], names),
        ),
        also_heading=_("Your account"),
        only_changed=only_changed,
    )


def content_amounts(content: RunContent, names: dict[tuple[int, str], str]) -> dict[Place, Decimal]:
    """What the lines of a content add up to by Loket's trimmed codes.

    `names` learns how Loket calls them: by 0, 1 or 2 for account, cost centre or unit, and code.
    """
    rows: list[tuple[Place, Decimal, Decimal]] = []
    for line in content.lines.order_by("number"):
        place = (
            line.account_code.strip(),
            (line.cost_center_code or "").strip(),
            (line.cost_unit_code or "").strip(),
        )
        told = (line.account_description, line.cost_center_description, line.cost_unit_description)
        for number, (code, name) in enumerate(zip(place, told, strict=True)):
            names[number, code] = (name or "").strip()
        rows.append((place, line.debit, line.credit))
    return net_amounts(rows)


def named(number: int, code: str, names: Mapping[tuple[int, str], str]) -> str:
    """A code with its name; a cost centre without a code counts as none."""
    return f"{code} {names[number, code]}".strip() if code else ""
