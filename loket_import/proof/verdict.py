"""Does it hold? What was kept and what is stored are held against each other. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from loket_import.amounts import exact_text
from loket_import.proof.reckoning import Compared, Sides


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A booking counted over again; `kept` and `hash_kept` are None where no proof was kept.

    `rows` are both sides of each account, none without a proof. `hash_then` was noted when Loket's
    answer came, `hash_kept` when it was booked, `hash_now` is made from the stored bytes.
    """

    rows: tuple[Compared, ...]
    loket: Sides
    booked: Sides
    entry_total: Decimal
    kept: Sides | None
    hash_then: str
    hash_now: str
    hash_kept: str | None

    @property
    def is_answer_whole(self) -> bool:
        """Whether the stored bytes are those that came and that were booked."""
        return {self.hash_then, self.hash_kept or self.hash_then} == {self.hash_now}


def objections(reckoning: Reckoning) -> list[str]:
    """Everything that does not hold, in sentences; none when the booking is proved."""
    return list(_objections(reckoning))


def _objections(found: Reckoning) -> Iterator[str]:
    if found.loket != found.booked:
        yield _("Loket.nl sent %(loket)s, but %(booked)s is booked.") % {
            "loket": _sides(found.loket),
            "booked": _sides(found.booked),
        }
    if {*found.booked} != {found.entry_total}:
        yield _("The entry's total is %(total)s, but its lines add up to %(booked)s.") % {
            "total": exact_text(found.entry_total),
            "booked": _sides(found.booked),
        }
    if found.kept is not None and found.kept != found.booked:
        yield _("When it was booked, %(kept)s was noted; the entry holds %(booked)s now.") % {
            "kept": _sides(found.kept),
            "booked": _sides(found.booked),
        }
    for row in found.rows:
        if not row.is_equal:
            yield _("%(account)s: Loket.nl sent %(loket)s, but %(booked)s is booked.") % {
                "account": row.account
                or _("Codes %(codes)s, of which nothing was kept")
                % {"codes": ", ".join(row.loket_codes)},
                "loket": _sides(row.loket),
                "booked": _sides(row.booked),
            }
    if not found.is_answer_whole:
        yield _(
            "The stored answer of Loket.nl is not the one that was booked: its SHA-256 differs."
        )


def _sides(sides: Sides) -> str:
    """Debit and credit in words."""
    return _("debit %(debit)s and credit %(credit)s") % {
        "debit": exact_text(sides[0]),
        "credit": exact_text(sides[1]),
    }
