"""A change of the Loket user name is part of a connection's history."""

from django.db import migrations, models

KINDS = [
    ("created", "Created"),
    ("authorised", "Authorised at Loket.nl"),
    ("refused", "Authorisation refused"),
    ("reauthorise", "Authorisation no longer valid"),
    ("employer_linked", "Employer linked"),
    ("payroll_linked", "Payroll administration linked"),
    ("username_changed", "Loket user name changed"),
    ("mode_changed", "Chart of accounts mode changed"),
    ("ended", "Ended"),
]


class Migration(migrations.Migration):
    dependencies = (("connections", "0002_guards"),)

    operations = (
        migrations.RemoveConstraint("connectionevent", "connection_event_kind_known"),
        migrations.AlterField(
            "connectionevent", "kind", models.CharField(choices=KINDS, max_length=20)
        ),
        migrations.AddConstraint(
            "connectionevent",
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind for kind, _ in KINDS]),
                name="connection_event_kind_known",
            ),
        ),
    )
