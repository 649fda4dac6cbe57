"""A setting that is missing or wrong stops the start with a sentence that names it."""

import os
import subprocess
import sys
from base64 import b64encode
from datetime import date
from pathlib import Path
from typing import Any

import environ
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from finmaster.configuration import (
    INVENTED_SUPPLIER,
    broker_url,
    loket_urls,
    optional_month,
    optional_number,
    read_env_file,
    refuse_development_values,
    required,
    site_url,
    supplier,
    text,
    token_keys,
    yes_or_no,
)
from finmaster.databases import (
    SESSION_OPTIONS,
    connection_settings,
    database_settings,
    refuse_powerful_role,
    sign_off_the_dead,
)

KEY = b64encode(bytes(32)).decode()
SANDBOX = {
    "LOKET_OAUTH_URL": "http://127.0.0.1:8401",
    "LOKET_API_URL": "http://127.0.0.1:8401/v2",
}


def env(**values: str) -> environ.Env:
    """An environment that holds these settings only."""
    made = environ.FileAwareEnv()
    made.ENVIRON = environ.fileaware_mapping.FileAwareMapping(values)
    return made


@pytest.mark.parametrize("value", [{}, {"SECRET_KEY": ""}, {"SECRET_KEY": " \n"}])
def test_a_missing_setting_is_named_with_its_meaning(value: dict[str, str]) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is missing: a long random text"):
        required(env(**value), "SECRET_KEY", "a long random text")


@pytest.mark.parametrize(
    ("value", "number"), [("", None), (" ", None), ("0", 0), ("940", 940), (" 12 ", 12)]
)
def test_a_number_may_be_absent(value: str, number: int | None) -> None:
    assert optional_number(env(LOKET_APPLICATION_KEY=value), "LOKET_APPLICATION_KEY") == number


@pytest.mark.parametrize("value", ["-1", "1.5", "negen", "٣", "1234567890"])
def test_what_is_no_whole_number_is_named(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="LOKET_APPLICATION_KEY must be a whole number"):
        optional_number(env(LOKET_APPLICATION_KEY=value), "LOKET_APPLICATION_KEY")


def test_a_setting_may_lie_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("geheim\n")

    assert text(env(SECRET_KEY_FILE=str(secret)), "SECRET_KEY") == "geheim"


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_a_file_that_can_not_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    secret = tmp_path / "secret"
    if content:
        secret.write_bytes(content)

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE"):
        text(env(SECRET_KEY_FILE=str(secret)), "SECRET_KEY")


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("https://books.example", "https://books.example"),
        ("https://books.example/", "https://books.example"),
        ("https://books.example:8443", "https://books.example:8443"),
        ("http://127.0.0.1:8400", "http://127.0.0.1:8400"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:8400", "http://[::1]:8400"),
    ],
)
def test_the_site_s_address_is_https_or_on_this_machine(value: str, address: str) -> None:
    assert site_url(env(SITE_URL=value)) == address


