"""Two who answer the same question at once: the first counts, the second is told."""

from typing import Any

import pytest
from django.test import Client

from connections.mapping import Dimension, add_mapping
from connections.models import AccountMapping, ChartMode, Connection, CostCenterMapping
from ledger.models import Account, CostCenter
from loket_import.models import JournalRun
from loket_import.views import cures
from tests.loket_import.browsing import address, said
from tests.loket_import.linked import Linked


def id_of(linked: Linked, code: str) -> int:
    """Id of a cost centre here."""
    with linked.scope():
        return CostCenter.objects.get(code=code).pk


def colleague_maps(linked: Linked, dimension: Dimension, code: str, target_id: int) -> None:
    """The manager's answer, in the scope that is open."""
    add_mapping(
        dimension,
        loket_code=code,
        loket_description="",
        target_id=target_id,
        user=linked.books.manager,
    )


def key_of(client: Client, page: str, code: str) -> str:
    """What tells the question about a code apart."""
    forms = client.get(page).context["forms"]
    return next(str(form.prefix) for form in forms if form.question.code == code)


@pytest.fixture
def page(linked: Linked, puzzling: JournalRun) -> str:
    """Where cost centre ZZ9 is asked for."""
    return address(linked, "cures", puzzling.pk)


def test_another_answer_that_came_first_stays_and_is_told(
    linked: Linked, bookkeeper: Client, page: str
) -> None:
    key = key_of(bookkeeper, page, "ZZ9")
    first, second = id_of(linked, "K200"), id_of(linked, "K100")
    with linked.scope():
        colleague_maps(linked, Dimension.COST_CENTER, "ZZ9", first)

    answer = bookkeeper.post(page, {f"{key}-target": second})

    (told,) = said(answer)
    for words in ("ZZ9", "K200 Werkplaats", linked.books.manager.name, "niet bewaard"):
        assert words in told
    with linked.scope():
        assert CostCenterMapping.objects.get().cost_center_id == first


def test_the_same_answer_is_as_good_as_kept(linked: Linked, bookkeeper: Client, page: str) -> None:
    key = key_of(bookkeeper, page, "ZZ9")
    target = id_of(linked, "K200")
    with linked.scope():
        colleague_maps(linked, Dimension.COST_CENTER, "ZZ9", target)

    answer = bookkeeper.post(page, {f"{key}-target": target})

    assert said(answer) == ["1 antwoord opgeslagen."]


@pytest.mark.parametrize("role", ["bookkeeper", "manager"])
def test_a_choice_is_told_when_what_has_the_code_was_made(
    linked: Linked, request: pytest.FixtureRequest, page: str, role: str
) -> None:
    client: Client = request.getfixturevalue(role)
    key = key_of(client, page, "ZZ9")
    with linked.scope():
        CostCenter.objects.create(code="ZZ9", name="Afdeling")

    answer = client.post(page, {f"{key}-target": id_of(linked, "K100")})

    (told,) = said(answer)
    assert "ZZ9 Afdeling" in told
    assert "niet bewaard" in told


def test_who_wanted_to_make_what_is_linked_elsewhere_is_told(
    linked: Linked, manager: Client, page: str
) -> None:
    key = key_of(manager, page, "ZZ9")
    target = id_of(linked, "K200")
    with linked.scope():
        colleague_maps(linked, Dimension.COST_CENTER, "ZZ9", target)

    answer = manager.post(page, {f"{key}-create": "on", f"{key}-name": "Afdeling"})

    assert "K200 Werkplaats" in said(answer)[0]
    with linked.scope():
        assert not CostCenter.objects.filter(code="ZZ9").exists()


def test_who_wanted_to_make_what_a_colleague_made_is_served(
    linked: Linked, manager: Client, page: str
) -> None:
    key = key_of(manager, page, "9999X")
    with linked.scope():
        Account.objects.create(code="9999X", name="Van een collega", kind="expense")
        # Of the time when the connection transposed: it counts for nothing now.
        colleague_maps(linked, Dimension.ACCOUNT, "9999X", Account.objects.get(code="4000").pk)

    answer = manager.post(page, {f"{key}-create": "on", f"{key}-name": "Lonen"})

    assert said(answer) == ["1 antwoord opgeslagen."]


def test_the_late_answer_is_told_also_when_another_one_is_refused(
    linked: Linked, manager: Client, page: str
) -> None:
    late, wrong = key_of(manager, page, "ZZ9"), key_of(manager, page, "9999X")
    target = id_of(linked, "K200")
    with linked.scope():
        colleague_maps(linked, Dimension.COST_CENTER, "ZZ9", target)

    answer = manager.post(
        page,
        {f"{late}-target": id_of(linked, "K100"), f"{wrong}-create": "on", f"{wrong}-name": ""},
    )

    assert answer.status_code == 422
    assert "K200 Werkplaats" in answer.content.decode()


def look_then(monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """Have a colleague act just after the questions were looked up."""
    look = cures.preview

    def look_and_act(*arguments: Any) -> Any:
        seen = look(*arguments)
        act()
        return seen

    monkeypatch.setattr(cures, "preview", look_and_act)


@pytest.mark.parametrize("same", [False, True])
def test_a_colleague_who_is_first_by_a_hair_counts_as_well(
    linked: Linked, bookkeeper: Client, page: str, monkeypatch: pytest.MonkeyPatch, same: bool
) -> None:
    key = key_of(bookkeeper, page, "ZZ9")
    first, other = id_of(linked, "K200"), id_of(linked, "K100")
    look_then(monkeypatch, lambda: colleague_maps(linked, Dimension.COST_CENTER, "ZZ9", first))

    answer = bookkeeper.post(page, {f"{key}-target": first if same else other})

    (told,) = said(answer)
    assert ("niet bewaard" in told) is not same
    with linked.scope():
        assert CostCenterMapping.objects.get().cost_center_id == first


def test_what_was_made_for_an_answer_that_came_too_late_is_not_there(
    linked: Linked, manager: Client, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with linked.scope():
        Connection.objects.update(chart_mode=ChartMode.TRANSPOSE)
        wages = Account.objects.get(code="4000").pk
    key = key_of(manager, page, "9999X")
    look_then(monkeypatch, lambda: colleague_maps(linked, Dimension.ACCOUNT, "9999X", wages))

    answer = manager.post(
        page, {f"{key}-create": "on", f"{key}-name": "Lonen", f"{key}-kind": "expense"}
    )

    assert "4000 Bruto lonen" in said(answer)[0]
    with linked.scope():
        assert AccountMapping.objects.get().account_id == wages
        assert not Account.objects.filter(code="9999X").exists()


@pytest.mark.parametrize(
    "key",
    ["", "x", "account-", "account-x", "account-00", "account-ff", "other-41", "account-41"],
)
def test_what_was_never_asked_is_no_answer(
    linked: Linked, bookkeeper: Client, page: str, key: str
) -> None:
    answer = bookkeeper.post(page, {f"{key}-target": "1"})

    assert answer.status_code == 422
    assert said(answer) == []
