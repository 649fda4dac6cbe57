"""Read settings from the environment, and refuse a bad one with a sentence that names it."""

import base64
import ipaddress
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

SECRET_KEY_CHARS = 50
LOKET_ENVIRONMENTS = ("sandbox", "acceptance", "production")

# Loket's two environments and their hosts; test and real data never meet.
# Source: https://developer.loket.nl, "Environments".
LOKET_URLS = {
    "acceptance": ("https://oauth.loket-acc.nl", "https://api.loket-acc.nl/v2"),
    "production": ("https://oauth.loket.nl", "https://api.loket.nl/v2"),
}


SUPPLIER_PARTS = (
    "name",
    "address",
    "postal_code",
    "city",
    "chamber_of_commerce_number",
    "vat_number",
    "iban",
)
SUPPLIER_PATTERNS = {
    "chamber_of_commerce_number": r"[0-9]{8}",
    "vat_number": r"NL[0-9A-Z+*]{10}[0-9]{2}",
    "iban": r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}",
}
INVENTED_SUPPLIER = {
    "name": "FinMaster (voorbeeld)",
    "address": "Voorbeeldstraat 1",
    "postal_code": "1234 AB",
    "city": "Utrecht",
    "chamber_of_commerce_number": "00000000",
    "vat_number": "NL000000000B00",
    "iban": "NL00BANK0000000000",
}


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address) is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def text(env: environ.Env, name: str, default: str = "") -> str:
    """The text of setting `name`, which may lie in the file that `name`_FILE names."""
    try:
        return str(env.str(name, default=default)).strip()
    except (OSError, UnicodeError) as error:
        raise ImproperlyConfigured(
            f"The setting {name}_FILE names a file that can't be read: {error}."
        ) from error


def required(env: environ.Env, name: str, meaning: str) -> str:
    """The text of setting `name`; ImproperlyConfigured says its `meaning` when it is absent."""
    value = text(env, name)
    if not value:
        raise ImproperlyConfigured(f"The setting {name} is missing: {meaning}.")
    return value


def optional_number(env: environ.Env, name: str) -> int | None:
    """The whole number of setting `name`, None when it is absent; ImproperlyConfigured names it."""
    value = text(env, name)
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 9):
        raise ImproperlyConfigured(f"The setting {name} must be a whole number: {value!r}.")
    return int(value)


def yes_or_no(env: environ.Env, name: str, *, default: bool) -> bool:
    """The true or false of setting `name`; ImproperlyConfigured for anything else."""
    value = text(env, name).lower()
    if value not in ("", "true", "false"):
        raise ImproperlyConfigured(f"The setting {name} must be true or false: {value!r}.")
    return value == "true" if value else default


def optional_month(env: environ.Env, name: str) -> date | None:
    """First day of the month that setting `name` names as 2026-11, None when it is absent."""
    value = text(env, name)
    try:
        if value and not re.fullmatch("20[0-9]{2}-[0-9]{2}", value):
            raise ValueError
        return date.fromisoformat(f"{value}-01") if value else None
    except ValueError as error:
        raise ImproperlyConfigured(
            f"The setting {name} must be a month, written as 2026-11: {value!r}."
        ) from error


def supplier(env: environ.Env, environment: str) -> dict[str, str] | None:
    """Who sends the invoices of the connection fee: all that the law asks of a supplier, or None.

    Keys: name, address, postal_code, city, chamber_of_commerce_number, vat_number, iban. Source:
    Wet OB 1968, article 35a. The sandbox has an invented one.
    """
    found = {part: text(env, f"BILLING_SUPPLIER_{part.upper()}") for part in SUPPLIER_PARTS}
    if not any(found.values()):
        return dict(INVENTED_SUPPLIER) if environment == "sandbox" else None
    for part, value in found.items():
        name = f"BILLING_SUPPLIER_{part.upper()}"
        if not value:
            raise ImproperlyConfigured(f"The setting {name} is missing: an invoice must hold it.")
        pattern = SUPPLIER_PATTERNS.get(part)
        if pattern and not re.fullmatch(pattern, value):
            raise ImproperlyConfigured(f"The setting {name} is malformed: {value!r}.")
    return found


