"""The pages of the connection fee: who sees what, and that it adds up."""

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any
from zipfile import ZipFile

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from connections.billing.closing import close_month
from connections.billing.scope import operator_scope
from connections.models import Connection
from connections.models.billing import Agreement, ConnectionConsent, FeePrice, VatRate
from finmaster.models import Membership, Office, Role
from finmaster.tenancy import administration_scope
from tests.books import Books, make_user
from tests.connections.billing.conftest import NOVEMBER, Billed
from tests.connections.billing.histories import add_connection, at, make_administration
from tests.loket_import.test_language import foreign
from tests.pages import client_of
from tests.reading import read

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def content(answer: Any) -> bytes:
    """What an answer holds, streamed or not."""
    return b"".join(answer) if answer.streaming else answer.content


def status(client: Client, address: str) -> int:
    """What the answer is; a file is read to its end, which closes it."""
    answer = client.get(address)
    content(answer)
    return answer.status_code


def texts(answer: HttpResponse) -> str:
    """What a page says, with plain spaces."""
    return " ".join(read(content(answer).decode()).texts).replace(NO_BREAK_SPACE, " ")


def rows_of(answer: HttpResponse) -> list[str]:
    """What each row of a page's tables says, with plain spaces."""
    page = content(answer).decode().replace(NO_BREAK_SPACE, " ")
    return [
        " ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split())
        for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL)
    ]


def operator_addresses(billed: Billed) -> list[str]:
    return [
        reverse("billing:months"),
        reverse("billing:prices"),
        reverse("billing:offices"),
        reverse("billing:office", args=[billed.office.pk]),
        reverse("billing:details", args=[billed.office.pk]),
        reverse("billing:month", args=[NOVEMBER]),
        reverse("billing:print", args=[NOVEMBER]),
        reverse("billing:invoices", args=[NOVEMBER]),
        reverse("billing:file", args=[NOVEMBER, "xlsx"]),
        reverse("billing:file", args=[NOVEMBER, "csv"]),
        reverse("billing:statement", args=[NOVEMBER, 1]),
    ]


def office_addresses(office: Office) -> list[str]:
    return [
        reverse("office_fee:office_fee", args=[office.pk]),
        reverse("office_fee:statement", args=[office.pk, NOVEMBER]),
        reverse("office_fee:file", args=[office.pk, NOVEMBER, "csv"]),
        reverse("office_fee:file", args=[office.pk, NOVEMBER, "xlsx"]),
    ]


def test_the_operator_sees_everything_and_nobody_else_does(billed: Billed) -> None:
    for address in operator_addresses(billed):
        assert status(client_of(billed.operator), address) == 200, address
        assert status(client_of(billed.manager), address) == 404, address
        assert status(Client(), address) == 302, address


def test_an_office_sees_its_own_only(billed: Billed) -> None:
    member = make_user("lid@example.nl")
    Membership.objects.create(user=member, office=billed.office, role=Role.BOOKKEEPER)
    of_one = make_user("een@example.nl")
    Membership.objects.create(
        user=of_one,
        office=billed.office,
        administration=billed.administration,
        role=Role.MANAGER,
    )
    for address in office_addresses(billed.office):
        assert status(client_of(billed.manager), address) == 200, address
        for user in (billed.other_manager, member, of_one, billed.operator):
            assert status(client_of(user), address) == 404, address
        assert status(Client(), address) == 302, address


def test_no_page_of_an_office_names_another(billed: Billed) -> None:
    client = client_of(billed.manager)
    for address in office_addresses(billed.office):
        assert b"Geheim" not in content(client.get(address))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages_are_in_one_language(billed: Billed, language: str) -> None:
    for user, addresses in (
        (billed.operator, operator_addresses(billed)),
        (billed.manager, office_addresses(billed.office)),
    ):
        for address in addresses:
            answer = client_of(user).get(address, headers={"Accept-Language": language})
            page = content(answer)
            if answer["Content-Type"].startswith("text/html"):
                assert foreign(read(page.decode()), language) == [], address


@pytest.mark.parametrize("month", ["2026-10", "2026-13", "2026-1"])
def test_a_month_that_was_not_closed_is_not_there(billed: Billed, month: str) -> None:
    client = client_of(billed.operator)

    assert client.get(f"/beheer/koppelingskosten/{month}/").status_code == 404


