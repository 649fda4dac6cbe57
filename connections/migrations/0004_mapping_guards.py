"""What the database guarantees of mappings: each change is kept, whoever makes it."""

from django.db import migrations

from finmaster.postgres import never_changed, row_level_security, security_definer, sibling_key

# What a row says is compared, not who said it: the same answer twice is no change. The application
# may not write the history itself.
KEEP = """
CREATE FUNCTION keep_mapping_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    said text[] := TG_ARGV[1:];
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    one jsonb := coalesce(new_row, old_row);
    old_said jsonb := (SELECT jsonb_object_agg(key, value) FROM jsonb_each(old_row)
                        WHERE key = ANY (said));
    new_said jsonb := (SELECT jsonb_object_agg(key, value) FROM jsonb_each(new_row)
                        WHERE key = ANY (said));
BEGIN
    IF TG_OP = 'UPDATE' AND old_row->>'loket_code' <> new_row->>'loket_code' THEN
        RAISE EXCEPTION 'the code of a mapping is what it is'
              USING ERRCODE = 'restrict_violation', CONSTRAINT = 'mapping_code_is_final';
    END IF;
    IF old_said IS DISTINCT FROM new_said THEN
        INSERT INTO connections_mappingchange (administration_id, dimension, loket_code,
               loket_description, old, new, origin, changed_by_id, changed_at)
        VALUES ((one->>'administration_id')::bigint, TG_ARGV[0], one->>'loket_code',
               one->>'loket_description', old_said, new_said, one->>'origin',
               (one->>'set_by_id')::bigint, clock_timestamp());
    END IF;
    RETURN NULL;
END $$
"""

MAPPINGS = (
    (
        "connections_accountmapping",
        ("account", "account_id", "cost_center_rule", "cost_center_id"),
    ),
    ("connections_costcentermapping", ("cost_center", "cost_center_id")),
    ("connections_costunitmapping", ("cost_unit", "cost_unit_id")),
)

# The tables of the office's other administrations, as far as the user may see those.
OFFICE_MAPPINGS = """
CREATE FUNCTION office_mappings(of_user bigint, beside bigint)
RETURNS TABLE (administration_id bigint, dimension text, loket_code text, loket_description text,
               target_code text, target_name text, rgs_code text,
               cost_center_rule text, cost_center_code text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH others AS (
        SELECT a.id FROM finmaster_administration a
          JOIN finmaster_administration here ON here.id = beside AND here.office_id = a.office_id
         WHERE a.id <> beside
           AND beside = administration_in_scope()
           AND EXISTS (SELECT FROM finmaster_membership m
                         JOIN finmaster_user u ON u.id = m.user_id AND u.is_active
                        WHERE m.user_id = of_user AND m.office_id = a.office_id
                          AND (m.administration_id = a.id OR m.administration_id IS NULL))
    )
    SELECT m.administration_id, 'account', m.loket_code, m.loket_description,
           t.code, t.name, t.rgs_code, m.cost_center_rule, c.code
      FROM connections_accountmapping m JOIN others o ON o.id = m.administration_id
      LEFT JOIN ledger_account t ON t.id = m.account_id
      LEFT JOIN ledger_costcenter c ON c.id = m.cost_center_id
     UNION ALL
    SELECT m.administration_id, 'cost_center', m.loket_code, m.loket_description,
           t.code, t.name, '', 'as_sent', NULL
      FROM connections_costcentermapping m JOIN others o ON o.id = m.administration_id
      LEFT JOIN ledger_costcenter t ON t.id = m.cost_center_id
     UNION ALL
    SELECT m.administration_id, 'cost_unit', m.loket_code, m.loket_description,
           t.code, t.name, '', 'as_sent', NULL
      FROM connections_costunitmapping m JOIN others o ON o.id = m.administration_id
      LEFT JOIN ledger_costunit t ON t.id = m.cost_unit_id
$$
"""

# The application reads the history; the trigger writes it.
RIGHTS = """
REVOKE INSERT ON connections_mappingchange FROM finmaster_app;
GRANT INSERT ON connections_mappingchange TO finmaster_check;
GRANT USAGE ON SEQUENCE connections_mappingchange_id_seq TO finmaster_check
"""


def kept(table: str, arguments: tuple[str, ...]) -> migrations.RunSQL:
    """Every change of the table's rows goes into the history."""
    quoted = ", ".join(f"'{argument}'" for argument in arguments)
    return migrations.RunSQL(
        f"CREATE TRIGGER mapping_change_is_kept AFTER INSERT OR UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION keep_mapping_change({quoted})",
        f"DROP TRIGGER mapping_change_is_kept ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = (("connections", "0003_mapping_history_and_rules"),)

    operations = (
        sibling_key("connections_accountmapping", "cost_center_id", "ledger_costcenter"),
        security_definer("keep_mapping_change()", KEEP),
        *(kept(table, arguments) for table, arguments in MAPPINGS),
        security_definer("office_mappings(bigint, bigint)", OFFICE_MAPPINGS, called_by_app=True),
        migrations.RunSQL(RIGHTS, "GRANT INSERT ON connections_mappingchange TO finmaster_app"),
        *never_changed("connections_mappingchange"),
        *row_level_security("connections_mappingchange"),
    )
