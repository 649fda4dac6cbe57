"""Whatever is booked is proved: both sides of its proof agree, condensed or not."""

from contextlib import suppress

from hypothesis import event, given, settings
from hypothesis import strategies as st

from connections.models import Connection
from finmaster.tenancy import administration_scope
from loket_import.booking import book
from loket_import.models import Booking, BookingRules
from loket_import.orders import BookingOrder
from loket_import.preview import preview
from loket_import.proof.keeping import read_proof
from loket_import.proof.verdict import objections
from loket_import.schemas import ResultLine
from loket_import.views.proof import reckon
from tests.loket_import.test_booking_properties import (
    Place,
    Undone,
    balanced,
    lines,
    place,
    stored_run,
)

__all__ = ["place"]


@settings(max_examples=100, deadline=None)
@given(found=lines.map(balanced), condenses=st.booleans())
def test_both_sides_of_the_proof_agree(
    place: Place, found: list[ResultLine], condenses: bool
) -> None:
    with suppress(Undone), administration_scope(place.books.id):
        BookingRules.objects.create(condenses=condenses)
        run = stored_run(found)
        seen = preview(run, Connection.objects.get(pk=place.connection_id))
        assert seen is not None
        if not seen.proposal.is_bookable:
            event("not bookable")
            raise Undone
        event(f"bookable, condensed: {condenses}")
        made = book(run.pk, BookingOrder.of(seen), user_id=place.books.bookkeeper.pk)
        booked = Booking.objects.select_related("run", "content", "entry").get(pk=made.pk)
        kept = read_proof(booked.proof)
        assert kept is not None
        assert kept.options.condenses == condenses

        reckoning = reckon(booked, kept)

        assert objections(reckoning) == []
        assert all(row.is_equal for row in reckoning.rows)
        if condenses:
            covered = {number for sources in kept.sources for number in sources}
            assert covered == {
                number for number, line in enumerate(found, start=1) if line.debit or line.credit
            }
            assert len(kept.sources) == booked.entry.line_count
        assert reckoning.loket == (booked.entry.total, booked.entry.total)
        raise Undone
