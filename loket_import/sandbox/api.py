"""The REST API v2: each operation with its rights, its versions and its answer.

A call passes Loket's gates in this order: a token that holds (401), an Accept header with a
version (400), the activity, the id, the right and the product (403), and then its own rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from . import resources
from .envelope import (
    Page,
    Refusal,
    broken_rule,
    denied,
    detail_answer,
    forbidden,
    list_answer,
    page_asked,
    text_refusal,
)
from .filters import BadQuery, Row, apply_filter, apply_order
from .journal_patch import patch_journal_run
from .model import (
    PRODUCT_JOURNAL_PROFILE,
    RIGHT_EXPORT,
    RIGHT_READ,
    Employer,
    JournalRun,
    LoketUser,
    PayrollAdministration,
    canonical_id,
    stable_id,
)
from .oauth import Grants
from .settings import SandboxSettings
from .world import World

BEARER = re.compile(r"Bearer\s([\w-]+)", re.ASCII)
ACCEPT = re.compile(
    r"application/json\s*;\s*version\s*=\s*\"?(\d{4}-\d{2}-\d{2})\"?", re.IGNORECASE
)

NO_ACTIVITY = "Client doesn't have access to activity."
NO_RIGHT = "User doesn't have rechten to perform activity for the given Id."
NO_MODULE = "Employer doesn't have the required module for activity."

FIRST = "2018-01-01"
RUN = "/providers/employers/payrolladministrations/journalruns/<run_id>"


@dataclass(frozen=True, slots=True)
class Operation:
    """One activity of Loket's API: where it is, what it needs, what versions it has."""

    activity: str
    method: str
    path: str
    right: str | None = None
    versions: tuple[str, ...] = (FIRST,)
    # Loket's description gives the envelope of a refusal a list here, and a content elsewhere.
    refuses_with_list: bool = False


OPERATIONS = (
    Operation("GetUserByToken", "GET", "/user"),
    Operation("GetEmployersByUserId", "GET", "/providers/employers", refuses_with_list=True),
    Operation(
        "GetPayrollAdministrationsByEmployerId",
        "GET",
        "/providers/employers/<employer_id>/payrolladministrations",
        refuses_with_list=True,
    ),
    Operation(
        "GetAuthorizationsByEmployerId",
        "GET",
        "/providers/employers/<employer_id>/authorizations",
        versions=(FIRST, "2019-02-11"),
    ),
    Operation(
        "GetJournalRunsByPayrollAdministrationId",
        "GET",
        "/providers/employers/payrolladministrations/<administration_id>/journalruns",
        RIGHT_READ,
    ),
    Operation("GetJournalRunByJournalRunId", "GET", RUN, RIGHT_READ),
    Operation("PatchJournalRunByJournalRunId", "PATCH", RUN, RIGHT_EXPORT),
    Operation(
        "GetJournalRunResultsByJournalRunId",
        "GET",
        f"{RUN}/results",
        RIGHT_READ,
        refuses_with_list=True,
    ),
    Operation("GetJournalRunErrorsByJournalRunId", "GET", f"{RUN}/errors", RIGHT_READ),
    Operation(
        "GetJournalRunExportAuditTrailByJournalRunId",
        "GET",
        f"{RUN}/exportAuditTrail",
        RIGHT_READ,
    ),
)
BY_ACTIVITY = {operation.activity: operation for operation in OPERATIONS}


@dataclass(frozen=True, slots=True)
class Call:
    """A call that passed the first gates."""

    request: Request
    operation: Operation
    user: LoketUser
    version: str


