"""What the database guarantees of confirmations, reports and booking rules."""

from django.db import migrations

from finmaster.postgres import never_changed, row_level_security, sibling_key


class Migration(migrations.Migration):
    dependencies = (
        ("loket_import", "0003_booking_rules_reports_confirmations"),
        ("connections", "0004_mapping_guards"),
    )

    operations = (
        sibling_key("loket_import_journalrun", "journal_id", "ledger_journal"),
        sibling_key("loket_import_confirmation", "run_id", "loket_import_journalrun"),
        sibling_key("loket_import_loketreport", "run_id", "loket_import_journalrun"),
        sibling_key(
            "loket_import_loketreport",
            "booking_id",
            "loket_import_booking",
            also=(("run_id", "run_id"),),
        ),
        sibling_key("loket_import_bookingrules", "journal_id", "ledger_journal"),
        *never_changed("loket_import_confirmation"),
        *row_level_security(
            "loket_import_confirmation", "loket_import_loketreport", "loket_import_bookingrules"
        ),
    )
