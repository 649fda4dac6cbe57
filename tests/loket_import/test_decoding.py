"""From bytes to rows: exact amounts, and every unreadable answer refused by the same error."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket_import import decoding
from loket_import.errors import LoketTooLarge, LoketUnreadable
from loket_import.schemas import Employer, PayrollAdministration
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

amounts = st.decimals(
    min_value=-decoding.AMOUNT_MAX, max_value=decoding.AMOUNT_MAX, allow_nan=False, places=2
) | st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, places=6)


def debit_of(json_text: str) -> Decimal:
    return decoding.decode_results(line_with("debetAmount", json_text)).rows[1].debit


def test_a_line_is_taken_over_as_sent():
    (line,) = decoding.decode_results(results_body(LINE)).rows

    assert line.account_code == "0400 "
    assert line.account_description == "Bruto lonen"
    assert (line.cost_center_code, line.cost_center_description) == ("K100", "Café")
    assert (line.cost_unit_code, line.cost_unit_description) == (None, None)
    assert (line.debit, line.credit) == (Decimal("500.87"), Decimal(0))
    assert (line.component_key, line.component_description) == (286, "KINDEROPV.BEL")


def test_a_cost_center_without_code_keeps_its_description():
    sent = LINE | {"costCenter": {"key": 2, "code": None, "description": "Kantoor"}}

    (line,) = decoding.decode_results(results_body(sent)).rows

    assert (line.cost_center_code, line.cost_center_description) == (None, "Kantoor")


def test_absent_optional_objects_count_as_null():
    sent = {key: LINE[key] for key in ("generalLedgerAccount", "debetAmount", "creditAmount")}

    (line,) = decoding.decode_results(results_body(sent)).rows

    assert line.component_key is None
    assert line.cost_center_code is None


@given(amounts)
def test_an_amount_survives_to_the_last_digit(amount):
    decoded = debit_of(format(amount, "f"))

    assert decoded == amount
    assert decoded.as_tuple() == amount.as_tuple() or not amount


@given(amounts, st.integers(min_value=0, max_value=9))
def test_the_notation_of_an_amount_does_not_matter(amount, zeros):
    plain = format(amount, "f")
    padded = (plain if "." in plain else plain + ".") + "0" * (zeros + 1)

    assert debit_of(padded) == amount
    assert debit_of(format(amount, "E")) == amount


@pytest.mark.parametrize(
    ("json_text", "written"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("-0.00", "0"),
        ("0E+999999", "0"),
        ("1E+2", "100"),
        ("1.5e1", "15"),
        ("12.5", "12.5"),
        ("12.500", "12.500"),
        ("12.3456780000", "12.345678"),
        ("-1234.56", "-1234.56"),
        ("9999999999.99", "9999999999.99"),
        ("0.000001", "0.000001"),
    ],
)
def test_amounts_that_are_accepted(json_text, written):
    assert str(debit_of(json_text)) == written


@pytest.mark.parametrize("field", ["debetAmount", "creditAmount"])
@pytest.mark.parametrize(
    "json_text",
    [
        "null",
        '"12.50"',
        '"12,50"',
        '"NaN"',
        '""',
        "true",
        "{}",
        "[]",
        "[1]",
        "1e400",
        "-1e400",
        "1e99999999999999999999",
        "1e-400",
        "9" * 5000,
        "9" * 25,
        "-18446744073709551617",
        "9999999999.991",
        "10000000000",
        "-10000000000.00",
        "0.1234567",
        "0." + "0" * 5000 + "1",
        "1." + "0" * 5000 + "1",
    ],
)
def test_what_is_no_amount_is_refused_with_its_place(field, json_text):
    with pytest.raises(LoketUnreadable) as refused:
        decoding.decode_results(line_with(field, json_text), first_line=251)

    assert (refused.value.line, refused.value.field) == (252, field)
    assert json_text not in refused.value.detail or len(json_text) < 3


@pytest.mark.parametrize("missing", ["generalLedgerAccount", "debetAmount", "creditAmount"])
def test_a_missing_field_is_named(missing):
    sent = {key: value for key, value in LINE.items() if key != missing}

    with pytest.raises(LoketUnreadable) as refused:
        decoding.decode_results(results_body(LINE, LINE, sent))

    assert (refused.value.line, refused.value.field) == (3, missing)


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("generalLedgerAccount", None, "generalLedgerAccount"),
        ("generalLedgerAccount", {"key": 1}, "generalLedgerAccount.code"),
        ("generalLedgerAccount", {"code": None}, "generalLedgerAccount.code"),
        ("generalLedgerAccount", {"code": 4000}, "generalLedgerAccount.code"),
        ("generalLedgerAccount", {"code": "4" * 300}, "generalLedgerAccount.code"),
        ("costCenter", "K100", "costCenter"),
        ("costUnit", {"code": 1}, "costUnit.code"),
        ("payrollComponent", {"key": 2**31}, "payrollComponent.key"),
    ],
)
def test_a_misshapen_field_is_named(field, value, named):
    with pytest.raises(LoketUnreadable) as refused:
        decoding.decode_results(results_body(LINE | {field: value}))

    assert (refused.value.line, refused.value.field) == (1, named)


GOOD = results_body(LINE)
BAD_BODIES = {
    "empty": b"",
    "white space": b"  \r\n",
    "byte order mark": b"\xef\xbb\xbf" + GOOD,
    "UTF-16": GOOD.decode().encode("utf-16"),
    "Latin-1": GOOD.decode().encode("latin-1"),
    "HTML": b"<!doctype html><title>Storing</title>",
    "plain text": b"OK",
    "null": b"null",
    "number": b"12",
    "string": b'"x"',
    "bare list": as_json([LINE]),
    "no rows": as_json({"totalSize": 0}),
    "rows null": as_json(envelope([]) | {"_embedded": None}),
    "rows object": as_json(envelope([]) | {"_embedded": {}}),
    "row null": as_json(envelope([None])),
    "no total": as_json({"_embedded": [LINE]}),
    "total null": results_body(LINE, totalSize=None),
    "total text": results_body(LINE, totalSize="1"),
    "total negative": results_body(LINE, totalSize=-1),
    "total fraction": results_body(LINE, totalSize=1.5),
    "NaN": line_with("debetAmount", "NaN"),
    "Infinity": line_with("debetAmount", "-Infinity"),
    "leading zero": line_with("debetAmount", "012.50"),
    "comma": line_with("debetAmount", "12,50"),
    "two documents": GOOD + GOOD,
    "trailing text": GOOD + b"x",
    "raw NUL": GOOD.replace(b"Bruto", b"Br\x00to"),
    "escaped NUL": GOOD.replace(b"Bruto", b"Br\\u0000to"),
    "NUL in a key": GOOD.replace(b'"messages"', b'"mess\\u0000ages"'),
    "lone high surrogate": GOOD.replace(b"Bruto", b"Br\\ud800to"),
    "lone low surrogate": GOOD.replace(b"Bruto", b"Br\\udc00to"),
    "raw surrogate": GOOD.replace(b"Bruto", b"Br\xed\xa0\x80to"),
    "amount twice": GOOD.replace(b'"creditAmount"', b'"debetAmount": 1, "creditAmount"'),
    "amount twice, disguised": GOOD.replace(
        b'"creditAmount"', b'"debet\\u0041mount": 1, "creditAmount"'
    ),
    "code twice": GOOD.replace(b'"code"', b'"code": "1", "code"', 1),
    "account twice": GOOD.replace(
        b'"costUnit"', b'"generalLedgerAccount": {"code":"1"},"costUnit"'
    ),
    "cost center twice": GOOD.replace(b'"costUnit"', b'"costCenter": null, "costUnit"'),
    "total twice": GOOD.replace(b'"totalSize"', b'"totalSize": 7, "totalSize"'),
    "rows twice": GOOD.replace(b'"totalSize"', b'"_embedded": [], "totalSize"'),
    "deep unknown field": GOOD.replace(
        b'"messages": []', b'"messages": [], "x": ' + b"[" * 100_000 + b"]" * 100_000
    ),
    "deep messages": GOOD.replace(b'"messages": []', b'"messages": ' + b"[" * 100_000),
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_unreadable_results_are_refused(body):
    with pytest.raises(LoketUnreadable):
        decoding.decode_results(body)


@pytest.mark.parametrize("length", range(len(GOOD)))
def test_results_cut_off_anywhere_are_refused(length):
    with pytest.raises(LoketUnreadable):
        decoding.decode_results(GOOD[:length])


@given(st.binary(max_size=200))
def test_noise_never_gets_further_than_the_domain_error(noise):
    with pytest.raises(LoketUnreadable):
        decoding.decode_results(noise)


@given(st.data())
def test_a_damaged_answer_is_read_or_refused(data):
    body = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))

    with suppress(LoketUnreadable, LoketTooLarge):
        decoding.decode_results(bytes(body))


def test_what_only_looks_ambiguous_is_read():
    body = results_body(
        LINE | {"generalLedgerAccount": {"code": "debetAmount", "description": r"a\u0000 code"}},
        LINE | {"generalLedgerAccount": {"code": "4000", "description": "R&D"}},
    ).replace(b"R&D", b"R\\u0026D")

    first, second = decoding.decode_results(body).rows

    assert (first.account_code, first.account_description) == ("debetAmount", r"a\u0000 code")
    assert second.account_description == "R&D"


@pytest.mark.parametrize("pages", [0, -1, 10**9, None, "two"])
def test_the_number_of_pages_is_never_looked_at(pages):
    assert len(decoding.decode_results(results_body(LINE, totalPages=pages)).rows) == 1


def test_warnings_beside_an_answer_are_kept():
    messages = [{"type": "Warning", "description": " Let op "}, {"type": "New"}, "odd", None]

    page = decoding.decode_results(results_body(LINE, messages=messages))

    assert page.warnings == ("Let op",)
    assert decoding.decode_results(results_body(LINE, messages="odd")).warnings == ()


def test_an_old_version_says_when_it_ends():
    body = results_body(LINE, version={"versionNumber": 1, "obsoleteDate": "2027-01-01"})

    assert decoding.decode_results(body).obsolete_on == "2027-01-01"


def test_more_lines_than_a_journal_can_have_are_refused():
    with pytest.raises(LoketTooLarge):
        decoding.decode_results(results_body(LINE, totalSize=decoding.LINES_MAX + 1))


def test_a_journal_run_is_read_without_names_of_people():
    run = decoding.decode_journal_run(as_json({"content": JOURNAL_RUN}))

    assert run.id == UUID(RUN)
    assert run.payroll_run_id == UUID("d14acd0d-75d7-4fc8-8b22-4a3924585cab")
    assert run.sequence_number == 8
    assert (run.status_key, run.status_text) == (4, "Journaal gereed")
    assert (run.method_key, run.method_text) == (2, "Individueel")
    assert (run.year, run.period_number, run.test_year) == (2026, 1, False)
    assert (run.period_start, run.period_end) == (date(2025, 12, 29), date(2026, 1, 25))
    assert run.removed_at is None
    assert "Jong" not in repr(run)


def test_a_time_without_offset_is_dutch_time():
    run = decoding.decode_journal_run(as_json({"content": JOURNAL_RUN}))

    assert run.requested_at.utcoffset() == timedelta(hours=1)
    assert run.finished_at == datetime.fromisoformat("2026-07-26T09:15:01.123457+00:00")


def with_period(**changes):
    payroll_run = JOURNAL_RUN["payrollRun"]
    period = payroll_run["payrollPeriod"] | changes
    return JOURNAL_RUN | {"payrollRun": payroll_run | {"payrollPeriod": period}}


@pytest.mark.parametrize(
    "sent",
    ["2026-01-25", "2026-01-25T00:00:00", "2026-01-24T23:00:00Z", "2026-01-25T00:00:00+01:00"],
)
def test_a_date_may_come_as_a_date_time(sent):
    run = decoding.decode_journal_run(as_json({"content": with_period(periodEndDate=sent)}))

    assert run.period_end == date(2026, 1, 25)


@pytest.mark.parametrize(
    "sent", ["", "25-01-2026", "2026-02-30", "tomorrow", "0001-01-01T00:00:00+14:00"]
)
def test_a_date_that_is_none_is_refused_with_its_place(sent):
    runs = [JOURNAL_RUN, with_period(periodEndDate=sent)]

    with pytest.raises(LoketUnreadable) as refused:
        decoding.decode_journal_runs(as_json(envelope(runs)))

    assert (refused.value.line, refused.value.field) == (2, "periodEndDate")


@pytest.mark.parametrize(
    "spelling",
    [
        EMPLOYER,
        EMPLOYER.lower(),
        EMPLOYER.replace("-", ""),
        f"{{{EMPLOYER}}}",
        f"({EMPLOYER.lower()})",
    ],
)
def test_every_spelling_of_an_id_is_the_same_id(spelling):
    employer = {
        "id": spelling,
        "companyName": "Voorbeeld B.V.",
        "employerNumber": 20720,
        "chamberOfCommerceNumber": None,
        "address": {"city": "Leiden", "country": {"key": 1}},
    }

    (row,) = decoding.decode_employers(as_json(envelope([employer]))).rows

    assert row == Employer(UUID(EMPLOYER), "Voorbeeld B.V.", 20720, None, "Leiden")


@pytest.mark.parametrize("spelling", ["", "../../x", "12", EMPLOYER + "\n", EMPLOYER[:-1] + "G", 5])
def test_what_is_no_id_is_refused(spelling):
    employer = {"id": spelling, "companyName": "Voorbeeld B.V.", "employerNumber": 20720}

    with pytest.raises(LoketUnreadable) as refused:
        decoding.decode_employers(as_json(envelope([employer])))

    assert (refused.value.line, refused.value.field) == (1, "id")


def test_a_payroll_administration_is_read():
    sent = {
        "id": EMPLOYER,
        "name": "ABC maand",
        "payrollTaxesNumber": "111111110L46",
        "payrollPeriodType": {"key": 1, "value": "Maand"},
        "endDate": "2026-12-31",
        "contact": {"name": "Henk de Vries"},
    }

    (row,) = decoding.decode_payroll_administrations(as_json(envelope([sent]))).rows

    assert row == PayrollAdministration(
        UUID(EMPLOYER), "ABC maand", "111111110L46", 1, "Maand", date(2026, 12, 31)
    )


@pytest.mark.parametrize(
    "body",
    [
        as_json(envelope([JOURNAL_RUN])).replace(
            b'"sequenceNumber"', b'"id": "1", "sequenceNumber"'
        ),
        as_json(envelope([JOURNAL_RUN])).replace(b"gereed", b"ge\\u0000reed"),
        as_json(envelope([JOURNAL_RUN | {"sequenceNumber": 4.0}])),
        as_json(envelope([JOURNAL_RUN | {"sequenceNumber": True}])),
        as_json(envelope([JOURNAL_RUN | {"sequenceNumber": 2**31}])),
        as_json(envelope([with_period(testYear=None)])),
        as_json(envelope([with_period(testYear=0)])),
        as_json(envelope([JOURNAL_RUN | {"requestTime": "yesterday"}])),
    ],
)
def test_unreadable_runs_are_refused(body):
    with pytest.raises(LoketUnreadable):
        decoding.decode_journal_runs(body)


@pytest.mark.parametrize(
    ("run", "field"),
    [
        (JOURNAL_RUN | {"sequenceNumber": -1}, "sequenceNumber"),
        (with_period(year=-1), "payrollRun.payrollPeriod.year"),
        (with_period(year=2**15), "payrollRun.payrollPeriod.year"),
        (with_period(periodNumber=-1), "payrollRun.payrollPeriod.periodNumber"),
        (with_period(periodNumber=2**15), "payrollRun.payrollPeriod.periodNumber"),
    ],
)
def test_a_number_that_no_column_holds_is_refused_with_its_place(run, field):
    with pytest.raises(LoketUnreadable) as refused:
        decoding.decode_journal_runs(as_json(envelope([JOURNAL_RUN, run])))

    assert (refused.value.line, refused.value.field) == (2, field)


def test_a_period_type_with_a_negative_key_is_refused():
    sent = {"id": EMPLOYER, "name": "ABC", "payrollPeriodType": {"key": -1, "value": "Maand"}}

    with pytest.raises(LoketUnreadable) as refused:
        decoding.decode_payroll_administrations(as_json(envelope([sent])))

    assert refused.value.field == "payrollPeriodType.key"


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("payrollComponent", "description"),
        ("generalLedgerAccount", "code"),
        ("costCenter", "code"),
        ("costUnit", "code"),
    ],
)
def test_what_its_column_does_not_hold_is_refused(field: str, name: str):
    def body(length: int) -> bytes:
        told = {"key": 1, "code": "1", "description": "x", name: "x" * length}
        return results_body(LINE | {field: told})

    assert decoding.decode_results(body(50)).rows
    with pytest.raises(LoketUnreadable):
        decoding.decode_results(body(51))
