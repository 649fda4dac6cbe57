"""From the bytes of Loket's answers to the rows of `schemas`: exact, or refused.

An amount goes from JSON text to Decimal without passing through a float. Nothing is guessed: a
string in the place of an amount, a key that occurs twice or text that no database can hold makes
the answer unreadable. Every function raises LoketUnreadable, or LoketTooLarge.
"""

import json
import re
from collections.abc import Callable
from decimal import Context, Decimal, InvalidOperation
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from loket_import import schemas, wire
from loket_import.errors import LoketTooLarge, LoketUnreadable

LINES_MAX = 200_000
AMOUNT_MAX = Decimal("9999999999.99")
AMOUNT_MIN = -AMOUNT_MAX
INTEGER_MAX = int(AMOUNT_MAX)
DECIMALS_MAX = 6
CENT = Decimal("0.01")
ONE = Decimal(1)
FINEST = ONE.scaleb(-DECIMALS_MAX)
ZERO = Decimal(0)
WIDE = Context(prec=40)

Row = TypeVar("Row")
Sent = TypeVar("Sent")


class Page(Struct, Generic[Row], frozen=True):
    """One page of a list: its rows, and how many rows Loket says there are on all pages."""

    rows: tuple[Row, ...]
    total_size: int
    number: int | None
    obsolete_on: str | None
    warnings: tuple[str, ...]


def decode_employers(body: bytes, first_line: int = 1) -> Page[schemas.Employer]:
    """Read a page of employers; `first_line` numbers the first row in errors."""
    return _decode_list(_EMPLOYERS, wire.Employer.row, body, first_line)


def decode_payroll_administrations(
    body: bytes, first_line: int = 1
) -> Page[schemas.PayrollAdministration]:
    """Read a page of payroll administrations."""
    return _decode_list(_PAYROLL_ADMINISTRATIONS, wire.PayrollAdministration.row, body, first_line)


def decode_journal_runs(body: bytes, first_line: int = 1) -> Page[schemas.JournalRunRow]:
    """Read a page of journal runs."""
    return _decode_list(_JOURNAL_RUNS, wire.JournalRun.row, body, first_line)


def decode_journal_run(body: bytes) -> schemas.JournalRunRow:
    """Read a single journal run."""
    sent = _decoded(_JOURNAL_RUN, body, 1)
    _refuse_ambiguity(body)
    return sent.content.row()


def decode_exports(body: bytes, first_line: int = 1) -> Page[schemas.ExportAttempt]:
    """Read a page of the export audit trail of a run."""
    return _decode_list(_EXPORTS, wire.ExportAttempt.row, body, first_line)


def decode_faults(body: bytes, first_line: int = 1) -> Page[schemas.RunFault]:
    """Read a page of the errors of a run; the employee number in each is not read."""
    return _decode_list(_FAULTS, wire.RunFault.row, body, first_line)


def decode_results(body: bytes, first_line: int = 1) -> Page[schemas.ResultLine]:
    """Read a page of result lines; `first_line` is the number of its first line over all pages.

    Amounts are JSON numbers of at most 6 decimals and 9 999 999 999.99 either way, in any
    notation; an error names the line and the field, never the amount.
    """
    sent = _decoded(_RESULTS, body, first_line)
    _refuse_excess(sent)
    lines = tuple([_line(item, number) for number, item in enumerate(sent.rows, first_line)])
    if _looks_ambiguous(body, sent.rows):
        _refuse_ambiguity(body)
    return _page(sent, lines)


def exact_amount(value: object) -> Decimal | None:
    """The amount that a JSON value stands for, or None where it isn't one that we accept.

    `value` is what the decoder makes of it: an int, or for a number with a point or an exponent
    the Decimal of its digits. Minus zero is zero, and 1E+2 is 100.
    """
    if type(value) is Decimal:
        if value.same_quantum(CENT) and AMOUNT_MIN <= value <= AMOUNT_MAX:
            return value or ZERO
        return _unusual_amount(value)
    if type(value) is int and -INTEGER_MAX <= value <= INTEGER_MAX:
        return Decimal(value)
    return None


def _unusual_amount(value: Decimal) -> Decimal | None:
    """An amount with any other number of decimals than two."""
    if not value.is_finite() or not AMOUNT_MIN <= value <= AMOUNT_MAX:
        return None
    fine = value.quantize(FINEST, context=WIDE)
    if fine != value:
        return None
    exponent = value.as_tuple().exponent
    if not value:
        return ZERO
    if isinstance(exponent, int) and -DECIMALS_MAX <= exponent <= 0:
        return value
    return fine if value % ONE else value.quantize(ONE, context=WIDE)


def _line(sent: wire.ResultLine, number: int) -> schemas.ResultLine:
    debit, credit = exact_amount(sent.debet_amount), exact_amount(sent.credit_amount)
    if debit is None:
        raise _not_an_amount(number, "debetAmount")
    if credit is None:
        raise _not_an_amount(number, "creditAmount")
    account, center, unit = sent.general_ledger_account, sent.cost_center, sent.cost_unit
    component = sent.payroll_component
    return schemas.ResultLine(
        account.code,
        account.description or "",
        center.code if center else None,
        center.description if center else None,
        unit.code if unit else None,
        unit.description if unit else None,
        debit,
        credit,
        component.key if component else None,
        component.description if component else None,
    )


