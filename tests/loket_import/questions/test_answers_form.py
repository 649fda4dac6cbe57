"""Answers to what the codes of a run stand for: asked once, kept for ever."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from connections.models import (
    AccountMapping,
    ChartMode,
    Connection,
    CostCenterMapping,
)
from finmaster.tenancy import administration_scope
from ledger.models import Account, CostCenter
from loket_import.models import JournalRun
from loket_import.sandbox.model import Coded
from loket_import.views import cures
from tests.books import make_books
from tests.loket_import.browsing import address, line, said
from tests.loket_import.linked import Linked
from tests.pages import client_of


@pytest.fixture
def transposing(linked: Linked, puzzling: JournalRun) -> JournalRun:
    """The same run, of a connection that transposes."""
    with linked.scope():
        Connection.objects.update(chart_mode=ChartMode.TRANSPOSE)
    return puzzling


def field(answer: Any, code: str, name: str) -> str:
    """Name of an input for the question about a code."""
    form = next(form for form in answer.context["forms"] if form.question.code == code)
    return str(form.add_prefix(name))


def errors_of(answer: Any, code: str) -> dict[str, list[str]]:
    """What is said of the answer about a code, by field."""
    form = next(form for form in answer.context["forms"] if form.question.code == code)
    return {name: list(errors) for name, errors in form.errors.items()}


def test_all_questions_are_asked_at_once(
    linked: Linked, bookkeeper: Client, puzzling: JournalRun
) -> None:
    context = bookkeeper.get(address(linked, "content", puzzling.pk)).context
    assert len(context["questions"]) == 2
    answer = bookkeeper.get(address(linked, "cures", puzzling.pk))

    forms = answer.context["forms"]
    assert [form.question.code for form in forms] == ["9999X", "ZZ9"]
    assert [set(form.fields) for form in forms] == [set(), {"target", "typed"}]
    assert [form.question.description for form in forms] == [
        "Omschrijving 9999X",
        "Afdeling ZZ9",
    ]
    assert answer.context["may_create"] is False


def test_a_chosen_answer_is_kept_as_a_mapping_and_the_rest_stays_open(
    linked: Linked, bookkeeper: Client, transposing: JournalRun
) -> None:
    page = address(linked, "cures", transposing.pk)
    with linked.scope():
        account = Account.objects.get(code="4000")
    shown = bookkeeper.get(page)
    assert len(shown.context["forms"]) == 3

    answer = bookkeeper.post(page, {field(shown, "9999X", "target"): account.pk})

    assert answer.headers["Location"] == address(linked, "content", transposing.pk)
    with linked.scope():
        mapping = AccountMapping.objects.get()
        assert (mapping.loket_code, mapping.account_id) == ("9999X", account.pk)
        assert mapping.loket_description == "Omschrijving 9999X"
        assert mapping.set_by_id == linked.books.bookkeeper.pk
    codes = [form.question.code for form in bookkeeper.get(page).context["forms"]]
    assert codes == ["1700", "ZZ9"]


def test_when_all_is_answered_the_run_can_be_booked(
    linked: Linked, bookkeeper: Client, transposing: JournalRun
) -> None:
    page = address(linked, "cures", transposing.pk)
    shown = bookkeeper.get(page)
    with linked.scope():
        targets = {
            field(shown, "9999X", "target"): Account.objects.get(code="4000").pk,
            field(shown, "1700", "target"): Account.objects.get(code="1700").pk,
            field(shown, "ZZ9", "target"): CostCenter.objects.get(code="K100").pk,
        }
    bookkeeper.post(page, targets)

    assert bookkeeper.get(page).headers["Location"] == address(linked, "content", transposing.pk)
    assert linked.booked(transposing).entry.total == Decimal("10.00")
    with linked.scope():
        assert CostCenterMapping.objects.get().loket_code == "ZZ9"


def test_a_manager_makes_what_is_missing(
    linked: Linked, manager: Client, puzzling: JournalRun
) -> None:
    page = address(linked, "cures", puzzling.pk)
    shown = manager.get(page)
    initial = shown.context["forms"][0].initial
    assert initial == {"name": "Omschrijving 9999X", "kind": "expense"}

    manager.post(
        page,
        {
            field(shown, "9999X", "create"): "on",
            field(shown, "9999X", "name"): "Lonen bijzonder",
            field(shown, "9999X", "kind"): "expense",
            field(shown, "ZZ9", "create"): "on",
            field(shown, "ZZ9", "name"): "Afdeling",
        },
    )

    with linked.scope():
        account = Account.objects.get(code="9999X")
        assert (account.name, account.kind) == ("Lonen bijzonder", "expense")
        assert CostCenter.objects.get(code="ZZ9").name == "Afdeling"
        # What is taken over needs no mapping.
        assert not AccountMapping.objects.exists()
        assert not CostCenterMapping.objects.exists()
    linked.booked(puzzling)


def test_an_account_that_is_made_while_transposing_is_mapped_as_well(
    linked: Linked, manager: Client, transposing: JournalRun
) -> None:
    page = address(linked, "cures", transposing.pk)
    shown = manager.get(page)
    manager.post(
        page,
        {
            field(shown, "9999X", "create"): "on",
            field(shown, "9999X", "name"): "Lonen",
            field(shown, "9999X", "kind"): "expense",
        },
    )

    with linked.scope():
        mapping = AccountMapping.objects.select_related("account").get()
    assert (mapping.loket_code, mapping.account.code) == ("9999X", "9999X")
    codes = [form.question.code for form in manager.get(page).context["forms"]]
    assert "9999X" not in codes


def test_a_bookkeeper_makes_nothing_whatever_is_sent(
    linked: Linked, bookkeeper: Client, puzzling: JournalRun
) -> None:
    page = address(linked, "cures", puzzling.pk)
    shown = bookkeeper.get(page)
    bookkeeper.post(
        page,
        {
            field(shown, code, name): value
            for code in ("9999X", "ZZ9")
            for name, value in (("create", "on"), ("name", "X"), ("kind", "expense"))
        },
    )

    with linked.scope():
        assert not Account.objects.filter(code="9999X").exists()
        assert not CostCenter.objects.filter(code="ZZ9").exists()


def test_an_answer_that_is_wrong_is_refused_with_all_others_kept(
    linked: Linked, manager: Client, transposing: JournalRun
) -> None:
    page = address(linked, "cures", transposing.pk)
    shown = manager.get(page)
    with linked.scope():
        account = Account.objects.get(code="4000").pk
    target = field(shown, "9999X", "target")

    answer = manager.post(
        page,
        {
            target: account,
            field(shown, "9999X", "create"): "on",
            field(shown, "9999X", "name"): "Lonen",
            field(shown, "9999X", "kind"): "expense",
            field(shown, "1700", "target"): account,
            field(shown, "ZZ9", "create"): "on",
            field(shown, "ZZ9", "name"): "",
        },
    )

    assert answer.status_code == 422
    forms = {form.question.code: form for form in answer.context["forms"]}
    assert list(forms["9999X"].errors) == ["target"]
    assert list(forms["ZZ9"].errors) == ["name"]
    assert forms["1700"]["target"].value() == str(account)
    with linked.scope():
        assert not AccountMapping.objects.exists()
        assert not Account.objects.filter(code="9999X").exists()


def test_an_account_of_another_administration_a_blocked_one_or_a_heading_is_no_answer(
    linked: Linked, bookkeeper: Client, transposing: JournalRun
) -> None:
    other = make_books("Andere")
    with administration_scope(other.id):
        foreign = Account.objects.get(code="4000").pk
    with linked.scope():
        blocked = Account.objects.filter(is_blocked=True).first()
        heading = Account.objects.filter(is_postable=False).first()
    assert blocked is not None
    assert heading is not None
    page = address(linked, "cures", transposing.pk)
    shown = bookkeeper.get(page)

    for target in (foreign, blocked.pk, heading.pk, "x", 10**30):
        answer = bookkeeper.post(page, {field(shown, "9999X", "target"): target})
        assert answer.status_code == 422
        assert errors_of(answer, "9999X") == {"target": ["Kies er een uit de lijst."]}
    with linked.scope():
        assert not AccountMapping.objects.exists()


def test_one_list_for_all_questions_has_what_can_be_booked_on(
    linked: Linked, bookkeeper: Client, transposing: JournalRun
) -> None:
    shown = bookkeeper.get(address(linked, "cures", transposing.pk)).content.decode()

    assert shown.count('<datalist id="list-of-account">') == 1
    assert shown.count('<datalist id="list-of-cost_center">') == 1
    assert "list-of-cost_unit" not in shown
    assert shown.count('<option value="4000 Bruto lonen">') == 1
    assert "4099 Totaal lonen en salarissen" not in shown
    assert "4370 Maaltijdvergoeding" not in shown
    # Two accounts, and each with the cost centre that it may get; and a cost centre.
    assert shown.count('list="list-of-account"') == 2
    assert shown.count('list="list-of-cost_center"') == 3


def test_nothing_is_chosen_beforehand(
    linked: Linked, bookkeeper: Client, transposing: JournalRun
) -> None:
    shown = bookkeeper.get(address(linked, "cures", transposing.pk))

    assert any(form.suggestions for form in shown.context["forms"])
    assert " checked" not in shown.content.decode()


def test_saving_without_any_answer_is_refused(
    linked: Linked, manager: Client, transposing: JournalRun
) -> None:
    page = address(linked, "cures", transposing.pk)
    forms = manager.get(page).context["forms"]
    untouched = {
        form.add_prefix(name): form.initial.get(name, "")
        for form in forms
        for name in form.fields
        if name != "create"
    }

    answer = manager.post(page, untouched | {"csrfmiddlewaretoken": "x"})

    assert answer.status_code == 422
    assert answer.context["nothing_chosen"] is True
    assert "Kies ten minste" in answer.content.decode()
    assert said(answer) == []


def test_who_can_answer_nothing_has_nothing_to_save(linked: Linked, bookkeeper: Client) -> None:
    run = linked.fetched(linked.add_run([line("9999X", "10.00"), line("1700", "-10.00")]))
    page = address(linked, "cures", run.pk)

    assert "Antwoorden opslaan" not in bookkeeper.get(page).content.decode()
    assert "Antwoorden opslaan" in client_of(linked.books.manager).get(page).content.decode()


@pytest.mark.parametrize("chooses", [False, True])
def test_a_name_that_was_changed_without_the_tick_is_asked_about_and_kept(
    linked: Linked, manager: Client, transposing: JournalRun, chooses: bool
) -> None:
    page = address(linked, "cures", transposing.pk)
    shown = manager.get(page)
    with linked.scope():
        account = Account.objects.get(code="4000").pk
    answers = {
        field(shown, "9999X", "name"): "Lonen bijzonder",
        field(shown, "9999X", "target"): account if chooses else "",
    }

    answer = manager.post(page, answers)

    assert answer.status_code == 422
    assert list(errors_of(answer, "9999X")) == ["name"]
    assert 'value="Lonen bijzonder"' in answer.content.decode()
    with linked.scope():
        assert not AccountMapping.objects.exists()


@pytest.mark.parametrize("name", ["", "Omschrijving 9999X", " Omschrijving 9999X "])
def test_a_name_that_was_cleared_or_left_alone_is_no_wish(
    linked: Linked, manager: Client, transposing: JournalRun, name: str
) -> None:
    page = address(linked, "cures", transposing.pk)
    shown = manager.get(page)
    with linked.scope():
        account = Account.objects.get(code="4000").pk

    manager.post(
        page,
        {
            field(shown, "9999X", "name"): name,
            field(shown, "9999X", "target"): account,
            field(shown, "9999X", "kind"): "asset",
        },
    )

    with linked.scope():
        assert AccountMapping.objects.get().account_id == account


def test_a_kind_that_was_changed_without_the_tick_is_asked_about(
    linked: Linked, manager: Client, transposing: JournalRun
) -> None:
    page = address(linked, "cures", transposing.pk)
    shown = manager.get(page)

    answer = manager.post(page, {field(shown, "9999X", "kind"): "asset"})

    assert answer.status_code == 422
    assert list(errors_of(answer, "9999X")) == ["kind"]


def test_a_description_longer_than_a_name_is_no_wish_to_make_something(
    linked: Linked, manager: Client
) -> None:
    wordy = line("9999X", "10.00")
    wordy = replace(wordy, account=Coded(1, "9999X", "x" * 200))
    run = linked.fetched(linked.add_run([wordy, line("1700", "-10.00")]))
    page = address(linked, "cures", run.pk)
    form = manager.get(page).context["forms"][0]

    answer = manager.post(page, {form.add_prefix("name"): form["name"].value()})

    assert answer.context["nothing_chosen"] is True


@pytest.mark.parametrize(
    ("code", "amount", "kind"),
    [
        ("4002090", "-10.00", "expense"),
        ("4002010", "10.00", "expense"),
        ("1501000", "10.00", "liability"),
        ("1502000", "-10.00", "liability"),
        ("9999X", "-10.00", "liability"),
        ("9999X", "10.00", "expense"),
    ],
)
def test_the_kind_follows_from_the_class_of_the_code_or_else_from_the_side(
    linked: Linked, manager: Client, code: str, amount: str, kind: str
) -> None:
    against = str(-Decimal(amount))
    run = linked.fetched(linked.add_run([line(code, amount), line("1700", against)]))

    forms = manager.get(address(linked, "cures", run.pk)).context["forms"]

    assert [form.initial["kind"] for form in forms] == [kind]


def test_a_code_that_is_too_long_for_the_books_can_not_be_made(
    linked: Linked, manager: Client
) -> None:
    code = "4" * 21
    run = linked.fetched(linked.add_run([line(code, "10.00"), line("1700", "-10.00")]))
    page = address(linked, "cures", run.pk)
    shown = manager.get(page)

    answer = manager.post(
        page,
        {
            field(shown, code, "create"): "on",
            field(shown, code, "name"): "Lonen",
            field(shown, code, "kind"): "expense",
        },
    )

    assert answer.status_code == 422
    assert list(answer.context["forms"][0].errors) == ["create"]


@pytest.mark.parametrize("is_blocked", [False, True])
def test_what_is_there_already_is_chosen_and_not_made(
    linked: Linked, manager: Client, transposing: JournalRun, is_blocked: bool
) -> None:
    with linked.scope():
        Account.objects.filter(code="1700").update(is_blocked=is_blocked)
    page = address(linked, "cures", transposing.pk)
    shown = manager.get(page)

    answer = manager.post(
        page,
        {
            field(shown, "1700", "create"): "on",
            field(shown, "1700", "name"): "Netto lonen",
            field(shown, "1700", "kind"): "liability",
        },
    )

    assert answer.status_code == 422
    forms = {form.question.code: form for form in answer.context["forms"]}
    assert list(forms["1700"].errors) == ["create"]
    with linked.scope():
        assert not AccountMapping.objects.exists()


def test_a_dimension_that_a_colleague_just_made_is_chosen_and_not_made(
    linked: Linked, manager: Client, puzzling: JournalRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = address(linked, "cures", puzzling.pk)
    shown = manager.get(page)
    look = cures.preview

    def look_then_make(*arguments: Any) -> Any:
        seen = look(*arguments)
        CostCenter.objects.create(code="ZZ9", name="Iets anders")
        return seen

    monkeypatch.setattr(cures, "preview", look_then_make)
    answer = manager.post(
        page,
        {field(shown, "ZZ9", "create"): "on", field(shown, "ZZ9", "name"): "Afdeling"},
    )

    assert answer.status_code == 422
    assert list(answer.context["forms"][1].errors) == ["create"]


def test_an_account_that_a_colleague_just_made_is_the_one_that_was_asked_for(
    linked: Linked, manager: Client, puzzling: JournalRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = address(linked, "cures", puzzling.pk)
    shown = manager.get(page)
    look = cures.preview

    def look_then_make(*arguments: Any) -> Any:
        seen = look(*arguments)
        Account.objects.create(code="9999X", name="Van een collega", kind="expense")
        return seen

    monkeypatch.setattr(cures, "preview", look_then_make)
    answer = manager.post(
        page,
        {
            field(shown, "9999X", "create"): "on",
            field(shown, "9999X", "name"): "Lonen",
            field(shown, "9999X", "kind"): "expense",
        },
    )

    assert answer.headers["Location"] == address(linked, "content", puzzling.pk)
    with linked.scope():
        assert Account.objects.get(code="9999X").name == "Van een collega"


def test_a_run_without_questions_has_no_page_for_them(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    answer = bookkeeper.get(address(linked, "cures", run.pk))

    assert answer.headers["Location"] == address(linked, "content", run.pk)


# More questions than fit a page


@pytest.fixture
def baffling(linked: Linked) -> JournalRun:
    """A run of 121 unknown cost centres, on an account that is known."""
    lines = [line("4000", "1.00", center=f"X{number:03}") for number in range(121)]
    return linked.fetched(linked.add_run([*lines, line("1700", "-121.00")]))


def test_many_questions_come_in_pages_and_what_follows_is_counted(
    linked: Linked, manager: Client, baffling: JournalRun
) -> None:
    page = address(linked, "cures", baffling.pk)
    found = []
    for count, following in ((50, 71), (50, 21), (21, 0)):
        shown = manager.get(page)
        forms = shown.context["forms"]
        assert (len(forms), shown.context["following"]) == (count, following)
        found += [form.question.code for form in forms]
        # The first of each page is left open.
        answers = {}
        for form in forms[1:]:
            answers |= {form.add_prefix("create"): "on", form.add_prefix("name"): "Afdeling"}
        page = manager.post(page, answers).headers["Location"]

    assert found == [f"X{number:03}" for number in range(121)]
    assert page == address(linked, "content", baffling.pk)
    left = manager.get(address(linked, "cures", baffling.pk)).context["forms"]
    assert [form.question.code for form in left] == ["X000", "X050", "X100"]


def test_a_page_of_questions_can_be_left_open(
    linked: Linked, manager: Client, baffling: JournalRun
) -> None:
    page = address(linked, "cures", baffling.pk)
    for first in ("X000", "X050", "X100"):
        context = manager.get(page).context
        assert context["forms"][0].question.code == first
        page = context["following_url"]


def test_an_answer_is_kept_when_a_colleague_answered_those_before_it(
    linked: Linked, bookkeeper: Client, baffling: JournalRun
) -> None:
    page = f"{address(linked, 'cures', baffling.pk)}?vanaf=50"
    form = bookkeeper.get(page).context["forms"][0]
    with linked.scope():
        CostCenter.objects.bulk_create(
            CostCenter(code=f"X{number:03}", name="Afdeling") for number in range(50)
        )
        target = CostCenter.objects.get(code="K100").pk

    bookkeeper.post(page, {form.add_prefix("target"): target})

    with linked.scope():
        assert CostCenterMapping.objects.get().loket_code == form.question.code == "X050"


@pytest.mark.parametrize("start", ["x", "-1", "²", "1" * 30, ""])
def test_an_address_that_makes_no_sense_begins_at_the_first_question(
    linked: Linked, bookkeeper: Client, baffling: JournalRun, start: str
) -> None:
    answer = bookkeeper.get(address(linked, "cures", baffling.pk), {"vanaf": start})

    assert answer.context["forms"][0].question.code == "X000"


def test_an_address_beyond_the_last_question_leads_to_the_run(
    linked: Linked, bookkeeper: Client, baffling: JournalRun
) -> None:
    answer = bookkeeper.get(address(linked, "cures", baffling.pk), {"vanaf": 121})

    assert answer.headers["Location"] == address(linked, "content", baffling.pk)
