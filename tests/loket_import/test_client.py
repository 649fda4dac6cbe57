"""The client against a scripted Loket: what it asks, what it takes, what it never does."""

import gzip
import logging
import resource
import traceback
import zlib
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
import requests
import responses
from responses import matchers

from loket_import import client as client_module
from loket_import.client import LoketClient
from loket_import.errors import (
    LoketConflict,
    LoketError,
    LoketForbidden,
    LoketIncomplete,
    LoketNotFound,
    LoketRefused,
    LoketTokenRefused,
    LoketTooLarge,
    LoketUnavailable,
    LoketUnreadable,
)
from tests.loket_import.answers import (
    EMPLOYER,
    JOURNAL_RUN,
    LINE,
    RUN,
    as_json,
    envelope,
    line_with,
    results_body,
)
from tests.loket_import.raw_server import http, raw_server

API = "https://api.loket-acc.nl/v2"
RUN_ID = UUID(RUN)
EMPLOYER_ID = UUID(EMPLOYER)
EMPLOYERS = f"{API}/providers/employers"
ADMINISTRATIONS = f"{EMPLOYERS}/payrolladministrations"
RESULTS = f"{ADMINISTRATIONS}/journalruns/{RUN}/results"
RUNS = f"{ADMINISTRATIONS}/{EMPLOYER_ID}/journalruns"
JSON = "application/json;version=2018-01-01"

OLD_TOKEN = "canary-old-7f3a9c51d2e84b60"
NEW_TOKEN = "canary-new-1b2c3d4e5f607182"


class Tokens:
    def __init__(self):
        self.refused = []

    def current(self):
        return OLD_TOKEN

    def renew(self, refused):
        self.refused.append(refused)
        return NEW_TOKEN


