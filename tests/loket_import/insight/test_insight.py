"""What a payroll journalised before a run: found in the database, and shown beside the run."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from finmaster.tenancy import administration_scope
from ledger.models import Account, Journal
from ledger.posting import Draft, DraftLine, post
from loket_import.insight.loading import booked_periods, history_of
from loket_import.insight.run_history import RunHistory
from loket_import.models import Booking, BookingRules, JournalRun, RunContent, RunLine
from loket_import.preview import load_books
from loket_import.sandbox.model import Line
from tests.loket_import.browsing import address, line
from tests.loket_import.linked import Linked, make_linked
from tests.pages import client_of
from tests.rows import make_row

JUNE = date(2026, 6, 1)
Amounts = Sequence[tuple[str, str]]
WAGES: Amounts = [("4000", "1000.00"), ("1700", "-1000.00")]


def stored_run(
    linked: Linked, starts_on: date, amounts: Amounts | None = WAGES, **columns: object
) -> JournalRun:
    """A run of the payroll as it is stored, with lines if there are amounts; in scope."""
    values = {
        "environment": linked.connection().environment,
        "payroll_administration_id": linked.payroll.id,
        "status_key": 4,
        "year": starts_on.year,
        "period_number": starts_on.month,
        "period_start": starts_on,
        "period_end": starts_on + timedelta(days=27),
        "test_year": False,
        "sequence_number": JournalRun.objects.count() + 1000,
    }
    run = make_row(JournalRun, **(values | columns))
    if amounts is not None:
        content = make_row(RunContent, run=run, line_count=len(amounts))
        RunLine.objects.bulk_create(
            RunLine(
                content=content,
                number=number,
                account_code=code,
                account_description=f"Loket {code.strip()}",
                debit=max(Decimal(net), Decimal(0)),
                credit=max(-Decimal(net), Decimal(0)),
                component_key=number,
            )
            for number, (code, net) in enumerate(amounts, start=1)
        )
    return run


def booked(linked: Linked, starts_on: date, amounts: Amounts = WAGES, **columns: object) -> Booking:
    """A run that is booked, line by line on whichever account, in scope."""
    content = RunContent.objects.get(run=stored_run(linked, starts_on, amounts, **columns))
    account = Account.objects.get(code="4000")
    lines = [
        DraftLine(account.pk, one.debit, one.credit)
        for one in content.lines.order_by("number")
        if one.debit or one.credit
    ]
    entry = post(Draft(Journal.objects.get().pk, date(2026, 11, 30), "Lonen", lines, None))
    return make_row(Booking, run=content.run, content=content, entry=entry)


def history(linked: Linked, run: JournalRun) -> RunHistory:
    """The history of a run, in scope."""
    return history_of(run, linked.connection(), load_books())


def starts(found: RunHistory) -> list[date]:
    return [period.starts_on for period in found.earlier]


def month(number: int, year: int = 2026) -> date:
    return date(year, number, 1)


# Loading


def test_live_bookings_of_earlier_periods_are_history_in_order_of_time(linked: Linked) -> None:
    with linked.scope():
        for number in (5, 3, 4, 7):
            booked(linked, month(number))
        found = history(linked, stored_run(linked, JUNE))

    assert starts(found) == [month(3), month(4), month(5)]
    assert (found.same, found.unbooked) == (None, None)
    assert found.previous == found.earlier[-1]
    assert found.components == {1, 2}


def test_runs_of_one_period_are_added_up_and_the_run_itself_is_not_among_them(
    linked: Linked,
) -> None:
    with linked.scope():
        booked(linked, month(5))
        booked(linked, month(5), [("4000", "-250.50"), (" 4000 ", "0.50"), ("1700", "250.00")])
        booked(linked, JUNE, [("4000", "10.00"), ("1700", "-10.00")])
        run = booked(linked, JUNE).run
        found = history(linked, run)

    (may,) = found.earlier
    assert [(one.code, one.net) for one in may.amounts] == [
        ("1700", Decimal("-750.00")),
        ("4000", Decimal("750.00")),
    ]
    assert len(may.runs) == 2
    assert found.same is not None
    assert [one.net for one in found.same.amounts] == [Decimal("-10.00"), Decimal("10.00")]


def test_each_amount_says_what_its_account_is_here(linked: Linked) -> None:
    with linked.scope():
        Account.objects.filter(code="4000").update(rgs_code="WPerLesLon")
        booked(linked, month(5), [*WAGES, ("X99", "0.00")])
        (may,) = history(linked, stored_run(linked, JUNE)).earlier

    told = {one.code: (one.account, one.kind, one.rgs_code, one.description) for one in may.amounts}
    assert told["4000"] == ("4000 Bruto lonen", "expense", "WPerLesLon", "Loket 4000")
    assert told["X99"] == ("", "", "", "Loket X99")


def test_what_is_reversed_elsewhere_or_a_test_is_no_history(linked: Linked) -> None:
    other = make_linked(linked.loket, username="api.degroot", employer="De Groot")
    with other.scope():
        booked(other, month(5))
    with linked.scope():
        booked(linked, month(4), payroll_administration_id=other.payroll.id)
        booked(linked, month(4), environment="production")
        booked(linked, month(4), test_year=True)
        run = stored_run(linked, JUNE)
    undone = linked.fetched(linked.loket_runs(4)[0])
    entry = linked.booked(undone).entry
    with linked.scope():
        later = stored_run(linked, month(12))
        assert starts(history(linked, later)) == [undone.period_start]
    linked.undo(entry)

    with linked.scope():
        assert history(linked, run) == RunHistory()
        assert history(linked, later).earlier == ()


def test_without_a_booking_the_newest_ready_period_is_what_can_be_compared_with(
    linked: Linked,
) -> None:
    with linked.scope():
        stored_run(linked, month(3))
        stored_run(linked, month(4))
        stored_run(linked, month(4), [("4000", "33.335"), ("4000", "1.00")])
        stored_run(linked, month(5), None)
        stored_run(linked, month(5), status_key=3)
        stored_run(linked, month(5), test_year=True)
        run = stored_run(linked, JUNE)
        found = history(linked, run)
        booked(linked, month(2))
        with_booking = history(linked, run)

    assert found.earlier == ()
    assert found.previous is not None
    assert found.previous.starts_on == month(4)
    assert [one.net for one in found.previous.amounts] == [
        Decimal("-1000.00"),
        Decimal("1034.335"),
    ]
    assert found.components == frozenset()
    assert (starts(with_booking), with_booking.unbooked) == ([month(2)], None)


def test_the_newest_content_of_an_unbooked_run_counts(linked: Linked) -> None:
    with linked.scope():
        earlier = stored_run(linked, month(5))
        make_row(RunContent, run=earlier, line_count=0)
        found = history(linked, stored_run(linked, JUNE))

    assert found.unbooked is not None
    assert found.unbooked.amounts == ()


def test_history_reaches_back_somewhat_more_than_a_year_from_the_newest(linked: Linked) -> None:
    with linked.scope():
        for year, number in ((2020, 1), (2020, 2), (2018, 12)):
            booked(linked, month(number, year))
        found = history(linked, stored_run(linked, JUNE))

    assert starts(found) == [month(1, 2020), month(2, 2020)]


def test_the_number_of_queries_does_not_depend_on_how_much_there_is(linked: Linked) -> None:
    with linked.scope():
        run, books = stored_run(linked, JUNE), load_books()
        booked(linked, month(5))
        counts = []
        for _ in range(2):
            with CaptureQueriesContext(database) as queries:
                history_of(run, linked.connection(), books)
            with CaptureQueriesContext(database) as more:
                booked_periods(linked.connection())
            counts.append((len(queries), len(more)))
            for number in (1, 2, 3, 4, 5):
                booked(linked, month(number))

    assert counts[0] == counts[1]
    assert max(counts[0]) <= 6


def test_booked_periods_are_those_of_the_connection(linked: Linked) -> None:
    with linked.scope():
        assert booked_periods(linked.connection()) == ()
        booked(linked, month(5))
        booked(linked, month(4))
        found = booked_periods(linked.connection())

    assert [period.starts_on for period in found] == [month(4), month(5)]
    assert found[0].amounts[1].account == "4000 Bruto lonen"


def test_history_is_of_one_administration(linked: Linked) -> None:
    other = make_linked(linked.loket, username="api.degroot", employer="De Groot")
    with linked.scope():
        booked(linked, month(5))
        run = stored_run(linked, JUNE)
    with administration_scope(other.id):
        books = load_books()
        assert history_of(run, other.connection(), books) == RunHistory()


# The page of a run


def plain(page: str) -> str:
    """The text of a page, without tags and with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def run_of(linked: Linked, *lines: Line) -> JournalRun:
    """A fetched run of the newest period, with these lines."""
    return linked.fetched(linked.add_run(lines))


