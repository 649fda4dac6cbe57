"""The bookings of runs, and the word of who overruled a problem."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from finmaster.tenancy import AdministrationModel, SiblingKey
from ledger.models import JournalEntry
from loket_import.models.runs import JournalRun, RunContent


class Booking(AdministrationModel):
    """The booking of a run, live until its entry is reversed; a run has one live at most."""

    run = SiblingKey(JournalRun, related_name="bookings")
    content = SiblingKey(RunContent)
    generation = models.PositiveIntegerField(default=1)
    # SHA-256 over date, journal, description and lines as booked.
    posting_hash = models.CharField(max_length=64)
    # What was known and decided when it was booked; see `proof.keeping`.
    proof = models.JSONField(default=dict)
    entry = SiblingKey(JournalEntry)
    reversal = SiblingKey(JournalEntry, null=True, blank=True)
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    booked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "run"),
                condition=Q(reversal=None),
                name="one_live_booking_per_run",
            ),
            models.UniqueConstraint(
                fields=("administration", "run", "generation"), name="booking_generation_once"
            ),
            models.UniqueConstraint(fields=("administration", "entry"), name="entry_books_one_run"),
            # What a report refers to, so that it is always of the run that is booked.
            models.UniqueConstraint(fields=("administration", "id", "run"), name="booking_of_run"),
        )

    def __str__(self) -> str:
        return f"booking {self.generation} of run {self.run_id}"


class Confirmation(AdministrationModel):
    """Somebody looked at a problem of a run and said that it may be booked all the same.

    `problem` is the key of the problem, which names what it is about as well: another problem of
    the same kind needs a word of its own. Only ever added to.
    """

    run = SiblingKey(JournalRun, related_name="confirmations")
    problem = models.CharField(max_length=150)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "run", "problem"), name="problem_confirmed_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.problem} of run {self.run_id}"
