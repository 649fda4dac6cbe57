"""Migration operations for what Django can't say: composite keys, row-level security, triggers."""

from django.db import migrations

CHECK_ROLE = "finmaster_check"


def sibling_key(
    table: str, column: str, target: str, *, also: tuple[tuple[str, str], ...] = ()
) -> migrations.RunSQL:
    """A foreign key that can't leave the administration: (administration_id, column) -> target.

    `also` names further pairs (column here, column there) that must agree. The target needs a
    unique constraint on the administration and its columns.
    """
    name = f"{table}_{column}_same_administration"
    pairs = (("administration_id", "administration_id"), (column, "id"), *also)
    here, there = (", ".join(side) for side in zip(*pairs, strict=True))
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({here})"
        f" REFERENCES {target} ({there}) ON DELETE RESTRICT",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def row_level_security(*tables: str) -> list[migrations.RunSQL]:
    """Show and change only rows of the administrations in scope, for the owner as well.

    Reading may span several administrations, writing only one; without a scope the database
    refuses the query, for an empty answer would look like "nothing to book". Deleting has a policy
    of its own, because WITH CHECK looks at new rows only.
    """
    return [
        migrations.RunSQL(
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
            f"CREATE POLICY administration_in_scope ON {table}"
            f" USING (administration_id = ANY ((SELECT administrations_in_scope())::bigint[]))"
            f" WITH CHECK (administration_id = (SELECT administration_in_scope()));"
            f"CREATE POLICY one_administration_when_deleting ON {table} AS RESTRICTIVE FOR DELETE"
            f" USING (administration_id = (SELECT administration_in_scope()))",
            f"DROP POLICY one_administration_when_deleting ON {table};"
            f"DROP POLICY administration_in_scope ON {table};"
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY",
        )
        for table in tables
    ]


def never_changed(*tables: str) -> list[migrations.RunSQL]:
    """Rows of these tables are only ever added: no UPDATE, DELETE or TRUNCATE, by whomever."""
    return [
        migrations.RunSQL(
            f"CREATE TRIGGER {table}_rows_are_final BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION refuse_change();"
            f"CREATE TRIGGER {table}_is_never_emptied BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();"
            f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM finmaster_app",
            f"DROP TRIGGER {table}_rows_are_final ON {table};"
            f"DROP TRIGGER {table}_is_never_emptied ON {table};"
            f"GRANT UPDATE, DELETE ON {table} TO finmaster_app",
        )
        for table in tables
    ]


def security_definer(
    signature: str, definition: str, *, called_by_app: bool = False
) -> migrations.RunSQL:
    """A function that sees all administrations: owned by a role that bypasses row-level security.

    Its definition must fix its search_path. Only what must look across, or must not be blinded by
    its caller's scope, may be one. Triggers, and what they call, need no right to be called: the
    application could else number or look into the books of any administration.
    """
    grant = f";GRANT EXECUTE ON FUNCTION {signature} TO finmaster_app" if called_by_app else ""
    return migrations.RunSQL(
        f"{definition};"
        f"ALTER FUNCTION {signature} OWNER TO {CHECK_ROLE};"
        f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC{grant}",
        f"DROP FUNCTION {signature}",
    )
