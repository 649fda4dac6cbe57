"""Answer on the spot what the codes of a run stand for; each answer is kept for ever."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from connections.models import ChartMode, Connection
from finmaster.errors import UserError
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from loket_import.answers_form import AnswerForm, choices
from loket_import.cures import Question, open_questions
from loket_import.preview import preview
from loket_import.views.content import frame, run_or_404
from loket_import.views.gate import with_connection

# A question has four fields at most, and Django reads a thousand of a form.
QUESTIONS_PER_PAGE = 50


@requires(Role.BOOKKEEPER)
@with_connection(employer=True, payroll=True)
def cures(request: AdministrationRequest, connection: Connection, run_id: int) -> HttpResponse:
    """The open questions of a run, so many at a time."""
    run = run_or_404(connection, run_id)
    page = redirect("loket_import:content", request.administration.slug, run.pk)
    try:
        seen = preview(run, connection)
    except UserError:
        # The page of the run says what is in the way.
        return page
    questions = open_questions(seen) if seen else []
    start = asked_start(request)
    asked = asked_now(questions, start, request.POST)
    if not asked:
        return page
    may_create = request.role.includes(Role.MANAGER)
    options = choices()
    forms = [
        AnswerForm(request.POST or None, question=one, choices=options, may_create=may_create)
        for one in asked
    ]
    following = len(questions[start + QUESTIONS_PER_PAGE :])
    # Every form is looked at, so that all that is wrong is said at once.
    if request.method == "POST" and not any([not form.is_valid() for form in forms]):  # noqa: C419
        answered = sum(form.answer(request.user) for form in forms)
        messages.success(
            request,
            ngettext("%(count)s answer kept.", "%(count)s answers kept.", answered)
            % {"count": answered},
        )
        if not following:
            return page
        left_open = start + len(asked) - answered
        return redirect(f"{request.path}?vanaf={left_open}")
    return render(
        request,
        "loket_import/cures.html",
        frame(request, connection, run)
        | {
            "forms": forms,
            "total": len(questions),
            "following": following,
            "may_create": may_create,
            "transposes": connection.chart_mode == ChartMode.TRANSPOSE,
            "has_errors": any(form.errors for form in forms),
        },
        status=422 if any(form.errors for form in forms) else 200,
    )


def asked_start(request: AdministrationRequest) -> int:
    """How many questions were left open on the pages before, as the address says."""
    asked = request.GET.get("vanaf", "")
    return int(asked) if len(asked) < 6 and asked.isascii() and asked.isdigit() else 0


def asked_now(questions: Sequence[Question], start: int, answers: QueryDict) -> list[Question]:
    """The questions of a page, and those that are answered in it.

    The latter may have moved to another page, because a colleague answered some at the same time.
    """
    answered = {name.rpartition("-")[0] for name in answers}
    return [
        one
        for place, one in enumerate(questions)
        if start <= place < start + QUESTIONS_PER_PAGE or one.key in answered
    ]
