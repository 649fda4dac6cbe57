"""What a connection went through, written in the transaction that changes it."""

from connections.models import Connection, ConnectionEvent, EventKind


def record(
    connection: Connection, kind: EventKind, *, user_id: int | None = None, detail: str = ""
) -> None:
    """Add an event. `detail` is for people and holds no secret."""
    ConnectionEvent.objects.create(
        connection_id=connection.pk, kind=kind, user_id=user_id, detail=detail[:255]
    )
