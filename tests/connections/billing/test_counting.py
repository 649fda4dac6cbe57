"""The database counts as the rule says: `connected_months` against `counted_days`."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connections.billing.months import after
from connections.billing.rule import Days, Step, counted_days
from connections.billing.scope import office_scope, operator_scope
from tests.books import make_user
from tests.connections.billing.histories import (
    add_connection,
    at,
    make_administration,
    make_office,
    pairs,
)
from tests.connections.billing.test_rule import connection_steps

FIRST, LAST = date(2026, 2, 1), date(2026, 12, 1)


def counted(first: date, last: date, *, waiting: bool = True) -> dict[tuple[int, date], Days]:
    """What the database counts in the scope that is open: (administration, month) -> days."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT administration_id, month, first_day, last_day"
            " FROM connected_months('sandbox', %s, %s, %s)",
            [waiting, first, last],
        )
        return {(one, month): Days(begun, done) for one, month, begun, done in cursor.fetchall()}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(connection_steps(), max_size=3), st.booleans())
def test_database_and_rule_agree(db: None, histories: list[list[Step]], waiting: bool) -> None:
    office = make_office()
    administration = make_administration(office)
    for steps in histories:
        add_connection(administration, pairs(steps))
    months = [FIRST]
    while months[-1] < LAST:
        months.append(after(months[-1]))
    by_rule = {
        (administration.pk, month): days
        for month in months
        if (days := counted_days(histories, month, reauthorisation_counts=waiting))
    }

    with office_scope(office.pk):
        assert counted(FIRST, LAST, waiting=waiting) == by_rule


def test_another_environment_does_not_count(db: None) -> None:
    office = make_office()
    add_connection(
        make_administration(office), [("authorised", at(2026, 3, 1))], environment="acceptance"
    )

    with operator_scope():
        assert counted(FIRST, LAST) == {}


def test_the_evidence_is_who_authorised_first(db: None) -> None:
    office, user, other = make_office(), make_user("a@example.nl"), make_user("b@example.nl")
    administration = make_administration(office)
    add_connection(
        administration,
        [("authorised", at(2026, 3, 1)), ("reauthorise", at(2026, 5, 1))],
        by=user,
    )
    late = add_connection(administration, [("authorised", at(2026, 3, 20))], by=other)

    with office_scope(office.pk), connection.cursor() as cursor:
        cursor.execute(
            "SELECT connected_at, connected_by FROM connected_months('sandbox', true, %s, %s)",
            [date(2026, 4, 1), date(2026, 4, 1)],
        )
        found = cursor.fetchall()

    assert late.pk
    assert found == [(at(2026, 3, 1), user.pk)]


def test_an_office_counts_its_own_administrations_only(db: None) -> None:
    own, other = make_office(), make_office("Kantoor West")
    one = make_administration(own)
    for administration in (one, make_administration(other)):
        add_connection(administration, [("authorised", at(2026, 3, 1))])

    with office_scope(own.pk):
        assert {administration for administration, _ in counted(FIRST, LAST)} == {one.pk}
    with operator_scope():
        assert len({administration for administration, _ in counted(FIRST, LAST)}) == 2


def test_without_a_scope_the_database_refuses_to_count(db: None) -> None:
    add_connection(make_administration(make_office()), [("authorised", at(2026, 3, 1))])

    with pytest.raises(Exception, match="no office is in scope"):
        counted(FIRST, LAST)


def test_the_samples_are_not_empty(db: None) -> None:
    """What the agreement above stands on: a plain history does count."""
    office = make_office()
    administration = make_administration(office)
    add_connection(administration, [("authorised", at(2026, 3, 1)), ("ended", at(2026, 4, 2))])
    found: Any
    with office_scope(office.pk):
        found = counted(FIRST, LAST)

    assert found == {
        (administration.pk, date(2026, 3, 1)): Days(date(2026, 3, 1), date(2026, 3, 31)),
        (administration.pk, date(2026, 4, 1)): Days(date(2026, 4, 1), date(2026, 4, 2)),
    }
