"""What the database guarantees of runs: what Loket said stays, and a run is booked once."""

from django.db import migrations

from finmaster.postgres import never_changed, row_level_security, security_definer, sibling_key

# The bell is rung for every administration, so this one function looks across them.
UNFINISHED = """
CREATE FUNCTION unfinished_jobs(most integer)
RETURNS TABLE (administration_id bigint, job_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT administration_id, id FROM loket_import_job
     WHERE state IN ('waiting', 'running') AND due_at <= clock_timestamp()
     ORDER BY due_at LIMIT most
$$
"""

RIGHTS = """
REVOKE UPDATE, DELETE, TRUNCATE ON loket_import_booking FROM finmaster_app;
GRANT UPDATE (reversal_id) ON loket_import_booking TO finmaster_app
"""


class Migration(migrations.Migration):
    dependencies = (("loket_import", "0001_initial"), ("connections", "0002_guards"))

    operations = (
        sibling_key("loket_import_runcontent", "run_id", "loket_import_journalrun"),
        sibling_key("loket_import_runline", "content_id", "loket_import_runcontent"),
        sibling_key("loket_import_booking", "run_id", "loket_import_journalrun"),
        sibling_key(
            "loket_import_booking",
            "content_id",
            "loket_import_runcontent",
            also=(("run_id", "run_id"),),
        ),
        sibling_key("loket_import_booking", "entry_id", "ledger_journalentry"),
        sibling_key(
            "loket_import_booking",
            "reversal_id",
            "ledger_journalentry",
            also=(("entry_id", "reverses_id"),),
        ),
        security_definer("unfinished_jobs(integer)", UNFINISHED, called_by_app=True),
        migrations.RunSQL(RIGHTS, "GRANT UPDATE, DELETE ON loket_import_booking TO finmaster_app"),
        *never_changed("loket_import_runcontent", "loket_import_runline"),
        *row_level_security(
            "loket_import_journalrun",
            "loket_import_runcontent",
            "loket_import_runline",
            "loket_import_booking",
            "loket_import_job",
        ),
    )
