"""The ways in and out of the mapping table: who may, what is shown, what is saved, and when not."""

from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from connections.mapping import TABLES, TARGETS, Dimension, add_mapping
from connections.models import (
    AccountMapping,
    CostCenterMapping,
    CostCenterRule,
    MappingChange,
    MappingOrigin,
)
from connections.transfer.books import our_codes, rows_of_table, save, standing_table
from connections.transfer.errors import Overtaken
from connections.transfer.plan import plan_of
from connections.transfer.rows import Place, PlacedRow, Row
from finmaster.models import Membership, Role
from finmaster.tenancy import administration_scope
from ledger.models import Account, CostCenter
from tests.books import Books, make_books
from tests.connections.connected import at_once
from tests.connections.transfer.transferring import ACCOUNT, CENTER, UNIT, csv_file, workbook
from tests.pages import FRAME_QUERIES, client_of, only, statuses

EXPORTS = ("mappings_xlsx", "mappings_csv")


def address(books: Books, name: str, *rest: object) -> str:
    """The address of a page of the mapping table."""
    outside = name in ("mappings_import", "mappings_import_save", "mappings_copy_from")
    name = name if outside else f"connections:{name}"
    return reverse(name, args=[books.administration.slug, *rest])


def map_(books: Books, part: Dimension, code: str, ours: str = "", **said: Any) -> None:
    """Map a code in these books; to nothing without a code of ours."""
    with administration_scope(books.id):
        add_mapping(
            part,
            loket_code=code,
            loket_description=f"Loket {code}",
            target_id=TARGETS[part].objects.get(code=ours).pk if ours else None,
            user=books.bookkeeper,
            **said,
        )


def table(books: Books) -> dict[tuple[Dimension, str], tuple[str, str, str]]:
    """Our code, the rule and its cost centre, for each code."""
    with administration_scope(books.id):
        return {
            (row.part, row.loket_code): (row.our_code, row.rule.value, row.cost_center)
            for row in rows_of_table()
        }


@pytest.fixture
def filled(books: Books) -> Books:
    """Books with a mapping of each kind, one of them with a rule."""
    map_(books, ACCOUNT, "0040", "4000")
    with administration_scope(books.id):
        center = CostCenter.objects.get(code="K100").pk
    fixed = {"cost_center_rule": CostCenterRule.FIXED, "cost_center_id": center}
    map_(books, ACCOUNT, "0041", "4100", **fixed)
    map_(books, CENTER, "MON", "K200")
    map_(books, CENTER, "OUD")
    map_(books, UNIT, "PRJ", "P01")
    return books


STANDING = {
    (ACCOUNT, "0040"): ("4000", "as_sent", ""),
    (ACCOUNT, "0041"): ("4100", "fixed", "K100"),
    (CENTER, "MON"): ("K200", "as_sent", ""),
    (CENTER, "OUD"): ("", "drop", ""),
    (UNIT, "PRJ"): ("P01", "as_sent", ""),
}


def upload(books: Books, content: bytes, name: str = "tabel.xlsx") -> Any:
    """What the manager sees of a file."""
    file = SimpleUploadedFile(name, content)
    return client_of(books.manager).post(address(books, "mappings_import"), {"file": file})


def take_over(books: Books, preview: str, user: str = "manager") -> Any:
    """Take over what was previewed."""
    page = address(books, "mappings_import_save")
    return client_of(getattr(books, user)).post(page, {"preview": preview})


# Out


@pytest.mark.parametrize("name", EXPORTS)
def test_every_member_may_take_the_table_out(filled: Books, name: str) -> None:
    assert statuses(filled, address(filled, name)) == only("viewer", "bookkeeper", "manager")


def test_the_workbook_has_all_there_is(filled: Books) -> None:
    answer = client_of(filled.viewer).get(address(filled, "mappings_xlsx"))

    book = openpyxl.load_workbook(BytesIO(answer.content))
    lines = {sheet.title: [[cell.value for cell in row] for row in sheet][1:] for sheet in book}
    assert lines == {
        "Rekeningen": [
            ["0040", "Loket 0040", "4000", "Bruto lonen", "zoals in Loket.nl", None],
            ["0041", "Loket 0041", "4100", "Werkgeverslasten", "altijd", "K100"],
        ],
        "Kostenplaatsen": [
            ["MON", "Loket MON", "K200", "Werkplaats", None],
            ["OUD", "Loket OUD", None, None, "weglaten"],
        ],
        "Kostendragers": [["PRJ", "Loket PRJ", "P01", "Brood", None]],
    }
    assert "attachment" in answer["Content-Disposition"]
    assert ".xlsx" in answer["Content-Disposition"]


