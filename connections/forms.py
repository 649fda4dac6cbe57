"""Forms of a connection."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connections.mapping import Dimension
from connections.models import ChartMode

# Of the list of what can be booked on: its label, and what it says while nothing is chosen.
TARGET_LABELS = {
    Dimension.ACCOUNT: _("Book on account"),
    Dimension.COST_CENTER: _("Book on cost centre"),
    Dimension.COST_UNIT: _("Book on cost unit"),
}
NO_TARGET = {
    Dimension.ACCOUNT: _("Choose an account"),
    Dimension.COST_CENTER: _("Choose a cost centre"),
    Dimension.COST_UNIT: _("Choose a cost unit"),
}
NOT_IN_LIST = _("Choose one from the list.")

CHART_MODES = {
    ChartMode.ADOPT.value: _(
        "The accounts in Loket.nl must always match accounts in FinMaster. A line is booked on the "
        "account with the same code."
    ),
    ChartMode.TRANSPOSE.value: _(
        "A table stands in between. Once for each account, you say that account X of Loket.nl is "
        "booked on account Y in FinMaster."
    ),
}


class ConnectionForm(forms.Form):
    """The Loket user of an administration, and how Loket's accounts become ours."""

    username = forms.CharField(
        label=_("User name in Loket.nl"),
        max_length=100,
        help_text=_("The API user for this very administration."),
        error_messages={"required": _("Enter the name of the user that was made in Loket.nl.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    chart_mode = forms.ChoiceField(
        label=_("Chart of accounts of Loket.nl"),
        choices=ChartMode,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how accounts of Loket.nl become yours.")},
    )

    explanations = CHART_MODES


class ChangeForm(ConnectionForm):
    """The same; the user name is fixed once an authorisation was given with it."""

    def __init__(self, *args: Any, username_is_fixed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if username_is_fixed:
            self.fields["username"].disabled = True
            self.fields["username"].help_text = _(
                "Fixed since the connection was authorised with it. For another user, end this "
                "connection and make a new one."
            )
