"""Which address counts as Loket's API: a guard against a setting that points elsewhere."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

_HOST_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")


def checked_api_url(url: str) -> str:
    """Give `url` without a closing slash, or ValueError where it isn't safe to send a token to.

    Allowed: https and a host name, or http(s) and a loopback host for the sandbox; a port and a
    plain path. Refused: any other address, credentials, a query, dots that climb the path.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_clean = (
        not ("@" in parts.netloc or parts.query or parts.fragment)
        and _PATH.fullmatch(parts.path.rstrip("/"))
        and not {".", ".."} & set(parts.path.split("/"))
        and parts.port != 0
    )
    allowed = ("http", "https") if _is_loopback(host) else ("https",)
    is_known = _is_loopback(host) or _HOST_NAME.fullmatch(host)
    if not (is_clean and is_known and parts.scheme in allowed and url.isprintable()):
        raise ValueError("Loket's API address must be https on a host name, or a loopback address")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback and getattr(address, "ipv4_mapped", None) is None
