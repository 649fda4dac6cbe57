"""The tenant scope in PostgreSQL: raw SQL is held to it, and the application can't step out."""

from collections import defaultdict
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from finmaster.tenancy import AdministrationModel, sibling_key_columns
from tests.database import Connection, Writer, transaction_as
from tests.finmaster.conftest import Tenants
from tests.rows import tenant_models

TABLES = sorted(model._meta.db_table for model in tenant_models())
MODELS = [model._meta.label for model in tenant_models()]
every_table = pytest.mark.parametrize("table", TABLES)
pytestmark = pytest.mark.usefixtures("tenants")

# Tables with an administration_id that stand outside the scope, each with its reason.
OUTSIDE = {
    # Who may enter; it is read to find out which scope to open.
    "finmaster_membership",
    # Says to which administration the browser comes back from Loket.
    "connections_authorisationattempt",
}

# Those under row-level security by another measure, each with its reason.
BY_OFFICE = {
    # A statement is an office's, across its administrations.
    "connections_statementline",
}

# What the application may call though it looks across administrations, each with its reason.
CALLED_BY_APP = {
    # Rings the bell for the work of all of them; it tells ids only.
    "unfinished_jobs",
    # What the office's other administrations have mapped, as far as the user may see those.
    "office_mappings",
    # Counts for the connection fee, in the offices that the scope of billing allows.
    "connected_months",
}


def rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    """The answer to a query on PostgreSQL's catalogue."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def test_every_table_of_a_tenant_is_under_forced_row_level_security() -> None:
    found = rows(
        """
        SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity
          FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
           AND a.attname = 'administration_id' AND NOT a.attisdropped
        """
    )

    assert {table for table, _ in found} == {*TABLES, *OUTSIDE, *BY_OFFICE}
    assert {table for table, is_forced in found if not is_forced} == OUTSIDE


def test_every_table_of_a_tenant_has_both_policies() -> None:
    found = rows(
        """
        SELECT tablename, policyname, permissive, cmd, roles::text, qual, with_check
          FROM pg_policies WHERE tablename = ANY (%s) ORDER BY tablename, policyname
        """,
        TABLES,
    )
    one = "(administration_id = ( SELECT administration_in_scope() AS administration_in_scope))"
    several = (
        "(administration_id = ANY (( SELECT administrations_in_scope() AS"
        " administrations_in_scope)::bigint[]))"
    )
    policies = (
        ("administration_in_scope", "PERMISSIVE", "ALL", "{public}", several, one),
        ("one_administration_when_deleting", "RESTRICTIVE", "DELETE", "{public}", one, None),
    )

    assert found == [(table, *policy) for table in TABLES for policy in policies]


def composite_keys() -> dict[tuple[str, str], list[dict[str, str]]]:
    """(table, table referred to) -> the foreign keys between them, each as {column: column there}.

    Only those that hold at once, and refuse to delete what is referred to.
    """
    keys = defaultdict(list)
    for table, target, here, there in rows(
        """
        SELECT conrelid::regclass::text, confrelid::regclass::text,
               ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS k (attnum, n)
                       JOIN pg_attribute a USING (attnum) WHERE attrelid = conrelid ORDER BY n),
               ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY AS k (attnum, n)
                       JOIN pg_attribute a USING (attnum) WHERE attrelid = confrelid ORDER BY n)
          FROM pg_constraint
         WHERE contype = 'f' AND convalidated AND NOT condeferrable AND confdeltype = 'r'
        """
    ):
        keys[table, target].append(dict(zip(here, there, strict=True)))
    return keys


@pytest.mark.parametrize("model", tenant_models(), ids=MODELS)
def test_every_sibling_key_stays_in_the_administration(model: type[AdministrationModel]) -> None:
    keys = composite_keys()
    for field in sibling_key_columns(model):
        expected = {"administration_id": "administration_id", field.column: "id"}
        candidates = keys[model._meta.db_table, field.related_model._meta.db_table]
        assert any(expected.items() <= key.items() for key in candidates), field


def test_the_application_is_nobody_special() -> None:
    (user,) = rows(
        """
        SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
               EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid),
               EXISTS (SELECT FROM pg_class WHERE relowner = r.oid)
               OR EXISTS (SELECT FROM pg_proc WHERE proowner = r.oid)
               OR EXISTS (SELECT FROM pg_database WHERE datdba = r.oid)
          FROM pg_roles r WHERE rolname = current_user
        """
    )

    assert user == ("finmaster_app", False, False, False, False, False, False)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE sneaky (id int)",
        "CREATE TEMPORARY TABLE sneaky (id int)",
        "CREATE FUNCTION sneaky() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SET ROLE finmaster_owner",
        "SET ROLE finmaster_check",
        "SET session_replication_role = replica",
        "ALTER TABLE ledger_account DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE ledger_journalline DISABLE TRIGGER ALL",
        "DROP POLICY administration_in_scope ON ledger_account",
    ],
)
def test_the_application_can_not_step_out(tenants: Tenants, statement: str) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        transaction_as("app", tenants.own) as connection,
    ):
        connection.execute(statement)


def test_functions_that_look_across_are_closed() -> None:
    found = rows(
        """
        SELECT proname, pg_get_userbyid(proowner), proconfig::text,
               EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner)))
                        WHERE grantee = 0),
               has_function_privilege('finmaster_app', oid, 'EXECUTE')
          FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
        """
    )

    assert len(found) >= 8
    for name, owner, settings, is_public, called_by_app in found:
        assert owner == "finmaster_check", name
        assert settings == '{"search_path=public, pg_temp"}', name
        assert not is_public, name
        assert called_by_app == (name in CALLED_BY_APP), name


def test_the_role_behind_them_can_not_log_in_and_writes_only_what_triggers_write() -> None:
    assert rows("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'finmaster_check'") == [(False,)]
    changed = rows(
        """
        SELECT DISTINCT relname::text, privilege_type
          FROM pg_class, aclexplode(relacl)
         WHERE grantee = 'finmaster_check'::regrole AND relkind = 'r'
           AND privilege_type <> 'SELECT' ORDER BY 1, 2
        """
    )

    assert changed == [
        ("connections_mappingchange", "INSERT"),
        ("ledger_numberseries", "INSERT"),
        ("ledger_numberseries", "UPDATE"),
    ]


def test_the_auditor_reads_everything_and_changes_nothing() -> None:
    rights = rows(
        """
        SELECT DISTINCT privilege_type FROM pg_class, aclexplode(relacl)
         WHERE grantee = 'finmaster_audit'::regrole
        """
    )
    with transaction_as("audit") as auditor:
        for table in TABLES:
            seen = auditor.execute(f"SELECT count(DISTINCT administration_id) FROM {table}")  # noqa: S608
            assert seen.fetchone() == (2,), table

    assert rights == [("SELECT",)]


@every_table
@pytest.mark.parametrize("writer", ["app", "owner"])
@pytest.mark.parametrize("command", ["SELECT FROM {}", "UPDATE {} SET id = id", "DELETE FROM {}"])
def test_without_a_scope_raw_sql_is_refused(table: str, writer: Writer, command: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), transaction_as(writer) as connection:
        connection.execute(command.format(table))


@every_table
@pytest.mark.parametrize("writer", ["app", "owner"])
def test_in_scope_raw_sql_sees_its_own_rows_only(
    tenants: Tenants, table: str, writer: Writer
) -> None:
    with transaction_as(writer, tenants.own) as connection:
        found = connection.execute(f"SELECT DISTINCT administration_id FROM {table}")  # noqa: S608
        assert found.fetchall() == [(tenants.own,)]


def copy_to(connection: Connection, table: str, administration: int) -> None:
    """Insert a row of this scope once more, as one of another administration."""
    columns = [
        column.name
        for column in connection.execute(f"SELECT * FROM {table}").description or ()  # noqa: S608
    ]
    changed = {
        "administration_id": sql.Literal(administration),
        "id": sql.Literal(999_999),
        # Else it is the guard of the ledger that refuses.
        **({"state": sql.Literal("draft")} if table == "ledger_journalentry" else {}),
    }
    connection.execute(
        sql.SQL("INSERT INTO {table} ({columns}) SELECT {values} FROM {table} LIMIT 1").format(
            table=sql.Identifier(table),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            values=sql.SQL(", ").join(
                changed.get(column, sql.Identifier(column)) for column in columns
            ),
        )
    )


@every_table
@pytest.mark.parametrize("writer", ["app", "owner"])
@pytest.mark.parametrize("scope", ["own", "both"])
def test_no_row_is_inserted_for_another_administration(
    tenants: Tenants, table: str, writer: Writer, scope: str
) -> None:
    ids = (tenants.own,) if scope == "own" else (tenants.own, tenants.foreign)
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        transaction_as(writer, *ids) as connection,
    ):
        copy_to(connection, table, tenants.foreign)


@every_table
def test_no_row_is_given_away(tenants: Tenants, table: str) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        transaction_as("app", tenants.own) as connection,
    ):
        connection.execute(
            f"UPDATE {table} SET administration_id = %s",  # noqa: S608
            [tenants.foreign],
        )


@every_table
@pytest.mark.parametrize("command", ["UPDATE {} SET administration_id = {}", "DELETE FROM {}"])
def test_with_several_in_scope_nothing_is_changed(
    tenants: Tenants, table: str, command: str
) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        transaction_as("app", tenants.own, tenants.foreign) as connection,
    ):
        connection.execute(command.format(table, tenants.own))


@pytest.mark.parametrize("model", tenant_models(), ids=MODELS)
def test_every_unique_key_begins_with_the_administration(model: type[AdministrationModel]) -> None:
    """A key across administrations would tell one of the rows of another; exceptions by name."""
    across = {
        # One Loket user name is used by one administration only; that is its purpose.
        "loket_user_in_one_administration",
        # The same wages must not be booked in two administrations.
        "payroll_in_one_administration",
    }
    found = rows(
        """
        SELECT i.indexrelid::regclass::text, a.attname
          FROM pg_index i LEFT JOIN pg_attribute a
               ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
         WHERE i.indrelid = %s::regclass AND i.indisunique AND NOT i.indisprimary
        """,
        model._meta.db_table,
    )

    assert {name for name, first in found if first != "administration_id"} <= across
