"""The settings of the demo: secrets of its own, free ports, an embedded database and queue.

What is set in the environment already stays as it is, so the same demo runs on a real PostgreSQL
and Redis too.
"""

import base64
import os
import secrets
import socket
from pathlib import Path

HOME = Path(os.environ.get("VAR_DIR", Path(__file__).resolve().parent.parent.parent / "var"))
SECRETS = HOME / "demo.env"
HOST = "127.0.0.1"
WEB_PORT, LOKET_PORT = 8400, 8401


def free_port(wanted: int) -> int:
    """The wanted port of this machine, or the next one that nobody uses."""
    for port in range(wanted, wanted + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise SystemExit(f"No port is free from {wanted} up to {wanted + 99}.")


def kept_secrets() -> dict[str, str]:
    """Secrets made at the first start, so that a second one can still read what it stored."""
    if not SECRETS.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        SECRETS.touch(mode=0o600)
        SECRETS.write_text(
            f"SECRET_KEY={secrets.token_urlsafe(48)}\n"
            f"TOKEN_KEYS=demo1:{key}\n"
            f"LOKET_CLIENT_SECRET={secrets.token_urlsafe(24)}\n"
        )
    return dict(line.split("=", 1) for line in SECRETS.read_text().splitlines())


def prepare() -> tuple[int, int]:
    """Set the environment and return the ports of the web server and of the sandbox."""
    web = free_port(int(os.environ.get("DEMO_PORT", WEB_PORT)))
    loket = free_port(int(os.environ.get("DEMO_LOKET_PORT", LOKET_PORT)))
    values = kept_secrets() | {
        "DJANGO_SETTINGS_MODULE": "finmaster.settings",
        "SITE_URL": f"http://{HOST}:{web}",
        "BROKER_URL": "filesystem://localhost",
        "LOKET_ENVIRONMENT": "sandbox",
        "LOKET_OAUTH_URL": f"http://{HOST}:{loket}",
        "LOKET_API_URL": f"http://{HOST}:{loket}/v2",
        "LOKET_CLIENT_ID": "finmaster-demo",
    }
    for name, value in values.items():
        os.environ.setdefault(name, value)
    for folder in ("messages", "control"):
        (HOME / "queue" / folder).mkdir(parents=True, exist_ok=True)
    return web, loket
