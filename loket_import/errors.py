"""What can go wrong with Loket, one class per reaction of the caller.

`message` is for the screen: what happened, what it means, what to do next; `sentences` adds what
is known of this one. `detail` is for the log and the support desk: scrubbed and short. None of them
ever holds Loket's raw JSON, a token or an amount.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

DETAIL_MAX_CHARS = 500
QUOTE_MAX_CHARS = 200
MASK = "***"

_CREDENTIAL = re.compile(
    r"(?i)\b(bearer\s+|(?:access_token|refresh_token|client_secret|authorization)"
    r"[\"']?\s*[=:]\s*[\"']?(?:bearer\s+)?)[^\s\"'&,;]+"
)
_UUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_SECRET_LOOKING = re.compile(
    rf"(?!{_UUID}(?![\w-]))(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{{20,}}"
)
_AMOUNT = re.compile(r"(?i)(?<![\w.-])-?\d[\d.]*[.,]\d+(?![\w-])|(?<=Amount\":)\s*-?\d+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


def scrubbed(text: str) -> str:
    """`text` on one line, without tokens and amounts, at most DETAIL_MAX_CHARS characters.

    Anything of 20 or more characters that mixes letters with digits counts as a token, save a UUID:
    an error without a long code is a smaller loss than a log with a key in it.
    """
    text = _CONTROL.sub(" ", text[: 8 * DETAIL_MAX_CHARS])
    text = _CREDENTIAL.sub(rf"\1{MASK}", text)
    text = _SECRET_LOOKING.sub(MASK, text)
    return _AMOUNT.sub("#", text).strip()[:DETAIL_MAX_CHARS]


def quoted(reason: str) -> str:
    """A sentence with Loket's own words, at most QUOTE_MAX_CHARS of them; empty without any."""
    if not reason:
        return ""
    words = reason if len(reason) <= QUOTE_MAX_CHARS else f"{reason[: QUOTE_MAX_CHARS - 1]}…"
    return gettext("Loket.nl says: “%(words)s”.") % {"words": words}


class LoketError(Exception):
    """The base of all: catch it where every failure of Loket gets the same treatment."""

    code: ClassVar[str] = "loket_error"
    message: ClassVar[_StrPromise | str] = _(
        "Something went wrong between FinMaster and Loket.nl. Nothing was booked. Try again; "
        "if it happens again, contact support."
    )

    def __init__(self, detail: str = "") -> None:
        self.detail = scrubbed(detail)
        super().__init__(self.detail)

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code

    def sentences(self, *, given_up: bool = False) -> str:
        """What the screen says, in the language that is active: plain text.

        `given_up` when this was the last of several attempts.
        """
        return str(self.message)


class LoketUnavailable(LoketError):
    """Loket can't be reached or says so itself: try again later.

    `message` is for as long as it is tried again, `last_message` for after the last attempt.
    `retry_after` is how many seconds Loket asks to wait, None where it doesn't say.
    `worth_repeating` tells the client whether a second try within the same call makes sense.
    """

    code = "loket_unavailable"
    message = _(
        "Loket.nl doesn't answer at the moment. Nothing was lost and nothing was booked. "
        "FinMaster will try again by itself; you can also try again in a few minutes."
    )
    last_message = _(
        "Loket.nl did not answer, not even after several attempts, and FinMaster has stopped "
        "trying. Nothing was lost and nothing was booked. Try again later; if Loket.nl itself "
        "works in your browser by then, contact support."
    )

    def __init__(
        self, detail: str = "", *, retry_after: float | None = None, worth_repeating: bool = False
    ) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        self.worth_repeating = worth_repeating

    def sentences(self, *, given_up: bool = False) -> str:
        """The message of now or that of after the last attempt."""
        return str(self.last_message if given_up else self.message)


class LoketTokenRefused(LoketError):
    """A fresh token was refused as well: somebody must authorise the connection again."""

    code = "loket_token_refused"
    message = _(
        "Loket.nl no longer accepts the authorisation of this connection. FinMaster can't fetch "
        "anything until the connection is authorised again: go to the connection and choose "
        "“Authorise at Loket.nl”."
    )