def _not_an_amount(number: int, field: str) -> LoketUnreadable:
    return LoketUnreadable("not an amount that can be taken over exactly", line=number, field=field)


def _decode_list(
    decoder: msgspec.json.Decoder[wire.List[Sent]],
    row: Callable[[Sent], Row],
    body: bytes,
    first_line: int,
) -> Page[Row]:
    sent = _decoded(decoder, body, first_line)
    _refuse_excess(sent)
    _refuse_ambiguity(body)
    return _page(sent, tuple(_rows(sent.rows, row, first_line)))


def _rows(sent: list[Sent], row: Callable[[Sent], Row], first_line: int) -> list[Row]:
    rows = []
    for number, item in enumerate(sent, first_line):
        try:
            rows.append(row(item))
        except LoketUnreadable as problem:
            problem.line = number
            raise
    return rows


def _page(sent: wire.List[Any], rows: tuple[Row, ...]) -> Page[Row]:
    return Page(
        rows=rows,
        total_size=sent.total_size,
        number=sent.current_page if type(sent.current_page) is int else None,
        obsolete_on=sent.version.obsolete_date if sent.version else None,
        warnings=descriptions(sent.messages),
    )


def descriptions(messages: object) -> tuple[str, ...]:
    """The descriptions in an envelope's `messages`, whatever it looks like.

    Loket: `code` may change and the list of types is incomplete, so only the text counts.
    """
    if not isinstance(messages, list):
        return ()
    found = (item.get("description") for item in messages if isinstance(item, dict))
    return tuple(text.strip() for text in found if isinstance(text, str) and text.strip())


def _refuse_excess(sent: wire.List[Any]) -> None:
    if sent.total_size > LINES_MAX or len(sent.rows) > LINES_MAX:
        raise LoketTooLarge(f"more than {LINES_MAX} rows")


# How a faulty answer is told apart from a readable one.


def _decoded(decoder: msgspec.json.Decoder[Sent], body: bytes, first_line: int) -> Sent:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _misshapen(str(error), first_line) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise LoketUnreadable("no valid JSON in UTF-8") from None
    except RecursionError:
        raise LoketUnreadable("JSON nested too deeply") from None


_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`\Z")
_MISSING = re.compile(r"missing required field `(?P<name>[^`]+)`")
_ROW = re.compile(r"_embedded\[(?P<index>\d+)\]\.?")


def _misshapen(explanation: str, first_line: int) -> LoketUnreadable:
    """The error for a validation message such as «Expected `int` … - at `$._embedded[3].key`»."""
    at, missing = _PATH.search(explanation), _MISSING.search(explanation)
    path = at["path"] if at else ""
    row = _ROW.match(path)
    field = ".".join(
        filter(None, [path[row.end() :] if row else path, missing and missing["name"]])
    )
    line = first_line + int(row["index"]) if row else None
    return LoketUnreadable(_PATH.sub("", explanation), line=line, field=field or None)


def _number(digits: str) -> Decimal:
    """The number as it stands in the JSON; one beyond Decimal's reach becomes NaN."""
    try:
        return Decimal(digits)
    except InvalidOperation:
        return Decimal("NaN")


# Escapes that spell ASCII: only they can hide a NUL or the name of a key.
_ASCII_ESCAPE = re.compile(rb"\\u00[0-7]")


def _looks_ambiguous(body: bytes, rows: list[wire.ResultLine]) -> bool:
    """Whether the body may hold a key twice or a NUL: cheap, right when it says no.

    Reading everything again with the standard library's parser costs four times the decoding.
    """
    coded = sum(1 + (row.cost_center is not None) + (row.cost_unit is not None) for row in rows)
    per_line = len(rows)
    return (
        _ASCII_ESCAPE.search(body) is not None
        or body.count(b'"totalSize"') > 1
        or body.count(b'"_embedded"') > 1
        or body.count(b'"code"') > coded
        or any(body.count(name) > per_line for name in _LINE_FIELDS)
    )


_LINE_FIELDS = (
    b'"debetAmount"',
    b'"creditAmount"',
    b'"generalLedgerAccount"',
    b'"costCenter"',
    b'"costUnit"',
)


def _refuse_ambiguity(body: bytes) -> None:
    """Refuse an object with the same key twice, and a NUL, which PostgreSQL can't store."""
    try:
        json.loads(body, object_pairs_hook=_unambiguous, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        raise LoketUnreadable("JSON that can be read in more than one way") from None


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    for name, value in pairs:
        if "\x00" in name or (isinstance(value, str) and "\x00" in value):
            raise LoketUnreadable("a NUL character in a text")
    content = dict(pairs)
    if len(content) != len(pairs):
        raise LoketUnreadable("the same key twice in one object")
    return content


def _decoder(kind: type[Sent]) -> msgspec.json.Decoder[Sent]:
    hook: Callable[[str], Any] = _number
    return msgspec.json.Decoder(kind, float_hook=hook)


_EMPLOYERS = _decoder(wire.List[wire.Employer])
_PAYROLL_ADMINISTRATIONS = _decoder(wire.List[wire.PayrollAdministration])
_JOURNAL_RUNS = _decoder(wire.List[wire.JournalRun])
_JOURNAL_RUN = _decoder(wire.Single[wire.JournalRun])
_EXPORTS = _decoder(wire.List[wire.ExportAttempt])
_FAULTS = _decoder(wire.List[wire.RunFault])
_RESULTS = _decoder(wire.List[wire.ResultLine])
