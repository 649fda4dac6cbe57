"""PATCH on a journal run: the client says whether it processed the results."""

from __future__ import annotations

import json

from werkzeug.wrappers import Request

from .envelope import broken_rule, text_refusal
from .model import JournalRun, Person, Status
from .world import World

MAX_MESSAGE = 255
ACTIONS = {"MarkAsProcessed": True, "MarkAsProcessingFailed": False}
APPLICATIONS = {2: "Export per run", 940: "FinMaster"}

# Which statuses allow the PATCH isn't documented. Strict reading: results exist and no export has
# succeeded yet, so a repeat after success is a conflict and not a second success.
OPEN_STATUSES = (Status.READY, Status.EXPORTING, Status.EXPORT_FAILED)


def patch_journal_run(
    request: Request, world: World, run: JournalRun, person: Person, version: str
) -> None:
    """Mark the run as exported (7) or as failed to export (6).

    400 for a body that isn't Loket's, 409 when the run's status doesn't allow it, 415 for a
    content type with a version parameter.
    """
    body = _body(request, version)
    action = body.get("action")
    if not isinstance(action, str) or action not in ACTIONS:
        raise broken_rule("Invalid value for action", version, code=12)
    message = _message(body, version)
    application = _application(body, version)
    if run.status not in OPEN_STATUSES:
        raise broken_rule(
            "The status of the journal run does not allow this action", version, status=409
        )
    world.record_export(
        run.id,
        succeeded=ACTIONS[action],
        exported_by=person,
        application=application,
        message=message,
    )


def _body(request: Request, version: str) -> dict[str, object]:
    # A public client had to strip the version that Loket's own description puts here.
    if request.mimetype != "application/json" or "version" in request.mimetype_params:
        raise text_refusal(415, "Content-Type must be application/json")
    try:
        body = json.loads(request.get_data())
    except ValueError as error:
        raise text_refusal(400, "The body is not JSON") from error
    if not isinstance(body, dict):
        raise broken_rule("The body must be an object", version, code=12)
    return body


def _message(body: dict[str, object], version: str) -> str | None:
    message = body.get("message")
    if message is None or (isinstance(message, str) and len(message) <= MAX_MESSAGE):
        return message
    raise broken_rule("message has an invalid length", version)


def _application(body: dict[str, object], version: str) -> tuple[int, str]:
    """The financial application; absent it is ours, because the schema requires nothing."""
    if "application" not in body:
        return 940, APPLICATIONS[940]
    application = body["application"]
    key = application.get("key") if isinstance(application, dict) else None
    if not isinstance(key, int) or isinstance(key, bool):
        raise broken_rule("Invalid value for application", version, code=12)
    return key, APPLICATIONS.get(key, f"Applicatie {key}")