@pytest.mark.parametrize("name", EXPORTS)
def test_only_ones_own_table_goes_out(filled: Books, name: str) -> None:
    other = make_books("Schildersbedrijf Jansen")

    theirs = client_of(other.manager).get(address(other, name)).content

    assert theirs != client_of(filled.manager).get(address(filled, name)).content
    assert b"0040" not in theirs


@pytest.mark.parametrize("name", EXPORTS)
def test_taking_it_out_takes_a_query_for_each_part(filled: Books, name: str) -> None:
    client = client_of(filled.viewer)

    with CaptureQueriesContext(connection) as queries:
        client.get(address(filled, name))

    assert len([one for one in queries if 'FROM "connections_' in one["sql"]]) == 3


@pytest.mark.parametrize("name", EXPORTS)
def test_what_went_out_changes_nothing_when_it_comes_in(filled: Books, name: str) -> None:
    with administration_scope(filled.id):
        # What was blocked since may stay as it stands.
        Account.objects.filter(code="4000").update(is_blocked=True)
        CostCenter.objects.update(is_blocked=True)
    content = client_of(filled.viewer).get(address(filled, name)).content

    answer = upload(filled, content)

    assert answer.status_code == 200
    seen = answer.context
    assert (seen["added"], seen["changed"], seen["unchanged"]) == ([], [], 5)
    assert seen["preview"] == ""
    assert "Er is niets over te nemen" in answer.content.decode()


# In, from a file


def test_importing_takes_a_manager(books: Books) -> None:
    assert statuses(books, address(books, "mappings_import")) == only("manager")


@pytest.mark.parametrize("name", ["mappings_import", "mappings_import_save"])
def test_sending_a_file_or_its_preview_takes_a_manager_too(books: Books, name: str) -> None:
    answers = statuses(books, address(books, name), method="post")

    assert answers == only("manager", status=422)


def test_a_link_saves_nothing_and_leads_to_the_import(books: Books) -> None:
    answer = client_of(books.manager).get(address(books, "mappings_import_save"))

    assert (answer.status_code, answer["Location"]) == (302, address(books, "mappings_import"))


def test_the_table_offers_each_what_they_may(books: Books) -> None:
    for role, may in (("viewer", False), ("bookkeeper", False), ("manager", True)):
        shown = client_of(getattr(books, role)).get(address(books, "mappings")).content.decode()
        assert [address(books, name) in shown for name in EXPORTS] == [True, True]
        for name in ("mappings_import", "mappings_copy"):
            assert (f'href="{address(books, name)}"' in shown) is may


CHANGES = workbook(
    Rekeningen=[
        ("0040", "Anders", 4100.0, "", "", ""),
        ("0041", "", "4100", "", "standaard", "K200"),
        ("0042", "Nieuw loon", "4000", "", "weglaten", ""),
        (43, "", "", "", "weglaten", ""),
    ],
    Kostenplaatsen=[("MON", "", "", "", "weglaten"), ("OUD", "", "", "", "weglaten")],
    Kostendragers=[("PRJ2", "", "P01", "", "")],
    Uitleg=[],
)


def test_a_preview_tells_what_would_change_and_saves_nothing(filled: Books) -> None:
    answer = upload(filled, CHANGES)

    assert answer.status_code == 200
    assert table(filled) == STANDING
    told = {
        (one.loket_code, one.loket_description, one.old, one.new)
        for one in (*answer.context["added"], *answer.context["changed"])
    }
    assert told == {
        ("0042", "Nieuw loon", "geen koppeling", "4000 Bruto lonen; kostenplaats weggelaten"),
        ("43", "", "geen koppeling", "kostenplaats weggelaten"),
        ("PRJ2", "", "geen koppeling", "P01 Brood"),
        ("0040", "Loket 0040", "4000 Bruto lonen", "4100 Werkgeverslasten"),
        (
            "0041",
            "Loket 0041",
            "4100 Werkgeverslasten; kostenplaats altijd K100 Kantoor",
            "4100 Werkgeverslasten; kostenplaats K200 Werkplaats als Loket.nl er geen geeft",
        ),
        ("MON", "Loket MON", "K200 Werkplaats", "weggelaten"),
    }
    assert (answer.context["unchanged"], answer.context["ignored"]) == (1, ["Uitleg"])