def test_the_report_shows_offices_and_totals(billed: Billed) -> None:
    client = client_of(billed.operator)

    page = rows_of(client.get(reverse("billing:month", args=[NOVEMBER])))

    assert "2026-11-0001 Kantoor Oost 2 3,00 0,63 3,63" in page
    assert "2026-11-0002 Kantoor West 1 1,50 0,32 1,82" in page
    assert "Totaal 3 4,50 0,95 5,45" in page


def test_a_statement_shows_days_and_who_connected(billed: Billed) -> None:
    client = client_of(billed.manager)

    page = rows_of(client.get(reverse("office_fee:statement", args=[billed.office.pk, NOVEMBER])))
    number = billed.administration.number

    assert page[1:] == [
        f"{number} Bakkerij Oost 17-11-2026 30-11-2026 17-11-2026 12:00 Oost 1,50 1,50",
        f"{billed.gone.number} =Slagerij; 'Oost' 01-11-2026 09-11-2026 01-10-2026 12:00 1,50 1,50",
        "Totaal excl. btw 3,00",
        "Btw 21% over 3,00 0,63",
        "Totaal incl. btw € 3,63",
    ]


def test_the_first_page_has_months_movement_and_charts(billed: Billed) -> None:
    client = client_of(billed.operator)

    answer = client.get(reverse("billing:months"))

    assert "november 2026 3 2 0 2 0 4,50 0,95 5,45" in rows_of(answer)
    assert answer.content.decode().count('<svg class="bar-chart__drawing"') == 2


def test_the_print_view_has_every_office_with_its_lines(billed: Billed) -> None:
    page = texts(client_of(billed.operator).get(reverse("billing:print", args=[NOVEMBER])))

    for text in ("Kantoor Oost", "Kantoor West", "Bakkerij Oost", "Geheim", "€ 5,45"):
        assert text in page


def csv_rows(answer: Any) -> list[dict[str, str]]:
    text = content(answer).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_csv_holds_every_line(billed: Billed) -> None:
    client = client_of(billed.operator)

    found = csv_rows(client.get(reverse("billing:file", args=[NOVEMBER, "csv"])))

    assert [row["Administratie"] for row in found] == [
        "Bakkerij Oost",
        # Text that a spreadsheet would take for a formula.
        "'=Slagerij; 'Oost'",
        "Geheim",
    ]
    assert [row["Bedrag excl. btw"] for row in found] == ["1,50"] * 3
    assert found[0]["Eerste dag"] == "17-11-2026"


def test_xlsx_holds_numbers_and_no_formulas(billed: Billed) -> None:
    answer = client_of(billed.operator).get(reverse("billing:file", args=[NOVEMBER, "xlsx"]))

    with ZipFile(io.BytesIO(content(answer))) as book:
        sheets = [book.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, 2)]

    assert all("<f>" not in sheet for sheet in sheets)
    assert "<v>5.45</v>" in sheets[0]
    assert len(re.findall("<v>1.50?</v>", sheets[1])) == 6


def test_json_holds_what_an_invoice_must(billed: Billed, settings: Settings) -> None:
    Office.objects.filter(pk=billed.office.pk).update(
        address="Markt 1", postal_code="1234 AB", city="Utrecht"
    )
    answer = client_of(billed.operator).get(reverse("billing:invoices", args=[NOVEMBER]))

    found = json.loads(content(answer))
    east, west = found["invoices"]

    assert found["supplier"]["vat_number"] == settings.BILLING_SUPPLIER["vat_number"]
    assert found["currency"] == "EUR"
    assert (east["number"], east["date"]) == ("2026-11-0001", "2026-12-03")
    assert east["period"] == {"from": "2026-11-01", "until": "2026-11-30"}
    assert (east["customer"]["name"], east["customer"]["city"]) == ("Kantoor Oost", "Utrecht")
    assert (east["missing"], west["missing"]) == ([], ["address", "postal_code", "city"])
    assert east["vat"] == [{"percentage": "21.00", "base": "3.00", "amount": "0.63"}]
    assert (east["total_excluding_vat"], east["total_vat"], east["total_including_vat"]) == (
        "3.00",
        "0.63",
        "3.63",
    )