class Clock:
    """Time that passes only while the client pauses, or a fixed bit each time it looks."""

    def __init__(self, tick=0.0):
        self.now = 0.0
        self.tick = tick
        self.pauses = []

    def __call__(self):
        self.now += self.tick
        return self.now

    def pause(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def loket():
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def tokens():
    return Tokens()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def client(tokens, clock):
    return LoketClient(api_url=API, tokens=tokens, pause=clock.pause, clock=clock)


def raw_client(server, clock=None, **options):
    clock = clock or Clock()
    return LoketClient(
        api_url=server.url, tokens=Tokens(), pause=clock.pause, clock=clock, **options
    )


def answer(loket, url, body, status=200, page=None, content_type=JSON, headers=None):
    query = [] if page is None else [matchers.query_param_matcher({"pageNumber": page})]
    loket.get(
        url, body=body, status=status, content_type=content_type, headers=headers, match=query
    )


def numbered(*numbers):
    return [LINE | {"debetAmount": number} for number in numbers]


def page_of(number, lines, total):
    return results_body(*lines, totalSize=total, currentPage=number)


def run(number, **changes):
    return JOURNAL_RUN | {"id": str(UUID(int=number)), "sequenceNumber": number} | changes


def run_of_year(number, year):
    payroll_run = JOURNAL_RUN["payrollRun"]
    period = payroll_run["payrollPeriod"] | {"year": year}
    return run(number, payrollRun=payroll_run | {"payrollPeriod": period})


# What it asks


@pytest.mark.parametrize(
    ("read", "path", "rows"),
    [
        (lambda c: c.employers(), "", []),
        (
            lambda c: c.payroll_administrations(EMPLOYER_ID),
            f"/{EMPLOYER_ID}/payrolladministrations",
            [],
        ),
        (
            lambda c: c.journal_runs(EMPLOYER_ID),
            f"/payrolladministrations/{EMPLOYER_ID}/journalruns",
            [JOURNAL_RUN],
        ),
    ],
)
def test_every_list_is_asked_for_with_version_and_token(loket, client, read, path, rows):
    answer(loket, EMPLOYERS + path, as_json(envelope(rows)))

    assert len(read(client)) == len(rows)

    sent = loket.calls[0].request.headers
    assert sent["Accept"] == JSON
    assert sent["Authorization"] == f"Bearer {OLD_TOKEN}"
    assert sent["Accept-Encoding"] == "gzip"


def test_a_single_run_is_read(loket, client):
    content = JOURNAL_RUN | {"id": f"{{{RUN.upper()}}}"}
    answer(loket, f"{ADMINISTRATIONS}/journalruns/{RUN}", as_json({"content": content}))

    assert client.journal_run(RUN_ID).id == RUN_ID


def test_another_run_than_the_one_asked_for_is_refused(loket, client):
    answer(loket, f"{ADMINISTRATIONS}/journalruns/{RUN}", as_json({"content": run(5)}))

    with pytest.raises(LoketUnreadable):
        client.journal_run(RUN_ID)


def test_runs_are_sorted_and_filtered_by_payroll_year(loket, client):
    rows = [run_of_year(3, 2026), run_of_year(2, 2025), run_of_year(1, 2026)]
    answer(loket, RUNS, as_json(envelope(rows)))

    assert [row.sequence_number for row in client.journal_runs(EMPLOYER_ID, year=2026)] == [1, 3]

    query = urlsplit(loket.calls[0].request.url).query
    assert "+" not in query
    assert parse_qs(query) == {
        "orderBy": ["sequenceNumber"],
        "filter": ["payrollRun.payrollPeriod.year eq 2026"],
    }


def test_a_loket_that_refuses_the_filter_is_asked_without_it(loket, client):
    answer(loket, RUNS, b"Unknown filter", status=400, content_type="text/plain")
    answer(loket, RUNS, as_json(envelope([run_of_year(2, 2025), run_of_year(1, 2026)])))

    assert [row.year for row in client.journal_runs(EMPLOYER_ID, year=2026)] == [2026]
    assert "filter" not in loket.calls[1].request.url


def test_a_refusal_without_a_filter_is_final(loket, client):
    answer(loket, RUNS, b"No", status=400, content_type="text/plain")

    with pytest.raises(LoketRefused):
        client.journal_runs(EMPLOYER_ID)


@pytest.mark.parametrize("bad_id", ["../../x", RUN, None, 5])
def test_only_a_uuid_gets_into_a_path(client, bad_id):
    with pytest.raises(TypeError):
        client.results(bad_id)


# Paging


def test_all_pages_of_the_results_are_read(loket, client):
    bodies = [
        page_of(1, numbered(1, 1), 5),
        page_of(2, numbered(1, 2), 5),
        page_of(3, numbered("x"), 5).replace(b'"x"', b"3.10"),
    ]
    answer(loket, RESULTS, bodies[0])
    answer(loket, RESULTS, bodies[1], page=2)
    answer(loket, RESULTS, bodies[2], page=3)
    told = []

    results = client.results(RUN_ID, on_page=lambda *progress: told.append(progress))

    assert [line.debit for line in results.lines] == [1, 1, 1, 2, Decimal("3.10")]
    assert results.pages == tuple(bodies)
    assert told == [(2, 5), (4, 5), (5, 5)]
    assert len(results.source_hash) == len(results.answer_sha256) == 64
    assert "pageNumber" not in loket.calls[0].request.url


def test_warnings_beside_an_answer_are_logged_once(loket, client, caplog):
    messages = [{"type": "Warning", "description": "Let op: 500,87 te veel"}]
    answer(loket, RESULTS, results_body(*numbered(1), totalSize=2, messages=messages))
    answer(
        loket,
        RESULTS,
        results_body(*numbered(2), totalSize=2, currentPage=2, messages=messages),
        page=2,
    )

    client.results(RUN_ID)

    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert [text.partition(": ")[2] for text in told] == ["Let op: # te veel"]


def test_results_of_an_empty_run_are_empty(loket, client):
    answer(loket, RESULTS, results_body(totalPages=0, currentPage=0))

    assert client.results(RUN_ID).lines == ()


def test_a_server_that_ignores_the_page_number_is_refused(loket, client):
    body = page_of(1, numbered(1, 2), 4)
    answer(loket, RESULTS, body)
    answer(loket, RESULTS, body, page=2)

    with pytest.raises(LoketIncomplete):
        client.results(RUN_ID)


def test_a_missing_page_is_refused(loket, client):
    answer(loket, RESULTS, page_of(1, numbered(1, 2), 5))
    answer(loket, RESULTS, page_of(2, [], 5), page=2)

    with pytest.raises(LoketIncomplete):
        client.results(RUN_ID)


def test_a_total_that_changes_restarts_the_results(loket, client):
    answer(loket, RESULTS, page_of(1, numbered(1, 2), 4))
    answer(loket, RESULTS, page_of(2, numbered(3), 3), page=2)
    answer(loket, RESULTS, page_of(1, numbered(1, 2), 3))
    answer(loket, RESULTS, page_of(2, numbered(3), 3), page=2)

    assert len(client.results(RUN_ID).lines) == 3
    assert len(loket.calls) == 4


def test_a_run_on_two_pages_of_the_list_counts_once(loket, client):
    query = {"orderBy": "sequenceNumber"}
    loket.get(
        RUNS,
        body=as_json(envelope([run(1), run(2)], totalSize=3)),
        content_type=JSON,
        match=[matchers.query_param_matcher(query)],
    )
    loket.get(
        RUNS,
        body=as_json(envelope([run(2), run(3)], totalSize=3, currentPage=2)),
        content_type=JSON,
        match=[matchers.query_param_matcher(query | {"pageNumber": 2})],
    )

    assert [row.sequence_number for row in client.journal_runs(EMPLOYER_ID)] == [1, 2, 3]


def test_an_unreadable_line_on_a_later_page_is_counted_over_all(loket, client):
    answer(loket, RESULTS, page_of(1, numbered(1, 2), 4))
    second = line_with("debetAmount", '"12.50"').replace(b'"totalSize": 2', b'"totalSize": 4')
    answer(loket, RESULTS, second, page=2)

    with pytest.raises(LoketUnreadable) as refused:
        client.results(RUN_ID)

    assert (refused.value.line, refused.value.field) == (4, "debetAmount")


def test_an_old_version_is_reported_to_the_operator(loket, client, caplog):
    version = {"resourceVersion": "2018-01-01", "obsoleteDate": "2027-01-01"}
    answer(loket, RESULTS, results_body(LINE, version=version))

    client.results(RUN_ID)

    assert "2027-01-01" in caplog.text


# Tokens


def test_a_refused_token_is_renewed_once(loket, client, tokens):
    answer(loket, RESULTS, b'{"message":"Authorization has been denied"}', status=401)
    answer(loket, RESULTS, results_body(LINE))

    assert len(client.results(RUN_ID).lines) == 1
    assert tokens.refused == [OLD_TOKEN]
    assert loket.calls[1].request.headers["Authorization"] == f"Bearer {NEW_TOKEN}"


def test_a_second_401_needs_a_person(loket, client, tokens):
    loket.get(RESULTS, status=401)

    with pytest.raises(LoketTokenRefused):
        client.results(RUN_ID)

    assert len(loket.calls) == 2
    assert tokens.refused == [OLD_TOKEN]


def test_a_401_between_pages_restarts_from_page_1(loket, client, tokens):
    answer(loket, RESULTS, page_of(1, numbered(1, 2), 3))
    answer(loket, RESULTS, b"", status=401, page=2)
    answer(loket, RESULTS, page_of(1, numbered(1, 2), 3))
    answer(loket, RESULTS, page_of(2, numbered(3), 3), page=2)

    assert [line.debit for line in client.results(RUN_ID).lines] == [1, 2, 3]
    assert [call.request.headers["Authorization"] for call in loket.calls] == [
        f"Bearer {OLD_TOKEN}",
        f"Bearer {OLD_TOKEN}",
        f"Bearer {NEW_TOKEN}",
        f"Bearer {NEW_TOKEN}",
    ]


def test_what_renewing_raises_comes_through(loket, client, tokens, monkeypatch):
    class ReconnectRequired(Exception):
        pass

    def renew(refused):
        raise ReconnectRequired

    monkeypatch.setattr(tokens, "renew", renew)
    loket.get(RESULTS, status=401)

    with pytest.raises(ReconnectRequired):
        client.results(RUN_ID)


@pytest.mark.parametrize("token", ["", "two\r\nlines", "caf\u00e9", " padded", "\x00"])
def test_a_token_that_fits_no_header_never_leaves(client, tokens, monkeypatch, token):
    monkeypatch.setattr(tokens, "current", lambda: token)

    with pytest.raises(LoketTokenRefused) as refused:
        client.employers()

    assert token == "" or token not in str(refused.value)


ECHOES = {
    "401": (401, "application/json", '{{"message":"bad {token}"}}'),
    "403": (403, "application/json", '{{"message":"reason \\"{token}\\""}}'),
    "400 envelope": (400, "application/json", '{{"messages":[{{"description":"{token}"}}]}}'),
    "400 text": (400, "text/plain", "Bearer {token} and debetAmount 1234.56"),
    "500": (500, "text/plain", "Authorization: Bearer {token}; 500.87"),
    "503": (503, "text/html", "<p>{token}</p>"),
    "JSON that is none": (200, "application/json", "{token}"),
}


@pytest.mark.parametrize(("status", "content_type", "template"), ECHOES.values(), ids=ECHOES)
def test_an_echoed_token_or_amount_reaches_no_error_and_no_log(
    loket, client, caplog, status, content_type, template
):
    def echo(request):
        token = request.headers["Authorization"].removeprefix("Bearer ")
        return status, {"Content-Type": content_type}, template.format(token=token)

    loket.add_callback(responses.GET, RESULTS, callback=echo)
    caplog.set_level(logging.DEBUG)

    with pytest.raises(LoketError) as caught:
        client.results(RUN_ID)

    seen = caplog.text + repr(vars(caught.value)) + str(caught.value)
    for secret in (OLD_TOKEN, NEW_TOKEN, "1234.56", "500.87"):
        assert secret not in seen


@pytest.mark.parametrize(
    "fault",
    [
        requests.ConnectionError(f"Bearer {OLD_TOKEN}"),
        requests.exceptions.SSLError(OLD_TOKEN),
        requests.ReadTimeout(OLD_TOKEN),
    ],
)
def test_a_fault_is_raised_without_the_request_that_carries_the_token(loket, client, fault):
    loket.get(RESULTS, body=fault)

    with pytest.raises(LoketUnavailable) as caught:
        client.results(RUN_ID)

    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    own_frames = [frame for frame in report.stack if "loket_import/" in frame.filename]
    shown = [
        f"{name}={value}"
        for frame in own_frames
        if "/tests/" not in frame.filename
        for name, value in (frame.locals or {}).items()
    ]
    assert shown
    assert OLD_TOKEN not in "".join(shown)
    assert caught.value.__cause__ is caught.value.__context__ is None


# Refusals and repetitions


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, LoketUnreadable),
        (400, LoketRefused),
        (403, LoketForbidden),
        (404, LoketNotFound),
        (409, LoketConflict),
        (500, LoketUnavailable),
    ],
)
def test_these_are_never_repeated(loket, client, clock, status, kind):
    loket.get(RESULTS, status=status)

    with pytest.raises(kind):
        client.results(RUN_ID)

    assert len(loket.calls) == 1
    assert clock.pauses == []