def test_taking_over_saves_what_was_shown_with_its_history(filled: Books) -> None:
    with administration_scope(filled.id):
        before = MappingChange.objects.count()

    answer = take_over(filled, upload(filled, CHANGES).context["preview"])

    assert (answer.status_code, answer["Location"]) == (302, address(filled, "mappings"))
    assert table(filled) == STANDING | {
        (ACCOUNT, "0040"): ("4100", "as_sent", ""),
        (ACCOUNT, "0041"): ("4100", "default", "K200"),
        (ACCOUNT, "0042"): ("4000", "drop", ""),
        (ACCOUNT, "43"): ("", "drop", ""),
        (CENTER, "MON"): ("", "drop", ""),
        (UNIT, "PRJ2"): ("P01", "as_sent", ""),
    }
    (told,) = get_messages(answer.wsgi_request)
    assert str(told) == "3 koppelingen zijn toegevoegd en 3 gewijzigd."
    with administration_scope(filled.id):
        changes = MappingChange.objects.order_by("pk")[before:]
        assert {change.origin for change in changes} == {"file"}
        assert {change.changed_by_id for change in changes} == {filled.manager.pk}
        assert len(changes) == 6
        mapping = AccountMapping.objects.get(loket_code="0040")
        # The description that was known stays, and so does who made what did not change.
        assert (mapping.loket_description, mapping.set_by_id) == ("Loket 0040", filled.manager.pk)
        kept = CostCenterMapping.objects.get(loket_code="OUD")
        assert (kept.set_by_id, kept.origin) == (filled.bookkeeper.pk, "wizard")


def test_with_one_error_nothing_is_saved(filled: Books) -> None:
    content = workbook(
        Rekeningen=[("0042", "", "4000", "", "", ""), ("0043", "", "4999", "", "", "")],
        Kostenplaatsen=[("K9", "", "K100", "", ""), ("K9", "", "K200", "", "")],
    )

    answer = upload(filled, content)

    assert answer.status_code == 422
    assert [(one.place, one.reason) for one in answer.context["problems"]] == [
        ("Rekeningen, rij 3, code 0043", "Rekening 4999 bestaat hier niet."),
        ("Kostenplaatsen, rij 3, code K9", "Deze code in Loket.nl staat ook in rij 2."),
    ]
    assert answer.context["preview"] == ""
    assert address(filled, "mappings_import_save") not in answer.content.decode()
    assert "<title>Fout: " in answer.content.decode()


def test_what_can_not_be_booked_on_is_told_with_its_row(filled: Books) -> None:
    with administration_scope(filled.id):
        Account.objects.filter(code="1700").update(is_blocked=True)
        Account.objects.filter(code="1710").update(is_postable=False)
        CostCenter.objects.filter(code="K200").update(is_blocked=True)
    content = csv_file(
        "Rekeningen;1;;1700;;;", "Rekeningen;2;;1710;;;", "Rekeningen;3;;4000;;altijd;K200"
    )

    problems = upload(filled, content, "tabel.csv").context["problems"]

    assert [(one.place, one.reason) for one in problems] == [
        ("Rij 2, code 1", "Rekening 1700 is geblokkeerd."),
        ("Rij 3, code 2", "Op rekening 1710 kan niet worden geboekt."),
        ("Rij 4, code 3", "Kostenplaats K200, van de regel, is geblokkeerd."),
    ]


def test_an_account_of_another_administration_is_unknown(filled: Books) -> None:
    other = make_books("Andere")
    with administration_scope(other.id):
        Account.objects.create(code="4999", name="Van hen", kind="expense")

    answer = upload(filled, csv_file("Rekeningen;1;;4999;;;"))

    assert [one.reason for one in answer.context["problems"]] == [
        "Rekening 4999 bestaat hier niet."
    ]
    assert "Van hen" not in answer.content.decode()


def test_of_very_many_errors_the_first_are_shown(books: Books) -> None:
    content = csv_file(*(f"Rekeningen;{code};;4999;;;" for code in range(300)))

    answer = upload(books, content)

    assert (len(answer.context["problems"]), answer.context["problem_count"]) == (200, 300)
    assert "de eerste 200 van 300 fouten" in answer.content.decode()


def test_a_file_that_can_not_be_read_is_told_at_its_field(books: Books) -> None:
    answer = upload(books, b"%PDF-1.7 \0", "tabel.pdf")

    assert answer.status_code == 422
    (error,) = answer.context["form"].errors["file"]
    assert error.startswith("Dit is geen Excel-werkmap")
    assert upload(books, b"").context["form"].errors["file"][0].startswith("Het bestand is leeg")