def test_each_line_of_an_invoice_is_its_quantity_times_its_price(billed: Billed) -> None:
    late = make_administration(billed.office, "Laat")
    add_connection(late, [("authorised", at(2026, 11, 3)), ("ended", at(2026, 11, 5))])
    with operator_scope():
        Agreement.objects.create(
            office=billed.other,
            made_by=billed.operator,
            holds_from=NOVEMBER,
            price=Decimal(1),
            reason="Afgesproken",
        )
    with time_machine.travel(at(2027, 1, 2), tick=True):
        close_month(date(2026, 12, 1))
        answer = client_of(billed.operator).get(
            reverse("billing:invoices", args=[date(2026, 12, 1)])
        )
        found = json.loads(content(answer))
    lines = [line for invoice in found["invoices"] for line in invoice["lines"]]

    assert {line["kind"] for line in lines} == {"fee", "added", "repriced"}
    for line in lines:
        assert Decimal(line["amount"]) == line["quantity"] * Decimal(line["unit_price"])
    for invoice in found["invoices"]:
        amounts = sum(Decimal(line["amount"]) for line in invoice["lines"])
        assert amounts == Decimal(invoice["total_excluding_vat"])


def test_without_a_supplier_there_are_no_invoices(billed: Billed, settings: Settings) -> None:
    settings.BILLING_SUPPLIER = None
    client = client_of(billed.operator)

    assert client.get(reverse("billing:invoices", args=[NOVEMBER])).status_code == 409
    assert "BILLING_SUPPLIER" in texts(client.get(reverse("billing:month", args=[NOVEMBER])))


def test_incomplete_addresses_are_told_and_can_be_completed(billed: Billed) -> None:
    client = client_of(billed.operator)
    month = reverse("billing:month", args=[NOVEMBER])
    assert reverse("billing:details", args=[billed.office.pk]) in client.get(month).content.decode()

    saved = client.post(
        reverse("billing:details", args=[billed.office.pk]),
        {"address": "Markt 1", "postal_code": "1234 AB", "city": "Utrecht"},
    )

    assert saved.status_code == 302
    page = client.get(month).content.decode()
    assert reverse("billing:details", args=[billed.office.pk]) not in page
    assert reverse("billing:details", args=[billed.other.pk]) in page


def test_a_price_holds_from_its_month_on(billed: Billed) -> None:
    client = client_of(billed.operator)

    answer = client.post(reverse("billing:prices"), {"holds_from": "01-2027", "amount": "1,75"})

    assert answer.status_code == 302
    entered = FeePrice.objects.latest("pk")
    assert (entered.holds_from, entered.amount, entered.entered_by) == (
        date(2027, 1, 1),
        Decimal("1.75"),
        billed.operator,
    )


def test_a_rate_holds_from_its_month_on(billed: Billed) -> None:
    client = client_of(billed.operator)

    client.post(reverse("billing:prices"), {"holds_from": "2027-01", "percentage": "22"})

    assert VatRate.objects.latest("pk").percentage == Decimal(22)


@pytest.mark.parametrize(
    "values",
    [
        {"holds_from": "11-2026", "amount": "1,75"},
        {"holds_from": "11-2026", "percentage": "9"},
        {"holds_from": "13-2027", "amount": "1,75"},
        {"holds_from": "01-2027", "amount": "-1"},
        {"holds_from": "01-2027", "amount": "1,755"},
        {"holds_from": "01-2027", "percentage": "101"},
        {"holds_from": "01-2027"},
    ],
)
def test_other_prices_and_rates_are_refused(billed: Billed, values: dict[str, str]) -> None:
    answer = client_of(billed.operator).post(reverse("billing:prices"), values)

    assert answer.status_code == 422
    assert (FeePrice.objects.count(), VatRate.objects.count()) == (1, 1)


def test_an_agreement_is_kept_with_its_reason(billed: Billed) -> None:
    client = client_of(billed.operator)
    address = reverse("billing:office", args=[billed.office.pk])

    answer = client.post(
        address, {"holds_from": "12-2026", "discount": "10", "reason": "Veel administraties"}
    )

    assert answer.status_code == 302
    page = texts(client.get(address))
    assert "Veel administraties" in page
    assert "€ 1,35" in page
    own = texts(client_of(billed.manager).get(office_addresses(billed.office)[0]))
    assert "€ 1,35" in own


@pytest.mark.parametrize(
    "values",
    [
        {"holds_from": "12-2026"},
        {"holds_from": "12-2026", "reason": "x", "price": "1", "discount": "5"},
        {"holds_from": "12-2026", "reason": "x", "free_until": "11-2026"},
        {"holds_from": "12-2026", "reason": "x", "holds_until": "11-2026"},
        {"holds_from": "12-2026", "reason": "x", "discount": "101"},
        {"reason": "x"},
    ],
)
def test_other_agreements_are_refused(billed: Billed, values: dict[str, str]) -> None:
    address = reverse("billing:office", args=[billed.office.pk])

    assert client_of(billed.operator).post(address, values).status_code == 422
    with operator_scope():
        assert not Agreement.objects.exists()