class Api:
    """Answers everything under ``/v2``."""

    def __init__(self, settings: SandboxSettings, world: World, grants: Grants) -> None:
        """Put every operation on its address."""
        self.settings, self.world, self.grants = settings, world, grants
        self.routes = Map(
            [
                Rule(operation.path, methods=[operation.method], endpoint=operation.activity)
                for operation in OPERATIONS
            ],
            merge_slashes=False,
        )
        self.answers: dict[str, Callable[..., Response]] = {
            "GetUserByToken": self._user,
            "GetEmployersByUserId": self._employers,
            "GetPayrollAdministrationsByEmployerId": self._administrations,
            "GetAuthorizationsByEmployerId": self._authorizations,
            "GetJournalRunsByPayrollAdministrationId": self._runs,
            "GetJournalRunByJournalRunId": self._run,
            "PatchJournalRunByJournalRunId": self._patch,
            "GetJournalRunResultsByJournalRunId": self._results,
            "GetJournalRunErrorsByJournalRunId": self._errors,
            "GetJournalRunExportAuditTrailByJournalRunId": self._exports,
        }

    def answer(self, request: Request, path: str) -> Response:
        """The answer to a request for ``path`` (without ``/v2``)."""
        try:
            activity, ids = self.routes.bind("").match(path, method=request.method)
        except (NotFound, MethodNotAllowed) as error:
            return Response("", status=error.code)
        try:
            # One call at a time sees and changes the world, so that no answer mixes two states.
            with self.world.lock:
                call = self._admitted(request, BY_ACTIVITY[activity])
                return self._answered(call, ids)
        except Refusal as refusal:
            return refusal.response

    def _answered(self, call: Call, ids: Mapping[str, str]) -> Response:
        try:
            return self.answers[call.operation.activity](call, **ids)
        except BadQuery as error:
            raise _broken_rule(call, str(error), code=12) from error

    # The gates.

    def _admitted(self, request: Request, operation: Operation) -> Call:
        user = self.world.users.get(self.username(request) or "")
        if user is None:
            raise denied()
        version = _version_on_or_before(request.headers.get("Accept", ""), operation.versions)
        if operation.activity in self.world.denied_activities:
            raise forbidden(NO_ACTIVITY)
        return Call(request, operation, user, version)

    def username(self, request: Request) -> str | None:
        """Whose valid access token the request bears, if any."""
        match = BEARER.fullmatch(request.headers.get("Authorization", ""))
        return self.grants.username_of(match[1]) if match else None

    def _employer(self, call: Call, employer_id: str) -> Employer:
        employer = self.world.employers.get(canonical_id(employer_id))
        # Loket: an id that the user may not see gives 403, not 404.
        if employer is None or employer.id not in call.user.rights:
            raise forbidden(NO_RIGHT)
        right = call.operation.right
        if right and right not in call.user.rights[employer.id]:
            raise forbidden(NO_RIGHT)
        if right and employer.product is None:
            raise forbidden(NO_MODULE)
        return employer

    def _administration(self, call: Call, administration_id: str) -> PayrollAdministration:
        found = self.world.administrations.get(canonical_id(administration_id))
        if found is None:
            raise forbidden(NO_RIGHT)
        self._employer(call, found.employer_id)
        return found

    def _visible_run(self, call: Call, run_id: str) -> JournalRun:
        run = self.world.runs.get(canonical_id(run_id))
        if run is None:
            raise forbidden(NO_RIGHT)
        self._administration(call, run.administration_id)
        return run

    # The operations.

    def _user(self, call: Call) -> Response:
        return detail_answer(resources.user_content(call.user), call.version)

    def _employers(self, call: Call) -> Response:
        employers = self.world.visible_employers(call.user.username)
        return _listed(call, [resources.employer_row(employer) for employer in employers])

    def _administrations(self, call: Call, employer_id: str) -> Response:
        employer = self._employer(call, employer_id)
        rows = [
            resources.administration_row(administration, employer)
            for administration in employer.administrations
        ]
        return _listed(call, rows)

    def _authorizations(self, call: Call, employer_id: str) -> Response:
        employer = self._employer(call, employer_id)
        names = self._allowed_activities(call.user, employer)
        if call.version == FIRST:
            rows: list[Row] = [{"name": name} for name in names]
        else:
            rows = [{"id": stable_id("activity", name), "description": name} for name in names]
        return list_answer(rows, Page(), call.version)

    def _allowed_activities(self, user: LoketUser, employer: Employer) -> list[str]:
        rights = user.rights[employer.id]
        return sorted(
            operation.activity
            for operation in OPERATIONS
            if operation.activity not in self.world.denied_activities
            and (operation.right is None or (operation.right in rights and employer.product))
        )

    def _runs(self, call: Call, administration_id: str) -> Response:
        administration = self._administration(call, administration_id)
        employer = self.world.employers[administration.employer_id]
        has_profile = employer.product == PRODUCT_JOURNAL_PROFILE
        runs = self.world.runs_of(administration.id) if has_profile else []
        return _listed(call, [resources.run_row(run) for run in runs])

    def _run(self, call: Call, run_id: str) -> Response:
        run = self._visible_run(call, run_id)
        return detail_answer(resources.run_row(run), call.version)

    def _patch(self, call: Call, run_id: str) -> Response:
        run = self._visible_run(call, run_id)
        patch_journal_run(call.request, self.world, run, call.user.person, call.version)
        return detail_answer({}, call.version)

    def _results(self, call: Call, run_id: str) -> Response:
        run = self._visible_run(call, run_id)
        if not run.status.has_results:
            raise _broken_rule(call, "Journal run has no results in its current status", code=931)
        rows = [resources.line_row(line) for line in run.lines]
        if self.settings.pages_results:
            return list_answer(rows, page_asked(call.request.args), call.version)
        return list_answer(rows, Page(1, max(len(rows), Page().size)), call.version)

    def _errors(self, call: Call, run_id: str) -> Response:
        run = self._visible_run(call, run_id)
        rows = [resources.error_row(error) for error in run.errors]
        return list_answer(rows, page_asked(call.request.args), call.version)

    def _exports(self, call: Call, run_id: str) -> Response:
        run = self._visible_run(call, run_id)
        return _listed(call, [resources.export_row(export) for export in run.exports])


def _listed(call: Call, rows: Sequence[Row]) -> Response:
    """Filter, order and page rows as the query string asks."""
    asked = call.request.args
    rows = apply_order(apply_filter(rows, asked.get("filter")), asked.get("orderBy"))
    return list_answer(rows, page_asked(asked), call.version)


def _broken_rule(call: Call, description: str, code: int) -> Refusal:
    listed = call.operation.refuses_with_list
    return broken_rule(description, call.version, code=code, listed=listed)


def _version_on_or_before(accept: str, versions: Sequence[str]) -> str:
    """The newest version on or before the date in Accept, which Loket calls mandatory."""
    match = ACCEPT.fullmatch(accept.strip())
    if not match:
        raise text_refusal(400, "Accept header must be application/json;version=yyyy-MM-dd")
    try:
        asked = date.fromisoformat(match[1])
    except ValueError as error:
        raise text_refusal(400, f"Version {match[1]} is not a date") from error
    known = [version for version in versions if date.fromisoformat(version) <= asked]
    if not known:
        raise text_refusal(400, f"There is no version on or before {match[1]}")
    return max(known)
