"""The page of the booking rules, and that of an entry before it is booked."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connections.models import Connection
from ledger.models import Journal, Period
from loket_import.models import BookingRules, JournalRun
from loket_import.rules.effective import change_rules
from loket_import.rules.examples import sample_periods
from loket_import.views.edit import CONDENSED, PER_LINE
from tests.books import Books
from tests.loket_import.browsing import address, line, said
from tests.loket_import.linked import Linked
from tests.loket_import.test_language import LANGUAGES, foreign
from tests.pages import client_of, only, statuses
from tests.reading import read

FILLED_IN = {
    "journal": "",
    "detail": "condensed",
    "date_rule": "payment_day",
    "payment_day": "25",
    "is_paid_next_month": "on",
    "month_rule": "most_days",
    "keeps_payroll_year": "on",
    "description_template": "Lonen {periodenaam} {jaar}",
    "notable_percentage": "10",
    "notable_amount": "1.250,50",
    "reports_to_loket": "",
}


def rules_page(books: Books | Linked) -> str:
    slug = books.slug if isinstance(books, Linked) else books.administration.slug
    return reverse("booking_rules", args=[slug])


def examples_page(linked: Linked) -> str:
    return reverse("booking_rules_examples", args=[linked.slug])


def rules(linked: Linked) -> BookingRules | None:
    with linked.scope():
        return BookingRules.objects.first()


# The rules


def test_all_look_and_managers_change(books: Books) -> None:
    page = rules_page(books)

    assert statuses(books, page) == only("viewer", "bookkeeper", "manager")
    for role, expected in (("viewer", 403), ("bookkeeper", 403), ("manager", 422)):
        client = client_of(getattr(books, role))
        assert client.post(page).status_code == expected
    examples = reverse("booking_rules_examples", args=[books.administration.slug])
    for role, expected in (("viewer", 403), ("bookkeeper", 403), ("manager", 200)):
        client = client_of(getattr(books, role))
        assert client.post(examples).status_code == expected


def test_rules_are_saved_as_they_were_filled_in(linked: Linked, manager: Client) -> None:
    answer = manager.post(rules_page(linked), FILLED_IN)

    assert answer.headers["Location"] == rules_page(linked)
    kept = rules(linked)
    assert kept is not None
    assert (kept.journal_id, kept.condenses, kept.reports_to_loket) == (None, True, False)
    assert (kept.date_rule, kept.payment_day, kept.is_paid_next_month) == ("payment_day", 25, True)
    assert (kept.month_rule, kept.keeps_payroll_year) == ("most_days", True)
    assert kept.description_template == "Lonen {periodenaam} {jaar}"
    assert (kept.notable_percentage, kept.notable_amount) == (10, Decimal("1250.50"))
    assert kept.changed_by == linked.books.manager
    again = manager.get(rules_page(linked)).content.decode()
    assert 'value="1.250,50"' in again
    assert "Laatst gewijzigd door" in again


@pytest.mark.parametrize(
    ("field", "value", "faulty"),
    [
        ("date_rule", "", "date_rule"),
        ("month_rule", "guess", "month_rule"),
        ("payment_day", "", "payment_day"),
        ("payment_day", "0", "payment_day"),
        ("payment_day", "32", "payment_day"),
        ("description_template", "{jaar.__class__}", "description_template"),
        ("description_template", "{jaar:>9999}", "description_template"),
        ("description_template", "{maand}", "description_template"),
        ("description_template", "x" * 250 + "{jaar}{run}", "description_template"),
        ("notable_amount", "-1", "notable_amount"),
        ("notable_amount", "1,005", "notable_amount"),
        ("notable_percentage", "-1", "notable_percentage"),
        ("journal", "999999", "journal"),
        ("detail", "some", "detail"),
    ],
)
def test_what_is_wrong_is_explained_and_nothing_is_saved(
    linked: Linked, manager: Client, field: str, value: str, faulty: str
) -> None:
    typed = FILLED_IN | {field: value}

    answer = manager.post(rules_page(linked), typed)
    part = manager.post(examples_page(linked), typed)

    assert answer.status_code == 422
    form = answer.context["form"]
    assert list(form.errors) == [faulty]
    assert form[field].value() == value
    assert rules(linked) is None
    assert part.status_code == 200
    for shown in (part, answer):
        assert shown.context["faulty"].errors == form.errors
        assert 'id="rules-dates"' not in shown.content.decode()


def test_a_day_that_does_not_count_is_forgotten(linked: Linked, manager: Client) -> None:
    typed = FILLED_IN | {"date_rule": "month_end", "payment_day": "veel"}

    assert manager.post(rules_page(linked), typed).status_code == 302

    kept = rules(linked)
    assert kept is not None
    assert (kept.date_rule, kept.payment_day, kept.is_paid_next_month) == ("month_end", None, False)


def test_only_journals_for_such_entries_can_be_chosen(linked: Linked, manager: Client) -> None:
    with linked.scope():
        bank = Journal.objects.create(code="BNK", name="Bank", kind="bank")
        payroll = Journal.objects.create(code="LON", name="Lonen", kind="payroll")

    refused = manager.post(rules_page(linked), FILLED_IN | {"journal": str(bank.pk)})
    taken = manager.post(rules_page(linked), FILLED_IN | {"journal": str(payroll.pk)})

    assert (refused.status_code, taken.status_code) == (422, 302)
    kept = rules(linked)
    assert kept is not None
    assert kept.journal_id == payroll.pk


def test_the_example_follows_what_is_filled_in_and_saves_nothing(
    linked: Linked, manager: Client, run: JournalRun
) -> None:
    part = manager.post(examples_page(linked), FILLED_IN)
    page = manager.post(rules_page(linked), FILLED_IN | {"voorbeeld": "1"})

    for answer in (part, page):
        assert answer.status_code == 200
        found = answer.context["examples"]
        assert found.are_own is True
        assert found.description == "Lonen oktober 2026"
        by_period = {one.period.ends_on: one for one in found.dates}
        assert by_period[date(2026, 10, 31)].booking_date == date(2026, 11, 25)
        assert by_period[date(2026, 10, 31)].ledger_period.startswith("November 2026")
        text = answer.content.decode()
        assert "25-11-2026" in text
        assert "nog niet opgeslagen" in text
    assert rules(linked) is None


def test_the_example_says_where_can_not_be_booked(
    linked: Linked, manager: Client, run: JournalRun
) -> None:
    with linked.scope():
        Period.objects.filter(starts_on=date(2026, 10, 1)).update(closed_at=timezone.now())

    dates = manager.get(rules_page(linked)).context["examples"].dates

    assert {one.period.number: one.trouble for one in dates}[10] == "Afgesloten"
    assert {one.trouble for one in dates} == {"", "Afgesloten"}


def test_without_a_connection_the_example_is_invented(books: Books) -> None:
    answer = client_of(books.manager).get(rules_page(books))

    found = answer.context["examples"]
    assert found.are_own is False
    assert found.description.startswith("Loonjournaal")
    assert len(found.dates) == 3
    assert "verzonnen" in answer.content.decode()


def test_the_invented_periods_cover_the_turn_of_the_year() -> None:
    four_weeks, weeks = sample_periods(3, 2026), sample_periods(4, 2026)

    assert [one.number for one in four_weeks] == list(range(13, 0, -1))
    assert four_weeks[-1].starts_on == date(2025, 12, 29)
    assert four_weeks[0].ends_on == date(2027, 1, 3)
    assert (weeks[0].number, weeks[-1].number) == (53, 1)
    assert len(weeks) == 13
    for later, earlier in pairwise(four_weeks):
        assert (later.starts_on - earlier.ends_on).days == 1


def test_the_names_of_what_is_linked_count_for_the_length(linked: Linked, manager: Client) -> None:
    with linked.scope():
        Connection.objects.update(employer_name="B" * 250)

    answer = manager.post(
        rules_page(linked), FILLED_IN | {"description_template": "Lonen {werkgever}"}
    )

    assert list(answer.context["form"].errors) == ["description_template"]
    assert "256" in str(answer.context["form"].errors["description_template"])


def test_the_ways_to_the_rules(linked: Linked, run: JournalRun, manager: Client) -> None:
    with linked.scope():
        found = Connection.objects.get().pk
    for page in (
        reverse("ledger:master_data", args=[linked.slug]),
        reverse("connections:connection", args=[linked.slug, found]),
        address(linked, "content", run.pk),
        address(linked, "edit", run.pk),
    ):
        assert f'href="{rules_page(linked)}"' in manager.get(page).content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_are_wholly_in_one_language(
    linked: Linked, run: JournalRun, language: str
) -> None:
    headers = {"Accept-Language": language}
    manager, viewer = client_of(linked.books.manager), client_of(linked.books.viewer)
    wrong = FILLED_IN | {"payment_day": "", "description_template": "{x} {", "detail": ""}
    with linked.scope():
        JournalRun.objects.filter(pk=run.pk).update(description="Lonen", condenses=True)
        Period.objects.filter(starts_on=date(2026, 10, 1)).update(closed_at=timezone.now())

    for answer in (
        manager.get(rules_page(linked), headers=headers),
        viewer.get(rules_page(linked), headers=headers),
        manager.post(rules_page(linked), wrong, headers=headers),
        manager.post(rules_page(linked), FILLED_IN | {"voorbeeld": "1"}, headers=headers),
        manager.get(address(linked, "edit", run.pk), headers=headers),
    ):
        assert foreign(read(answer.content.decode()), language) == []


@pytest.mark.parametrize("role", ["viewer", "bookkeeper"])
def test_who_may_not_change_sees_the_rules_in_words(linked: Linked, role: str) -> None:
    with linked.scope():
        change_rules(
            {"date_rule": "payment_day", "payment_day": 25, "description_template": "Lonen {run}"},
            user=linked.books.manager,
        )

    text = client_of(getattr(linked.books, role)).get(rules_page(linked)).content.decode()

    assert 'name="date_rule"' not in text
    assert "Lonen {run}" in text
    assert "dag 25" in text
    assert "€ 100,00" in text


# The entry of a run


def test_an_entry_is_changed_and_follows_the_rules_again(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    page = address(linked, "edit", run.pk)
    with linked.scope():
        payroll = Journal.objects.create(code="LON", name="Lonen", kind="payroll")
        ruled = linked.seen(run).hash
    assert bookkeeper.get(page).context["is_chosen"] is False

    answer = bookkeeper.post(
        page,
        {
            "booking_date": "31-10-2026",
            "description": "Lonen",
            "journal": str(payroll.pk),
            "detail": CONDENSED,
        },
    )

    assert answer.headers["Location"] == address(linked, "content", run.pk)
    with linked.scope():
        seen = linked.seen(run)
        stored = JournalRun.objects.get(pk=run.pk)
    assert (seen.journal, seen.options.condenses) == (payroll, True)
    assert (stored.booking_date, stored.description) == (None, "Lonen")
    shown = bookkeeper.get(page)
    assert shown.context["is_chosen"] is True
    assert shown.context["form"]["detail"].value() == CONDENSED
    assert "De boekingsregels" not in str(shown.context["form"]["booking_date"].help_text)
    assert "Loonjournaal 2026" in str(shown.context["form"]["description"].help_text)

    back = bookkeeper.post(page, {"volg_regels": "1"})

    assert said(back) == ["Deze run volgt weer de boekingsregels."]
    with linked.scope():
        assert linked.seen(run).hash == ruled


@pytest.mark.parametrize(("detail", "expected"), [("", True), (PER_LINE, False), (CONDENSED, True)])
def test_the_detail_of_a_run_goes_before_the_rule(
    linked: Linked, bookkeeper: Client, run: JournalRun, detail: str, expected: bool
) -> None:
    with linked.scope():
        change_rules({"condenses": True}, user=linked.books.manager)

    bookkeeper.post(
        address(linked, "edit", run.pk),
        {"booking_date": "31-10-2026", "description": "Lonen", "journal": "", "detail": detail},
    )

    with linked.scope():
        assert linked.seen(run).options.condenses is expected


def test_a_journal_of_another_kind_is_refused_for_a_run(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    with linked.scope():
        bank = Journal.objects.create(code="BNK", name="Bank", kind="bank")

    answer = bookkeeper.post(
        address(linked, "edit", run.pk),
        {"booking_date": "31-10-2026", "description": "Lonen", "journal": str(bank.pk)},
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["journal"]


def test_a_condensed_entry_shows_what_it_stands_for(linked: Linked, bookkeeper: Client) -> None:
    sent = [line("4000", "1.00") for _ in range(5)]
    run = linked.fetched(linked.add_run([*sent, line("4100", "1.00"), line("1700", "-6.00")]))
    with linked.scope():
        change_rules({"condenses": True}, user=linked.books.manager)
        proposal = linked.seen(run).proposal
    assert [one.source_lines for one in proposal.lines] == [(1, 2, 3, 4, 5), (6,), (7,)]

    answer = bookkeeper.get(address(linked, "content", run.pk))

    assert answer.context["proposal"].is_bookable is True
    assert len(answer.context["lines"].object_list) == len(proposal.lines)
    assert "verdicht" in answer.content.decode()
    assert "5 regels" in answer.content.decode()


def test_one_press_takes_the_next_open_period(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    content, edit = address(linked, "content", run.pk), address(linked, "edit", run.pk)
    assert "2026-11-01" not in bookkeeper.get(content).content.decode()
    with linked.scope():
        Period.objects.filter(starts_on=date(2026, 10, 1)).update(closed_at=timezone.now())

    for page in (content, edit):
        text = bookkeeper.get(page).content.decode()
        assert "Boek op 01-11-2026 (November 2026" in text
        assert 'name="booking_date" value="2026-11-01"' in text
    assert "2026-11-01" not in client_of(linked.books.viewer).get(content).content.decode()
    with linked.scope():
        assert linked.seen(run).options.booking_date == date(2026, 10, 31)

    answer = bookkeeper.post(address(linked, "take_date", run.pk), {"booking_date": "2026-11-01"})

    assert answer.headers["Location"] == content
    with linked.scope():
        seen = linked.seen(run)
        assert seen.options.booking_date == date(2026, 11, 1)
        assert seen.proposal.is_bookable is True


def test_a_date_is_taken_from_bookkeepers_by_post_and_from_no_booked_run(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    page = address(linked, "take_date", run.pk)

    # Whoever comes back from logging in is sent on to a page that can be looked at.
    assert bookkeeper.get(page).status_code == 302
    assert client_of(linked.books.viewer).post(page).status_code == 403
    for typed in ("", "morgen", "01-01-0026"):
        assert bookkeeper.post(page, {"booking_date": typed}).status_code == 302
    linked.booked(run)
    bookkeeper.post(page, {"booking_date": "2026-11-01"})
    with linked.scope():
        assert JournalRun.objects.get(pk=run.pk).booking_date is None


def test_an_entry_in_a_payroll_journal_is_listed_with_the_memorial(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    with linked.scope():
        payroll = Journal.objects.create(code="LON", name="Lonen", kind="payroll")
        change_rules({"journal": payroll}, user=linked.books.manager)
    entry = linked.booked(run).entry

    for name in ("ledger:entries", "overview"):
        assert str(entry) in bookkeeper.get(reverse(name, args=[linked.slug])).content.decode()
