"""Answer on the spot what the codes of a run stand for; each answer is kept for ever."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from connections.mapping import Dimension
from connections.models import ChartMode, Connection
from finmaster.errors import UserError
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from loket_import.models import JournalRun
from loket_import.preview import preview
from loket_import.questions.answers_form import AnswerForm
from loket_import.questions.cures import Question, open_questions
from loket_import.questions.overtaken import overtaken, sent_answers
from loket_import.questions.typed_target import TypedTarget, list_id
from loket_import.suggestions.loading import load_evidence, suggestions_for
from loket_import.views.content import frame, run_or_404
from loket_import.views.gate import with_connection

# A question has seven fields at most, and Django reads a thousand of a form.
QUESTIONS_PER_PAGE = 50


@requires(Role.BOOKKEEPER)
@with_connection(employer=True, payroll=True)
def cures(request: AdministrationRequest, connection: Connection, run_id: int) -> HttpResponse:
    """The open questions of a run with suggestions to answer them, so many at a time."""
    run = run_or_404(connection, run_id)
    page = redirect("loket_import:content", request.administration.slug, run.pk)
    questions = questions_of(run, connection)
    if questions is None:
        # The page of the run says what is in the way.
        return page
    mode = ChartMode(connection.chart_mode)
    came_same, told = overtaken(sent_answers(request.POST), questions, mode)
    for text in told:
        messages.warning(request, text)
    start = asked_start(request)
    asked = asked_now(questions, start, request.POST)
    if not asked:
        tell_kept(request, came_same)
        return page
    evidence = load_evidence(questions, user_id=request.user.pk)
    suggestions = {one.key: suggestions_for(one, evidence) for one in questions}
    may_create = request.role.includes(Role.MANAGER)
    targets = {dimension: found.targets for dimension, found in evidence.items()}
    forms = [
        AnswerForm(
            request.POST or None,
            question=one,
            targets=targets,
            suggestions=suggestions[one.key],
            may_create=may_create,
        )
        for one in asked
    ]
    following = len(questions[start + QUESTIONS_PER_PAGE :])
    nothing_chosen = False
    # Every form is looked at, so that all that is wrong is said at once.
    if request.method == "POST" and not any([not form.is_valid() for form in forms]):  # noqa: C419
        answered = [form for form in forms if form.is_answered]
        nothing_chosen = not (answered or came_same or told)
        if not nothing_chosen:
            keep(request, answered, came_same=came_same)
            left_open = start + len(asked) - len(answered)
            return redirect(f"{request.path}?vanaf={left_open}") if following else page
    has_errors = nothing_chosen or any(form.errors for form in forms)
    return render(
        request,
        "loket_import/cures.html",
        frame(request, connection, run)
        | {
            "forms": forms,
            "lists": [(list_id(one), targets[one]) for one in typed_dimensions(forms)],
            "sure_count": sum(any(s.is_sure for s in found) for found in suggestions.values()),
            "total": len(questions),
            "following": following,
            "following_url": f"{request.path}?vanaf={start + len(asked)}",
            "may_create": may_create,
            "may_answer": any(form.fields for form in forms),
            "transposes": mode == ChartMode.TRANSPOSE,
            "nothing_chosen": nothing_chosen,
            "has_errors": has_errors,
        },
        status=422 if has_errors else 200,
    )


def questions_of(run: JournalRun, connection: Connection) -> list[Question] | None:
    """The open questions of a run; None when something is in the way of looking."""
    try:
        seen = preview(run, connection)
    except UserError:
        return None
    return open_questions(seen) if seen else []


def typed_dimensions(forms: Sequence[AnswerForm]) -> list[Dimension]:
    """Of which dimensions something can be typed in these forms, each once."""
    found = {
        field.dimension
        for form in forms
        for field in form.fields.values()
        if isinstance(field, TypedTarget)
    }
    return sorted(found)


def keep(request: AdministrationRequest, answered: Sequence[AnswerForm], *, came_same: int) -> None:
    """Keep the answers and say how many; and of each that a colleague's came before, that it did.

    `came_same` counts answers that a colleague gave as well.
    """
    kept = came_same
    for form in answered:
        if first := form.answer(request.user):
            messages.warning(request, first.told())
        else:
            kept += 1
    tell_kept(request, kept)


def tell_kept(request: AdministrationRequest, kept: int) -> None:
    """Say how many answers were kept, if any were."""
    if kept:
        messages.success(
            request,
            ngettext("%(count)s answer kept.", "%(count)s answers kept.", kept) % {"count": kept},
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
