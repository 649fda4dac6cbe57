"""The sure suggestions of a run: looked at together, accepted at once, never by themselves."""

from typing import Any

import pytest
from django.test import Client

from connections.mapping import Dimension, add_mapping
from connections.models import (
    AccountMapping,
    ChartMode,
    Connection,
    CostCenterMapping,
    MappingChange,
    MappingOrigin,
)
from finmaster.models import Membership, Role
from finmaster.tenancy import administration_scope
from ledger.models import Account, CostCenter
from loket_import.demo.office import COST_CENTERS
from loket_import.models import JournalRun
from loket_import.sandbox import SandboxServer
from loket_import.suggestions.loading import load_evidence
from tests.books import Books, make_books, make_user
from tests.loket_import.browsing import address, line, said
from tests.loket_import.linked import Linked, make_linked, rows
from tests.pages import client_of, only, statuses


@pytest.fixture
def installer(committed: None, loket: SandboxServer) -> Linked:
    """The installer's office: seven-digit accounts, transposed, and nothing mapped."""
    made = make_linked(
        loket, username="api.vandenberg", employer="Van den Berg", mode=ChartMode.TRANSPOSE
    )
    with made.scope():
        for row in rows("chart.csv"):
            Account.objects.filter(code=row["code"]).update(
                name=row["name"], rgs_code=row["rgs_code"]
            )
        for code, name in COST_CENTERS["van-den-berg"]:
            CostCenter.objects.create(code=code, name=name)
    return made


@pytest.fixture
def first_run(installer: Linked) -> JournalRun:
    """A run of 31 lines or so, of which no code is linked."""
    return installer.fetched(max(installer.loket_runs(4), key=lambda run: len(run.lines)))


@pytest.fixture
def clerk(installer: Linked) -> Client:
    """The installer's bookkeeper."""
    return client_of(installer.books.bookkeeper)


def values(answer: Any) -> list[str]:
    """What the page offers, as its boxes send it."""
    return [offer.value for offer in answer.context["offers"]]


def test_members_who_may_book_see_them(installer: Linked, first_run: JournalRun) -> None:
    page = address(installer, "sure_suggestions", first_run.pk)

    assert statuses(installer.books, page) == only("bookkeeper", "manager")


def test_looking_links_nothing_and_the_boxes_are_ticked(
    installer: Linked, first_run: JournalRun, clerk: Client
) -> None:
    answer = clerk.get(address(installer, "sure_suggestions", first_run.pk))

    html = answer.content.decode()
    assert html.count('type="checkbox" name="accept"') == len(values(answer)) > 10
    assert html.count(" checked>") == len(values(answer))
    with installer.scope():
        assert not AccountMapping.objects.exists()


def test_what_stays_ticked_is_linked_and_the_rest_stays_open(
    installer: Linked, first_run: JournalRun, clerk: Client
) -> None:
    page = address(installer, "sure_suggestions", first_run.pk)
    shown = clerk.get(page)
    unticked, *ticked = shown.context["offers"]

    answer = clerk.post(page, {"accept": [offer.value for offer in ticked]})

    assert answer.headers["Location"] == address(installer, "cures", first_run.pk)
    assert said(answer) == [f"{len(ticked)} antwoorden opgeslagen."]
    with installer.scope():
        mappings = {one.loket_code: one for one in AccountMapping.objects.all()}
        history = MappingChange.objects.values_list("origin", "changed_by_id")
        assert set(history) == {("suggestion", installer.books.bookkeeper.pk)}
    assert {code: one.account_id for code, one in mappings.items()} == {
        offer.question.code: offer.suggestion.target.id for offer in ticked
    }
    assert {one.origin for one in mappings.values()} == {MappingOrigin.SUGGESTION}
    assert unticked.question.code not in mappings


def test_nothing_ticked_is_refused(installer: Linked, first_run: JournalRun, clerk: Client) -> None:
    answer = clerk.post(address(installer, "sure_suggestions", first_run.pk))

    assert answer.status_code == 422
    assert "niets aangevinkt" in answer.content.decode()
    with installer.scope():
        assert not AccountMapping.objects.exists()


def test_a_suggestion_that_changed_since_it_was_shown_is_not_kept(
    installer: Linked, first_run: JournalRun, clerk: Client
) -> None:
    page = address(installer, "sure_suggestions", first_run.pk)
    offer = next(
        one for one in clerk.get(page).context["offers"] if one.suggestion.target.code == "4000"
    )
    with installer.scope():
        Account.objects.filter(code="4000").update(name="Lonen directie")

    answer = clerk.post(page, {"accept": [offer.value]})

    (told,) = said(answer)
    assert offer.question.code in told
    assert "4000 Bruto lonen" in told
    with installer.scope():
        assert not AccountMapping.objects.exists()


def test_what_was_blocked_since_is_not_kept(
    installer: Linked, first_run: JournalRun, clerk: Client
) -> None:
    page = address(installer, "sure_suggestions", first_run.pk)
    offer = clerk.get(page).context["offers"][0]
    with installer.scope():
        Account.objects.filter(pk=offer.suggestion.target.id).update(is_blocked=True)

    assert len(said(clerk.post(page, {"accept": [offer.value]}))) == 1
    with installer.scope():
        assert not AccountMapping.objects.exists()


