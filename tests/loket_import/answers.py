"""Answers as Loket gives them, made by hand for the tests of the client."""

import json
from typing import Any

EMPLOYER = "B14ACD0D-75D7-4FC8-8B22-4A3924585CAB"
RUN = "904d6856-6034-4624-bcbc-886188c115c5"

LINE: dict[str, Any] = {
    "generalLedgerAccount": {"key": 4, "code": "0400 ", "description": "Bruto lonen"},
    "costCenter": {"key": 2, "code": "K100", "description": "Café"},
    "costUnit": None,
    "payrollComponent": {"key": 286, "description": "KINDEROPV.BEL"},
    "debetAmount": 500.87,
    "creditAmount": 0,
}

JOURNAL_RUN: dict[str, Any] = {
    "id": RUN,
    "sequenceNumber": 8,
    "journalRunStatus": {"key": 4, "value": "Journaal gereed"},
    "methodOfCreation": {"key": 2, "value": "Individueel"},
    "payrollRun": {
        "payrollRunId": "{D14ACD0D75D74FC88B224A3924585CAB}",
        "sequenceNumberApproved": 6,
        "payrollPeriod": {
            "year": 2026,
            "periodNumber": 1,
            "periodStartDate": "2025-12-29",
            "periodEndDate": "2026-01-25",
            "testYear": False,
        },
    },
    "requestTime": "2026-01-26T09:15:00",
    "requestedBy": {"formattedName": "Jong, I", "lastName": "Jong"},
    "processingFinishedTime": "2026-07-26T09:15:01.1234567Z",
    "removeTime": None,
    "removedBy": None,
}


def envelope(rows: list[Any], **changes: Any) -> dict[str, Any]:
    """A list answer with one page of `rows`."""
    return {
        "totalSize": len(rows),
        "pageSize": 250,
        "totalPages": 1,
        "currentPage": 1,
        "version": {"resourceVersion": "2018-01-01", "obsoleteDate": None},
        "messages": [],
        "_embedded": rows,
    } | changes


def as_json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def results_body(*lines: dict[str, Any], **changes: Any) -> bytes:
    return as_json(envelope(list(lines), **changes))


def line_with(field: str, json_text: str) -> bytes:
    """A results answer of two lines, with `json_text` in place of a value of the second."""
    second = LINE | {field: "@@@"}
    return results_body(LINE, second).replace(b'"@@@"', json_text.encode())
