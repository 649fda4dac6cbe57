"""Checks of the cost centres and cost units on a journal run's lines: the same for both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from loket_import.checks.lines import by_code, code_problem, label_of
from loket_import.proposal import Case, DimensionChoice, MatchedLine, Problem, Severity, Way

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class OnLine:
    """What a line says of a dimension: Loket's code and description, and what it stands for."""

    code: str
    description: str
    choice: DimensionChoice | None
    way: Way


@dataclass(frozen=True, slots=True)
class DimensionChecks:
    """The checks of one dimension: where its codes stand on a line, and the sentences about it.

    `name` is the first part of the codes of its problems. The sentences know {code}, {label} and
    {choice}.
    """

    name: str
    on: Callable[[MatchedLine], OnLine]
    unknown: _StrPromise
    add_or_link: _StrPromise
    blocked: _StrPromise
    unblock: _StrPromise
    without_code: _StrPromise
    give_code: _StrPromise

    def are_known(self, case: Case) -> Iterator[Problem]:
        """A code has a mapping or, without one, is a code here; unless nobody asks what it is."""
        for group in self._by_code(case, lambda found: found.way == Way.UNKNOWN):
            code, lines = group
            label = label_of(code, self.on(lines[0]).description)
            yield code_problem(
                f"{self.name}_unknown",
                group,
                format_lazy(self.unknown, label=label),
                format_lazy(self.add_or_link, code=code),
            )

    def are_not_blocked(self, case: Case) -> Iterator[Problem]:
        """What is blocked takes no new lines."""
        for group in self._by_code(
            case,
            lambda found: bool(found.way == Way.CODE and found.choice and found.choice.is_blocked),
        ):
            code, lines = group
            choice = self.on(lines[0]).choice
            yield code_problem(
                f"{self.name}_blocked",
                group,
                format_lazy(self.blocked, code=code, choice=choice),
                self.unblock,
                target=choice,
            )

    def have_codes(self, case: Case) -> Iterator[Problem]:
        """Loket: the code may be null, and then only the description names it."""
        for label, lines in by_code(
            case,
            lambda line: self.on(line).description,
            lambda line: bool(self.on(line).description and self.on(line).way == Way.NOT_GIVEN),
        ):
            yield code_problem(
                f"{self.name}_without_code",
                ("", lines),
                format_lazy(self.without_code, label=label),
                self.give_code,
                severity=Severity.WARNING,
            )

    def _by_code(
        self, case: Case, concerns: Callable[[OnLine], bool]
    ) -> Iterator[tuple[str, list[MatchedLine]]]:
        return by_code(case, lambda line: self.on(line).code, lambda line: concerns(self.on(line)))


COST_CENTERS = DimensionChecks(
    name="cost_center",
    on=lambda line: OnLine(
        line.cost_center_code,
        line.cost_center_description,
        line.cost_center,
        line.cost_center_way,
    ),
    unknown=_("Loket's cost centre {label} is not known in this administration."),
    add_or_link=_(
        "Add a cost centre with code {code} under Master data, or link it to one of yours."
    ),
    blocked=_("Loket's cost centre {code} goes to cost centre {choice}, which is blocked."),
    unblock=_("Unblock the cost centre under Master data, or link it to another one."),
    without_code=_(
        "Loket's cost centre {label} has no code, so these lines are booked without a cost centre."
    ),
    give_code=_("Have your payroll administrator give the cost centre a code in Loket."),
)

COST_UNITS = DimensionChecks(
    name="cost_unit",
    on=lambda line: OnLine(
        line.cost_unit_code, line.cost_unit_description, line.cost_unit, line.cost_unit_way
    ),
    unknown=_("Loket's cost unit {label} is not known in this administration."),
    add_or_link=_(
        "Add a cost unit with code {code} under Master data, or link it to one of yours."
    ),
    blocked=_("Loket's cost unit {code} goes to cost unit {choice}, which is blocked."),
    unblock=_("Unblock the cost unit under Master data, or link it to another one."),
    without_code=_(
        "Loket's cost unit {label} has no code, so these lines are booked without a cost unit."
    ),
    give_code=_("Have your payroll administrator give the cost unit a code in Loket."),
)

DIMENSION_CHECKS = tuple(
    check
    for dimension in (COST_CENTERS, COST_UNITS)
    for check in (dimension.are_known, dimension.are_not_blocked, dimension.have_codes)
)