@pytest.mark.parametrize("change", ["a mapping", "a new code", "a blocked account"])
def test_what_changed_since_the_preview_is_not_saved(filled: Books, change: str) -> None:
    preview = upload(filled, CHANGES).context["preview"]
    if change == "a mapping":
        with administration_scope(filled.id):
            ours = Account.objects.get(code="1700").pk
            AccountMapping.objects.filter(loket_code="0040").update(account_id=ours)
    elif change == "a new code":
        map_(filled, ACCOUNT, "0042", "1700")
    else:
        with administration_scope(filled.id):
            Account.objects.filter(code="4000").update(is_blocked=True)
    before = table(filled)

    answer = take_over(filled, preview)

    assert answer.status_code == 422
    assert table(filled) == before
    assert "Er is niets opgeslagen: sinds u dit voorbeeld opende" in answer.content.decode()
    if change == "a blocked account":
        assert [one.place for one in answer.context["problems"]] == ["Code 0042"]
    else:
        # The new preview can be taken over.
        assert take_over(filled, answer.context["preview"]).status_code == 302
        assert table(filled)[ACCOUNT, "0042"] == ("4000", "drop", "")


def test_what_changed_elsewhere_in_the_table_is_no_hindrance(filled: Books) -> None:
    preview = upload(filled, CHANGES).context["preview"]
    map_(filled, ACCOUNT, "9999", "1700")

    assert take_over(filled, preview).status_code == 302
    assert table(filled)[ACCOUNT, "9999"] == ("1700", "as_sent", "")


def test_a_preview_is_of_one_user_one_administration_and_unchanged(filled: Books) -> None:
    preview = upload(filled, CHANGES).context["preview"]
    other = make_books("Andere", office=filled.office)
    colleague = Membership.objects.create(
        user=other.manager,
        office=filled.office,
        administration=filled.administration,
        role=Role.MANAGER,
    ).user

    refused = [
        take_over(filled, preview[:-1] + ("A" if preview[-1] != "A" else "B")),
        take_over(filled, ""),
        take_over(other, preview),
        client_of(colleague).post(address(filled, "mappings_import_save"), {"preview": preview}),
    ]

    for answer in refused:
        assert answer.status_code == 422
        assert "dit voorbeeld is niet meer geldig" in answer.content.decode()
    assert table(filled) == STANDING
    assert table(other) == {}


def test_taking_over_takes_a_few_queries_however_many_rows(
    books: Books, django_assert_max_num_queries: Any
) -> None:
    lines = [f"Rekeningen;{code:05};Loon {code};4000;;;" for code in range(2000)]
    again = [line.replace(";4000;", ";4100;") for line in lines]
    first, client = upload(books, csv_file(*lines)).context["preview"], client_of(books.manager)
    page = address(books, "mappings_import_save")

    # Accounts, centres and units; the table, locked; a savepoint, one statement, its release.
    with django_assert_max_num_queries(FRAME_QUERIES + 12):
        assert client.post(page, {"preview": first}).status_code == 302
    second = upload(books, csv_file(*again)).context["preview"]
    with django_assert_max_num_queries(FRAME_QUERIES + 12):
        assert client.post(page, {"preview": second}).status_code == 302

    assert set(table(books).values()) == {("4100", "as_sent", "")}
    with administration_scope(books.id):
        assert MappingChange.objects.filter(origin="file").count() == 4000


def test_two_who_take_over_the_same_codes_leave_one_of_both_whole(committed_books: Books) -> None:
    books = committed_books
    codes = [f"{number:04}" for number in range(50)]

    def take(ours: str) -> bool:
        rows = [PlacedRow(Place("", 0), Row(ACCOUNT, code, "", ours)) for code in codes]
        try:
            with administration_scope(books.id):
                plan = plan_of(rows, our_codes(), standing_table(lock=True))
                save(plan, user=books.manager, origin=MappingOrigin.FILE)
        except Overtaken:
            return False
        return True

    done = at_once(take, ["4000", "4100"] * 5, threads=10)

    assert any(done)
    said = table(books)
    assert len(said) == len(codes)
    assert len(set(said.values())) == 1


# In, from another administration


