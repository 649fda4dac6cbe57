"""The button 'Boeken': the run as it was seen, or nothing."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from connections.models import Connection
from finmaster.errors import UserError
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from loket_import.booking import SENTENCES, is_status_as_seen, live_booking, order_booking
from loket_import.orders import read_look, unseen_warnings
from loket_import.preview import Preview, preview
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
        if seen is None or (refusal := refusal_of(seen, request.POST)):
            messages.warning(request, str(SENTENCES[refusal if seen else "changed_in_loket"]))
            look = urlencode({"gezien": request.POST.get("look", "")})
            return redirect(f"{page.url}?{look}")
        order_booking(seen, user=request.user)
    except UserError as trouble:
        messages.error(request, str(trouble))
    return page


def refusal_of(seen: Preview, posted: QueryDict) -> str:
    """Why what is there now is not what was seen when the button was made; empty if it is."""
    look = read_look(posted.get("look", ""))
    if look and look.content_id != seen.content.pk:
        return "changed_in_loket"
    if look and not is_status_as_seen(seen.run, look):
        return "not_ready"
    is_other = seen.hash != posted.get("seen")
    # A button that names no warnings was made when there were none.
    if is_other or unseen_warnings(seen.proposal, (look and look.warnings) or ()):
        return "changed_here"
    return ""
