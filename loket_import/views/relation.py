"""How a run relates to earlier ones: together with what is booked, and against what it replaces."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from finmaster.errors import UserError
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from loket_import.booking import live_booking
from loket_import.comparing.relations import relation, relatives_of
from loket_import.models import JournalRun
from loket_import.preview import preview
from loket_import.views.content import frame
from loket_import.wizard import connection_of


@requires(Role.VIEWER)
def relatives(request: AdministrationRequest, run_id: int) -> HttpResponse:
    """The other runs of the payroll run or pay period, and the amounts of both side by side."""
    run = get_object_or_404(JournalRun, pk=run_id)
    connection = connection_of(run)
    if connection is None:
        raise Http404
    booked = live_booking(run)
    try:
        seen = None if booked else preview(run, connection)
    except UserError:
        # Without a journal nothing can be booked; the page of the run says so.
        seen = None
    found = relatives_of(run)
    return render(
        request,
        "loket_import/relation.html",
        frame(request, connection, run)
        | {
            "booked": booked,
            "relatives": found,
            "tables": relation(run, found, booked, seen),
            "run_url": reverse("loket_import:content", args=[request.administration.slug, run.pk]),
        },
    )
