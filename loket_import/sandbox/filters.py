"""Loket's ``filter`` and ``orderBy`` query parameters, over rows of plain JSON values.

``filter``: ``field op value`` with eq, ne, lk, gt, ge, lt and le, joined by and/or (and binds
tighter), parentheses allowed; strings and dates in single quotes, nested fields with dots, names
and text values without regard to case. ``orderBy``: ``-companyName,address.houseNumber``.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from .jsontext import iso_instant

Row = Mapping[str, object]
Test = Callable[[Row], bool]
Scalar = str | Decimal | bool | None

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<bracket>[()])|(?P<word>[^\s()']+))", re.ASCII
)
ORDER = re.compile(r"-?[\w.]+(,-?[\w.]+)*", re.ASCII)
ORDERINGS: dict[str, Callable[[str | Decimal, str | Decimal], bool]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
OPERATORS = {"eq", "ne", "lk", *ORDERINGS}


class BadQuery(ValueError):
    """The query string can't be understood; the message says why."""


def apply_filter(rows: Sequence[Row], text: str | None) -> Sequence[Row]:
    """The rows that pass the filter; all without one. ``BadQuery`` when it can't be read."""
    if not text:
        return rows
    test = _Parser(text).parsed()
    return [row for row in rows if test(row)]


def apply_order(rows: Sequence[Row], text: str | None) -> Sequence[Row]:
    """The rows in the order asked for, else as they were. Null comes first, as in SQL Server."""
    if not text:
        return rows
    if not ORDER.fullmatch(text):
        raise BadQuery(f"orderBy '{text}' is not a list of fields")
    ordered = list(rows)
    for name in reversed(text.split(",")):
        ordered.sort(key=_sort_key(name.lstrip("-")), reverse=name.startswith("-"))
    return ordered


def _sort_key(name: str) -> Callable[[Row], tuple[int, Decimal, str]]:
    def key(row: Row) -> tuple[int, Decimal, str]:
        value = _value(row, name)
        if value is None:
            return 0, Decimal(0), ""
        if isinstance(value, str):
            return 1, Decimal(0), value.casefold()
        return 1, Decimal(value), ""

    return key


def _value(row: Row, name: str) -> Scalar:
    """The value at a dotted name; null where a parent is null."""
    value: object = row
    for part in name.split("."):
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise BadQuery(f"Unknown field '{name}'")
        by_name = {key.casefold(): item for key, item in value.items()}
        if part.casefold() not in by_name:
            raise BadQuery(f"Unknown field '{name}'")
        value = by_name[part.casefold()]
    return _scalar(value, name)


def _scalar(value: object, name: str) -> Scalar:
    if isinstance(value, datetime):
        return iso_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, (bool, str, Decimal)):
        return value
    if isinstance(value, int):
        return Decimal(value)
    raise BadQuery(f"Field '{name}' is not a single value")


class _Parser:
    """One pass over the tokens of a filter, from the loosest binding to the tightest."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = self._tokens(text)
        self.position = 0

    @staticmethod
    def _tokens(text: str) -> list[str]:
        tokens, position, text = [], 0, text.strip()
        while position < len(text):
            match = TOKEN.match(text, position)
            if not match:
                raise BadQuery(f"Filter '{text}' has a quote that isn't closed")
            tokens.append(match.group().strip())
            position = match.end()
        return tokens

    def parsed(self) -> Test:
        test = self._either()
        if self.position < len(self.tokens):
            raise BadQuery(f"Unexpected '{self._peek()}' in filter")
        return test

    def _peek(self) -> str | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def _next(self) -> str:
        token = self._peek()
        if token is None:
            raise BadQuery(f"Filter '{self.text}' is not complete")
        self.position += 1
        return token

    def _sees(self, word: str) -> bool:
        if (self._peek() or "").casefold() != word:
            return False
        self.position += 1
        return True

    def _either(self) -> Test:
        tests = [self._both()]
        while self._sees("or"):
            tests.append(self._both())
        return lambda row: any(test(row) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._sees("and"):
            tests.append(self._one())
        return lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        if self._sees("("):
            test = self._either()
            if not self._sees(")"):
                raise BadQuery("A bracket in the filter isn't closed")
            return test
        return self._comparison()

    def _comparison(self) -> Test:
        name, sign, value = self._next(), self._next().casefold(), _literal(self._next())
        if sign not in OPERATORS:
            raise BadQuery(f"Unknown operator '{sign}' in filter")
        return lambda row: _compare(_value(row, name), sign, value, name)


def _literal(token: str) -> Scalar:
    if token.startswith("'"):
        return token[1:-1].replace("''", "'")
    word = token.casefold()
    if word in {"null", "true", "false"}:
        return {"null": None, "true": True, "false": False}[word]
    try:
        return Decimal(token)
    except InvalidOperation as error:
        raise BadQuery(f"Value {token} in filter needs quotes") from error


def _compare(actual: Scalar, sign: str, wanted: Scalar, name: str) -> bool:
    if sign in ("eq", "ne"):
        return (_folded(actual) == _folded(wanted)) is (sign == "eq")
    if actual is None:
        return False
    if sign == "lk" and isinstance(actual, str) and isinstance(wanted, str):
        return wanted.casefold() in actual.casefold()
    if sign in ORDERINGS and type(actual) is type(wanted) and isinstance(actual, (str, Decimal)):
        return ORDERINGS[sign](_folded(actual), _folded(wanted))  # type: ignore[arg-type]
    raise BadQuery(f"Invalid value for field '{name}' with operator '{sign}'")


def _folded(value: Scalar) -> Scalar:
    return value.casefold() if isinstance(value, str) else value
