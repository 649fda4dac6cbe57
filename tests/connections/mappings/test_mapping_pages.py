"""The mapping table and the page that changes it: who may, what it offers, what it keeps."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django import DjangoAssertNumQueries

from connections.mapping import TARGETS, Dimension, add_mapping
from connections.models import AccountMapping, ChartMode, Connection, CostCenterRule
from finmaster.tenancy import administration_scope
from ledger.models import Account, CostCenter
from tests.books import Books, make_books
from tests.connections.mappings.mapped import (
    CODES,
    OTHERS,
    address,
    changes,
    choice,
    is_mapped,
    mapping,
    save,
    seen,
    target_id,
)
from tests.connections.mappings.mapped import mapped as mapped
from tests.pages import FRAME_QUERIES, client_of, only, statuses

every_dimension = pytest.mark.parametrize("dimension", Dimension)
EVERYONE = only("viewer", "bookkeeper", "manager")


def page_of(books: Books, dimension: Dimension) -> str:
    """The address where the one mapping of a kind is changed."""
    return address(books, "mapping_change", dimension, mapping(books, dimension).pk)


def offered(answer: Any, field: str = "target") -> list[str]:
    """The names in a list."""
    return [str(name) for _, name in answer.context["form"].fields[field].choices]


def take_over(books: Books) -> None:
    """Let the connection take over the chart of accounts."""
    with administration_scope(books.id):
        Connection.objects.update(chart_mode=ChartMode.ADOPT)


# The table


@pytest.mark.parametrize("name", ["mappings", "mapping_history"])
def test_every_member_looks_at_the_table_and_its_history(mapped: Books, name: str) -> None:
    assert statuses(mapped, address(mapped, name)) == EVERYONE


def test_the_table_needs_no_connection(books: Books) -> None:
    answer = client_of(books.viewer).get(address(books, "mappings"))

    assert answer.status_code == 200
    assert "empty-state" in answer.content.decode()


def test_the_table_asks_as_much_for_many_mappings_as_for_few(
    mapped: Books, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with administration_scope(mapped.id):
        for number in range(40):
            add_mapping(
                Dimension.ACCOUNT,
                loket_code=f"40{number:02}",
                loket_description="Salarissen",
                target_id=Account.objects.get(code="4000").pk,
                user=mapped.bookkeeper,
                cost_center_rule=CostCenterRule.FIXED,
                cost_center_id=CostCenter.objects.get(code="K100").pk,
            )
    client = client_of(mapped.viewer)

    with django_assert_max_num_queries(FRAME_QUERIES + 4):
        page = client.get(address(mapped, "mappings")).content.decode()

    assert "4007 Salarissen" in page
    assert page.count("4000 Bruto lonen") == 41
    assert page.count("kostenplaats altijd K100 Kantoor") == 40
    assert mapped.bookkeeper.name in page


ALL = {"account": ["9", "MON040"], "cost_center": ["MON040"], "cost_unit": ["MON040"]}


def shown_parts(answer: Any) -> dict[str, list[str]]:
    """Loket's codes on the page, by part."""
    return {
        part.dimension.value: [row.mapping.loket_code for row in part.rows]
        for part in answer.context["parts"]
    }


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ALL),
        ({"zoek": "mon"}, ALL | {"account": ["MON040"]}),
        ({"zoek": "pensioen"}, {"account": ["9"], "cost_center": [], "cost_unit": []}),
        ({"zoek": "4000"}, {"account": ["MON040"], "cost_center": [], "cost_unit": []}),
        ({"zoek": "kantoor"}, {"account": [], "cost_center": ["MON040"], "cost_unit": []}),
        ({"zoek": "040"}, {"account": [], "cost_center": [], "cost_unit": []}),
        ({"deel": "cost_unit"}, {"cost_unit": ["MON040"]}),
        ({"deel": "account", "zoek": "9"}, {"account": ["9"]}),
        ({"deel": "nonsense"}, ALL),
    ],
)
def test_the_table_is_searched_and_shown_by_part(
    mapped: Books, asked: dict[str, str], expected: dict[str, list[str]]
) -> None:
    with administration_scope(mapped.id):
        add_mapping(
            Dimension.ACCOUNT,
            loket_code="9",
            loket_description="Pensioenpremie",
            target_id=Account.objects.get(code="4100").pk,
            user=mapped.manager,
        )

    answer = client_of(mapped.viewer).get(address(mapped, "mappings"), asked)

    assert shown_parts(answer) == expected