@pytest.fixture
def neighbour(filled: Books) -> Books:
    """Another administration of the same office, without a table, of which one sees both."""
    beside = make_books("Bakkerij De Halm", office=filled.office)
    for person in (beside.manager, beside.bookkeeper, beside.viewer):
        Membership.objects.create(
            user=person, office=filled.office, administration=filled.administration, role="viewer"
        )
    return beside


def copy_page(books: Books, source: Books) -> str:
    """Where a table is copied."""
    return address(books, "mappings_copy_from", source.administration.slug)


def copy(books: Books, source: Books, extent: str, seen: str = "") -> Any:
    """Copy a table, as it was seen."""
    client, page = client_of(books.manager), copy_page(books, source)
    seen = seen or client.get(page).context["form"]["seen"].value()
    return client.post(page, {"extent": extent, "seen": seen})


def test_choosing_what_to_copy_takes_a_manager(neighbour: Books) -> None:
    assert statuses(neighbour, address(neighbour, "mappings_copy")) == only("manager")


def test_looking_at_a_copy_takes_a_manager(neighbour: Books, filled: Books) -> None:
    assert statuses(neighbour, copy_page(neighbour, filled)) == only("manager")


def test_sending_the_copy_takes_a_manager_too(neighbour: Books, filled: Books) -> None:
    page = copy_page(neighbour, filled)

    assert statuses(neighbour, page, method="post") == only("manager", status=422)


def test_administrations_are_listed_with_what_they_have(neighbour: Books, filled: Books) -> None:
    unseen = make_books("Van een ander", office=filled.office)
    map_(unseen, ACCOUNT, "1", "4000")

    answer = client_of(neighbour.manager).get(address(neighbour, "mappings_copy"))

    (source,) = answer.context["sources"]
    assert source.administration == filled.administration
    assert list(source.counts.values()) == [2, 2, 1]
    assert copy_page(neighbour, filled) in answer.content.decode()


