"""The only module that speaks HTTP to Loket's API: typed rows out, or a LoketError.

One client serves one connection, in one thread. It reads, and tells what became of a run; that is
the only thing it ever changes in Loket. It follows no redirect, reaches no host but its own and
ignores the proxies of the environment.
"""

import json
import logging
import time
import zlib
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from operator import attrgetter
from typing import Protocol, TypeVar
from urllib.parse import quote, urlencode
from uuid import UUID

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError

from loket_import import decoding
from loket_import.answers import OK, Answer, failure, pause_before_repeat
from loket_import.api_url import checked_api_url
from loket_import.decoding import Page
from loket_import.errors import (
    MASK,
    LoketError,
    LoketRefused,
    LoketTokenRefused,
    LoketTooLarge,
    LoketUnavailable,
    LoketUnreadable,
    scrubbed,
)
from loket_import.paging import Whole, read_whole
from loket_import.schemas import (
    Employer,
    ExportAttempt,
    JournalRunRow,
    PayrollAdministration,
    RunFault,
    RunResults,
)

# Loket: without a version the newest one answers, so one day another shape: always name it.
ACCEPT = "application/json;version=2018-01-01"

HEADERS = {"Accept": ACCEPT, "Accept-Encoding": "gzip", "User-Agent": "FinMaster"}
# Loket refuses a version here, although its description has one in the content type.
CHANGES = {"Content-Type": "application/json"}

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
BODY_MAX_BYTES = 20 * 2**20
ERROR_BODY_MAX_BYTES = 64 * 2**10
CHUNK_BYTES = 64 * 2**10
GZIP_WINDOW = 16 + zlib.MAX_WBITS

# Loket: what is said of a run has at most so many characters.
MESSAGE_MAX_CHARS = 255

EMPLOYERS = "/providers/employers"
ADMINISTRATIONS = f"{EMPLOYERS}/payrolladministrations"
RUNS = f"{ADMINISTRATIONS}/journalruns"

TRANSPORT_FAULTS = (requests.RequestException, HTTPError, HTTPException, OSError)

Row = TypeVar("Row")
Outcome = TypeVar("Outcome")

logger = logging.getLogger(__name__)


class TokenSource(Protocol):
    """Where the client gets its access tokens; whoever provides them keeps them safe."""

    def current(self) -> str:
        """Give the access token to start with."""
        ...

    def renew(self, refused: str) -> str:
        """Give a newer token than `refused`, which Loket answered with 401; may raise."""
        ...


