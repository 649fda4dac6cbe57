"""Make, link, change and end a connection; each step is noted in its history."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from connections.errors import REFUSALS, ConnectionTrouble
from connections.history import record
from connections.models import ChartMode, Connection, ConnectionState, EventKind, TokenSet
from finmaster.errors import violated_constraint
from finmaster.models import User


class ConnectionExists(ConnectionTrouble):
    """The administration has a live connection already."""

    code = "connection_exists"
    message = _(
        "This administration has a connection with Loket.nl already. "
        "End that one first if you want to make another."
    )


class UsernameTaken(ConnectionTrouble):
    """Another administration uses this Loket user."""

    code = "username_taken"
    message = _(
        "This Loket user is in use by another administration. Each administration needs a Loket "
        "user of its own: have a separate user made in Loket.nl."
    )


class PayrollTaken(ConnectionTrouble):
    """Another administration is linked to this payroll administration."""

    code = "payroll_taken"
    message = _(
        "This payroll administration is linked to another administration already, so its wages "
        "would be booked twice. Nothing was linked. Choose another one. If this is not the right "
        "employer, end this connection and make a new one with the right Loket user."
    )


class LinkedAlready(ConnectionTrouble):
    """Employer and payroll administration are linked once."""

    code = "linked_already"
    message = _(
        "This connection has been linked already, perhaps by a colleague a moment ago. To link "
        "another one, end the connection and make a new one; the bookings and mappings stay."
    )


class ConnectionEnded(ConnectionTrouble):
    """Somebody ended the connection a moment ago."""

    code = "connection_ended"
    message = REFUSALS["ended"]


@dataclass(frozen=True, slots=True)
class EmployerLink:
    """What is pinned of an employer."""

    id: UUID
    name: str
    kvk: str


@dataclass(frozen=True, slots=True)
class PayrollLink:
    """What is pinned of a payroll administration."""

    id: UUID
    name: str
    tax_number: str
    period_type: str
    period_key: int


def live_connection() -> Connection | None:
    """The administration's connection that has not ended; there is one at most."""
    return Connection.objects.exclude(state=ConnectionState.ENDED).first()


def create(*, username: str, chart_mode: ChartMode, user: User) -> Connection:
    """A connection that waits for authorisation; ConnectionExists or UsernameTaken."""
    try:
        with transaction.atomic():
            connection = Connection.objects.create(
                environment=settings.LOKET_ENVIRONMENT,
                username=username.strip(),
                chart_mode=chart_mode,
            )
    except IntegrityError as error:
        raise refusal(error) from error
    record(connection, EventKind.CREATED, user_id=user.pk, detail=connection.username)
    return connection


def change(connection: Connection, *, username: str, chart_mode: ChartMode, user: User) -> None:
    """Change the mode, and the user name as long as nothing was authorised with it.

    UsernameTaken, or ConnectionEnded by someone else in the meantime.
    """
    held = hold_live(connection)
    mode_changed = held.chart_mode != chart_mode
    held.chart_mode = chart_mode
    earlier_username = held.username
    if held.state == ConnectionState.NEW:
        held.username = username.strip()
    try:
        with transaction.atomic():
            held.save(update_fields=["chart_mode", "username"])
    except IntegrityError as error:
        raise refusal(error) from error
    if held.username != earlier_username:
        record(held, EventKind.USERNAME_CHANGED, user_id=user.pk, detail=held.username)
    if mode_changed:
        record(held, EventKind.MODE_CHANGED, user_id=user.pk, detail=chart_mode)


def refusal(error: IntegrityError) -> ConnectionTrouble | IntegrityError:
    """The sentence for what the database refused; the error itself when it is another matter."""
    match violated_constraint(error):
        case "one_live_connection":
            return ConnectionExists()
        case "loket_user_in_one_administration":
            return UsernameTaken()
        case "payroll_in_one_administration":
            return PayrollTaken()
        case _other:
            return error


def hold_live(connection: Connection) -> Connection:
    """The connection as it is now, held until the transaction ends; ConnectionEnded if it has."""
    held = Connection.objects.select_for_update().get(pk=connection.pk)
    if not held.is_live:
        raise ConnectionEnded
    return held


def link_employer(
    connection: Connection, employer: EmployerLink, *, user: User, remark: str = ""
) -> None:
    """Pin the employer, once; LinkedAlready when another one is pinned."""
    held = hold_live(connection)
    if held.employer_id == employer.id:
        return
    if held.employer_id is not None:
        raise LinkedAlready
    held.employer_id = employer.id
    held.employer_name = employer.name
    held.employer_kvk = employer.kvk
    held.save(update_fields=["employer_id", "employer_name", "employer_kvk"])
    record(
        held, EventKind.EMPLOYER_LINKED, user_id=user.pk, detail=with_remark(employer.name, remark)
    )


def link_payroll(
    connection: Connection, payroll: PayrollLink, *, user: User | None, remark: str = ""
) -> None:
    """Pin the payroll administration, once; no user when there was nothing to choose from.

    LinkedAlready when another one is pinned, PayrollTaken when another administration has it.
    """
    held = hold_live(connection)
    if held.payroll_administration_id == payroll.id:
        return
    if held.payroll_administration_id is not None or held.employer_id is None:
        raise LinkedAlready
    held.payroll_administration_id = payroll.id
    held.payroll_name = payroll.name
    held.payroll_tax_number = payroll.tax_number
    held.payroll_period_type = payroll.period_type
    held.payroll_period_key = payroll.period_key
    try:
        with transaction.atomic():
            held.save(
                update_fields=[
                    "payroll_administration_id",
                    "payroll_name",
                    "payroll_tax_number",
                    "payroll_period_type",
                    "payroll_period_key",
                ]
            )
    except IntegrityError as error:
        raise refusal(error) from error
    record(
        held,
        EventKind.PAYROLL_LINKED,
        user_id=user.pk if user else None,
        detail=with_remark(payroll.name, remark),
    )


def with_remark(name: str, remark: str) -> str:
    """A name as the history shows it, with what was special about the choice."""
    return f"{name} ({remark})" if remark else name


def end(connection: Connection, *, user: User) -> None:
    """End a connection: its tokens are destroyed, its history, mappings and bookings stay.

    Loket has no documented way to revoke a token; the user removes the integration there.
    """
    held = Connection.objects.select_for_update().get(pk=connection.pk)
    if not held.is_live:
        return
    TokenSet.objects.filter(connection_id=held.pk).delete()
    held.state = ConnectionState.ENDED
    held.trouble = ""
    held.save(update_fields=["state", "trouble"])
    record(held, EventKind.ENDED, user_id=user.pk)
