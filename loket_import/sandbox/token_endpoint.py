"""The token endpoint: form-encoded in, JSON out, secrets in the body (client_secret_post)."""

from __future__ import annotations

from werkzeug.wrappers import Request, Response

from .jsontext import to_json
from .oauth import Grants, TokenRefused


def token_answer(request: Request, grants: Grants) -> Response:
    """Tokens, or 400 with ``{"error": ...}``."""
    form = request.form
    try:
        grant_type = _required(form.get("grant_type"))
        # Loket's own example spells client_Id.
        client_id = _required(form.get("client_id") or form.get("client_Id"))
        grants.check_client(client_id, form.get("client_secret", ""))
        if grant_type == "authorization_code":
            code, redirect_uri = _required(form.get("code")), form.get("redirect_uri", "")
            return _json(grants.redeem_code(code, redirect_uri), 200)
        if grant_type == "refresh_token":
            return _json(grants.refresh(_required(form.get("refresh_token"))), 200)
        raise TokenRefused("unsupported_grant_type")
    except TokenRefused as refusal:
        return _json({"error": refusal.code}, 400)


def _required(value: str | None) -> str:
    if not value:
        raise TokenRefused("invalid_request")
    return value


def _json(body: dict[str, object], status: int) -> Response:
    response = Response(to_json(body), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
