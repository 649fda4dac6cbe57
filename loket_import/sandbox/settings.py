"""What can be set on the sandbox; a test may change most of it while the server runs."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class SandboxSettings:
    """The one registered application, and where Loket's behaviour isn't known: a choice."""

    client_id: str = "finmaster-zandbak"
    client_secret: str = field(default="zandbak-geheim", repr=False)
    redirect_uris: list[str] = field(default_factory=list)
    application_name: str = "FinMaster"

    access_token_seconds: int = 3599
    code_seconds: int = 60

    # Whether a refresh replaces the refresh token; public clients of Loket contradict each other.
    rotates_refresh_tokens: bool = True
    # Whether a second use of a refresh token ends the whole grant, not just this request.
    strict_reuse: bool = False
    # Whether /results comes in pages of at most 250; Loket declares no paging parameters there.
    pages_results: bool = True
    # Answering takes at least so long.
    latency_ms: int = 0