def test_the_list_takes_one_query_for_all_tables(
    neighbour: Books, filled: Books, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, page = client_of(neighbour.manager), address(neighbour, "mappings_copy")
    with CaptureQueriesContext(connection) as queries:
        client.get(page)
    for number in range(3):
        more = make_books(f"Nog een {number}", office=filled.office)
        map_(more, ACCOUNT, "1", "4000")
        Membership.objects.create(
            user=neighbour.manager,
            office=filled.office,
            administration=more.administration,
            role="viewer",
        )

    with django_assert_num_queries(len(queries)):
        assert len(client.get(page).context["sources"]) == 4


def test_an_office_wide_manager_sees_them_all(filled: Books) -> None:
    beside = make_books("Bakkerij De Halm", office=filled.office)
    make_books("Van een ander kantoor")
    Membership.objects.create(user=filled.manager, office=filled.office, role="manager")

    answer = client_of(filled.manager).get(address(filled, "mappings_copy"))

    (source,) = answer.context["sources"]
    assert (source.administration, source.is_empty) == (beside.administration, True)
    assert copy_page(filled, beside) not in answer.content.decode()


def test_without_another_administration_that_is_said(filled: Books) -> None:
    answer = client_of(filled.manager).get(address(filled, "mappings_copy"))

    assert answer.context["sources"] == []
    assert "Er is geen andere administratie" in answer.content.decode()


def test_no_table_is_copied_that_one_may_not_see(filled: Books) -> None:
    unseen = make_books("Van een ander", office=filled.office)
    elsewhere = make_books("Van een ander kantoor")
    Membership.objects.create(
        user=filled.manager,
        office=elsewhere.office,
        administration=elsewhere.administration,
        role="manager",
    )
    for other in (unseen, elsewhere):
        map_(other, ACCOUNT, "GEHEIM", "4000")

    for other in (unseen, elsewhere, filled):
        client, page = client_of(filled.manager), copy_page(filled, other)
        assert client.get(page).status_code == 404
        assert client.post(page, {"extent": "differing", "seen": "x"}).status_code == 404
    assert table(filled) == STANDING


def test_an_empty_table_gets_all_that_can_be_booked_there(neighbour: Books, filled: Books) -> None:
    with administration_scope(neighbour.id):
        Account.objects.filter(code="4100").update(code="4110")
        CostCenter.objects.filter(code="K200").update(is_blocked=True)

    shown = client_of(neighbour.manager).get(copy_page(neighbour, filled))

    assert [(one.place, one.reason) for one in shown.context["skipped"]] == [
        ("Rekeningen, code 0041", "Rekening 4100 bestaat hier niet."),
        ("Kostenplaatsen, code MON", "Kostenplaats K200 is geblokkeerd."),
    ]
    answer = copy(neighbour, filled, "missing")
    assert (answer.status_code, answer["Location"]) == (302, address(neighbour, "mappings"))
    assert table(neighbour) == {
        key: STANDING[key] for key in ((ACCOUNT, "0040"), (CENTER, "OUD"), (UNIT, "PRJ"))
    }
    assert table(filled) == STANDING
    with administration_scope(neighbour.id):
        assert {change.origin for change in MappingChange.objects.all()} == {"copy"}
        mapping = AccountMapping.objects.get()
        assert (mapping.loket_description, mapping.set_by_id) == (
            "Loket 0040",
            neighbour.manager.pk,
        )


def test_rules_and_their_cost_centres_are_copied(neighbour: Books, filled: Books) -> None:
    copy(neighbour, filled, "missing")

    assert table(neighbour) == STANDING


@pytest.mark.parametrize(("extent", "code"), [("missing", "1700"), ("differing", "4000")])
def test_what_differs_stays_unless_it_is_asked_for(
    neighbour: Books, filled: Books, extent: str, code: str
) -> None:
    map_(neighbour, ACCOUNT, "0040", "1700")
    map_(neighbour, ACCOUNT, "EIGEN", "1710")

    shown = client_of(neighbour.manager).get(copy_page(neighbour, filled)).context

    assert [(one.loket_code, one.old, one.new) for one in shown["changed"]] == [
        ("0040", "1700 Te betalen netto lonen", "4000 Bruto lonen")
    ]
    assert shown["form"]["extent"].value() == "missing"
    copy(neighbour, filled, extent)
    assert table(neighbour) == STANDING | {
        (ACCOUNT, "0040"): (code, "as_sent", ""),
        (ACCOUNT, "EIGEN"): ("1710", "as_sent", ""),
    }


@pytest.mark.parametrize("changed", ["here", "there"])
def test_a_copy_of_what_was_not_seen_is_not_made(
    neighbour: Books, filled: Books, changed: str
) -> None:
    page = copy_page(neighbour, filled)
    seen = client_of(neighbour.manager).get(page).context["form"]["seen"].value()
    map_(neighbour if changed == "here" else filled, ACCOUNT, "NIEUW", "1700")
    map_(neighbour, ACCOUNT, "0040", "1700")
    before = table(neighbour)

    answer = copy(neighbour, filled, "differing", seen)

    assert answer.status_code == 422
    assert "Er is niets opgeslagen: sinds u dit voorbeeld opende" in answer.content.decode()
    assert answer.context["form"]["extent"].value() == "differing"
    assert table(neighbour) == before
    seen_now = answer.context["form"]["seen"].value()
    assert copy(neighbour, filled, "differing", seen_now).status_code == 302


def test_one_must_choose_how_much(neighbour: Books, filled: Books) -> None:
    answer = copy(neighbour, filled, "alles")

    assert answer.status_code == 422
    assert answer.context["form"].errors == {"extent": ["Kies wat u wilt overnemen."]}
    assert table(neighbour) == {}


@pytest.mark.parametrize(
    ("standing", "only"), [({}, "missing"), ({"0040"}, ""), (set(STANDING), "differing")]
)
def test_where_there_is_nothing_to_choose_nothing_is_asked(
    neighbour: Books, filled: Books, standing: set[Any], only: str
) -> None:
    if "0040" in standing:
        map_(neighbour, ACCOUNT, "0040", "1700")
    elif standing:
        copy(neighbour, filled, "missing")
        with administration_scope(neighbour.id):
            ours = Account.objects.get(code="1700").pk
            AccountMapping.objects.filter(loket_code="0040").update(account_id=ours)

    answer = client_of(neighbour.manager).get(copy_page(neighbour, filled))

    assert answer.context["only_extent"] == only
    shown = answer.content.decode()
    assert ('type="radio"' in shown) is (only == "")
    assert (f'name="extent" value="{only}"' in shown) is bool(only)
    copy(neighbour, filled, only or "differing")
    assert table(neighbour) == STANDING


def test_with_nothing_to_copy_that_is_said(neighbour: Books, filled: Books) -> None:
    copy(neighbour, filled, "missing")

    answer = client_of(neighbour.manager).get(copy_page(neighbour, filled))

    assert answer.context["unchanged"] == len(TABLES) + 2
    assert "Er is niets over te nemen" in answer.content.decode()
    assert "extent" not in answer.content.decode()