def shown(client: Client, linked: Linked, run: JournalRun) -> str:
    return client.get(address(linked, "content", run.pk)).content.decode()


def test_a_first_run_has_nothing_to_be_compared_with(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    answer = bookkeeper.get(address(linked, "content", run.pk))

    assert "Eerste run: nog niets om mee te vergelijken." in answer.content.decode()
    assert answer.context["insight"].chart is None
    assert answer.context["warnings"] == []


def test_a_second_month_stands_beside_the_first(linked: Linked, bookkeeper: Client) -> None:
    *_, first, second = linked.loket_runs(4)
    entry = linked.booked(linked.fetched(first)).entry
    run = linked.fetched(second)

    page = shown(bookkeeper, linked, run)

    assert f'href="{reverse("entry", args=[linked.slug, entry.pk])}"' in page
    text = plain(page)
    assert "Vergeleken met het laatst geboekte loontijdvak" in text
    assert "meer dan 25% en meer dan € 100,00 verschilt" in text.replace("\N{NO-BREAK SPACE}", " ")
    net = [line.credit for line in second.lines if line.account.code == "1700"]
    dutch = f"{net[0]:,.2f}".translate(str.maketrans(",.", ".,"))
    assert f"{dutch} C" in text


def test_large_new_and_vanished_stand_out_in_words(linked: Linked, bookkeeper: Client) -> None:
    with linked.scope():
        before = [("4000", "1000.00"), ("4100", "90.00"), ("4300", "5.00"), ("1700", "-1095.00")]
        booked(linked, month(9), before)
    run = run_of(
        linked,
        line("4000", "2000.00", center="K100"),
        line("4100", "91.00", center="K100"),
        line("4310", "4.00", center="K100"),
        line("1700", "-2095.00"),
    )

    answer = bookkeeper.get(address(linked, "content", run.pk))

    insight = answer.context["insight"]
    assert [(one.loket[:4], one.tag) for one in insight.notable] == [
        ("1700", "Grote wijziging"),
        ("4000", "Grote wijziging"),
        ("4300", "Vervallen"),
        ("4310", "Nieuw"),
    ]
    assert [one.loket[:4] for one in insight.others] == ["4100"]
    assert [(one.previous, one.current, one.change, one.percentage) for one in insight.notable] == [
        ("1.095,00 C", "2.095,00 C", "1.000,00", "91,3%"),
        ("1.000,00 D", "2.000,00 D", "1.000,00", "100,0%"),
        ("5,00 D", "", "-5,00", "-100,0%"),
        ("", "4,00 D", "4,00", ""),
    ]
    page = answer.content.decode()
    assert "4 rekeningen vallen op" in page
    assert page.index("De 1 rekening zonder opvallende wijziging") < page.index("91,00 D")
    for word in ("Grote wijziging", "Vervallen", "Nieuw"):
        assert f">{word}</span>" in page


def test_the_thresholds_are_those_of_the_booking_rules(linked: Linked, bookkeeper: Client) -> None:
    with linked.scope():
        booked(linked, month(9), [("4000", "1000.00"), ("1700", "-1000.00")])
    run = run_of(linked, line("4000", "1040.00", center="K100"), line("1700", "-1040.00"))
    assert bookkeeper.get(address(linked, "content", run.pk)).context["insight"].notable == ()

    with linked.scope():
        make_row(BookingRules, notable_amount=Decimal("39.99"), notable_percentage=3)
    answer = bookkeeper.get(address(linked, "content", run.pk))

    assert len(answer.context["insight"].notable) == 2
    assert "3% en" in plain(answer.content.decode())


def test_a_run_is_counted_together_with_what_is_booked_of_its_period(
    linked: Linked, bookkeeper: Client
) -> None:
    sent = linked.last_ready()
    with linked.scope():
        booked(linked, month(9))
    same = linked.booked(linked.fetched(sent)).entry
    recalculation = linked.fetched(
        linked.add_run([line("4000", "5.00", center="K100"), line("1700", "-5.00")])
    )

    insight = bookkeeper.get(address(linked, "content", recalculation.pk)).context["insight"]

    assert insight.together_with == ((same.pk, str(same)),)
    wages = sum(one.debet for one in sent.lines if one.account.code == "4000") + 5
    (shown_wages,) = (one for one in insight.notable if one.loket.startswith("4000"))
    assert shown_wages.current == f"{wages:,.2f}".translate(str.maketrans(",.", ".,")) + " D"


def test_an_amount_with_parts_of_a_cent_does_not_break_the_page(
    linked: Linked, bookkeeper: Client
) -> None:
    with linked.scope():
        stored_run(linked, month(9), [("4000", "33.335"), ("1700", "-33.335")])
    run = run_of(linked, line("4000", "10.005", center="K100"), line("1700", "-10.005"))

    answer = bookkeeper.get(address(linked, "content", run.pk))

    assert answer.status_code == 200
    assert "33,335 D" in answer.content.decode()
    assert "nog niet geboekt" in answer.content.decode()


def drawing(page: str) -> ElementTree.Element:
    """The chart of a page, read as XML."""
    start = page.index('<svg class="bar-chart')
    svg = page[start : page.index("</svg>", start)]
    svg = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return ElementTree.fromstring(svg + "</svg>")  # noqa: S314 - our own


def test_the_chart_has_this_run_last_and_a_gap_where_a_month_is_missing(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    with linked.scope():
        for number in (6, 7, 9):
            booked(linked, month(number), [("4000", "1000.00"), ("1700", "-1000.00")])

    answer = bookkeeper.get(address(linked, "content", run.pk))

    chart = answer.context["insight"].chart
    assert [group.label for group in chart.groups] == ["Jun", "Jul", "Aug", "Sep", "Okt"]
    assert [group.is_marked for group in chart.groups] == [False] * 4 + [True]
    assert [group.values == (None, None, None) for group in chart.groups] == [
        False,
        False,
        True,
        False,
        False,
    ]
    sent = linked.last_ready().lines
    by_code = {
        code: sum(one.debet - one.credit for one in sent if one.account.code == code)
        for code in {one.account.code for one in sent}
    }
    assert chart.groups[-1].values[2] == -by_code["1700"]
    page = answer.content.decode()
    svg = drawing(page)
    assert svg.attrib["role"] == "img"
    assert "style=" not in page
    text = plain(page)
    assert "Augustus 2026" in text
    assert "De cijfers als tabel" in text
    assert "deze run" in text


def test_the_overview_has_a_chart_once_two_months_are_booked(
    linked: Linked, bookkeeper: Client
) -> None:
    overview = reverse("overview", args=[linked.slug])
    with linked.scope():
        booked(linked, month(5))
    assert bookkeeper.get(overview).context["chart"] is None

    with linked.scope():
        booked(linked, month(6))
    answer = bookkeeper.get(overview)

    assert [group.label for group in answer.context["chart"].groups] == ["Mei", "Jun"]
    assert not any(group.is_marked for group in answer.context["chart"].groups)
    drawing(answer.content.decode())


@pytest.mark.parametrize("role", ["viewer", "manager"])
def test_everybody_who_may_look_sees_the_comparison(linked: Linked, role: str) -> None:
    *_, first, second = linked.loket_runs(4)
    linked.booked(linked.fetched(first))

    page = shown(client_of(getattr(linked.books, role)), linked, linked.fetched(second))

    assert "Vergeleken met het laatst geboekte loontijdvak" in page


def test_a_warning_of_an_auditor_is_no_reason_not_to_book(
    linked: Linked, bookkeeper: Client
) -> None:
    with linked.scope():
        Account.objects.filter(code="4000").update(rgs_code="WPerLesLon")
        Account.objects.filter(code="1710").update(rgs_code="BSchBepLhe")
        booked(linked, month(9))
    run = run_of(
        linked,
        line("4000", "100.00", center="K100"),
        line("1710", "-90.00"),
        line("1700", "-10.00"),
    )

    context = bookkeeper.get(address(linked, "content", run.pk)).context

    reasons = [warning.reason for warning in context["warnings"]]
    assert any("90,0% van de brutolonen" in reason for reason in reasons)
    assert any("1710 Omschrijving 1710" in reason for reason in reasons)
    assert all(warning.cure for warning in context["warnings"])
    linked.booked(run)
