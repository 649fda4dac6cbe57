"""Files of statements, written to disk first: they are read in scope, and sent after it closed."""

from collections.abc import Callable
from tempfile import TemporaryFile
from typing import IO

from django.db.models import QuerySet
from django.http import FileResponse

from connections.billing.spreadsheets import WRITERS
from connections.models.billing import Statement


def download(name: str, content_type: str, write: Callable[[IO[bytes]], None]) -> FileResponse:
    """A response that sends what `write` writes."""
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    write(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=content_type)


def spreadsheet(name: str, extension: str, statements: QuerySet[Statement]) -> FileResponse:
    """Statements as csv or xlsx."""
    content_type, write = WRITERS[extension]
    return download(f"{name}.{extension}", content_type, lambda file: write(file, statements))
