"""Back to Loket: tell that a run can't be booked, try a message again, try the right again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from connections.lifecycle import live_connection
from connections.models import Connection
from finmaster.errors import UserError
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from loket_import.client import MESSAGE_MAX_CHARS
from loket_import.models import JournalRun
from loket_import.preview import preview
from loket_import.reporting.outbox import ReportRefused, allow_again, refuse_run, send_again
from loket_import.reporting.refusal import AMOUNT, refusal_reason
from loket_import.views.content import frame, run_or_404
from loket_import.views.gate import with_connection


class RefusalForm(forms.Form):
    """What the payroll staff reads at Loket."""

    message = forms.CharField(
        label=_("Message to Loket.nl"),
        max_length=MESSAGE_MAX_CHARS,
        # Loket's users are Dutch, whatever language this screen is in.
        widget=forms.Textarea(attrs={"rows": 4, "lang": "nl"}),
        error_messages={"required": _("Say why the run can't be booked.")},
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        shown = str(self.data.get("message", "") if self.is_bound else self.initial["message"])
        self.fields["message"].help_text = gettext(
            "%(count)s of at most %(most)s characters used. The payroll staff reads this in "
            "Loket.nl: no amounts and no names of employees."
        ) % {"count": len(shown), "most": MESSAGE_MAX_CHARS}

    def clean_message(self) -> str:
        """The message on one line; an amount has no place in it."""
        message = " ".join(str(self.cleaned_data["message"]).split())
        if AMOUNT.search(message):
            raise forms.ValidationError(
                gettext("Leave amounts out: others than you read this message.")
            )
        return message


@requires(Role.BOOKKEEPER)
@with_connection(employer=True, payroll=True)
def refuse(request: AdministrationRequest, connection: Connection, run_id: int) -> HttpResponse:
    """Tell Loket that a run can't be booked, with a reason to change as one likes."""
    run = run_or_404(connection, run_id)
    form = RefusalForm(request.POST or None, initial={"message": reason_of(run, connection)})
    trouble: ReportRefused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            refuse_run(run.pk, connection=connection, user=request.user, **form.cleaned_data)
        except ReportRefused as error:
            trouble = error
        else:
            messages.success(
                request, gettext("Loket.nl is being told that this run can't be booked.")
            )
            return redirect("loket_import:content", request.administration.slug, run.pk)
    return render(
        request,
        "loket_import/refuse.html",
        frame(request, connection, run)
        | {
            "form": form,
            "trouble": trouble,
            "is_forbidden": connection.may_report is False,
        },
        status=422 if trouble or form.errors else 200,
    )


def reason_of(run: JournalRun, connection: Connection) -> str:
    """Why the run can't be booked now; empty when nothing is in the way, or nothing is known."""
    try:
        seen = preview(run, connection)
    except UserError:
        return ""
    if seen is None or not seen.proposal.errors:
        return ""
    return refusal_reason(seen.proposal.errors, seen.lines)


@require_POST
@requires(Role.BOOKKEEPER)
def retry(request: AdministrationRequest, run_id: int) -> HttpResponse:
    """Try the newest message of a run once more."""
    run = get_object_or_404(JournalRun, pk=run_id)
    if send_again(run.pk):
        messages.success(request, gettext("Loket.nl is being told again."))
    else:
        messages.info(request, gettext("There is nothing left to tell Loket.nl."))
    return redirect("loket_import:content", request.administration.slug, run.pk)


@require_POST
@requires(Role.MANAGER)
def allow(request: AdministrationRequest) -> HttpResponse:
    """Try whether the Loket user has the right by now, with what it was refused for."""
    connection = live_connection()
    if connection is None:
        return redirect("connections:connections", request.administration.slug)
    count = allow_again(connection)
    if count:
        told = ngettext(
            "%(count)s message is being sent to Loket.nl. This page says whether it was allowed.",
            "%(count)s messages are being sent to Loket.nl. This page says whether they were "
            "allowed.",
            count,
        )
    else:
        told = gettext("The next run that is booked shows whether Loket.nl allows it.")
    messages.success(request, told % {"count": count})
    return redirect("connections:connection", request.administration.slug, connection.pk)