def test_the_table_tells_what_is_left_out_and_what_is_blocked(mapped: Books) -> None:
    with administration_scope(mapped.id):
        Account.objects.filter(code="4000").update(is_blocked=True)
    save(client_of(mapped.manager), mapped, choice(mapped, Dimension.COST_UNIT, "none"))

    page = client_of(mapped.viewer).get(address(mapped, "mappings")).content.decode()

    assert "4000 Bruto lonen (geblokkeerd)" in page
    assert "Weggelaten" in page


def test_where_the_chart_is_taken_over_only_rules_count(mapped: Books) -> None:
    words = "Rekeningen gaan volgens hun eigen code"
    before = client_of(mapped.viewer).get(address(mapped, "mappings")).content.decode()
    take_over(mapped)
    after = client_of(mapped.viewer).get(address(mapped, "mappings")).content.decode()

    assert (words in before, words in after) == (False, True)


@every_dimension
def test_only_a_manager_is_offered_the_change(mapped: Books, dimension: Dimension) -> None:
    pages = [page_of(mapped, dimension), address(mapped, "mapping_new", dimension)]
    seen_by = {
        role: [
            page
            in client_of(getattr(mapped, role)).get(address(mapped, "mappings")).content.decode()
            for page in pages
        ]
        for role in ("viewer", "bookkeeper", "manager")
    }

    assert seen_by == {"viewer": [False] * 2, "bookkeeper": [False] * 2, "manager": [True] * 2}


def test_the_master_data_lead_to_the_table(books: Books) -> None:
    page = reverse("ledger:master_data", args=[books.administration.slug])

    assert address(books, "mappings") in client_of(books.viewer).get(page).content.decode()


# The form


@every_dimension
def test_changing_a_mapping_takes_a_manager(mapped: Books, dimension: Dimension) -> None:
    assert statuses(mapped, page_of(mapped, dimension)) == only("manager")


@every_dimension
def test_sending_the_change_takes_a_manager_too(mapped: Books, dimension: Dimension) -> None:
    page = page_of(mapped, dimension)

    assert statuses(mapped, page, method="post") == only("manager", status=422)


@every_dimension
def test_adding_a_mapping_takes_a_manager(books: Books, dimension: Dimension) -> None:
    assert statuses(books, address(books, "mapping_new", dimension)) == only("manager")


@every_dimension
def test_sending_the_new_one_takes_a_manager_too(books: Books, dimension: Dimension) -> None:
    page = address(books, "mapping_new", dimension)

    assert statuses(books, page, method="post") == only("manager", status=422)


@every_dimension
def test_a_mapping_of_another_administration_is_not_there(
    mapped: Books, dimension: Dimension
) -> None:
    other = make_books("Schildersbedrijf Jansen")
    client = client_of(other.manager)

    for mapping_id in (mapping(mapped, dimension).pk, 10**17):
        page = address(other, "mapping_change", dimension, mapping_id)
        assert client.get(page).status_code == 404
        assert client.post(page, {"target": 1}).status_code == 404


def test_there_are_no_other_kinds_of_mapping(mapped: Books) -> None:
    page = page_of(mapped, Dimension.ACCOUNT)

    answer = client_of(mapped.manager).get(page.replace("rekeningen", "dagboeken"))

    assert answer.status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("connections:mapping_change", args=["x", "journal", 1])