@pytest.mark.parametrize(
    "value",
    [
        "",
        "books.example",
        "ftp://books.example",
        "https://",
        "https://books.example/administratie",
        "https://books.example?a=1",
        "https://books.example#a",
        "https://user:password@books.example",
        "https://books.example:abc",
        "https://books.example:0",
        "https://books.example:99999",
        "http://[",
        "http://books.example",
        "http://10.0.0.1",
        "http://127.0.0.1.books.example",
        "http://127.0.0.1@books.example",
        "http://0.0.0.0",
    ],
)
def test_another_address_of_the_site_is_refused(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SITE_URL"):
        site_url(env(SITE_URL=value))


@pytest.mark.parametrize(
    ("environment", "urls"),
    [
        ("acceptance", ("https://oauth.loket-acc.nl", "https://api.loket-acc.nl/v2")),
        ("production", ("https://oauth.loket.nl", "https://api.loket.nl/v2")),
    ],
)
def test_loket_s_addresses_need_no_setting(environment: str, urls: tuple[str, str]) -> None:
    assert loket_urls(env(), environment) == urls


def test_the_sandbox_is_on_this_machine() -> None:
    assert loket_urls(env(**SANDBOX), "sandbox") == tuple(SANDBOX.values())


@pytest.mark.parametrize("name", SANDBOX)
@pytest.mark.parametrize(
    "value",
    [
        "",
        "127.0.0.1:8401",
        "file://localhost/etc",
        "http://[",
        "http://sandbox.example",
        "http://169.254.169.254",
        "http://127.0.0.1@sandbox.example",
        "http://127.0.0.1:8401@sandbox.example",
        "http://127.0.0.1.sandbox.example",
        "https://oauth.loket.nl",
        "https://api.loket-acc.nl/v2",
    ],
)
def test_a_sandbox_elsewhere_is_refused(name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        loket_urls(env(**SANDBOX | {name: value}), "sandbox")


@pytest.mark.parametrize("environment", ["acceptance", "production"])
@pytest.mark.parametrize("name", SANDBOX)
@pytest.mark.parametrize(
    "value",
    [
        "",
        "http://127.0.0.1:8401",
        "http://oauth.loket.nl",
        "http://api.loket-acc.nl/v2",
        "https://oauth.loket.nl.example",
        "https://api.loket.nl@books.example/v2",
        "https://user@api.loket.nl/v2",
        "https://api.loket.nl:8443/v2",
        "https://[",
    ],
)
def test_a_real_environment_elsewhere_is_refused(environment: str, name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        loket_urls(env(**{name: value}), environment)


@pytest.mark.parametrize(
    ("environment", "other"), [("acceptance", "loket"), ("production", "loket-acc")]
)
def test_the_real_environments_do_not_meet(environment: str, other: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="LOKET_API_URL"):
        loket_urls(env(LOKET_API_URL=f"https://api.{other}.nl/v2"), environment)


@pytest.mark.parametrize("environment", ["", "test", "Production", "sandbox "])
def test_another_environment_is_refused(environment: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="LOKET_ENVIRONMENT"):
        loket_urls(env(), environment)


@pytest.mark.parametrize("value", ["", "redis", "amqp://broker", "http://127.0.0.1:6379"])
def test_another_broker_is_refused(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="BROKER_URL"):
        broker_url(env(BROKER_URL=value))


def test_a_file_of_settings_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="FINMASTER_ENV_FILE"):
        read_env_file(env(FINMASTER_ENV_FILE=str(tmp_path / "none.env")))


REAL: dict[str, Any] = {
    "environment": "production",
    "debug": False,
    "secret_key": "s" * 50,
    "keys": {"k1": bytes(32)},
}


def test_real_values_are_taken() -> None:
    refuse_development_values(**REAL)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"debug": True}, "DEBUG"),
        ({"secret_key": "s" * 49}, "SECRET_KEY"),
        ({"secret_key": "for-development-and-tests-only-" + "x" * 40}, "SECRET_KEY"),
        ({"keys": {"k1": bytes(32), "d": b"development-key-not-a-secret-001"}}, "TOKEN_KEYS"),
    ],
)
def test_what_is_fit_for_development_only_is_refused(changed: dict[str, Any], named: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=named):
        refuse_development_values(**(REAL | changed))
    refuse_development_values(**(REAL | changed | {"environment": "sandbox"}))


def test_a_role_that_row_level_security_does_not_hold_is_refused(
    committed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = connections["audit"]
    refuse_powerful_role(audit)

    with monkeypatch.context() as patched:
        patched.setattr(audit, "alias", "default")
        with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
            refuse_powerful_role(audit)


def test_the_key_ring_keeps_its_order() -> None:
    ring = token_keys(env(TOKEN_KEYS=f"new2:{KEY}, old1:{KEY}"))

    assert ring == {"new2": bytes(32), "old1": bytes(32)}
    assert list(ring) == ["new2", "old1"]


@pytest.mark.parametrize(
    "value",
    [
        "",
        KEY,
        f":{KEY}",
        "key:",
        "key:no base64!",
        "key:é",
        f"key:{b64encode(bytes(31)).decode()}",
        f"key:{b64encode(bytes(33)).decode()}",
        f"key:{KEY},",
        f"key:{KEY},key:{KEY}",
        f"with-hyphen:{KEY}",
        f"{'k' * 17}:{KEY}",
    ],
)
def test_another_key_ring_is_refused_without_telling_it(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="TOKEN_KEYS") as refused:
        token_keys(env(TOKEN_KEYS=value))

    assert KEY not in str(refused.value)


@pytest.mark.parametrize(
    "value",
    [
        "nonsense",
        "sqlite:///books.sqlite3",
        "mysql://user:very-secret@host/books",
        "postgresql://user:very-secret@host",
        "postgresql://user:very-secret@host:port/books",
        "postgresql://user:very-secret@[::1/books",
    ],
)
def test_another_database_is_refused_without_telling_its_password(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_OWNER_URL") as refused:
        connection_settings(value, "DATABASE_OWNER_URL")

    assert "very-secret" not in str(refused.value)


def test_the_application_s_connections_have_limits_and_keep_their_options(tmp_path: Path) -> None:
    databases = database_settings(
        env(
            DATABASE_URL="postgresql://finmaster_app:s%40fe@db.example:5433/books?sslmode=require",
            DATABASE_OWNER_URL="postgresql://finmaster_owner@db.example/books",
            DATABASE_AUDIT_URL="postgresql://finmaster_audit@db.example/books",
        ),
        tmp_path,
    )

    assert set(databases) == {"default", "owner", "audit"}
    assert databases["default"]["PASSWORD"] == "s@fe"
    assert databases["default"]["OPTIONS"] == {"sslmode": "require", "options": SESSION_OPTIONS}


def test_a_web_process_needs_no_more_than_its_own_role(tmp_path: Path) -> None:
    databases = database_settings(env(DATABASE_URL="postgresql://app@db.example/books"), tmp_path)

    assert set(databases) == {"default"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SITE_URL", "http://books.example"),
        ("TOKEN_KEYS", "dev1:short"),
        ("LOKET_ENVIRONMENT", ""),
        ("LOKET_ENVIRONMENT", "test"),
        ("LOKET_OAUTH_URL", "http://sandbox.example"),
        ("LOKET_CLIENT_ID", ""),
        ("LOKET_CLIENT_SECRET", ""),
        ("BROKER_URL", ""),
        ("DATABASE_URL", "sqlite:///books.sqlite3"),
    ],
)
def test_the_start_stops_with_one_sentence(name: str, value: str) -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "finmaster.settings", name: value}
    ended = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"The setting {name} ")
    assert len(ended.stderr.splitlines()) == 1