def test_the_reason_of_a_403_is_carried(loket, client):
    body = b'{"message":"Insufficient rights for this request, reason \\"no module\\""}'
    answer(loket, RESULTS, body, status=403)

    with pytest.raises(LoketForbidden) as refused:
        client.results(RUN_ID)

    assert refused.value.reason == "no module"


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_passing_trouble_is_outlived(loket, client, clock, status):
    for _ in range(3):
        loket.get(RESULTS, status=status)
    answer(loket, RESULTS, results_body(LINE))

    assert len(client.results(RUN_ID).lines) == 1
    assert len(clock.pauses) == 3
    assert clock.pauses == sorted(clock.pauses)


def test_a_lasting_trouble_ends_after_three_repetitions(loket, client):
    loket.get(RESULTS, status=503, headers={"Retry-After": "2"})

    with pytest.raises(LoketUnavailable) as unavailable:
        client.results(RUN_ID)

    assert len(loket.calls) == 4
    assert unavailable.value.retry_after == 2.0


def test_troubles_of_different_kinds_share_one_bound(loket, client):
    loket.get(RESULTS, status=503)
    loket.get(RESULTS, body=requests.ConnectionError())
    loket.get(RESULTS, status=429)
    loket.get(RESULTS, body=requests.ReadTimeout())

    with pytest.raises(LoketUnavailable):
        client.results(RUN_ID)

    assert len(loket.calls) == 4


