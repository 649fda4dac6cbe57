"""What can go wrong with a connection, in sentences."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from finmaster.errors import UserError


class ConnectionTrouble(UserError):
    """The connection can't be used, or was not made; the books were not touched."""


class NotAuthorised(ConnectionTrouble):
    """There is no valid authorisation; a person must give it again."""

    code = "not_authorised"
    message = _(
        "Loket.nl no longer accepts the authorisation of this connection. Nothing was lost and "
        "nothing was booked. Ask a manager to authorise again under External connections."
    )


class LoketLoginUnavailable(ConnectionTrouble):
    """The token endpoint does not answer as it should; worth another try later."""

    code = "loket_login_unavailable"
    message = _(
        "The log-in server of Loket.nl does not answer. The connection is kept. "
        "Try again in a few minutes."
    )


class ClientRefused(ConnectionTrouble):
    """Loket refuses FinMaster itself; every connection is hit and no customer can mend it."""

    code = "client_refused"
    message = _(
        "Loket.nl does not accept FinMaster's own key, so nothing can be fetched for anybody. Your "
        "connection is kept and need not be authorised again. It has been logged as an error for "
        "whoever runs FinMaster. Try again later, or contact support."
    )


class KeyMissing(ConnectionTrouble):
    """The stored tokens can't be opened with the keys at hand."""

    code = "key_missing"
    message = _(
        "The stored authorisation can't be read. Nothing was sent to Loket.nl. "
        "Pass this message on to FinMaster, or authorise again under External connections."
    )


class WrongEnvironment(ConnectionTrouble):
    """A connection of another Loket environment than this installation's."""

    code = "wrong_environment"
    message = _(
        "This connection belongs to another environment of Loket.nl than this installation. "
        "It is not used here. End it and make a new one."
    )


class LoginRefused(ConnectionTrouble):
    """The trip to Loket's authorisation page did not end in an authorisation."""

    code = "login_refused"

    def __init__(self, code: str) -> None:
        self.reason = code
        self.message = REFUSALS[code]


class MappingTrouble(UserError):
    """A mapping was not changed; it stands as it stood."""


class MappingChangedMeanwhile(MappingTrouble):
    """Somebody changed the mapping after it was shown."""

    code = "mapping_changed_meanwhile"
    message = _(
        "A colleague changed this mapping after you opened it. Your change was not saved. Below is "
        "what it says now; make your change again if it is still needed."
    )


class CannotRestore(MappingTrouble):
    """What a code was booked on before can't be booked on any more."""

    code = "mapping_not_restored"

    def __init__(self, names: Sequence[str]) -> None:
        if names:
            self.message = _(
                "The mapping was not put back, for nothing can be booked on %(names)s. Have that "
                "changed under Master data, or choose another one in the mapping table."
            ) % {"names": ", ".join(names)}
        else:
            self.message = _(
                "The mapping was not put back: what the code was booked on no longer exists. "
                "Choose another one in the mapping table."
            )


# Of the check of what a connection is linked to, which the app that asks Loket makes.
PIN_REFUSALS = {
    "other_employer": _(
        "The Loket user that you logged in with does not see the employer that is linked to this "
        "administration. The connection was not changed. Authorise with the right Loket user."
    ),
    "pin_not_checked": _(
        "Loket.nl gave permission but then did not answer, so FinMaster could not check whether "
        "the Loket user sees the linked employer. The connection was not changed. "
        "Authorise once more in a few minutes."
    ),
}

REFUSALS = {
    "denied": _(
        "You did not give permission at Loket.nl, so there is no connection yet. "
        "Start again when you want to."
    ),
    "unknown_state": _(
        "This answer of Loket.nl does not belong to an authorisation that you started here, or it "
        "was used before. Nothing was changed. Start again with 'Authorise at Loket.nl'."
    ),
    "expired": _(
        "It took more than ten minutes, so this authorisation has expired. Nothing was changed. "
        "Start again with 'Authorise at Loket.nl'."
    ),
    "no_code": _(
        "Loket.nl sent you back without an authorisation. Nothing was changed. "
        "Start again with 'Authorise at Loket.nl'."
    ),
    "wrong_issuer": _(
        "This answer does not come from the Loket.nl environment of this installation. "
        "Nothing was changed. Start again with 'Authorise at Loket.nl'."
    ),
    "code_refused": _(
        "Loket.nl refused the authorisation when FinMaster came to collect it, for instance "
        "because it took too long. Nothing was changed. Start again with 'Authorise at Loket.nl'."
    ),
    "not_allowed": _(
        "Only a manager of this administration may authorise its connection. Nothing was changed. "
        "Ask a manager to do it, under External connections."
    ),
    "linked_meanwhile": _(
        "A colleague linked this connection while you were at Loket.nl. Nothing was changed by "
        "your authorisation. Start again with 'Authorise at Loket.nl'."
    ),
    "ended": _("This connection has ended in the meantime. Make a new one to go on."),
}