def test_killed_processes_do_not_keep_the_embedded_server(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    users = tmp_path / ".handle_pids.json"
    users.write_text(f"[{dead.pid}, {os.getpid()}]")

    sign_off_the_dead(tmp_path)

    assert users.read_text() == f"[{os.getpid()}]"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, True),
        ({"SETTING": ""}, True),
        ({"SETTING": "True"}, True),
        ({"SETTING": "false"}, False),
    ],
)
def test_true_or_false(values: dict[str, str], expected: bool) -> None:
    assert yes_or_no(env(**values), "SETTING", default=True) is expected


@pytest.mark.parametrize("value", ["ja", "1", "maybe"])
def test_what_is_neither_true_nor_false_is_refused(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SETTING must be true or false"):
        yes_or_no(env(SETTING=value), "SETTING", default=True)


@pytest.mark.parametrize(("value", "expected"), [("", None), ("2026-11", date(2026, 11, 1))])
def test_a_month_may_be_left_out(value: str, expected: date | None) -> None:
    assert optional_month(env(SETTING=value), "SETTING") == expected


@pytest.mark.parametrize(
    "value", ["2026", "2026-13", "2026-1", "11-2026", "2026-11-01", "0001-01", "9999-12"]
)
def test_what_is_no_month_is_refused(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SETTING must be a month"):
        optional_month(env(SETTING=value), "SETTING")


SUPPLIER = {
    "BILLING_SUPPLIER_NAME": "FinMaster B.V.",
    "BILLING_SUPPLIER_ADDRESS": "Kade 1",
    "BILLING_SUPPLIER_POSTAL_CODE": "3511 CE",
    "BILLING_SUPPLIER_CITY": "Utrecht",
    "BILLING_SUPPLIER_CHAMBER_OF_COMMERCE_NUMBER": "30112233",
    "BILLING_SUPPLIER_VAT_NUMBER": "NL001234567B01",
    "BILLING_SUPPLIER_IBAN": "NL91ABNA0417164300",
}


def test_a_supplier_is_known_whole_or_not_at_all() -> None:
    found = supplier(env(**SUPPLIER), "production")

    assert found is not None
    assert (found["name"], found["vat_number"]) == ("FinMaster B.V.", "NL001234567B01")
    assert supplier(env(), "production") is None
    assert supplier(env(), "sandbox") == INVENTED_SUPPLIER


@pytest.mark.parametrize("name", SUPPLIER)
def test_a_supplier_that_lacks_something_is_refused(name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"{name} is missing"):
        supplier(env(**(SUPPLIER | {name: ""})), "production")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BILLING_SUPPLIER_CHAMBER_OF_COMMERCE_NUMBER", "123"),
        ("BILLING_SUPPLIER_VAT_NUMBER", "123456789B01"),
        ("BILLING_SUPPLIER_IBAN", "rekening"),
    ],
)
def test_a_supplier_with_a_malformed_number_is_refused(name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"{name} is malformed"):
        supplier(env(**(SUPPLIER | {name: value})), "production")