def test_a_long_retry_after_is_left_to_the_caller(loket, client, clock):
    loket.get(RESULTS, status=429, headers={"Retry-After": "86400"})

    with pytest.raises(LoketUnavailable) as unavailable:
        client.results(RUN_ID)

    assert len(loket.calls) == 1
    assert unavailable.value.retry_after == 900.0
    assert clock.pauses == []


def test_pauses_stay_within_the_deadline(loket, client, clock):
    loket.get(RESULTS, status=503, headers={"Retry-After": "25"})

    with pytest.raises(LoketUnavailable):
        client.results(RUN_ID)

    assert clock.pauses == [25.0, 25.0]


def test_an_untrusted_certificate_alarms_the_operator_at_once(loket, client, caplog):
    loket.get(RESULTS, body=requests.exceptions.SSLError())

    with pytest.raises(LoketUnavailable):
        client.results(RUN_ID)

    assert len(loket.calls) == 1
    assert "ERROR" in caplog.text


# What it never does


def test_a_redirect_is_never_followed():
    with raw_server(lambda n: [http(b"", status="200 OK")]) as elsewhere:
        location = f"Location: {elsewhere.url}/x"
        with raw_server(lambda n: [http(b"", location, status="302 Found")]) as server:
            with pytest.raises(LoketUnreadable):
                raw_client(server).results(RUN_ID)

            assert server.connections == 1
        assert elsewhere.connections == 0


