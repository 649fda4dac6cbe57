"""The functions that row-level security and the guards of other apps stand on."""

from django.db import migrations

IN_SCOPE = """
CREATE FUNCTION administrations_in_scope() RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    -- After a transaction that set it, the setting reads as an empty string, not as NULL.
    setting text := nullif(current_setting('app.administrations', true), '');
BEGIN
    IF setting IS NULL THEN
        RAISE EXCEPTION 'no administration is in scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN setting::bigint[];
END $$;

CREATE FUNCTION administration_in_scope() RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    ids bigint[] := administrations_in_scope();
BEGIN
    IF cardinality(ids) <> 1 THEN
        RAISE EXCEPTION 'writing needs one administration in scope'
              USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN ids[1];
END $$
"""

REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused', TG_OP, TG_TABLE_NAME
          USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$
"""

MEMBERSHIP = """
ALTER TABLE finmaster_membership ADD CONSTRAINT membership_administration_of_office
    FOREIGN KEY (office_id, administration_id)
    REFERENCES finmaster_administration (office_id, id)
"""


class Migration(migrations.Migration):
    dependencies = (("finmaster", "0001_initial"),)

    operations = (
        migrations.RunSQL(
            IN_SCOPE,
            "DROP FUNCTION administration_in_scope(); DROP FUNCTION administrations_in_scope()",
        ),
        migrations.RunSQL(REFUSE, "DROP FUNCTION refuse_change()"),
        migrations.RunSQL(
            MEMBERSHIP,
            "ALTER TABLE finmaster_membership DROP CONSTRAINT membership_administration_of_office",
        ),
    )
