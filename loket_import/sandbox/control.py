"""``/_sandbox/``: other processes look into the world and change it. From this machine only.

GET ``world`` and ``calls``; POST JSON to ``status`` {run, status}, ``remove`` {run},
``replace-lines`` {run, lines}, ``revoke`` {username} or {username, employer, right},
``grant`` {username, employer, right}, ``expire`` {}, ``fault`` {method, path, times, kind,
options} and ``reset`` {}.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from ipaddress import ip_address
from typing import Any

from werkzeug.wrappers import Request, Response

from .calls import CallLog
from .faults import Faults, action_named
from .jsontext import to_json
from .line_rows import line_from_row
from .oauth import Grants
from .resources import run_row
from .world import World

Body = Mapping[str, Any]


class Control:
    """Answers ``/_sandbox/...``."""

    def __init__(self, world: World, grants: Grants, faults: Faults, calls: CallLog) -> None:
        """Bind the parts of a server that can be steered."""
        self.world, self.grants, self.faults, self.calls = world, grants, faults, calls
        self.commands: dict[str, Callable[[Body], None]] = {
            "status": lambda body: world.set_status(body["run"], body["status"]),
            "remove": lambda body: world.remove_run(body["run"]),
            "replace-lines": self._replace_lines,
            "revoke": self._revoke,
            "grant": lambda body: world.grant_right(
                body["username"], body["employer"], body["right"]
            ),
            "expire": lambda body: grants.expire_access_tokens(),
            "fault": self._fault,
            "reset": lambda body: self.reset(),
        }

    def reset(self) -> None:
        """Put the world back, forget grants, faults and calls."""
        self.world.reset()
        self.grants.reset()
        self.faults.clear()
        self.calls.clear()
        self.world.on_change()

    def answer(self, request: Request, name: str) -> Response:
        """200 with JSON; 400 with what is wrong; 403 from elsewhere; 404 for another name."""
        if not _is_loopback(request.remote_addr):
            return _json({"error": "Only from this machine"}, 403)
        if request.method == "GET" and name in ("world", "calls"):
            return _json({"calls": self.calls.to_rows()} if name == "calls" else self._world())
        if request.method != "POST" or name not in self.commands:
            return _json({"error": f"There is no {request.method} {name}"}, 404)
        # A form in a browser can't send this content type to another origin.
        if request.mimetype != "application/json":
            return _json({"error": "Content-Type must be application/json"}, 415)
        try:
            body = json.loads(request.get_data() or b"{}", parse_float=Decimal)
            self.commands[name](body)
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            return _json({"error": f"{type(error).__name__}: {error}"}, 400)
        return _json({"ok": True})

    def _replace_lines(self, body: Body) -> None:
        self.world.replace_lines(body["run"], [line_from_row(row) for row in body["lines"]])

    def _revoke(self, body: Body) -> None:
        if "right" in body:
            self.world.revoke_right(body["username"], body["employer"], body["right"])
        else:
            self.grants.revoke_tokens(body["username"])

    def _fault(self, body: Body) -> None:
        self.faults.add(
            body.get("method", "*"),
            body["path"],
            times=int(body.get("times", 1)),
            action=action_named(body["kind"], body.get("options", {})),
        )

    def _world(self) -> dict[str, object]:
        with self.world.lock:
            return {
                "today": self.world.today,
                "users": [
                    {
                        "username": user.username,
                        "rights": {key: sorted(names) for key, names in user.rights.items()},
                    }
                    for user in self.world.users.values()
                ],
                "employers": [
                    {
                        "id": employer.id,
                        "companyName": employer.name,
                        "product": employer.product,
                        "administrations": [
                            {"id": administration.id, "name": administration.name}
                            for administration in employer.administrations
                        ],
                    }
                    for employer in self.world.employers.values()
                ],
                "runs": [
                    run_row(run)
                    | {
                        "payrollAdministrationId": run.administration_id,
                        "lineCount": len(run.lines),
                        "note": run.note,
                    }
                    for administration_id in self.world.administrations
                    for run in self.world.runs_of(administration_id)
                ],
            }


def _is_loopback(address: str | None) -> bool:
    return address is not None and ip_address(address).is_loopback


def _json(body: Mapping[str, object], status: int = 200) -> Response:
    return Response(to_json(body), status=status, content_type="application/json")
