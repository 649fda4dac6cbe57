"""New books from the command line."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from finmaster.models import Administration, Membership, Role, User
from finmaster.tenancy import administration_scope
from ledger.models import Account, FiscalYear, Journal, Period
from tests.books import make_user

CHART = (
    "code;name;kind;rgs_code;postable;requires_cost_center;blocked\n"
    "4000;Lonen;expense;WPerLesLon;1;1;0\n"
)


@pytest.fixture
def manager(db: None) -> User:
    """Somebody who is there already, so that nothing is asked."""
    return make_user("beheerder@kantoor.nl")


def create(*extra: str) -> None:
    """Run the command for one administration."""
    call_command(
        "create_administration",
        *("Kantoor Oost", "1001", "Bakkerij Noord", "--manager", "beheerder@kantoor.nl", *extra),
        stdout=StringIO(),
    )


def test_an_administration_can_be_booked_in_at_once(manager: User, tmp_path: Path) -> None:
    chart = tmp_path / "chart.csv"
    chart.write_text(CHART)

    create("--chart", str(chart), "--year", "2026", "--kvk", "34112233")

    administration = Administration.objects.get(slug="bakkerij-noord")
    membership = Membership.objects.of(manager, administration)
    assert membership is not None
    assert membership.role == Role.MANAGER
    with administration_scope(administration.pk):
        assert Account.objects.get().requires_cost_center
        assert Journal.objects.filter(code="MEM").exists()
        assert FiscalYear.objects.get().label == "2026"
        assert Period.objects.count() == 12


def test_a_name_alone_does_not_join_an_office(manager: User) -> None:
    create()
    office = Administration.objects.get().office_id

    with pytest.raises(CommandError, match=f"--office-id {office}"):
        create()
    with pytest.raises(CommandError, match="no office with this id and name"):
        create("--office-id", str(office + 1))
    with pytest.raises(CommandError, match="administration_number_once_per_office"):
        create("--office-id", str(office))
    assert Administration.objects.count() == 1


def test_a_chart_that_lacks_a_column_is_refused(manager: User, tmp_path: Path) -> None:
    chart = tmp_path / "chart.csv"
    chart.write_text("code;name\n4000;Lonen\n")

    with pytest.raises(CommandError, match="kind"):
        create("--chart", str(chart))