class LoketForbidden(LoketError):
    """The Loket user lacks a right, product 940 or access to the employer: change that at Loket.

    `reason` is Loket's own explanation as plain text, empty where it gives none.
    """

    code = "loket_forbidden"
    message = _(
        "The Loket.nl user of this connection isn't allowed to see this. Ask your payroll "
        "administrator to check in Loket.nl: access to the employer, the right “Raadplegen "
        "journaaloutput” and product 940 Journaliseren. Then try again."
    )

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = self.detail

    def sentences(self, *, given_up: bool = False) -> str:
        """The message, and what Loket itself says."""
        return f"{self.message} {quoted(self.reason)}".strip()


class LoketNotFound(LoketError):
    """Loket doesn't know it (any more): treat it as removed there, don't repeat."""

    code = "loket_not_found"
    message = _(
        "Loket.nl doesn't know this any more; it was probably removed there. Refresh the overview "
        "and check in Loket.nl what became of it."
    )


class LoketRefused(LoketError):
    """Loket refuses the question itself: repeating it as it is won't help.

    `reason` is the description that Loket gives, as plain text, empty where it gives none.
    """

    code = "loket_refused"
    message = _(
        "Loket.nl refused the request. The journal run may have changed in the meantime: refresh "
        "the overview and try again. If it happens again, contact support."
    )

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = self.detail

    def sentences(self, *, given_up: bool = False) -> str:
        """The message, and what Loket itself says."""
        return f"{self.message} {quoted(self.reason)}".strip()


class LoketConflict(LoketError):
    """Loket's state doesn't allow it: read the run again, then decide.

    `reason` is the description that Loket gives, as plain text, empty where it gives none.
    """

    code = "loket_conflict"
    message = _(
        "Somebody changed this in Loket.nl at the same time. Refresh the overview to see the "
        "present state and then decide what to do."
    )

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = self.detail

    def sentences(self, *, given_up: bool = False) -> str:
        """The message, and what Loket itself says."""
        return f"{self.message} {quoted(self.reason)}".strip()


class LoketUnreadable(LoketError):
    """The answer can't be read without guessing: hold the run, others go on.

    `line` counts result lines from 1 over all pages and `field` is Loket's name for the field;
    both None where the answer as a whole is unreadable.
    """

    code = "loket_unreadable"
    message = _(
        "Loket.nl gave an answer that FinMaster can't read with certainty, so nothing was taken "
        "over. Try again; if it happens again, pass this whole message on to support."
    )

    def __init__(
        self, detail: str = "", *, line: int | None = None, field: str | None = None
    ) -> None:
        super().__init__(detail)
        self.line = line
        self.field = field

    def __str__(self) -> str:
        place = {"line": self.line, "field": self.field}
        return " ".join(
            [super().__str__(), *(f"{name}={value}" for name, value in place.items() if value)]
        )

    def sentences(self, *, given_up: bool = False) -> str:
        """The message, and where in the answer it is."""
        return f"{self.message} {self._place()}".strip()

    def _place(self) -> str:
        """A sentence with line and field, as far as they are known; empty if neither is."""
        place = {"line": self.line, "field": self.field}
        match place:
            case {"line": None, "field": None}:
                return ""
            case {"line": None}:
                return gettext("It is about the field “%(field)s”.") % place
            case {"field": None}:
                return gettext("It is about line %(line)s.") % place
            case _both:
                return gettext("It is about line %(line)s, field “%(field)s”.") % place


class LoketIncomplete(LoketError):
    """What came is not all there is, or it kept changing: hold it and fetch again later."""

    code = "loket_incomplete"
    message = _(
        "Loket.nl didn't give everything it announced, so nothing was taken over: half a journal "
        "must never be booked. Try again in a few minutes; if it happens again, contact support."
    )


class LoketTooLarge(LoketError):
    """The answer exceeds what is sane to read: a person must look."""

    code = "loket_too_large"
    message = _(
        "Loket.nl gave far more data than a payroll journal can hold, so FinMaster stopped "
        "reading. Nothing was taken over. Contact support."
    )
