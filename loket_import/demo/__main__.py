"""`python -m loket_import.demo`: everything FinMaster needs, on this machine, with an example."""

import os
from io import StringIO

from loket_import.demo.environment import HOME, HOST, prepare
from loket_import.demo.processes import Processes

GUIDE = """
FinMaster is running at  {site}

  log in as      beheerder@demo.nl   (manager; also boekhouder@demo.nl, kijker@demo.nl)
  password       {password}

What to click first
  1. Bakkerij De Korenbloem > Importeren > Nieuwe import > Importeer Loket.nl loonjournaalpost:
     two months are ready to be booked.
  2. Installatiebedrijf Van den Berg: the same, with a mapping table that is half filled.
  3. Zorggroep Het Anker > Stamgegevens > Externe connecties > Nieuwe connectie: not connected yet.
     At Loket.nl log in as  api.zorggroep  with password  {loket_password}
  4. As operator@demo.nl: the menu under the name > Koppelingskosten van alle kantoren. The same
     menu shows beheerder@demo.nl the fee of its own office.
  5. De Groot Horeca has lost its authorisation (api.degroot); Drukkerij Van Dijk lacks a right.

Ctrl-C ends it; what you did is kept. Start afresh: make clean-demo. Logs: {logs}
"""


def set_up_database() -> None:
    """Roles, database and tables; harmless when they are there."""
    from django.conf import settings
    from django.core.management import call_command

    from finmaster.databases import embedded_url

    admin = os.environ.get("DATABASE_ADMIN_URL") or embedded_url(
        settings.VAR_DIR / "postgres", "postgres", "postgres"
    )
    call_command("setup_database", admin_url=admin, stdout=StringIO())
    call_command("migrate", database="owner", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def main() -> None:
    """Start what is needed, fill it once, say what to click, and wait."""
    web, loket = prepare()
    import django

    django.setup()
    from django.conf import settings

    from connections.oauth import redirect_uri
    from finmaster.databases import sign_off_the_dead
    from loket_import.demo import office
    from loket_import.demo.loket_user import PASSWORD as LOKET_PASSWORD

    processes = Processes(HOME / "log")
    try:
        processes.start(
            "loket-sandbox",
            (
                *("loket_import.sandbox", "--host", HOST, "--port", str(loket)),
                *("--state", str(HOME / "loket-sandbox.json"), "--redirect-uri", redirect_uri()),
            ),
        )
        set_up_database()
        processes.wait_for("loket-sandbox", f"{settings.LOKET_OAUTH_URL}/_sandbox/world")
        office.fill()
        processes.start(
            "web",
            (
                *("gunicorn", "finmaster.wsgi", "--bind", f"{HOST}:{web}", "--workers", "2"),
                *("--threads", "4", "--no-control-socket", "--access-logfile", "-"),
                # Paths without their query: the answer of Loket.nl holds a code.
                *("--access-logformat", "%(t)s %(m)s %(U)s %(s)s %(b)s %(M)sms"),
            ),
        )
        processes.start(
            "worker",
            (
                *("celery", "-A", "finmaster", "worker", "--beat", "--concurrency", "2"),
                *("--loglevel", "INFO", "--schedule", str(HOME / "beat-schedule")),
            ),
        )
        processes.wait_for("web", f"{settings.SITE_URL}/inloggen/")
        print(
            GUIDE.format(
                site=settings.SITE_URL,
                password=office.PASSWORD,
                loket_password=LOKET_PASSWORD,
                logs=HOME / "log",
            ),
            flush=True,
        )
        processes.watch()
    finally:
        processes.stop()
        sign_off_the_dead(settings.VAR_DIR / "postgres")


if __name__ == "__main__":
    main()
