"""Count a booking over again: Loket's stored lines against the lines in the books, by account.

From the rows themselves and not from what was noted when it was booked; only what a code stood for
comes from there. The database adds up, however many lines there are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import DecimalField, F, Sum, Value
from django.db.models.functions import Greatest

from finmaster.tenancy import administration_in_scope
from ledger.models import JournalLine
from loket_import.amounts import ZERO
from loket_import.models import RunLine
from loket_import.proof.keeping import KeptMapping

# Debit and credit in euros.
Sides = tuple[Decimal, Decimal]

NOTHING: Sides = (ZERO, ZERO)
NOUGHT = Value(ZERO, output_field=DecimalField(max_digits=18, decimal_places=6))


@dataclass(frozen=True, slots=True)
class BookedSides:
    """What stands in the books on an account, by its present name."""

    account: str
    sides: Sides


@dataclass(frozen=True, slots=True)
class Compared:
    """An account on both sides. `account` is empty for codes of which nothing was kept."""

    account: str
    loket_codes: tuple[str, ...]
    loket: Sides
    booked: Sides

    @property
    def is_equal(self) -> bool:
        """Whether debit and credit agree to the cent, and it is known what the codes stood for."""
        return bool(self.account) and self.loket == self.booked


def compared(
    loket: Mapping[str, Sides], kept: Iterable[KeptMapping], booked: Mapping[int, BookedSides]
) -> list[Compared]:
    """Both sides of each account, in order of its name; what can't be placed comes last.

    `loket` goes by Loket's trimmed account code, `booked` by the id of the account; `kept` says
    which code was booked on which account.
    """
    placed = {one.loket_code: one for one in kept}
    codes: dict[int, list[str]] = {}
    names: dict[int, str] = {}
    strays: list[str] = []
    for code, sides in sorted(loket.items()):
        one = placed.get(code)
        if one is not None and one.target_id is not None:
            codes.setdefault(one.target_id, []).append(code)
            names[one.target_id] = f"{one.code} {one.name}"
        elif sides != NOTHING:
            # Without an amount a line is not booked, and it need not stand for anything.
            strays.append(code)
    names |= {account: found.account for account, found in booked.items()}
    rows = [
        Compared(
            account=name,
            loket_codes=tuple(codes.get(account, ())),
            loket=added(loket[code] for code in codes.get(account, ())),
            booked=booked[account].sides if account in booked else NOTHING,
        )
        for account, name in names.items()
    ]
    rows.sort(key=lambda row: row.account)
    if strays:
        rows.append(Compared("", tuple(strays), added(loket[code] for code in strays), NOTHING))
    return rows


def added(sides: Iterable[Sides]) -> Sides:
    """The sum of both sides."""
    debit, credit = NOTHING
    for one in sides:
        debit, credit = debit + one[0], credit + one[1]
    return debit, credit


def loket_sides(content_id: int) -> dict[str, Sides]:
    """What Loket sent, by its trimmed account code; a negative amount counts on the other side."""
    rows = (
        RunLine.objects.filter(content_id=content_id)
        .values("account_code")
        .annotate(
            to_debit=Sum(Greatest(F("debit"), NOUGHT) + Greatest(-F("credit"), NOUGHT)),
            to_credit=Sum(Greatest(F("credit"), NOUGHT) + Greatest(-F("debit"), NOUGHT)),
        )
        .order_by()
    )
    found: dict[str, Sides] = {}
    for row in rows:
        # Loket: codes are text and its API does not trim them.
        code = row["account_code"].strip()
        found[code] = added([found.get(code, NOTHING), (row["to_debit"], row["to_credit"])])
    return found


def booked_sides(entry_id: int) -> dict[int, BookedSides]:
    """What an entry holds on each account, by the id of the account."""
    rows = (
        JournalLine.objects.filter(entry_id=entry_id)
        .values("account_id", "account__code", "account__name")
        .annotate(to_debit=Sum("debit"), to_credit=Sum("credit"))
        .order_by()
    )
    return {
        row["account_id"]: BookedSides(
            f"{row['account__code']} {row['account__name']}", (row["to_debit"], row["to_credit"])
        )
        for row in rows
    }


def answer_hash(content_id: int) -> str:
    """SHA-256 in hex over the stored answers of Loket; see `schemas.RunResults.answer_sha256`.

    Made by the database, for the bodies may be megabytes.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT encode(sha256(coalesce(string_agg(
                       int8send(octet_length(answer.body)::bigint) || answer.body,
                       ''::bytea ORDER BY answer.place), ''::bytea)), 'hex')
              FROM loket_import_runcontent content
              LEFT JOIN unnest(content.pages) WITH ORDINALITY AS answer (body, place) ON true
             WHERE content.administration_id = %s AND content.id = %s
            """,
            [administration_in_scope(), content_id],
        )
        digest: str = cursor.fetchone()[0]
        return digest