@pytest.mark.parametrize("same", [True, False])
def test_a_colleague_who_was_first_is_told_of(
    installer: Linked, first_run: JournalRun, clerk: Client, same: bool
) -> None:
    page = address(installer, "sure_suggestions", first_run.pk)
    offer = clerk.get(page).context["offers"][0]
    with installer.scope():
        target = offer.suggestion.target.id if same else Account.objects.get(code="4395").pk
        add_mapping(
            Dimension.ACCOUNT,
            loket_code=offer.question.code,
            loket_description="",
            target_id=target,
            user=installer.books.manager,
        )

    (told,) = said(clerk.post(page, {"accept": [offer.value]}))

    assert ("niet bewaard" in told) is not same
    with installer.scope():
        assert AccountMapping.objects.get().account_id == target


@pytest.mark.parametrize("value", ["", "x", "account-", "account-34 1 4000 Lonen", "account-zz 1"])
def test_what_was_never_offered_is_not_kept(
    installer: Linked, first_run: JournalRun, clerk: Client, value: str
) -> None:
    answer = clerk.post(address(installer, "sure_suggestions", first_run.pk), {"accept": value})

    assert answer.status_code == 302
    with installer.scope():
        assert not AccountMapping.objects.exists()


def test_a_pair_of_other_code_and_target_is_not_kept(
    installer: Linked, first_run: JournalRun, clerk: Client
) -> None:
    page = address(installer, "sure_suggestions", first_run.pk)
    first, second = clerk.get(page).context["offers"][:2]
    swapped = f"{first.question.key} {second.value.split(' ', 1)[1]}"

    answer = clerk.post(page, {"accept": swapped})

    assert len(said(answer)) == 1
    with installer.scope():
        assert not AccountMapping.objects.exists()


def test_a_run_without_sure_suggestions_leads_to_its_questions(
    linked: Linked, bookkeeper: Client, puzzling: JournalRun
) -> None:
    answer = bookkeeper.get(address(linked, "sure_suggestions", puzzling.pk))

    assert answer.headers["Location"] == address(linked, "cures", puzzling.pk)


def test_a_run_of_which_nothing_is_linked_is_ready_within_fifteen_interactions(
    installer: Linked, first_run: JournalRun, clerk: Client
) -> None:
    presses = 1  # On the page of the run: to the codes.
    page = clerk.get(address(installer, "cures", first_run.pk))
    sure = address(installer, "sure_suggestions", first_run.pk)
    assert len(page.context["forms"]) >= 15
    assert sure in page.content.decode()
    presses += 1
    offered = clerk.get(sure)
    presses += 1
    back = clerk.post(sure, {"accept": values(offered)}, follow=True)
    answers = {}
    for form in back.context["forms"]:
        if form.suggestions:
            answers[f"{form.prefix}-target"] = form.one_press_choices[0].value
        else:
            answers[f"{form.prefix}-typed"] = "K100"
        presses += 1
    presses += 1
    clerk.post(address(installer, "cures", first_run.pk), answers)
    presses += 1  # On the page of the run: book.

    assert presses == 8
    with installer.scope():
        seen = installer.seen(first_run)
        assert seen.proposal.is_bookable
        assert CostCenterMapping.objects.exists()
    assert installer.booked(first_run).entry.total > 0


# What the office's other administrations did


def neighbour(books: Books, code: str, name: str) -> Books:
    """An administration of the same office in which Loket's 77 is booked on an account."""
    other = make_books("Buren", office=books.office)
    with administration_scope(other.id):
        account, _ = Account.objects.get_or_create(
            code=code, defaults={"name": name, "kind": "expense"}
        )
        add_mapping(
            Dimension.ACCOUNT,
            loket_code="77",
            loket_description="Omschrijving 77",
            target_id=account.pk,
            user=other.manager,
        )
    return other


def test_the_office_counts_as_far_as_the_user_may_see_it(
    linked: Linked, bookkeeper: Client
) -> None:
    with linked.scope():
        Connection.objects.update(chart_mode=ChartMode.TRANSPOSE)
    seen = [neighbour(linked.books, "4395", "Overige personeelskosten") for _ in range(2)]
    neighbour(linked.books, "4400", "Huur winkelpand")
    for other in seen:
        Membership.objects.create(
            user=linked.books.bookkeeper,
            office=linked.books.office,
            administration=other.administration,
            role=Role.VIEWER,
        )
    run = linked.fetched(linked.add_run([line("77", "10.00"), line("1700", "-10.00")]))
    page = address(linked, "cures", run.pk)

    shown = bookkeeper.get(page)
    mine = shown.context["forms"][0].suggestions
    assert (mine[0].target.code, mine[0].is_sure) == ("4395", True)
    assert "In 2 van 2 andere administraties van uw kantoor gaat 77 naar 4395" in (
        shown.content.decode()
    )

    whole_office = make_user("allemaal@example.nl")
    Membership.objects.create(user=whole_office, office=linked.books.office, role=Role.BOOKKEEPER)
    theirs = client_of(whole_office).get(page).context["forms"][0].suggestions
    assert [one.target.code for one in theirs[:2]] == ["4395", "4400"]
    assert not any(one.is_sure for one in theirs)


def test_evidence_takes_seven_queries_however_many_questions(
    linked: Linked, bookkeeper: Client, puzzling: JournalRun, django_assert_num_queries: Any
) -> None:
    forms = bookkeeper.get(address(linked, "cures", puzzling.pk)).context["forms"]
    questions = [form.question for form in forms]
    with linked.scope():
        for asked in ([], questions[:1], questions * 50):
            with django_assert_num_queries(7):
                load_evidence(asked, user_id=linked.books.bookkeeper.pk)