def test_links_in_a_body_are_never_followed(loket, client):
    body = results_body(LINE, totalSize=1, next="https://evil.example/", _links={"next": "x"})
    answer(loket, RESULTS, body)

    client.results(RUN_ID)

    assert len(loket.calls) == 1


def test_no_other_host_can_be_reached_with_its_session():
    session = requests.Session()
    LoketClient(api_url=API, tokens=Tokens(), session=session)

    for url in ("https://evil.example/", "https://api.loket-acc.nl.evil.example/v2/", "file:///x"):
        with pytest.raises(requests.exceptions.InvalidSchema):
            session.get(url)


def test_proxies_and_cookies_play_no_part(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    body = results_body(LINE)
    with raw_server(lambda n: [http(body, "Set-Cookie: a=b; Path=/")]) as server:
        session = requests.Session()
        client = LoketClient(api_url=server.url, tokens=Tokens(), session=session)

        assert len(client.results(RUN_ID).lines) == 1
        assert not list(session.cookies)


@pytest.mark.parametrize("url", ["http://api.loket.nl/v2", "https://169.254.169.254/v2"])
def test_an_unsafe_address_is_refused_at_the_start(url):
    with pytest.raises(ValueError, match="address"):
        LoketClient(api_url=url, tokens=Tokens())


# Bytes on the wire

GOOD = results_body(LINE)


def test_a_compressed_answer_is_read():
    packed = gzip.compress(GOOD)
    with raw_server(lambda n: [http(packed, "Content-Encoding: gzip")]) as server:
        results = raw_client(server).results(RUN_ID)

    assert results.pages == (GOOD,)


def chunked(*chunks, end=b"0\r\n\r\n"):
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    return [head, *(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks), end]


def test_an_answer_in_chunks_is_read():
    with raw_server(lambda n: chunked(GOOD[:10], GOOD[10:])) as server:
        assert raw_client(server).results(RUN_ID).pages == (GOOD,)


def test_a_chunk_cut_off_is_asked_for_again():
    def script(number):
        return chunked(GOOD) if number == 3 else chunked(GOOD[:10], end=b"")

    with raw_server(script) as server:
        assert raw_client(server).results(RUN_ID).pages == (GOOD,)
        assert server.connections == 3


@pytest.mark.parametrize("length", range(0, len(GOOD), 7))
def test_an_answer_cut_off_anywhere_is_asked_for_again(length):
    def script(number):
        return [http(GOOD[: length if number == 1 else None], length=len(GOOD))]

    with raw_server(script) as server:
        assert raw_client(server).results(RUN_ID).pages == (GOOD,)
        assert server.connections == 2


def test_a_gzip_stream_cut_off_is_asked_for_again():
    packed = gzip.compress(GOOD)

    def script(number):
        body = packed[:-9] if number == 1 else packed
        return [http(body, "Content-Encoding: gzip")]

    with raw_server(script) as server:
        assert raw_client(server).results(RUN_ID).pages == (GOOD,)
        assert server.connections == 2


def test_an_answer_that_is_always_cut_off_is_given_up():
    with raw_server(lambda n: [http(GOOD[:50], length=len(GOOD))]) as server:
        with pytest.raises(LoketUnavailable):
            raw_client(server).results(RUN_ID)
        assert server.connections == 4


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", GOOD),
        ("gzip", gzip.compress(GOOD) + b"more"),
        ("br", GOOD),
        ("deflate", zlib.compress(GOOD)),
        ("gzip, gzip", gzip.compress(gzip.compress(GOOD))),
    ],
)
def test_an_encoding_that_was_not_asked_for_or_is_broken_is_unreadable(encoding, body):
    with (
        raw_server(lambda n: [http(body, f"Content-Encoding: {encoding}")]) as server,
        pytest.raises(LoketUnreadable),
    ):
        raw_client(server).results(RUN_ID)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 2", b"nonsense\r\n\r\n"])
