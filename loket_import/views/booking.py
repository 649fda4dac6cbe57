"""The button 'Boeken': the run as it was seen, or nothing."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from connections.models import Connection
from finmaster.errors import UserError
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from loket_import.booking import SENTENCES, live_booking, order_booking
from loket_import.preview import preview
from loket_import.views.content import run_or_404
from loket_import.views.gate import with_connection


@require_POST
@requires(Role.BOOKKEEPER)
@with_connection(employer=True, payroll=True)
def book(request: AdministrationRequest, connection: Connection, run_id: int) -> HttpResponse:
    """Have the run booked. However often it is pressed, by whomever, there is one entry."""
    run = run_or_404(connection, run_id)
    page = redirect("loket_import:content", request.administration.slug, run.pk)
    if booked := live_booking(run):
        messages.info(
            request,
            _("This run is booked already, as %(entry)s. It was not booked again.")
            % {"entry": booked.entry},
        )
        return page
    try:
        seen = preview(run, connection)
        if seen is None or seen.hash != request.POST.get("seen"):
            messages.warning(request, str(SENTENCES["changed_here"]))
        else:
            order_booking(seen, user=request.user)
    except UserError as trouble:
        messages.error(request, str(trouble))
    return page