def web_address(name: str, value: str) -> SplitResult:
    """The parts of an http or https address without a user; ImproperlyConfigured names it."""
    try:
        parts = urlsplit(value)
        is_address = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or "@" in parts.netloc:
        raise ImproperlyConfigured(f"The setting {name} is not a web address: {value!r}.")
    return parts


def site_url(env: environ.Env) -> str:
    """The address of the application without a slash at its end; https, or http on loopback."""
    value = required(env, "SITE_URL", "the address that users type, https://books.example").rstrip(
        "/"
    )
    parts = web_address("SITE_URL", value)
    if parts.path or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"The setting SITE_URL must end with the host: {value!r}.")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ImproperlyConfigured("The setting SITE_URL must start with https://.")
    return value


def loket_urls(env: environ.Env, environment: str) -> tuple[str, str]:
    """Addresses of Loket's OAuth server and API for an environment.

    The sandbox lives on loopback only and the real ones on Loket's own hosts only, so that no
    setting can send a token elsewhere.
    """
    if environment not in LOKET_ENVIRONMENTS:
        raise ImproperlyConfigured(
            f"The setting LOKET_ENVIRONMENT is {environment!r}; "
            f"it must be one of {', '.join(LOKET_ENVIRONMENTS)}."
        )
    defaults = LOKET_URLS.get(environment, ("", ""))
    names = ("LOKET_OAUTH_URL", "LOKET_API_URL")
    found = tuple(
        text(env, name, default).rstrip("/") for name, default in zip(names, defaults, strict=True)
    )
    for name, value, default in zip(names, found, defaults, strict=True):
        parts = web_address(name, value)
        if environment == "sandbox" and not is_loopback(parts.hostname or ""):
            raise ImproperlyConfigured(f"The setting {name} must be on this machine: {value!r}.")
        if environment != "sandbox" and (
            parts.scheme != "https" or parts.netloc != urlsplit(default).netloc
        ):
            raise ImproperlyConfigured(
                f"The setting {name} is {value!r}, which is not Loket's {environment} address."
            )
    return found[0], found[1]


def token_keys(env: environ.Env) -> dict[str, bytes]:
    """The key ring of the token store: key id -> 32 bytes, the newest first.

    Written as `id:base64,id:base64`. The first encrypts; each still decrypts.
    """
    written = required(env, "TOKEN_KEYS", "the keys that encrypt tokens, id:base64 of 32 bytes")
    ring: dict[str, bytes] = {}
    for item in written.split(","):
        key_id, _, encoded = item.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except ValueError:
            key = b""
        if not key_id.isalnum() or len(key_id) > 16 or len(key) != 32 or key_id in ring:
            raise ImproperlyConfigured(
                "The setting TOKEN_KEYS must hold id:base64 pairs with keys of 32 bytes, "
                "an id of at most 16 letters and digits, and no id twice."
            )
        ring[key_id] = key
    return ring


def read_env_file(env: environ.Env) -> None:
    """Read the file that FINMASTER_ENV_FILE names, if it names one; what is set already stays."""
    path = str(env.str("FINMASTER_ENV_FILE", default=""))
    if path and not Path(path).is_file():
        raise ImproperlyConfigured(f"The setting FINMASTER_ENV_FILE names no file: {path!r}.")
    if path:
        env.read_env(path)


def refuse_development_values(
    *, environment: str, debug: bool, secret_key: str, keys: Mapping[str, bytes]
) -> None:
    """Against Loket's real environments, nothing that is only fit for development."""
    if environment == "sandbox":
        return
    if debug:
        raise ImproperlyConfigured("The setting DEBUG must be off outside the sandbox.")
    if len(secret_key) < SECRET_KEY_CHARS or secret_key.startswith("for-development"):
        raise ImproperlyConfigured(
            f"The setting SECRET_KEY must be a secret of at least {SECRET_KEY_CHARS} characters."
        )
    if any(key.startswith(b"development") for key in keys.values()):
        raise ImproperlyConfigured("The setting TOKEN_KEYS holds the key of development.env.")


def broker_url(env: environ.Env) -> str:
    """The address of Redis; a folder or memory where development has no Redis."""
    value = required(env, "BROKER_URL", "the address of Redis, redis://:password@host:6379/0")
    scheme, separator, _rest = value.partition("://")
    if not separator or scheme not in ("redis", "rediss", "filesystem", "memory"):
        raise ImproperlyConfigured("The setting BROKER_URL must start with redis:// or rediss://.")
    return value