def test_no_proper_answer_is_asked_for_again(start):
    def script(number):
        return [start if number == 1 else http(GOOD)]

    with raw_server(script) as server:
        assert len(raw_client(server).results(RUN_ID).lines) == 1


def test_headers_cut_off_leave_nothing_to_read():
    """Without a length there is no telling that more should have come."""
    with (
        raw_server(lambda n: [b"HTTP/1.1 200 OK\r\nContent-"]) as server,
        pytest.raises(LoketUnreadable),
    ):
        raw_client(server).results(RUN_ID)


def test_a_refused_connection_is_unavailable():
    with raw_server(lambda n: []) as server:
        client = raw_client(server)

    with pytest.raises(LoketUnavailable):
        client.results(RUN_ID)


def test_a_bomb_is_refused_before_it_goes_off():
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(b" " * 2**20) for _ in range(1024)) + packer.flush()
    assert len(bomb) < 2**21
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with (
        raw_server(lambda n: [http(bomb, "Content-Encoding: gzip")]) as server,
        pytest.raises(LoketTooLarge),
    ):
        raw_client(server).results(RUN_ID)

    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert kilobytes < 64 * 1024


def test_an_endless_answer_is_refused(monkeypatch):
    monkeypatch.setattr(client_module, "BODY_MAX_BYTES", 100_000)

    def script(number):
        yield http(b"", length=10**12)
        while True:
            yield b" " * 10_000

    with raw_server(script) as server, pytest.raises(LoketTooLarge):
        raw_client(server).results(RUN_ID)


@pytest.mark.parametrize(
    "error",
    [
        http(b"x" * 200_000, status="403 Forbidden"),
        http(b"cut", status="403 Forbidden", length=100),
        http(b"no gzip", "Content-Encoding: gzip", status="403 Forbidden"),
        http(b"?", "Content-Encoding: br", status="403 Forbidden"),
    ],
)
def test_an_error_counts_even_where_its_body_can_not_be_read(error):
    with raw_server(lambda n: [error]) as server, pytest.raises(LoketForbidden):
        raw_client(server).results(RUN_ID)


def test_a_drip_ends_at_the_deadline():
    def drip(number):
        yield http(b"", length=10_000)
        while not server.stopping.wait(0.01):
            yield b" "

    with raw_server(drip) as server:
        client = raw_client(server, Clock(tick=1.0), deadline_seconds=30)
        with pytest.raises(LoketUnavailable):
            client.results(RUN_ID)
        assert server.connections == 1


def test_silence_ends_at_the_read_timeout(monkeypatch):
    monkeypatch.setattr(client_module, "READ_SECONDS", 0.05)

    def silence(number):
        server.stopping.wait(0.3)
        return []

    with raw_server(silence) as server, pytest.raises(LoketUnavailable):
        raw_client(server).results(RUN_ID)


def test_a_connection_is_used_again_and_can_be_closed(loket, client):
    answer(loket, RESULTS, results_body(LINE))
    client.results(RUN_ID)

    client.close()
