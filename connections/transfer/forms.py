"""Forms with which a mapping table is taken over."""

from django import forms
from django.utils.translation import gettext_lazy as _


class FileForm(forms.Form):
    """A file with a mapping table."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("An Excel workbook (.xlsx) or a CSV file, of at most 5 MB."),
        allow_empty_file=True,
        error_messages={"required": _("Choose a file.")},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )


MISSING, DIFFERING = "missing", "differing"


class CopyForm(forms.Form):
    """How much of another administration's table is taken over, and of which preview."""

    seen = forms.CharField(widget=forms.HiddenInput)
    extent = forms.ChoiceField(
        label=_("What to take over"),
        choices={
            MISSING: _("Only what is missing here"),
            DIFFERING: _("Also what differs here"),
        },
        initial=MISSING,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what to take over."),
            "invalid_choice": _("Choose what to take over."),
        },
    )
