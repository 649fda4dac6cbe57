"""What a job is about, as its row says it: with the kind, it tells one job from another.

Of employers and payroll administrations it is the id of the connection, whose Loket user sees
them; of content, booking and report the id of the run; of runs the connection and the payroll
year, since after another payroll has been linked nothing is known of its years.
"""

from loket_import.models import JobKind


def runs_subject(connection_id: int, year: int) -> str:
    """The subject of the job that fetches a payroll year through a connection."""
    return f"{connection_id}:{year}"


def connection_and_year(subject: str) -> tuple[int, int]:
    """What `runs_subject` was made of."""
    connection_id, year = subject.split(":")
    return int(connection_id), int(year)


def in_address(kind: JobKind, subject: str) -> str:
    """What an address says of a subject: of runs the year, for one connection is live."""
    return str(connection_and_year(subject)[1]) if kind == JobKind.RUNS else subject
