"""What the Loket client yields: typed, frozen rows, and the fingerprint of a run's lines.

Names of people (who requested, removed or exported a run) are left at the door.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from uuid import UUID

import msgspec
from msgspec import Struct

SOURCE_HASH_VERSION = b"loket-result-lines-1"


class Employer(Struct, frozen=True):
    """An employer that the Loket user may see; the numbers help to recognise the right one."""

    id: UUID
    company_name: str
    employer_number: int
    chamber_of_commerce_number: str | None
    city: str | None


class PayrollAdministration(Struct, frozen=True):
    """A payroll within an employer.

    Loket: period type key 1 is a month, 3 four weeks, 4 a week; other keys may turn up.
    """

    id: UUID
    name: str
    payroll_taxes_number: str | None
    period_type_key: int
    period_type_text: str
    end_date: date | None


class JournalRunRow(Struct, frozen=True):
    """A journal run, without its lines.

    Loket: `sequence_number` ascends over all runs of the payroll administration; `year` is the
    payroll year, which need not be the year of either period date; a run of a test year is no
    real one. Decide on keys, never on Loket's texts. Date-times carry an offset.
    """

    id: UUID
    sequence_number: int
    status_key: int
    status_text: str
    method_key: int
    method_text: str
    payroll_run_id: UUID
    year: int
    period_number: int | None
    period_start: date
    period_end: date
    test_year: bool
    requested_at: datetime
    finished_at: datetime | None
    removed_at: datetime | None


class ExportAttempt(Struct, frozen=True):
    """One row of the export audit trail of a journal run: when, to which application, what came.

    Loket: the keys of the status are documented nowhere, so they are shown and decide nothing;
    `error` is what the receiving application answered, empty unless it failed.
    """

    id: UUID
    at: datetime
    to: str
    status_key: int
    status_text: str
    error: str

    @property
    def succeeded(self) -> bool:
        """Whether the lines may have reached other books: no error is told."""
        return not self.error


class RunFault(Struct, frozen=True):
    """A reason why Loket could not make a journal run; whose wages they are is left at the door."""

    id: UUID
    key: int
    text: str
    component_key: int | None
    component: str
    account_code: str
    account: str
    cost_center_code: str
    cost_center: str
    cost_unit_code: str
    cost_unit: str


class ResultLine(Struct, frozen=True, gc=False):
    """One line of a journal run as Loket sent it, amounts in euros and exact.

    Loket doesn't trim: codes keep their spaces and leading zeros. An amount may be negative (a
    recalculation holds only differences), both sides may be filled, and two lines may be equal.
    A cost centre may have a description and no code: then the line has no cost centre.
    """

    account_code: str
    account_description: str
    cost_center_code: str | None
    cost_center_description: str | None
    cost_unit_code: str | None
    cost_unit_description: str | None
    debit: Decimal
    credit: Decimal
    component_key: int | None
    component_description: str | None


class RunResults(Struct, frozen=True, dict=True):
    """All lines of a journal run, and the answers they came in.

    `pages` holds the bodies exactly as received, after decompression.
    """

    pages: tuple[bytes, ...]
    lines: tuple[ResultLine, ...]

    @cached_property
    def source_hash(self) -> str:
        """The fingerprint of the lines: see `source_hash`."""
        return source_hash(self.lines)

    @cached_property
    def answer_sha256(self) -> str:
        """SHA-256 in hex over the pages in order, each preceded by its length in 8 bytes."""
        digest = hashlib.sha256()
        for page in self.pages:
            digest.update(len(page).to_bytes(8, "big") + page)
        return digest.hexdigest()


def source_hash(lines: Iterable[ResultLine]) -> str:
    """SHA-256 in hex of what the lines say: a re-read run with the same hash has not changed.

    The same lines in another order, with 12.50 written as 12.5 or with accents composed otherwise
    give the same hash; an extra copy of a line, a space in a code or a null for "" do not.
    """
    digest = hashlib.sha256(SOURCE_HASH_VERSION)
    for line in sorted(_canonical(line) for line in lines):
        digest.update(b"\n" + line)
    return digest.hexdigest()


def _canonical(line: ResultLine) -> bytes:
    """One line as JSON without white space, so a newline can only stand between lines."""
    return msgspec.json.encode(
        (
            _composed(line.account_code),
            _composed(line.account_description),
            _composed(line.cost_center_code),
            _composed(line.cost_center_description),
            _composed(line.cost_unit_code),
            _composed(line.cost_unit_description),
            _plain(line.debit),
            _plain(line.credit),
            line.component_key,
            _composed(line.component_description),
        )
    )


def _composed(text: str | None) -> str | None:
    return text if text is None or text.isascii() else unicodedata.normalize("NFC", text)


def _plain(amount: Decimal) -> str:
    """The shortest decimal notation without an exponent; zero has no sign."""
    text = format(amount, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
