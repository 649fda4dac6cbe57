"""One live connection per administration, one Loket user for it alone, a history that stays."""

from typing import Any

import psycopg
import pytest

from connections.models import AccountMapping, Connection, ConnectionEvent, TokenSet
from finmaster.tenancy import administration_scope
from ledger.models import Account, CostCenter
from tests.books import make_books
from tests.database import Writer
from tests.ledger.drafts import refusal, refused_by
from tests.rows import make_row

every_writer = pytest.mark.parametrize("writer", ["app", "owner", "superuser"])
KEY = "same_administration"


@pytest.fixture(scope="module")
def ids(committed_for_module: None) -> dict[str, Any]:
    """Ids in an administration that is connected, and in another that is as well."""
    own, foreign = (make_books(name).id for name in ("Eigen", "Vreemd"))
    found: dict[str, Any] = {"own": own}
    for prefix, administration in (("", own), ("foreign_", foreign)):
        with administration_scope(administration):
            connection = make_row(Connection, environment="sandbox", username=f"{prefix}loket")
            make_row(TokenSet, connection=connection)
            make_row(ConnectionEvent, connection=connection)
            account = Account.objects.get(code="4000")
            make_row(AccountMapping, loket_code="4000", account=account)
            found |= {
                f"{prefix}connection": connection.pk,
                f"{prefix}account": account.pk,
                f"{prefix}center": CostCenter.objects.get(code="K100").pk,
            }
    return found


COPY = (
    "INSERT INTO connections_connection (administration_id, environment, username, chart_mode,"
    " state, employer_name, employer_kvk, payroll_name, payroll_tax_number, payroll_period_type,"
    " trouble)"
    " VALUES (%(own)s, 'sandbox', '{username}', 'adopt', 'new', '', '', '', '', '', '')"
)
TOKENS = (
    "INSERT INTO connections_tokenset (administration_id, connection_id, access, refresh,"
    " expires_at, refresh_at, generation) VALUES (%(own)s, {connection}, '', '', now(), now(), 1)"
)
MAPPING = (
    "INSERT INTO connections_accountmapping (administration_id, loket_code, loket_description,"
    " set_at, origin, account_id, cost_center_rule, cost_center_id)"
    " VALUES (%(own)s, '{code}', '', now(), 'table', {account}, '{rule}', {center})"
)


def account_mapping(
    code: str, account: str = "%(account)s", *, rule: str = "as_sent", center: str = "NULL"
) -> str:
    """The statement that adds a mapping of an account."""
    return MAPPING.format(code=code, account=account, rule=rule, center=center)


@every_writer
@pytest.mark.parametrize(
    ("guard", "statement"),
    [
        ("one_live_connection", COPY.format(username="ander")),
        (
            "loket_user_in_one_administration",
            "UPDATE connections_connection SET username = 'FOREIGN_Loket'"
            " WHERE id = %(connection)s",
        ),
        (
            "connection_state_known",
            "UPDATE connections_connection SET state = 'broken' WHERE id = %(connection)s",
        ),
        (
            "connection_chart_mode_known",
            "UPDATE connections_connection SET chart_mode = 'guess' WHERE id = %(connection)s",
        ),
        (
            "connection_environment_known",
            "UPDATE connections_connection SET environment = 'test' WHERE id = %(connection)s",
        ),
        (
            "connection_payroll_has_employer",
            "UPDATE connections_connection SET employer_id = NULL,"
            " payroll_administration_id = '00000000-0000-0000-0000-000000000001'"
            " WHERE id = %(connection)s",
        ),
        ("one_token_set_per_connection", TOKENS.format(connection="%(connection)s")),
        (
            f"connections_tokenset_connection_id_{KEY}",
            TOKENS.format(connection="%(foreign_connection)s"),
        ),
        (
            "connection_event_kind_known",
            "INSERT INTO connections_connectionevent (administration_id, connection_id, kind,"
            " detail, happened_at) VALUES (%(own)s, %(connection)s, 'lost', '', now())",
        ),
        (
            f"connections_connectionevent_connection_id_{KEY}",
            "INSERT INTO connections_connectionevent (administration_id, connection_id, kind,"
            " detail, happened_at) VALUES (%(own)s, %(foreign_connection)s, 'ended', '', now())",
        ),
        ("account_mapped_once", account_mapping("4000")),
        (
            "cost_center_mapped_once",
            "INSERT INTO connections_costcentermapping (administration_id, loket_code,"
            " loket_description, set_at, origin, cost_center_id)"
            " SELECT administration_id, 'K1', '', now(), 'table', id FROM ledger_costcenter"
            " WHERE administration_id = %(own)s",
        ),
        (
            "cost_unit_mapped_once",
            "INSERT INTO connections_costunitmapping (administration_id, loket_code,"
            " loket_description, set_at, origin, cost_unit_id)"
            " SELECT administration_id, 'P1', '', now(), 'table', id"
            " FROM ledger_costunit, (VALUES (1), (2)) AS twice WHERE administration_id = %(own)s",
        ),
        (
            f"connections_accountmapping_account_id_{KEY}",
            account_mapping("4001", "%(foreign_account)s"),
        ),
        (
            f"connections_accountmapping_cost_center_id_{KEY}",
            account_mapping("4001", rule="fixed", center="%(foreign_center)s"),
        ),
        ("account_mapping_says_something", account_mapping("4001", "NULL")),
        ("cost_center_rule_names_one", account_mapping("4001", rule="fixed")),
        ("cost_center_rule_names_one", account_mapping("4001", rule="default")),
        ("cost_center_rule_names_one", account_mapping("4001", rule="drop", center="%(center)s")),
        ("cost_center_rule_names_one", account_mapping("4001", center="%(center)s")),
        ("cost_center_rule_names_one", account_mapping("4001", rule="other")),
    ],
)
def test_a_row_is_refused(ids: dict[str, Any], guard: str, statement: str, writer: Writer) -> None:
    assert guard == refused_by(
        writer, ids["own"], lambda connection: connection.execute(statement, ids)
    )


@every_writer
def test_after_the_end_there_may_be_another_connection(ids: dict[str, Any], writer: Writer) -> None:
    def attempt(connection: Any) -> None:
        connection.execute(
            "UPDATE connections_connection SET state = 'ended' WHERE id = %(connection)s", ids
        )
        connection.execute(COPY.format(username="loket"), ids)
        connection.execute("SELECT 1 / 0")

    assert isinstance(refusal(writer, ids["own"], attempt), psycopg.errors.DivisionByZero)


@every_writer
@pytest.mark.parametrize(
    ("command", "guard"),
    [
        ("UPDATE connections_connectionevent SET detail = 'x'", "rows_are_final"),
        ("DELETE FROM connections_connectionevent", "rows_are_final"),
        ("TRUNCATE connections_connectionevent", "is_never_emptied"),
    ],
)
def test_the_history_is_never_changed(
    ids: dict[str, Any], command: str, guard: str, writer: Writer
) -> None:
    error = refusal(writer, ids["own"], lambda connection: connection.execute(command))
    if writer == "app":
        assert isinstance(error, psycopg.errors.InsufficientPrivilege)
    else:
        assert error.diag.constraint_name == f"connections_connectionevent_{guard}"