class LoketClient:
    """Loket's API as far as importing journal runs needs it.

    `api_url` ends in the version, as in https://api.loket.nl/v2. `deadline_seconds` bounds every
    GET with its repetitions, so a list of many pages may take longer; it is measured between
    pieces of the body, so one piece can outlast it by READ_SECONDS. `pause` and `clock` are there
    for tests.

    Every method raises LoketUnavailable (after three repetitions), LoketTokenRefused (after one
    renewal), LoketForbidden, LoketNotFound, LoketRefused, LoketConflict, LoketUnreadable,
    LoketIncomplete or LoketTooLarge, and nothing else but what the TokenSource raises.
    """

    def __init__(
        self,
        *,
        api_url: str,
        tokens: TokenSource,
        session: requests.Session | None = None,
        deadline_seconds: float = 60,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api_url = checked_api_url(api_url)
        self._tokens = tokens
        self._session = _confined(session or requests.Session(), self._api_url)
        self._deadline_seconds = deadline_seconds
        self._pause = pause
        self._clock = clock

    def close(self) -> None:
        """Close the connections that were kept open; the next call opens a new one."""
        self._session.close()

    def employers(self) -> list[Employer]:
        """List the employers that the Loket user may see."""
        whole = self._list(EMPLOYERS, decoding.decode_employers, identity=attrgetter("id"))
        return list(whole.rows)

    def payroll_administrations(self, employer_id: UUID) -> list[PayrollAdministration]:
        """List the payrolls of an employer."""
        whole = self._list(
            f"{EMPLOYERS}/{_path_id(employer_id)}/payrolladministrations",
            decoding.decode_payroll_administrations,
            identity=attrgetter("id"),
        )
        return list(whole.rows)

    def journal_runs(
        self, payroll_administration_id: UUID, *, year: int | None = None
    ) -> list[JournalRunRow]:
        """List the journal runs, of one payroll year or all, by sequence number.

        Runs of every status, the removed ones too. Loket's filter only spares pages: the year is
        tested here again, and a Loket that refuses the filter is asked without it.
        """
        path = f"{ADMINISTRATIONS}/{_path_id(payroll_administration_id)}/journalruns"
        query = {"orderBy": "sequenceNumber"}
        if year is None:
            return self._journal_runs(path, query)
        of_year = f"payrollRun.payrollPeriod.year eq {year:d}"
        try:
            runs = self._journal_runs(path, query | {"filter": of_year})
        except LoketRefused as refusal:
            logger.info("Listing journal runs without a filter: %s", refusal)
            runs = self._journal_runs(path, query)
        return [run for run in runs if run.year == year]

    def journal_run(self, run_id: UUID) -> JournalRunRow:
        """Read one journal run as it is now."""
        url = self._url(f"{RUNS}/{_path_id(run_id)}")
        run = decoding.decode_journal_run(self._authorised(lambda token: self._get(url, token)))
        if run.id != run_id:
            raise LoketUnreadable("another journal run than the one asked for", field="id")
        return run

    def results(
        self, run_id: UUID, *, on_page: Callable[[int, int], None] | None = None
    ) -> RunResults:
        """Read all lines of a journal run; `on_page` hears lines read and lines in all.

        Loket: results exist for statuses 4-7 only, for the others it refuses. Two equal lines are
        two lines. After a restart `on_page` begins again at the first page.
        """
        whole = self._list(
            f"{RUNS}/{_path_id(run_id)}/results", decoding.decode_results, on_page=on_page
        )
        return RunResults(pages=whole.bodies, lines=whole.rows)

    def exports(self, run_id: UUID) -> list[ExportAttempt]:
        """The export audit trail of a journal run, the oldest export first."""
        whole = self._list(
            f"{RUNS}/{_path_id(run_id)}/exportAuditTrail",
            decoding.decode_exports,
            identity=attrgetter("id"),
        )
        return sorted(whole.rows, key=attrgetter("at", "id"))

    def faults(self, run_id: UUID) -> list[RunFault]:
        """Why Loket could not make a journal run, in Loket's order."""
        whole = self._list(
            f"{RUNS}/{_path_id(run_id)}/errors", decoding.decode_faults, identity=attrgetter("id")
        )
        return list(whole.rows)

    def mark(
        self, run_id: UUID, action: str, message: str, application_key: int | None = None
    ) -> None:
        """Tell Loket what became of a journal run; no export happens.

        `action` is MarkAsProcessed, after which the run has status 7, or MarkAsProcessingFailed,
        after which it has 6. `message` is shown to Loket's users: without amounts and names, and
        what exceeds MESSAGE_MAX_CHARS is cut off. `application_key` is Loket's number of us.

        Sent once: after LoketUnavailable it may have taken effect all the same, so read the run
        before another try. LoketConflict or LoketRefused when the run's status does not allow it.
        """
        body: dict[str, object] = {"action": action, "message": message[:MESSAGE_MAX_CHARS]}
        if application_key is not None:
            body["application"] = {"key": application_key}
        url = self._url(f"{RUNS}/{_path_id(run_id)}")
        change = json.dumps(body).encode()
        self._authorised(
            lambda token: self._ask(url, token, self._clock() + self._deadline_seconds, change)
        )

    def _journal_runs(self, path: str, query: Mapping[str, str]) -> list[JournalRunRow]:
        whole = self._list(
            path, decoding.decode_journal_runs, query=query, identity=attrgetter("id")
        )
        return sorted(whole.rows, key=attrgetter("sequence_number"))

    def _list(
        self,
        path: str,
        decode: Callable[[bytes, int], Page[Row]],
        *,
        query: Mapping[str, str] | None = None,
        identity: Callable[[Row], Hashable] | None = None,
        on_page: Callable[[int, int], None] | None = None,
    ) -> Whole[Row]:
        """Read a list to its end; a 401 on any page starts it again from page 1."""

        def read(token: "_Bearer") -> Whole[Row]:
            def fetch(number: int) -> bytes:
                return self._get(self._url(path, query, page=number), token)

            return read_whole(fetch, decode, identity=identity, on_page=on_page)

        whole = self._authorised(read)
        if whole.pages[0].obsolete_on:
            logger.warning("Loket drops %s for %s at %s", ACCEPT, path, whole.pages[0].obsolete_on)
        for text in dict.fromkeys(text for page in whole.pages for text in page.warnings):
            logger.warning("Loket adds to its answer for %s: %s", path, scrubbed(text))
        return whole

    def _url(self, path: str, query: Mapping[str, str] | None = None, *, page: int = 1) -> str:
        """A URL of our own making: what Loket says about the next page is never followed.

        Page 1 is asked for without a number, because the results of a run declare no paging.
        """
        parameters = dict(query or {})
        if page > 1:
            parameters["pageNumber"] = str(page)
        encoded = urlencode(parameters, quote_via=quote)
        return f"{self._api_url}{path}{'?' if encoded else ''}{encoded}"

    def _authorised(self, read: "Callable[[_Bearer], Outcome]") -> Outcome:
        """Do a whole read with one token; after a 401 once more, all of it, with a newer one."""
        bearer = _Bearer(self._tokens.current())
        try:
            return read(bearer)
        except LoketTokenRefused:
            logger.info("Loket refused the access token; trying a newer one")
        return read(_Bearer(self._tokens.renew(bearer.token)))

    def _get(self, url: str, bearer: "_Bearer") -> bytes:
        """The body of an answer 200, asked for again while that makes sense and time is left."""
        deadline = self._clock() + self._deadline_seconds
        repeats = 0
        while True:
            try:
                return self._ask(url, bearer, deadline)
            except LoketUnavailable as error:
                left = deadline - self._clock()
                pause = pause_before_repeat(error, repeats=repeats, seconds_left=left)
                if pause is None:
                    raise
                logger.info("Asking Loket again in %.1f s: %s", pause, error)
            self._pause(pause)
            repeats += 1

    def _ask(
        self, url: str, bearer: "_Bearer", deadline: float, change: bytes | None = None
    ) -> bytes:
        """One exchange: a GET, or a PATCH where there is a `change`, which is JSON.

        Faults are raised anew, unchained: theirs would carry the token along.
        """
        seconds_left = max(deadline - self._clock(), 0.001)
        try:
            response = self._session.request(
                "GET" if change is None else "PATCH",
                url,
                data=change,
                headers=HEADERS if change is None else HEADERS | CHANGES,
                auth=bearer,
                timeout=(min(CONNECT_SECONDS, seconds_left), min(READ_SECONDS, seconds_left)),
                stream=True,
                allow_redirects=False,
            )
            with closing(response):
                answer = self._answer(response, bearer, deadline)
        except TRANSPORT_FAULTS as fault:
            error: LoketError | None = _unreached(fault)
        else:
            error = failure(answer, now=datetime.now(UTC))
        if error is not None:
            raise error
        return answer.body

    def _answer(self, response: requests.Response, bearer: "_Bearer", deadline: float) -> Answer:
        return Answer(
            status=response.status_code,
            content_type=response.headers.get("Content-Type", ""),
            retry_after=response.headers.get("Retry-After", ""),
            body=(
                self._body(response, deadline, BODY_MAX_BYTES)
                if response.status_code == OK
                else bearer.hidden_in(self._error_body(response, deadline))
            ),
        )

    def _error_body(self, response: requests.Response, deadline: float) -> bytes:
        """The body of an error, empty where it can't be read: the status says enough."""
        try:
            return self._body(response, deadline, ERROR_BODY_MAX_BYTES)
        except (LoketError, *TRANSPORT_FAULTS):
            return b""

    def _body(self, response: requests.Response, deadline: float, max_bytes: int) -> bytes:
        """The decompressed body, read in pieces and refused as soon as it exceeds `max_bytes`."""
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        pieces = self._pieces(response, deadline)
        if encoding == "gzip":
            pieces = _inflated(pieces)
        elif encoding not in ("", "identity"):
            raise LoketUnreadable("an unknown content encoding")
        body = bytearray()
        for piece in pieces:
            body += piece
            if len(body) > max_bytes:
                raise LoketTooLarge(f"more than {max_bytes} bytes in one answer")
        return bytes(body)

    def _pieces(self, response: requests.Response, deadline: float) -> Iterator[bytes]:
        """The body as it arrives: read1 gives what is there, so a drip meets the deadline too."""
        while piece := response.raw.read1(CHUNK_BYTES, decode_content=False):
            if self._clock() > deadline:
                raise LoketUnavailable(f"no complete answer in {self._deadline_seconds:.0f} s")
            yield piece


class _Bearer(AuthBase):
    """An access token on its way into a request; no other frame holds it as a plain string."""

    def __init__(self, token: str) -> None:
        if not (token.isascii() and token.isprintable() and token.strip() == token != ""):
            raise LoketTokenRefused("the access token can't be put in a header")
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request

    def hidden_in(self, body: bytes) -> bytes:
        """`body` without the token, in case a server echoes it."""
        return body.replace(self.token.encode(), MASK.encode())


def _confined(session: requests.Session, api_url: str) -> requests.Session:
    """A session that can reach `api_url` and nothing else, and carries nothing over but sockets."""
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.adapters.clear()
    session.mount(f"{api_url}/", HTTPAdapter())
    return session


def _path_id(value: UUID) -> str:
    if not isinstance(value, UUID):
        raise TypeError("Loket's ids are UUIDs")
    return str(value)


def _unreached(fault: Exception) -> LoketUnavailable:
    """The error for a connection that failed or broke; its text could hold anything."""
    name = type(fault).__name__
    if isinstance(fault, requests.exceptions.SSLError):
        logger.error("No trusted TLS connection with Loket: %s", name)
        return LoketUnavailable(f"TLS: {name}")
    return LoketUnavailable(name, worth_repeating=True)


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Gunzip in pieces of bounded size, whatever the ratio; a cut stream counts as a broken one."""
    gzip = zlib.decompressobj(wbits=GZIP_WINDOW)
    try:
        for piece in pieces:
            rest = piece
            while True:
                plain = gzip.decompress(rest, CHUNK_BYTES)
                yield plain
                rest = gzip.unconsumed_tail
                if not rest and len(plain) < CHUNK_BYTES:
                    break
            if gzip.unused_data:
                raise LoketUnreadable("data after the end of the gzip stream")
    except zlib.error:
        raise LoketUnreadable("no valid gzip stream") from None
    if not gzip.eof:
        raise LoketUnavailable("the gzip stream was cut off", worth_repeating=True)
