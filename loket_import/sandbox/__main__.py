"""``python -m loket_import.sandbox``: start the sandbox from the command line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .server import SandboxServer, SandboxSettings

REAL_ENVIRONMENTS = ("production", "acceptance")


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted. 2 when it refuses to start, with the reason on stderr."""
    environment = os.environ.get("LOKET_ENVIRONMENT", "")
    if environment in REAL_ENVIRONMENTS:
        return _refuse(
            f"LOKET_ENVIRONMENT is '{environment}': the Loket sandbox does not start beside "
            "a connection with the real Loket.nl."
        )
    options = _parser().parse_args(arguments)
    missing = [
        name
        for name in ("client_id", "client_secret", "redirect_uri")
        if not getattr(options, name)
    ]
    if missing:
        return _refuse(
            "Missing: "
            + ", ".join(f"--{name.replace('_', '-')} (or LOKET_{name.upper()})" for name in missing)
        )
    return _serve(options)


def _serve(options: argparse.Namespace) -> int:
    settings = SandboxSettings(
        client_id=options.client_id,
        client_secret=options.client_secret,
        redirect_uris=options.redirect_uri,
        access_token_seconds=options.access_token_seconds,
        latency_ms=options.latency_ms,
        rotates_refresh_tokens=not options.no_rotation,
        strict_reuse=options.strict_reuse,
        pages_results=not options.results_in_one_page,
    )
    try:
        server = SandboxServer(
            settings, host=options.host, port=options.port, state_path=options.state, quiet=False
        )
    except (OSError, ValueError) as error:
        return _refuse(f"The Loket sandbox can't start: {error}")
    sys.stderr.write(f"Loket sandbox at {server.url} (API at {server.api_url})\n")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.stderr.write("Loket sandbox stopped\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    environment = os.environ
    redirect_uri = environment.get("LOKET_REDIRECT_URI")
    parser = argparse.ArgumentParser(prog="python -m loket_import.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8401)
    parser.add_argument("--state", type=Path, help="keep grants and run states in this file")
    parser.add_argument("--access-token-seconds", type=int, default=3599)
    parser.add_argument("--latency-ms", type=int, default=0)
    parser.add_argument("--client-id", default=environment.get("LOKET_CLIENT_ID"))
    parser.add_argument("--client-secret", default=environment.get("LOKET_CLIENT_SECRET"))
    parser.add_argument(
        "--redirect-uri", action="append", help="may be given more than once", default=None
    )
    parser.add_argument("--no-rotation", action="store_true", help="keep refresh tokens")
    parser.add_argument(
        "--strict-reuse", action="store_true", help="end the grant when one is used twice"
    )
    parser.add_argument("--results-in-one-page", action="store_true")
    parser.set_defaults(redirect_uri=[redirect_uri] if redirect_uri else None)
    return parser


def _refuse(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
