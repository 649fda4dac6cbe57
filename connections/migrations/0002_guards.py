"""What the database guarantees of connections: one administration each, and a history that stays."""

from django.db import migrations

from finmaster.postgres import never_changed, row_level_security, sibling_key


class Migration(migrations.Migration):
    dependencies = (("connections", "0001_initial"), ("ledger", "0002_guards"))

    operations = (
        sibling_key("connections_tokenset", "connection_id", "connections_connection"),
        sibling_key("connections_connectionevent", "connection_id", "connections_connection"),
        sibling_key("connections_accountmapping", "account_id", "ledger_account"),
        sibling_key("connections_costcentermapping", "cost_center_id", "ledger_costcenter"),
        sibling_key("connections_costunitmapping", "cost_unit_id", "ledger_costunit"),
        *never_changed("connections_connectionevent"),
        *row_level_security(
            "connections_connection",
            "connections_tokenset",
            "connections_connectionevent",
            "connections_accountmapping",
            "connections_costcentermapping",
            "connections_costunitmapping",
        ),
    )