def test_an_office_sees_what_the_current_month_costs(billed: Billed) -> None:
    answer = client_of(billed.manager).get(office_addresses(billed.office)[0])

    assert "december 2026 tot nu toe" in texts(answer)
    # The butcher ended in November.
    assert rows_of(answer)[2:] == [
        "Totaal excl. btw 1,50",
        "Btw 21% over 1,50 0,32",
        "Totaal incl. btw € 1,82",
        "Maand Nummer Administraties Totaal excl. btw Btw Totaal incl. btw",
        "november 2026 2026-11-0001 2 3,00 0,63 3,63",
    ]


def test_an_office_without_connections_is_told_so(billed: Billed) -> None:
    quiet = Office.objects.create(name="Stil")
    user = make_user("stil@example.nl")
    Membership.objects.create(user=user, office=quiet, role=Role.MANAGER)

    page = texts(client_of(user).get(reverse("office_fee:office_fee", args=[quiet.pk])))

    assert "kost" in page
    assert "€ 1,50" in page


def links(user: Any, address: str) -> list[str]:
    return read(client_of(user).get(address, follow=True).content.decode()).links


def test_the_menu_leads_only_those_there_who_may(billed: Billed, books: Books) -> None:
    own = reverse("office_fee:office_fee", args=[billed.office.pk])
    start = reverse("overview", args=[billed.administration.slug])

    assert own in links(billed.manager, "/")
    assert own in links(billed.manager, start)
    assert reverse("billing:months") in links(billed.operator, "/")
    for user in (books.manager, books.viewer):
        found = links(user, "/")
        assert not [link for link in found if "koppelingskosten" in link]


def test_who_only_bills_begins_there(billed: Billed) -> None:
    assert client_of(billed.operator).get("/")["Location"] == reverse("billing:months")


def test_the_operator_sees_no_books(billed: Billed) -> None:
    start = reverse("overview", args=[billed.administration.slug])

    assert client_of(billed.operator).get(start).status_code == 404


def connect_form(offered: str = "1.50 21.00", **values: str) -> dict[str, str]:
    return {"username": "api.nieuw", "chart_mode": "adopt", "offered": offered} | values


def test_the_price_is_told_and_agreed_to_before_connecting(books: Books) -> None:
    client = client_of(books.manager)
    slug = books.administration.slug
    for name in ("new", "create"):
        page = texts(client.get(reverse(f"connections:{name}", args=[slug])))
        assert "€ 1,50" in page
        assert "€ 1,82" in page

    answer = client.post(reverse("connections:create", args=[slug]), connect_form(agree="on"))

    assert answer.status_code == 302
    with administration_scope(books.id):
        consent = ConnectionConsent.objects.get()
        assert consent.connection == Connection.objects.get()
        assert (consent.agreed_by, consent.price, consent.vat_percentage) == (
            books.manager,
            Decimal("1.50"),
            Decimal(21),
        )
    page = texts(client_of(books.viewer).get(answer["Location"]))
    assert f"{books.manager.name} ging op" in page
    assert "akkoord met de koppelingskosten van € 1,50 excl. btw per maand." in page


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (connect_form(), "akkoord"),
        # The price went up since the page was opened.
        (connect_form("1.25 21.00", agree="on"), "gewijzigd"),
        ({"username": "api.nieuw", "chart_mode": "adopt", "agree": "on"}, "akkoord"),
    ],
)
def test_without_agreeing_nothing_is_connected(
    books: Books, values: dict[str, str], told: str
) -> None:
    answer = client_of(books.manager).post(
        reverse("connections:create", args=[books.administration.slug]), values
    )

    assert answer.status_code == 422
    assert told in texts(answer)
    assert 'name="offered" value="1.50 21.00"' in answer.content.decode()
    assert not re.search(r'name="agree"[^>]* checked', answer.content.decode())
    with administration_scope(books.id):
        assert not Connection.objects.exists()
        assert not ConnectionConsent.objects.exists()


def test_the_price_that_is_told_is_the_offices_own(books: Books) -> None:
    operator = make_user("operator@example.nl")
    with operator_scope():
        Agreement.objects.create(
            office=books.office,
            made_by=operator,
            holds_from=date(2020, 1, 1),
            free_until=date(2099, 12, 1),
            price=Decimal("1.20"),
            reason="Afgesproken",
        )
    page = texts(
        client_of(books.manager).get(
            reverse("connections:create", args=[books.administration.slug])
        )
    )

    assert "€ 1,20" in page
    assert "december 2099" in page