def test_the_page_says_what_stands_and_offers_what_can_be_booked_on(mapped: Books) -> None:
    with administration_scope(mapped.id):
        Account.objects.filter(code="1700").update(is_blocked=True)
        Account.objects.filter(code="1710").update(is_postable=False)

    answer = client_of(mapped.manager).get(page_of(mapped, Dimension.ACCOUNT))

    shown = answer.content.decode()
    for words in ("MON040 Montage", "4000 Bruto lonen", mapped.bookkeeper.name):
        assert words in shown
    assert [name[:4] for name in offered(answer)[1:]] == ["1740", "4000", "4100"]
    assert offered(answer, "cost_center")[1:] == ["K100 Kantoor", "K200 Werkplaats"]
    form = answer.context["form"]
    assert form["target"].value() == target_id(mapped, Dimension.ACCOUNT, "4000")
    assert form["cost_center_rule"].value() == "as_sent"
    assert form["seen"].value() == seen(mapped, Dimension.ACCOUNT)


@pytest.mark.parametrize("dimension", [Dimension.COST_CENTER, Dimension.COST_UNIT])
def test_a_cost_centre_or_unit_can_be_left_out(mapped: Books, dimension: Dimension) -> None:
    answer = client_of(mapped.manager).get(page_of(mapped, dimension))

    assert offered(answer)[1].startswith("Weglaten")
    assert "cost_center_rule" not in answer.context["form"].fields


@every_dimension
def test_what_can_not_be_booked_on_is_no_change(mapped: Books, dimension: Dimension) -> None:
    before = mapping(mapped, dimension)
    foreign = target_id(make_books("Andere"), dimension, CODES[dimension])
    blocked = getattr(before, f"{dimension}_id")
    with administration_scope(mapped.id):
        TARGETS[dimension].objects.filter(pk=blocked).update(is_blocked=True)
    client, page = client_of(mapped.manager), page_of(mapped, dimension)

    for target in ("", "x", 10**30, foreign, blocked):
        answer = client.post(page, choice(mapped, dimension, target))
        assert answer.status_code == 422
        assert answer.context["form"].errors == {"target": ["Kies er een uit de lijst."]}
    assert mapping(mapped, dimension).set_by == mapped.bookkeeper


def test_an_account_is_not_left_out(mapped: Books) -> None:
    page = page_of(mapped, Dimension.ACCOUNT)

    answer = client_of(mapped.manager).post(page, choice(mapped, Dimension.ACCOUNT, "none"))

    assert answer.status_code == 422


