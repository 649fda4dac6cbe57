"""What to do with an answer of Loket, or with the lack of one: pure decisions, no I/O."""

import json
import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from loket_import.decoding import descriptions
from loket_import.errors import (
    LoketConflict,
    LoketError,
    LoketForbidden,
    LoketNotFound,
    LoketRefused,
    LoketTokenRefused,
    LoketUnavailable,
    LoketUnreadable,
)

OK = 200

# 500 is left out: Loket documents it as an unforeseen error, and an error of that kind is as a rule
# there again a second later.
REPEATABLE_STATUSES = frozenset({429, 502, 503, 504})
REPEATS_MAX = 3
FIRST_PAUSE_SECONDS = 0.5
PAUSE_MAX_SECONDS = 30.0
RETRY_AFTER_MAX_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, read to the end and decompressed; header values as sent."""

    status: int
    content_type: str
    retry_after: str
    body: bytes


def failure(answer: Answer, *, now: datetime) -> LoketError | None:
    """The error that an answer to a GET stands for, or None where its body may be decoded."""
    status = answer.status
    if status == OK:
        return None if _is_json(answer.content_type) else LoketUnreadable("not JSON")
    if status < 400:
        return LoketUnreadable(f"HTTP {status} where 200 was expected")
    if status == 429 or status >= 500:
        return LoketUnavailable(
            f"HTTP {status} {explanation(answer)}",
            retry_after=retry_after_seconds(answer.retry_after, now=now),
            worth_repeating=status in REPEATABLE_STATUSES,
        )
    return _refusal(status, explanation(answer))


def _refusal(status: int, reason: str) -> LoketError:
    match status:
        case 401:
            return LoketTokenRefused(reason)
        case 403:
            return LoketForbidden(reason)
        case 404 | 410:
            return LoketNotFound(reason)
        case 408:
            return LoketUnavailable("HTTP 408", worth_repeating=True)
        case 409:
            return LoketConflict(reason)
        case _:
            return LoketRefused(reason)


def explanation(answer: Answer) -> str:
    """What an error answer says in words: plain text, empty where it says nothing readable.

    Loket: 401 and 403 are {"message": …}, 400 and 409 an envelope with `messages` or plain text,
    404 and 50x have no declared body. HTML is no explanation.
    """
    text = answer.body.decode("utf-8", errors="replace").strip()
    if _is_json(answer.content_type) and text[:1] in ("{", "["):
        return _worded(text)
    return "" if text.startswith("<") or "html" in answer.content_type.lower() else text


def _worded(text: str) -> str:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(content, dict):
        return ""
    message = content.get("message")
    if isinstance(message, str):
        return _reason(message)
    return "; ".join(descriptions(content.get("messages")))


_QUOTED_REASON = re.compile(r"\breason\W*?[\"“](?P<reason>.+)[\"”]", re.DOTALL)


def _reason(message: str) -> str:
    """The reason in «Insufficient rights for this request, reason "…"», else the whole text."""
    found = _QUOTED_REASON.search(message)
    return (found["reason"] if found else message).strip()


def _is_json(content_type: str) -> bool:
    """Whether a body may be JSON: a missing type gets the benefit of the doubt."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type in ("", "application/json") or media_type.endswith("+json")


def retry_after_seconds(header: str, *, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, at most RETRY_AFTER_MAX_SECONDS.

    It holds seconds or an HTTP date; None for anything else and for a moment that has passed.
    """
    header = header.strip()
    if header.isascii() and header.isdigit():
        seconds = float(header[:10])
    else:
        try:
            moment = parsedate_to_datetime(header)
        except (ValueError, OverflowError):
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (moment - now).total_seconds()
    return min(seconds, RETRY_AFTER_MAX_SECONDS) if seconds > 0 else None


def pause_before_repeat(
    error: LoketUnavailable, *, repeats: int, seconds_left: float
) -> float | None:
    """Seconds to wait before asking again, or None to give up.

    Twice as long each time, with jitter, and as long as Loket asks. Where that is longer than
    PAUSE_MAX_SECONDS or than what is left of the deadline, the caller has to come back later.
    """
    if not error.worth_repeating or repeats >= REPEATS_MAX:
        return None
    pause = FIRST_PAUSE_SECONDS * 2**repeats * random.uniform(1.0, 1.5)  # noqa: S311 - no secret
    pause = max(pause, error.retry_after or 0.0)
    return pause if pause <= min(PAUSE_MAX_SECONDS, seconds_left) else None
