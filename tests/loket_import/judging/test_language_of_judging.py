"""The pages on which somebody must judge are wholly in the language that the browser asks for."""

from dataclasses import replace

import pytest
from django.test import Client

from loket_import.models import JournalRun
from loket_import.sandbox.model import Status
from tests.loket_import.browsing import address
from tests.loket_import.comparing.test_relation import recalculation
from tests.loket_import.comparing.test_what_changed import double
from tests.loket_import.judging.test_confirming import export_elsewhere, press
from tests.loket_import.linked import Linked
from tests.loket_import.test_language import LANGUAGES, foreign
from tests.reading import read

pytestmark = pytest.mark.parametrize("language", LANGUAGES)


def assert_in(language: str, client: Client, url: str) -> None:
    """The page has no text in another language."""
    answer = client.get(url, headers={"Accept-Language": language})
    assert foreign(read(answer.content.decode()), language) == []


def test_what_is_to_be_confirmed(linked: Linked, bookkeeper: Client, language: str) -> None:
    sent = linked.last_ready()
    export_elsewhere(linked, sent)
    run = linked.fetched(sent)

    assert_in(language, bookkeeper, address(linked, "content", run.pk))
    press(bookkeeper, linked, run)
    # Takes the message that was made in the language of the button.
    bookkeeper.get(address(linked, "content", run.pk))
    assert_in(language, bookkeeper, address(linked, "content", run.pk))


def test_how_a_run_relates(linked: Linked, bookkeeper: Client, language: str) -> None:
    first, second = recalculation(linked)
    third = linked.fetched(linked.add_run(linked.last_ready().lines[:2]))
    linked.loket.world.remove_run(str(third.loket_id))
    linked.fetch_runs()

    for run in (first, second):
        assert_in(language, bookkeeper, address(linked, "relation", run.pk))


def test_why_a_run_failed(linked: Linked, bookkeeper: Client, language: str) -> None:
    sent = linked.loket_runs(Status.FAILED)[-1]
    # What Loket says is Dutch in either language.
    sent.errors = tuple(replace(error, text="Kostenverdeling ontbreekt") for error in sent.errors)
    run = linked.fetched(sent)

    assert_in(language, bookkeeper, address(linked, "content", run.pk))
    assert_in(language, bookkeeper, f"{address(linked, 'runs')}?jaar={run.year}")


def test_what_changed(linked: Linked, run: JournalRun, bookkeeper: Client, language: str) -> None:
    job = linked.order(run)
    double(linked)
    linked.loket.world.set_status(str(run.loket_id), Status.EXPORTED)
    linked.carry_out(job)

    answer = bookkeeper.get(
        address(linked, "content", run.pk), headers={"Accept-Language": language}
    )
    # The sentence of the job was written in Dutch, by a worker.
    told = {answer.context["order"].job.error_message}
    assert set(foreign(read(answer.content.decode()), language)) <= told
