"""Loket.nl as a separate HTTP server, for the demo and the tests.

The sandbox speaks Loket's OAuth 2.0 flow and the part of its REST API v2 that a journal import
needs. It holds invented employers only and never calls out. It knows nothing of the rest of this
project: what it shares with the importer is HTTP, as with the real Loket.

Start it with ``python -m loket_import.sandbox --help``, or inside a test::

    with SandboxServer() as loket:
        requests.get(f"{loket.url}/v2/providers/employers", ...)
"""

from .server import SandboxServer, SandboxSettings
from .world import World

__all__ = ["SandboxServer", "SandboxSettings", "World"]
