"""Answers that are typed, that leave a code out, or that say what becomes of the cost centre."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from connections.mapping import Dimension, add_mapping
from connections.models import (
    AccountMapping,
    ChartMode,
    Connection,
    CostCenterMapping,
    CostCenterRule,
    CostUnitMapping,
    MappingOrigin,
)
from ledger.models import Account, CostCenter
from loket_import.models import JournalRun
from loket_import.questions.picking import alike, picked
from loket_import.sandbox.model import Coded
from loket_import.suggestions.candidates import Target
from tests.loket_import.browsing import address, line, said
from tests.loket_import.linked import Linked

WAGES = Target(1, "4000", "Lonen")
BONUS = Target(2, "4010", "Bonus")
ALSO_BONUS = Target(3, "4011", "Bonus")
ODD = Target(4, "Lonen", "4010")
LOWER, UPPER = Target(5, "a1", "Klein"), Target(6, "A1", "Groot")
ALL = (WAGES, BONUS, ALSO_BONUS, LOWER, UPPER)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("4000 Lonen", (WAGES,)),
        (" 4000   LONEN ", (WAGES,)),
        ("4000", (WAGES,)),
        ("lonen", (WAGES,)),
        ("Bonus", (BONUS, ALSO_BONUS)),
        ("4010 Bonus", (BONUS,)),
        ("a1", (LOWER,)),
        ("A1", (UPPER,)),
        ("400", ()),
        ("Lon", ()),
        ("4000 Bonus", ()),
        ("", ()),
    ],
)
def test_what_is_typed_is_meant(typed: str, found: tuple[Target, ...]) -> None:
    assert picked(typed, ALL) == found


def test_a_code_goes_before_a_name() -> None:
    assert picked("4010", (ODD, BONUS)) == (BONUS,)
    assert picked("Lonen", (WAGES, ODD)) == (ODD,)


@given(st.lists(st.builds(Target, st.integers(), st.text(min_size=1), st.text()), max_size=5))
def test_what_the_list_offers_is_always_found(targets: list[Target]) -> None:
    for one in targets:
        assert one in picked(str(one), targets)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("40", (WAGES, BONUS, ALSO_BONUS)),
        ("bon", (BONUS, ALSO_BONUS)),
        ("4010 bon", (BONUS,)),
        ("Lonne", (WAGES,)),
        ("Onkosten", ()),
        ("", ()),
        (" ", ()),
    ],
)
def test_what_is_like_what_is_typed_may_be_meant(typed: str, found: tuple[Target, ...]) -> None:
    assert alike(typed, (WAGES, BONUS, ALSO_BONUS)) == found


@given(st.text(), st.lists(st.builds(Target, st.integers(), st.text(), st.text()), max_size=5))
def test_only_what_can_be_booked_on_may_be_meant(typed: str, targets: list[Target]) -> None:
    found = alike(typed, targets)

    assert list(found) == [one for one in targets if one in found]
    if typed.strip():
        assert all(one in found for one in targets if one.code.startswith(typed.strip()))


# On the page


@pytest.fixture
def transposing(linked: Linked, puzzling: JournalRun) -> JournalRun:
    """A run with two accounts, 9999X and 1700, and cost centre ZZ9 to link."""
    with linked.scope():
        Connection.objects.update(chart_mode=ChartMode.TRANSPOSE)
    return puzzling


def key_of(code: str, asks: str = "account") -> str:
    return f"{asks}-{code.encode().hex()}"


def errors_of(answer: Any, code: str) -> dict[str, list[str]]:
    form = next(form for form in answer.context["forms"] if form.question.code == code)
    return {name: list(errors) for name, errors in form.errors.items()}


@pytest.mark.parametrize("typed", ["4000 Bruto lonen", "4000", "bruto lonen"])
@pytest.mark.parametrize("chosen", ["", "other"])
def test_an_account_can_be_typed(
    linked: Linked, bookkeeper: Client, transposing: JournalRun, typed: str, chosen: str
) -> None:
    key = key_of("9999X")

    bookkeeper.post(
        address(linked, "cures", transposing.pk),
        {f"{key}-typed": typed, f"{key}-target": chosen},
    )

    with linked.scope():
        mapping = AccountMapping.objects.select_related("account").get()
    assert (mapping.loket_code, mapping.account.code) == ("9999X", "4000")
    assert mapping.origin == MappingOrigin.WIZARD


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("4099", "(niet boekbaar) kan niet worden geboekt"),
        ("4370 Maaltijdvergoeding (oud)", "(geblokkeerd) kan niet worden geboekt"),
        ("Iets", "Er is geen rekening “Iets”. Typ"),
        ("bruto lon", "Bedoelt u misschien 4000 Bruto lonen?"),
        ("Dubbel", "6001 Dubbel of 6002 Dubbel"),
    ],
)
def test_what_is_not_found_or_not_clear_is_said_at_the_field(
    linked: Linked, bookkeeper: Client, transposing: JournalRun, typed: str, words: str
) -> None:
    with linked.scope():
        for code in ("6001", "6002"):
            Account.objects.create(code=code, name="Dubbel", kind="expense")

    answer = bookkeeper.post(
        address(linked, "cures", transposing.pk), {f"{key_of('9999X')}-typed": typed}
    )

    assert answer.status_code == 422
    (error,) = errors_of(answer, "9999X")["typed"]
    assert words in error
    assert f'value="{typed}"' in answer.content.decode()
    with linked.scope():
        assert not AccountMapping.objects.exists()


def test_a_suggestion_and_something_typed_are_two_answers(
    linked: Linked, bookkeeper: Client, transposing: JournalRun
) -> None:
    page, key = address(linked, "cures", transposing.pk), key_of("1700")
    form = next(
        form for form in bookkeeper.get(page).context["forms"] if form.question.code == "1700"
    )
    suggested = form.suggestions[0].target.id

    answer = bookkeeper.post(page, {f"{key}-target": suggested, f"{key}-typed": "4000"})

    assert answer.status_code == 422
    assert list(errors_of(answer, "1700")) == ["typed"]


def test_an_accepted_suggestion_is_kept_as_one(linked: Linked, bookkeeper: Client) -> None:
    with linked.scope():
        Connection.objects.update(chart_mode=ChartMode.TRANSPOSE)
    net = replace(line("15020", "-10.00"), account=Coded(1, "15020", "Nettoloon"))
    run = linked.fetched(linked.add_run([line("9999X", "10.00"), net]))
    page, key = address(linked, "cures", run.pk), key_of("15020")
    form = bookkeeper.get(page).context["forms"][1]
    suggested = form.suggestions[0].target
    assert suggested.code == "1700"

    bookkeeper.post(page, {f"{key}-target": suggested.id})

    with linked.scope():
        mapping = AccountMapping.objects.get()
    assert (mapping.account_id, mapping.origin) == (suggested.id, MappingOrigin.SUGGESTION)


def test_something_else_without_a_word_stays_open(
    linked: Linked, bookkeeper: Client, transposing: JournalRun
) -> None:
    answer = bookkeeper.post(
        address(linked, "cures", transposing.pk), {f"{key_of('1700')}-target": "other"}
    )

    assert answer.context["nothing_chosen"] is True


def test_a_cost_center_can_be_left_out(
    linked: Linked, bookkeeper: Client, puzzling: JournalRun
) -> None:
    page, key = address(linked, "cures", puzzling.pk), key_of("ZZ9", "cost_center")

    bookkeeper.post(page, {f"{key}-target": "none"})

    with linked.scope():
        mapping = CostCenterMapping.objects.get()
    assert (mapping.loket_code, mapping.cost_center_id) == ("ZZ9", None)
    codes = [form.question.code for form in bookkeeper.get(page).context["forms"]]
    assert "ZZ9" not in codes


def test_a_cost_center_that_an_account_demands_can_not_be_left_out(
    linked: Linked, bookkeeper: Client
) -> None:
    run = linked.fetched(
        linked.add_run([line("4000", "10.00", center="ZZ9"), line("1700", "-10.00")])
    )
    with linked.scope():
        Account.objects.filter(code="4000").update(requires_cost_center=True)
    page, key = address(linked, "cures", run.pk), key_of("ZZ9", "cost_center")

    answer = bookkeeper.get(page)
    assert b'value="none"' not in answer.content
    assert "Weglaten kan niet: rekening 4000 vereist een kostenplaats." in answer.content.decode()

    answer = bookkeeper.post(page, {f"{key}-target": "none"})
    assert answer.status_code == 422
    assert errors_of(answer, "ZZ9") == {
        "target": ["Weglaten kan niet: rekening 4000 vereist een kostenplaats."]
    }
    with linked.scope():
        assert not CostCenterMapping.objects.exists()

    assert bookkeeper.post(page, {f"{key}-typed": "K200"}).status_code == 302


def test_an_account_can_not_be_left_out(
    linked: Linked, bookkeeper: Client, transposing: JournalRun
) -> None:
    answer = bookkeeper.post(
        address(linked, "cures", transposing.pk), {f"{key_of('9999X')}-target": "none"}
    )

    assert answer.status_code == 422
    assert list(errors_of(answer, "9999X")) == ["target"]


def test_leaving_out_what_a_colleague_linked_is_told(
    linked: Linked, bookkeeper: Client, puzzling: JournalRun
) -> None:
    with linked.scope():
        add_mapping(
            Dimension.COST_CENTER,
            loket_code="ZZ9",
            loket_description="",
            target_id=CostCenter.objects.get(code="K200").pk,
            user=linked.books.manager,
        )
    key = key_of("ZZ9", "cost_center")

    answer = bookkeeper.post(address(linked, "cures", puzzling.pk), {f"{key}-target": "none"})

    assert "K200 Werkplaats" in said(answer)[0]


def test_what_a_colleague_left_out_is_told_to_who_linked_it(
    linked: Linked, bookkeeper: Client, puzzling: JournalRun
) -> None:
    with linked.scope():
        add_mapping(
            Dimension.COST_CENTER,
            loket_code="ZZ9",
            loket_description="",
            target_id=None,
            user=linked.books.manager,
        )
    page, key = address(linked, "cures", puzzling.pk), key_of("ZZ9", "cost_center")

    (told,) = said(bookkeeper.post(page, {f"{key}-typed": "K200"}))
    assert "weggelaten" in told
    bookkeeper.get(page)
    assert said(bookkeeper.post(page, {f"{key}-target": "none"})) == ["1 antwoord opgeslagen."]


@pytest.mark.parametrize("typed", ["K200", "K200 Werkplaats", "werkplaats"])
def test_the_same_answer_that_was_typed_is_as_good_as_kept(
    linked: Linked, bookkeeper: Client, puzzling: JournalRun, typed: str
) -> None:
    with linked.scope():
        add_mapping(
            Dimension.COST_CENTER,
            loket_code="ZZ9",
            loket_description="",
            target_id=CostCenter.objects.get(code="K200").pk,
            user=linked.books.manager,
        )
    key = key_of("ZZ9", "cost_center")

    answer = bookkeeper.post(address(linked, "cures", puzzling.pk), {f"{key}-typed": typed})

    assert said(answer) == ["1 antwoord opgeslagen."]


# What becomes of the cost centre on an account


@pytest.mark.parametrize(
    ("rule", "typed", "cost_center"),
    [
        (CostCenterRule.DROP, "", None),
        (CostCenterRule.FIXED, "K100", "K100"),
        (CostCenterRule.DEFAULT, "K200 Werkplaats", "K200"),
    ],
)
def test_a_rule_for_the_cost_center_goes_with_the_account(
    linked: Linked,
    bookkeeper: Client,
    transposing: JournalRun,
    rule: CostCenterRule,
    typed: str,
    cost_center: str | None,
) -> None:
    key = key_of("1700")

    bookkeeper.post(
        address(linked, "cures", transposing.pk),
        {
            f"{key}-typed": "1700",
            f"{key}-cost_center_rule": rule,
            f"{key}-cost_center": typed,
        },
    )

    with linked.scope():
        mapping = AccountMapping.objects.select_related("account", "cost_center").get()
    assert (mapping.account.code, mapping.cost_center_rule) == ("1700", rule)
    assert (mapping.cost_center and mapping.cost_center.code) == cost_center


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({"typed": "1700", "cost_center_rule": "fixed"}, "cost_center"),
        ({"typed": "1700", "cost_center_rule": "fixed", "cost_center": "X"}, "cost_center"),
        ({"typed": "1700", "cost_center": "K100"}, "cost_center_rule"),
        ({"typed": "1700", "cost_center_rule": "drop", "cost_center": "K100"}, "cost_center_rule"),
        ({"typed": "1700", "cost_center_rule": "often"}, "cost_center_rule"),
        ({"cost_center_rule": "drop"}, "cost_center_rule"),
    ],
)
def test_half_a_rule_is_refused(
    linked: Linked,
    bookkeeper: Client,
    transposing: JournalRun,
    answers: dict[str, str],
    wrong: str,
) -> None:
    key = key_of("1700")

    answer = bookkeeper.post(
        address(linked, "cures", transposing.pk),
        {f"{key}-{name}": value for name, value in answers.items()},
    )

    assert answer.status_code == 422
    assert list(errors_of(answer, "1700")) == [wrong]
    with linked.scope():
        assert not AccountMapping.objects.exists()


def test_an_account_with_a_rule_of_before_gets_both_answers(
    linked: Linked, bookkeeper: Client, transposing: JournalRun
) -> None:
    with linked.scope():
        add_mapping(
            Dimension.ACCOUNT,
            loket_code="1700",
            loket_description="",
            target_id=None,
            user=linked.books.manager,
            cost_center_rule=CostCenterRule.DROP,
        )
    key = key_of("1700")

    bookkeeper.post(
        address(linked, "cures", transposing.pk),
        {
            f"{key}-typed": "1710",
            f"{key}-cost_center_rule": "fixed",
            f"{key}-cost_center": "K100",
        },
    )

    with linked.scope():
        mapping = AccountMapping.objects.select_related("account", "cost_center").get()
    assert mapping.account.code == "1710"
    assert (mapping.cost_center_rule, mapping.cost_center.code) == ("fixed", "K100")


def test_a_rule_goes_with_an_account_that_is_made(
    linked: Linked, manager: Client, puzzling: JournalRun
) -> None:
    key = key_of("9999X")

    manager.post(
        address(linked, "cures", puzzling.pk),
        {
            f"{key}-create": "on",
            f"{key}-name": "Lonen",
            f"{key}-kind": "expense",
            f"{key}-cost_center_rule": "drop",
        },
    )

    with linked.scope():
        assert Account.objects.filter(code="9999X").exists()
        mapping = AccountMapping.objects.get()
    # The chart is taken over: the code says the account, the mapping the rule.
    assert (mapping.account_id, mapping.cost_center_rule) == (None, "drop")


# An account that demands a cost centre


@pytest.fixture
def demanding(linked: Linked) -> JournalRun:
    """A run with a line without cost centre, on an account that demands one."""
    with linked.scope():
        Account.objects.filter(code="4000").update(requires_cost_center=True)
    return linked.fetched(linked.add_run([line("4000", "10.00"), line("1700", "-10.00")]))


def default_key() -> str:
    return key_of("4000", "default_cost_center")


@pytest.mark.parametrize("mode", ChartMode)
def test_a_default_cost_center_cures_an_account_that_demands_one(
    linked: Linked, bookkeeper: Client, demanding: JournalRun, mode: ChartMode
) -> None:
    with linked.scope():
        Connection.objects.update(chart_mode=mode)
        if mode == ChartMode.TRANSPOSE:
            for code in ("4000", "1700"):
                add_mapping(
                    Dimension.ACCOUNT,
                    loket_code=code,
                    loket_description="",
                    target_id=Account.objects.get(code=code).pk,
                    user=linked.books.manager,
                )
        before = dict(AccountMapping.objects.values_list("loket_code", "account_id"))
    page = address(linked, "cures", demanding.pk)
    (form,) = bookkeeper.get(page).context["forms"]
    assert (form.question.code, form.question.description) == ("4000", "Omschrijving 4000")
    assert set(form.fields) == {"target", "typed"}

    bookkeeper.post(page, {f"{default_key()}-typed": "K100"})

    with linked.scope():
        mapping = AccountMapping.objects.select_related("cost_center").get(loket_code="4000")
        assert (mapping.cost_center_rule, mapping.cost_center.code) == ("default", "K100")
        assert mapping.account_id == before.get("4000")
    entry = linked.booked(demanding).entry
    with linked.scope():
        centers = entry.lines.filter(debit__gt=0).values_list("cost_center__code", flat=True)
        assert list(centers) == ["K100"]


@pytest.mark.parametrize(
    ("rule", "center", "is_same"),
    [
        (CostCenterRule.DEFAULT, "K200", False),
        (CostCenterRule.FIXED, "K100", True),
        (CostCenterRule.DEFAULT, "K100", True),
    ],
)
def test_a_colleagues_default_stays(
    linked: Linked,
    bookkeeper: Client,
    demanding: JournalRun,
    rule: CostCenterRule,
    center: str,
    is_same: bool,
) -> None:
    with linked.scope():
        add_mapping(
            Dimension.ACCOUNT,
            loket_code="4000",
            loket_description="",
            target_id=None,
            user=linked.books.manager,
            cost_center_rule=rule,
            cost_center_id=CostCenter.objects.get(code=center).pk,
        )

    answer = bookkeeper.post(
        address(linked, "cures", demanding.pk), {f"{default_key()}-typed": "K100"}
    )

    (told,) = said(answer)
    assert ("niet bewaard" in told) is not is_same
    with linked.scope():
        mapping = AccountMapping.objects.select_related("cost_center").get()
    assert (mapping.cost_center_rule, mapping.cost_center.code) == (rule, center)


def test_a_default_is_never_made_nor_left_out(
    linked: Linked, manager: Client, demanding: JournalRun
) -> None:
    page = address(linked, "cures", demanding.pk)
    (form,) = manager.get(page).context["forms"]
    assert "create" not in form.fields

    answer = manager.post(page, {f"{default_key()}-target": "none"})

    assert answer.status_code == 422
    with linked.scope():
        assert not CostUnitMapping.objects.exists()
        assert not AccountMapping.objects.exists()
