"""The suggestions of a run that are sure, looked at together and accepted with one press."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from connections.models import ChartMode, Connection, MappingOrigin
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from loket_import.questions.answering import Answerer, keep_target
from loket_import.questions.cures import Question, read_key
from loket_import.questions.overtaken import SentAnswer, overtaken
from loket_import.suggestions.loading import load_evidence, suggestions_for
from loket_import.suggestions.ranking import Suggestion
from loket_import.views.content import frame, run_or_404
from loket_import.views.cures import questions_of, tell_kept
from loket_import.views.gate import with_connection

# Django reads a thousand fields of a form. What comes after these is offered next.
MOST_OFFERS = 500


@dataclass(frozen=True, slots=True)
class Offer:
    """A sure suggestion. `value` names all that was shown: another target is another offer."""

    question: Question
    suggestion: Suggestion

    @property
    def value(self) -> str:
        """The key of the question, and the id, code and name of the target."""
        target = self.suggestion.target
        return f"{self.question.key} {target.id} {target}"


@requires(Role.BOOKKEEPER)
@with_connection(employer=True, payroll=True)
def sure_suggestions(
    request: AdministrationRequest, connection: Connection, run_id: int
) -> HttpResponse:
    """The sure suggestions, ticked; those that stay ticked are taken over."""
    run = run_or_404(connection, run_id)
    to_questions = redirect("loket_import:cures", request.administration.slug, run.pk)
    questions = questions_of(run, connection)
    if questions is None:
        return to_questions
    offers = offers_of(questions, user_id=request.user.pk)
    ticked = request.POST.getlist("accept")
    if ticked:
        accept(request, ticked, offers, questions, ChartMode(connection.chart_mode))
        return to_questions
    if not offers:
        return to_questions
    nothing_ticked = request.method == "POST"
    return render(
        request,
        "loket_import/sure_suggestions.html",
        frame(request, connection, run)
        | {
            "offers": offers[:MOST_OFFERS],
            "more": len(offers[MOST_OFFERS:]),
            "nothing_ticked": nothing_ticked,
        },
        status=422 if nothing_ticked else 200,
    )


def offers_of(questions: Iterable[Question], *, user_id: int) -> list[Offer]:
    """The questions that have a sure suggestion, with it."""
    questions = list(questions)
    evidence = load_evidence(questions, user_id=user_id)
    return [
        Offer(question, suggestion)
        for question in questions
        for suggestion in suggestions_for(question, evidence)
        if suggestion.is_sure
    ]


def accept(
    request: AdministrationRequest,
    ticked: Iterable[str],
    offers: Iterable[Offer],
    questions: Iterable[Question],
    mode: ChartMode,
) -> None:
    """Keep what was ticked as it was shown; say it of each that is not offered like that any more.

    A colleague may have answered meanwhile, or a target have been renamed or blocked.
    """
    offered = {offer.value: offer for offer in offers}
    still_asked = {question.key: question for question in questions}
    by = Answerer(request.user, MappingOrigin.SUGGESTION)
    kept = 0
    late: dict[str, SentAnswer] = {}
    for value in dict.fromkeys(ticked):
        if offer := offered.get(value):
            first = keep_target(offer.question, offer.suggestion.target.id, by)
            if first:
                messages.warning(request, first.told())
            else:
                kept += 1
            continue
        key, target_id, label = (*value.split(" ", 2), "", "")[:3]
        if key in still_asked:
            messages.warning(request, not_offered(still_asked[key], label))
        elif read_key(key):
            late[key] = SentAnswer(target=target_id)
    came_same, told = overtaken(late, questions, mode)
    for text in told:
        messages.warning(request, text)
    tell_kept(request, kept + came_same)


def not_offered(question: Question, label: str) -> str:
    """That a suggestion is no longer sure, or no longer the same."""
    return _(
        "%(code)s was not linked to %(target)s: that suggestion changed in the meantime. Look at "
        "it once more."
    ) % {"code": question.code, "target": label or "?"}
