"""The history of the mapping table, in words, and the way back."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connections.errors import CannotRestore, MappingChangedMeanwhile
from connections.mapping import TARGETS, Answer, Dimension, answer_from
from connections.mappings.history import (
    current_answer,
    last_change,
    put_as_seen,
    restore,
    told,
)
from connections.models import CostCenterRule, MappingChange, MappingOrigin
from finmaster.models import User
from finmaster.tenancy import administration_scope
from ledger.models import Account, CostCenter, CostUnit
from tests.books import Books, make_books
from tests.connections.connected import at_once
from tests.connections.mappings.mapped import (
    CODES,
    OTHERS,
    address,
    changes,
    choice,
    is_mapped,
    mapping,
    save,
    target_id,
)
from tests.connections.mappings.mapped import mapped as mapped
from tests.pages import client_of, only, statuses

every_dimension = pytest.mark.parametrize("dimension", Dimension)


def change(books: Books, dimension: Dimension, answer: Answer | None, user: User) -> MappingChange:
    """Let MON040 stand for something else, and give what is kept of it."""
    with administration_scope(books.id):
        put_as_seen(
            dimension,
            loket_code="MON040",
            loket_description="Montage",
            answer=answer,
            seen=last_change(dimension, "MON040"),
            user=user,
            origin=MappingOrigin.TABLE,
        )
        return MappingChange.objects.latest("pk")


def now(books: Books, dimension: Dimension) -> Answer | None:
    """What MON040 stands for."""
    with administration_scope(books.id):
        return current_answer(dimension, "MON040")


def answer_to(books: Books, dimension: Dimension, code: str) -> Answer:
    """What leads to the one with this code."""
    return Answer(target_id(books, dimension, code))


def back(books: Books, to_before: MappingChange, *, seen: int | None = None) -> None:
    """Put MON040 back, as the manager."""
    with administration_scope(books.id):
        restore(to_before, user=books.manager, seen=seen)


# The way back


@every_dimension
def test_a_code_goes_back_to_what_it_was_before_a_change(
    mapped: Books, dimension: Dimension
) -> None:
    before = now(mapped, dimension)
    other = answer_to(mapped, dimension, OTHERS[dimension])
    first = change(mapped, dimension, other, mapped.bookkeeper)
    change(mapped, dimension, None, mapped.bookkeeper)

    back(mapped, first)

    assert now(mapped, dimension) == before
    last = changes(mapped)[-1]
    assert (last.origin, last.changed_by) == ("restored", mapped.manager)
    assert answer_from(dimension, last.new) == before
    assert last.loket_description == "Montage"


@every_dimension
def test_before_the_first_change_there_was_nothing(mapped: Books, dimension: Dimension) -> None:
    first = next(one for one in changes(mapped) if one.dimension == dimension)

    back(mapped, first)

    assert not is_mapped(mapped, dimension)
    last = changes(mapped)[-1]
    assert (last.origin, last.changed_by, last.new) == ("restored", mapped.manager, None)


def test_a_rule_for_the_cost_centre_comes_back_with_its_account(mapped: Books) -> None:
    center = target_id(mapped, Dimension.COST_CENTER, "K200")
    ruled = Answer(target_id(mapped, Dimension.ACCOUNT, "4100"), CostCenterRule.DEFAULT, center)
    change(mapped, Dimension.ACCOUNT, ruled, mapped.manager)
    gone = change(mapped, Dimension.ACCOUNT, None, mapped.manager)

    back(mapped, gone)

    assert now(mapped, Dimension.ACCOUNT) == ruled


@every_dimension
def test_what_is_blocked_by_now_does_not_come_back(mapped: Books, dimension: Dimension) -> None:
    other = answer_to(mapped, dimension, OTHERS[dimension])
    last = change(mapped, dimension, other, mapped.manager)
    with administration_scope(mapped.id):
        TARGETS[dimension].objects.filter(code=CODES[dimension]).update(is_blocked=True)

    with pytest.raises(CannotRestore, match=CODES[dimension]):
        back(mapped, last)
    assert now(mapped, dimension) == other


def test_neither_does_a_heading(mapped: Books) -> None:
    other = answer_to(mapped, Dimension.ACCOUNT, "4100")
    last = change(mapped, Dimension.ACCOUNT, other, mapped.manager)
    with administration_scope(mapped.id):
        Account.objects.filter(code="4000").update(is_postable=False)

    with pytest.raises(CannotRestore, match="4000"):
        back(mapped, last)


def test_neither_does_a_rule_whose_cost_centre_is_blocked(mapped: Books) -> None:
    center = target_id(mapped, Dimension.COST_CENTER, "K200")
    account = target_id(mapped, Dimension.ACCOUNT, "4000")
    change(
        mapped,
        Dimension.ACCOUNT,
        Answer(account, CostCenterRule.FIXED, center),
        mapped.manager,
    )
    last = change(mapped, Dimension.ACCOUNT, Answer(account), mapped.manager)
    with administration_scope(mapped.id):
        CostCenter.objects.filter(pk=center).update(is_blocked=True)

    with pytest.raises(CannotRestore, match="K200"):
        back(mapped, last)


def test_neither_does_what_is_gone(mapped: Books) -> None:
    last = change(
        mapped,
        Dimension.COST_UNIT,
        answer_to(mapped, Dimension.COST_UNIT, "P02"),
        mapped.manager,
    )
    with administration_scope(mapped.id):
        CostUnit.objects.filter(code="P01").delete()

    with pytest.raises(CannotRestore, match="bestaat niet meer"):
        back(mapped, last)


@every_dimension
def test_a_change_that_was_overtaken_is_not_put_back(mapped: Books, dimension: Dimension) -> None:
    other = answer_to(mapped, dimension, OTHERS[dimension])
    first = change(mapped, dimension, other, mapped.manager)
    change(mapped, dimension, None, mapped.manager)

    with pytest.raises(MappingChangedMeanwhile):
        back(mapped, first, seen=first.pk)
    assert now(mapped, dimension) is None


def test_of_managers_who_change_one_mapping_at_once_one_succeeds(committed_books: Books) -> None:
    books = committed_books
    with administration_scope(books.id):
        targets = list(Account.objects.values_list("pk", flat=True))

    def attempt(target: int) -> bool:
        try:
            with administration_scope(books.id):
                put_as_seen(
                    Dimension.ACCOUNT,
                    loket_code="4001",
                    loket_description="",
                    answer=Answer(target),
                    seen=0,
                    user=books.manager,
                    origin=MappingOrigin.TABLE,
                )
        except MappingChangedMeanwhile:
            return False
        return True

    won = at_once(attempt, targets, threads=len(targets))

    assert won.count(True) == 1
    with administration_scope(books.id):
        ((_, new),) = MappingChange.objects.values_list("old", "new")
        seen = last_change(Dimension.ACCOUNT, "4001")
    assert new["account_id"] == targets[won.index(True)]

    def again(target: int) -> bool:
        try:
            with administration_scope(books.id):
                put_as_seen(
                    Dimension.ACCOUNT,
                    loket_code="4001",
                    loket_description="",
                    answer=Answer(target),
                    seen=seen,
                    user=books.manager,
                    origin=MappingOrigin.TABLE,
                )
        except MappingChangedMeanwhile:
            return False
        return True

    others = [target for target in targets if target != new["account_id"]]
    assert at_once(again, others, threads=len(others)).count(True) == 1


# In words


def words(books: Books) -> list[tuple[str, str]]:
    """What each change is told as, the oldest first."""
    with administration_scope(books.id):
        return [(one.old, one.new) for one in told(list(MappingChange.objects.order_by("pk")))]


def test_each_kind_of_answer_is_told_in_words(mapped: Books) -> None:
    account, other = (target_id(mapped, Dimension.ACCOUNT, code) for code in ("4000", "4100"))
    center = target_id(mapped, Dimension.COST_CENTER, "K100")
    for answer in (
        Answer(account, CostCenterRule.DROP),
        Answer(other, CostCenterRule.FIXED, center),
        Answer(other, CostCenterRule.DEFAULT, center),
        Answer(None, CostCenterRule.DROP),
        None,
    ):
        change(mapped, Dimension.ACCOUNT, answer, mapped.manager)
    change(mapped, Dimension.COST_CENTER, Answer(None), mapped.manager)

    wages, charges = "4000 Bruto lonen", "4100 Werkgeverslasten"
    assert words(mapped) == [
        ("geen koppeling", wages),
        ("geen koppeling", "K100 Kantoor"),
        ("geen koppeling", "P01 Brood"),
        (wages, f"{wages}; kostenplaats weggelaten"),
        (f"{wages}; kostenplaats weggelaten", f"{charges}; kostenplaats altijd K100 Kantoor"),
        (
            f"{charges}; kostenplaats altijd K100 Kantoor",
            f"{charges}; kostenplaats K100 Kantoor als Loket.nl er geen geeft",
        ),
        (
            f"{charges}; kostenplaats K100 Kantoor als Loket.nl er geen geeft",
            "kostenplaats weggelaten",
        ),
        ("kostenplaats weggelaten", "geen koppeling"),
        ("K100 Kantoor", "weggelaten"),
    ]


def test_what_is_gone_or_blocked_is_told_so(mapped: Books) -> None:
    change(
        mapped,
        Dimension.COST_UNIT,
        answer_to(mapped, Dimension.COST_UNIT, "P02"),
        mapped.manager,
    )
    with administration_scope(mapped.id):
        CostUnit.objects.filter(code="P01").delete()
        CostUnit.objects.filter(code="P02").update(is_blocked=True)

    assert words(mapped)[-1] == (
        "een kostendrager die niet meer bestaat",
        "P02 Gebak (geblokkeerd)",
    )


def test_many_changes_take_as_many_queries_as_few(mapped: Books) -> None:
    counts = []
    for _round in range(3):
        for code in OTHERS, CODES:
            for dimension in Dimension:
                answer = answer_to(mapped, dimension, code[dimension])
                change(mapped, dimension, answer, mapped.manager)
        with administration_scope(mapped.id):
            rows = list(MappingChange.objects.select_related("changed_by"))
            with CaptureQueriesContext(connection) as queries:
                found = told(rows)
        counts.append((len(found), len(queries)))

    assert [rows for rows, _ in counts] == [9, 15, 21]
    assert {queries for _, queries in counts} == {6}


# The pages


def history(books: Books, role: str = "viewer", **asked: object) -> Any:
    """The page, for somebody with this role."""
    return client_of(getattr(books, role)).get(address(books, "mapping_history"), asked)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["9", "MON040", "MON040", "MON040"]),
        ({"zoek": "9"}, ["9"]),
        ({"zoek": "pens"}, ["9"]),
        ({"zoek": "mon", "deel": "cost_unit"}, ["MON040"]),
        ({"code": "MON"}, []),
        ({"code": "MON040", "deel": "account"}, ["MON040"]),
        ({"code": "MON040\0", "deel": "account"}, ["MON040"]),
    ],
)
def test_the_history_is_searched_and_shown_by_code(
    mapped: Books, asked: dict[str, str], expected: list[str]
) -> None:
    with administration_scope(mapped.id):
        put_as_seen(
            Dimension.ACCOUNT,
            loket_code="9",
            loket_description="Pensioenpremie",
            answer=Answer(Account.objects.get(code="4100").pk),
            seen=0,
            user=mapped.manager,
            origin=MappingOrigin.FILE,
        )

    found = history(mapped, **asked).context["changes"]

    assert [one.loket_code for one in found] == expected


def test_the_history_says_who_when_and_how(mapped: Books) -> None:
    other = answer_to(mapped, Dimension.COST_CENTER, "K200")
    last = change(mapped, Dimension.COST_CENTER, other, mapped.manager)

    shown = history(mapped).content.decode()

    for said in (
        mapped.manager.name,
        mapped.bookkeeper.name,
        f"{last.changed_at.astimezone():%d-%m-%Y}",
        "gewijzigd in de transponeertabel",
        "beantwoord bij het importeren",
        "K100 Kantoor",
        "K200 Werkplaats",
    ):
        assert said in shown


def test_a_long_history_comes_in_pages(mapped: Books) -> None:
    for code in ("K200", "K100") * 25:
        answer = answer_to(mapped, Dimension.COST_CENTER, code)
        change(mapped, Dimension.COST_CENTER, answer, mapped.manager)

    assert len(history(mapped).context["changes"]) == 50
    assert len(history(mapped, page=2).context["changes"]) == 3


def test_an_empty_history_says_so(books: Books) -> None:
    assert "empty-state" in history(books).content.decode()


def test_only_a_manager_is_offered_the_way_back_and_only_where_it_leads_elsewhere(
    mapped: Books,
) -> None:
    other = answer_to(mapped, Dimension.COST_CENTER, "K200")
    last = change(mapped, Dimension.COST_CENTER, other, mapped.manager)
    same_again = change(
        mapped,
        Dimension.COST_CENTER,
        answer_to(mapped, Dimension.COST_CENTER, "K100"),
        mapped.manager,
    )
    leads_back = address(mapped, "mapping_restore", same_again.pk)
    leads_nowhere = address(mapped, "mapping_restore", last.pk)

    for_manager = history(mapped, "manager").content.decode()

    assert leads_back in for_manager
    # Before that change it stood where it stands now.
    assert leads_nowhere not in for_manager
    for role in ("viewer", "bookkeeper"):
        assert leads_back not in history(mapped, role).content.decode()


def test_putting_back_takes_a_manager(mapped: Books) -> None:
    page = address(mapped, "mapping_restore", changes(mapped)[0].pk)

    assert statuses(mapped, page) == only("manager")


def test_sending_it_takes_a_manager_too(mapped: Books) -> None:
    page = address(mapped, "mapping_restore", changes(mapped)[0].pk)

    # Nothing is put back for who does not say what was seen.
    assert statuses(mapped, page, method="post") == only("manager", status=409)
    assert len(changes(mapped)) == 3


@every_dimension
def test_a_mapping_is_put_back_by_way_of_a_last_look(mapped: Books, dimension: Dimension) -> None:
    client, before = client_of(mapped.manager), now(mapped, dimension)
    other = target_id(mapped, dimension, OTHERS[dimension])
    save(client, mapped, choice(mapped, dimension, other))
    page = address(mapped, "mapping_restore", changes(mapped)[-1].pk)

    looked = client.get(page)
    untouched = now(mapped, dimension)
    answer = client.post(page, {"seen": looked.context["form"]["seen"].value()})

    assert looked.status_code == 200
    assert untouched != before
    assert answer.headers["Location"] == address(mapped, "mappings")
    assert now(mapped, dimension) == before
    assert mapping(mapped, dimension).origin == "restored"


def test_a_last_look_that_was_overtaken_puts_nothing_back(mapped: Books) -> None:
    client = client_of(mapped.manager)
    first = changes(mapped)[0]
    page = address(mapped, "mapping_restore", first.pk)
    seen = client.get(page).context["form"]["seen"].value()
    other = answer_to(mapped, Dimension.ACCOUNT, "4100")
    change(mapped, Dimension.ACCOUNT, other, mapped.bookkeeper)

    answer = client.post(page, {"seen": seen})

    assert answer.status_code == 409
    assert "4100 Werkgeverslasten" in answer.content.decode()
    assert now(mapped, Dimension.ACCOUNT) == other


def test_the_last_look_says_what_can_not_come_back(mapped: Books) -> None:
    other = answer_to(mapped, Dimension.COST_CENTER, "K200")
    last = change(mapped, Dimension.COST_CENTER, other, mapped.manager)
    with administration_scope(mapped.id):
        CostCenter.objects.filter(code="K100").update(is_blocked=True)
    client, page = client_of(mapped.manager), address(mapped, "mapping_restore", last.pk)

    for answer in (client.get(page), client.post(page, {"seen": last.pk})):
        assert answer.status_code == 409
        assert "K100 Kantoor (geblokkeerd)" in answer.content.decode()
    assert now(mapped, Dimension.COST_CENTER) == other


def test_a_change_of_another_administration_is_not_there(mapped: Books) -> None:
    other = make_books("Schildersbedrijf Jansen")
    client = client_of(other.manager)

    for id in (changes(mapped)[0].pk, 10**17):
        page = address(other, "mapping_restore", id)
        assert client.get(page).status_code == 404
        assert client.post(page, {"seen": 0}).status_code == 404
    assert "MON040" not in client.get(address(other, "mapping_history")).content.decode()
