"""The button 'Bevestig': a person overrules a problem, by its key, and stands for it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from connections.models import Connection
from finmaster.errors import UserError
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from loket_import.booking import live_booking
from loket_import.judging.confirmations import confirm as keep_word
from loket_import.preview import preview
from loket_import.views.content import run_or_404
from loket_import.views.gate import with_connection


@require_POST
@requires(Role.BOOKKEEPER)
@with_connection(employer=True, payroll=True)
def confirm(request: AdministrationRequest, connection: Connection, run_id: int) -> HttpResponse:
    """Keep who confirmed a problem that the run has now; another one is not taken for it."""
    run = run_or_404(connection, run_id)
    page = redirect("loket_import:content", request.administration.slug, run.pk)
    if live_booking(run):
        return page
    key = request.POST.get("problem", "")
    try:
        seen = preview(run, connection)
    except UserError:
        # The page of the run says what is in the way.
        return page
    if seen and key and any(key == problem.confirmation for problem in seen.proposal.problems):
        keep_word(run, key, user=request.user)
        messages.success(
            request,
            _("Your confirmation is kept, with your name and the time. Nothing is booked yet."),
        )
    else:
        messages.warning(
            request,
            _(
                "What you confirmed has changed since you looked at it, so it was not kept. Look "
                "at the run again."
            ),
        )
    return page
