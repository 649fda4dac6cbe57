"""Answer on the spot what the codes of a run stand for; each answer is kept for ever."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from connections.models import ChartMode, Connection
from finmaster.errors import UserError
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from loket_import.answers_form import AnswerForm, choices
from loket_import.cures import open_questions
from loket_import.preview import preview
from loket_import.views.content import frame, run_or_404
from loket_import.views.gate import with_connection


@requires(Role.BOOKKEEPER)
@with_connection(employer=True, payroll=True)
def cures(request: AdministrationRequest, connection: Connection, run_id: int) -> HttpResponse:
    """All open questions of a run in one list."""
    run = run_or_404(connection, run_id)
    page = redirect("loket_import:content", request.administration.slug, run.pk)
    try:
        seen = preview(run, connection)
    except UserError:
        # The page of the run says what is in the way.
        return page
    questions = open_questions(seen) if seen else []
    if not questions:
        return page
    may_create = request.role.includes(Role.MANAGER)
    options = choices()
    forms = [
        AnswerForm(request.POST or None, question=one, choices=options, may_create=may_create)
        for one in questions
    ]
    # Every form is looked at, so that all that is wrong is said at once.
    if request.method == "POST" and not any([not form.is_valid() for form in forms]):  # noqa: C419
        answered = sum(form.answer(request.user) for form in forms)
        messages.success(
            request,
            ngettext("%(count)s answer kept.", "%(count)s answers kept.", answered)
            % {"count": answered},
        )
        return page
    return render(
        request,
        "loket_import/cures.html",
        frame(request, connection, run)
        | {
            "forms": forms,
            "may_create": may_create,
            "transposes": connection.chart_mode == ChartMode.TRANSPOSE,
            "has_errors": any(form.errors for form in forms),
        },
        status=422 if any(form.errors for form in forms) else 200,
    )