@pytest.mark.parametrize("rule", ["default", "fixed"])
def test_a_rule_that_names_a_cost_centre_needs_one(mapped: Books, rule: str) -> None:
    account = target_id(mapped, Dimension.ACCOUNT, "4000")
    page = page_of(mapped, Dimension.ACCOUNT)

    answer = client_of(mapped.manager).post(
        page, choice(mapped, Dimension.ACCOUNT, account, cost_center_rule=rule)
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["cost_center"]


def test_a_target_that_was_blocked_since_is_told_but_not_offered(mapped: Books) -> None:
    with administration_scope(mapped.id):
        CostCenter.objects.filter(code="K100").update(is_blocked=True)

    answer = client_of(mapped.manager).get(page_of(mapped, Dimension.COST_CENTER))

    assert "K100 Kantoor (geblokkeerd)" in answer.content.decode()
    assert offered(answer)[2:] == ["K200 Werkplaats"]


# Saving: by way of the page that tells the consequences


def follow(client: Client, answer: Any) -> Any:
    """The page to which an answer leads, by its whole address."""
    assert answer.status_code == 302
    return client.get(answer.headers["Location"])


def hidden(answer: Any) -> dict[str, Any]:
    """What the page sends again when it is saved."""
    return {field.name: field.value() for field in answer.context["form"] if field.value()}


@every_dimension
def test_a_change_is_shown_first_and_then_kept(mapped: Books, dimension: Dimension) -> None:
    client, before = client_of(mapped.manager), mapping(mapped, dimension)
    other = target_id(mapped, dimension, OTHERS[dimension])

    looked = follow(
        client, client.post(page_of(mapped, dimension), choice(mapped, dimension, other))
    )
    untouched = mapping(mapped, dimension)
    answer = save(client, mapped, hidden(looked))

    assert (looked.status_code, untouched.set_at) == (200, before.set_at)
    assert "Geen geboekte run zou anders geboekt zijn" in looked.content.decode()
    after = mapping(mapped, dimension)
    assert getattr(after, f"{dimension}_id") == other
    assert (after.set_by, after.origin) == (mapped.manager, "table")
    assert after.set_at > before.set_at
    assert answer.headers["Location"] == address(mapped, "mappings")
    (told,) = get_messages(answer.wsgi_request)
    assert "MON040" in str(told)
    assert OTHERS[dimension] in str(told)


@every_dimension
def test_who_goes_back_finds_what_was_chosen(mapped: Books, dimension: Dimension) -> None:
    client = client_of(mapped.manager)
    other = target_id(mapped, dimension, OTHERS[dimension])

    looked = client.get(address(mapped, "mapping_consequences"), choice(mapped, dimension, other))
    again = client.get(looked.context["back_url"])

    assert looked.context["back_url"].startswith(page_of(mapped, dimension))
    assert again.context["form"]["target"].value() == str(other)
    assert again.context["form"]["code"].value() == "MON040"


@pytest.mark.parametrize("dimension", [Dimension.COST_CENTER, Dimension.COST_UNIT])
def test_leaving_out_is_kept(mapped: Books, dimension: Dimension) -> None:
    save(client_of(mapped.manager), mapped, choice(mapped, dimension, "none"))

    assert getattr(mapping(mapped, dimension), f"{dimension}_id") is None


@pytest.mark.parametrize(
    ("rule", "named"), [("drop", False), ("default", True), ("fixed", True), ("as_sent", False)]
)
def test_a_rule_for_the_cost_centre_is_kept(mapped: Books, rule: str, named: bool) -> None:
    account = target_id(mapped, Dimension.ACCOUNT, "4000")
    center = target_id(mapped, Dimension.COST_CENTER, "K200")

    # A cost centre that the rule does not use is left over from another choice.
    save(
        client_of(mapped.manager),
        mapped,
        choice(mapped, Dimension.ACCOUNT, account, cost_center_rule=rule, cost_center=center),
    )

    with administration_scope(mapped.id):
        kept = AccountMapping.objects.get()
    assert kept.account_id == account
    assert (kept.cost_center_rule, kept.cost_center_id) == (rule, center if named else None)


@every_dimension
def test_a_mapping_is_removed_by_way_of_the_same_page(mapped: Books, dimension: Dimension) -> None:
    client = client_of(mapped.manager)
    form = client.get(page_of(mapped, dimension))

    looked = client.get(form.context["removal_url"])
    still_there = is_mapped(mapped, dimension)
    save(client, mapped, hidden(looked))

    assert (looked.status_code, still_there, is_mapped(mapped, dimension)) == (200, True, False)
    assert changes(mapped)[-1].changed_by == mapped.manager


@every_dimension
def test_the_consequences_take_a_manager(mapped: Books, dimension: Dimension) -> None:
    chosen = choice(mapped, dimension, target_id(mapped, dimension, OTHERS[dimension]))
    page = address(mapped, "mapping_consequences")
    asked = {
        role: client_of(getattr(mapped, role)).get(page, chosen).status_code
        for role in ("viewer", "bookkeeper", "manager")
    }
    sent = {
        role: save(client_of(getattr(mapped, role)), mapped, chosen).status_code
        for role in ("viewer", "bookkeeper", "manager")
    }

    assert asked == {"viewer": 403, "bookkeeper": 403, "manager": 200}
    assert sent == {"viewer": 403, "bookkeeper": 403, "manager": 302}


@pytest.mark.parametrize(
    "nonsense",
    [
        {},
        {"dimension": "journal"},
        {"dimension": "account"},
        {"dimension": "account", "code": "\0", "target": "1", "seen": "0"},
        {"dimension": "account", "code": "x" * 51, "removes": "on", "seen": "0"},
        {"dimension": "cost_unit", "code": "MON040", "removes": "on", "seen": "-1"},
    ],
)
def test_an_address_that_makes_no_sense_is_no_page(mapped: Books, nonsense: dict[str, str]) -> None:
    client, page = client_of(mapped.manager), address(mapped, "mapping_consequences")

    assert client.get(page, nonsense).status_code == 404
    assert client.post(page, nonsense).status_code == 404


def test_what_was_blocked_between_the_pages_is_asked_again(mapped: Books) -> None:
    other = target_id(mapped, Dimension.COST_CENTER, "K200")
    chosen = choice(mapped, Dimension.COST_CENTER, other)
    with administration_scope(mapped.id):
        CostCenter.objects.filter(pk=other).update(is_blocked=True)

    answer = save(client_of(mapped.manager), mapped, chosen)

    assert answer.status_code == 422
    assert answer.context["form_url"] == page_of(mapped, Dimension.COST_CENTER)
    assert mapping(mapped, Dimension.COST_CENTER).set_by == mapped.bookkeeper


@every_dimension
def test_who_comes_second_is_refused_and_shown_what_it_says_now(
    mapped: Books, dimension: Dimension
) -> None:
    other = target_id(mapped, dimension, OTHERS[dimension])
    same = target_id(mapped, dimension, CODES[dimension])
    first, second = choice(mapped, dimension, other), choice(mapped, dimension, same)
    client = client_of(mapped.manager)

    save(client, mapped, first)
    looked = client.get(address(mapped, "mapping_consequences"), second)
    refused = save(client, mapped, second)

    assert looked.status_code == refused.status_code == 409
    for answer in (looked, refused):
        shown = answer.content.decode()
        assert "Een collega heeft deze koppeling gewijzigd" in shown
        assert OTHERS[dimension] in shown
        assert 'type="submit" class="button button--primary"' not in shown
    assert getattr(mapping(mapped, dimension), f"{dimension}_id") == other


def test_who_removes_what_a_colleague_removed_is_told(mapped: Books) -> None:
    chosen = {
        "dimension": "account",
        "code": "MON040",
        "removes": "on",
        "seen": seen(mapped, Dimension.ACCOUNT),
    }
    client = client_of(mapped.manager)

    assert save(client, mapped, chosen).status_code == 302
    assert save(client, mapped, chosen).status_code == 409


# New mappings


def new(client: Client, books: Books, part: Dimension, **chosen: object) -> Any:
    """Fill in the form of a new mapping, and go on to the consequences."""
    return client.post(address(books, "mapping_new", part), chosen)


@every_dimension
def test_a_mapping_is_made_ahead_of_time(mapped: Books, dimension: Dimension) -> None:
    client = client_of(mapped.manager)
    rule = {"cost_center_rule": "as_sent"} if dimension == Dimension.ACCOUNT else {}

    looked = follow(
        client,
        new(
            client,
            mapped,
            dimension,
            dimension=dimension.value,
            seen=0,
            code=" 4711 ",
            description="Straks",
            target=target_id(mapped, dimension, CODES[dimension]),
            **rule,
        ),
    )
    answer = save(client, mapped, hidden(looked))

    assert answer.status_code == 302
    last = changes(mapped)[-1]
    assert (last.loket_code, last.loket_description, last.old) == ("4711", "Straks", None)
    assert (last.origin, last.changed_by) == ("table", mapped.manager)


@every_dimension
def test_a_code_that_is_there_is_not_made_again(mapped: Books, dimension: Dimension) -> None:
    rule = {"cost_center_rule": "as_sent"} if dimension == Dimension.ACCOUNT else {}
    target = target_id(mapped, dimension, OTHERS[dimension])

    answer = new(
        client_of(mapped.manager),
        mapped,
        dimension,
        dimension=dimension.value,
        seen=0,
        code="MON040",
        target=target,
        **rule,
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["code"]


def test_a_code_that_was_mapped_long_ago_is_mapped_anew(mapped: Books) -> None:
    client, chosen = client_of(mapped.manager), choice(mapped, Dimension.COST_UNIT, "none")
    save(client, mapped, chosen | {"removes": "on"})

    answer = new(client, mapped, Dimension.COST_UNIT, **chosen | {"seen": 0})
    saved = save(client, mapped, dict(parse_qsl(urlsplit(answer.headers["Location"]).query)))

    assert saved.status_code == 302
    assert is_mapped(mapped, Dimension.COST_UNIT)


def test_two_who_make_the_same_code_are_told_apart(mapped: Books) -> None:
    client = client_of(mapped.manager)
    chosen = {"dimension": "cost_unit", "code": "9", "seen": "0", "target": "none"}

    first = save(client, mapped, chosen)
    second = save(client, mapped, chosen)

    assert (first.status_code, second.status_code) == (302, 409)


def test_where_the_chart_is_taken_over_an_account_gets_a_rule(mapped: Books) -> None:
    take_over(mapped)
    client = client_of(mapped.manager)
    form = client.get(address(mapped, "mapping_new", Dimension.ACCOUNT))
    chosen = {"dimension": "account", "code": "1700", "seen": "0"}

    nothing = new(client, mapped, Dimension.ACCOUNT, **chosen, cost_center_rule="as_sent")
    looked = follow(
        client, new(client, mapped, Dimension.ACCOUNT, **chosen, cost_center_rule="drop")
    )
    save(client, mapped, hidden(looked))

    assert "target" not in form.context["form"].fields
    assert list(nothing.context["form"].errors) == ["cost_center_rule"]
    with administration_scope(mapped.id):
        kept = AccountMapping.objects.get(loket_code="1700")
    assert (kept.account_id, kept.cost_center_rule) == (None, "drop")


def test_a_rule_that_is_undone_leaves_no_empty_mapping(mapped: Books) -> None:
    take_over(mapped)
    client = client_of(mapped.manager)
    chosen = {"dimension": "account", "code": "1700", "seen": "0", "cost_center_rule": "drop"}
    save(client, mapped, chosen)
    last = changes(mapped)[-1].pk

    save(client, mapped, chosen | {"seen": str(last), "cost_center_rule": "as_sent"})

    with administration_scope(mapped.id):
        assert not AccountMapping.objects.filter(loket_code="1700").exists()


def test_where_the_chart_is_taken_over_the_account_of_a_mapping_stays(mapped: Books) -> None:
    take_over(mapped)
    page = client_of(mapped.manager).get(page_of(mapped, Dimension.ACCOUNT))
    chosen = choice(mapped, Dimension.ACCOUNT, "", cost_center_rule="drop")

    save(client_of(mapped.manager), mapped, chosen)

    assert "target" not in page.context["form"].fields
    with administration_scope(mapped.id):
        kept = AccountMapping.objects.select_related("account").get()
    assert kept.account is not None
    assert (kept.account.code, kept.cost_center_rule) == ("4000", "drop")


@every_dimension
def test_the_page_that_removes_a_mapping_says_so_and_of_what(
    mapped: Books, dimension: Dimension
) -> None:
    client = client_of(mapped.manager)
    removal_url = client.get(page_of(mapped, dimension)).context["removal_url"]

    text = client.get(removal_url).content.decode()

    assert "<h1>Koppeling van MON040 verwijderen</h1>" in " ".join(text.split())
    assert "MON040 Montage" in text


def test_a_rule_says_that_the_account_goes_by_its_own_code(mapped: Books) -> None:
    take_over(mapped)
    client = client_of(mapped.manager)
    chosen = choice(mapped, Dimension.ACCOUNT, "", cost_center_rule="drop")

    text = client.get(address(mapped, "mapping_consequences"), chosen).content.decode()

    assert "Regel voor rekening MON040 wijzigen" in text
    assert "de rekening met dezelfde code; kostenplaats weggelaten" in text
    assert "4000 Bruto lonen" not in text


def test_a_new_rule_is_called_one(mapped: Books) -> None:
    take_over(mapped)
    chosen = choice(mapped, Dimension.ACCOUNT, "", cost_center_rule="drop") | {"code": "1700"}

    answer = client_of(mapped.manager).get(
        address(mapped, "mapping_consequences"), chosen | {"seen": 0}
    )

    assert "Nieuwe regel voor rekening 1700" in answer.content.decode()
