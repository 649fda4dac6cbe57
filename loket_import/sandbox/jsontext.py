"""JSON text in which an amount is written digit for digit as its ``Decimal``.

The standard library would need a float for that, and a float is where 18450.10 becomes
18450.099999: so this small writer does the numbers itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal


def to_json(value: object) -> str:
    """JSON for dicts, sequences, strings, numbers, dates (ISO) and date-times (UTC, ``Z``)."""
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(str(key))}: {to_json(item)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(to_json(item) for item in value) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return json.dumps(iso_instant(value))
    if isinstance(value, date):
        return json.dumps(value.isoformat())
    if value is None or isinstance(value, (bool, int, str)):
        return json.dumps(value, ensure_ascii=False)
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def iso_instant(moment: datetime) -> str:
    """A date-time as Loket writes it: ``2026-10-26T07:42:13.000Z``."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
