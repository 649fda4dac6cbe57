"""Why something is suggested, in words for the bookkeeper."""

from typing import TypeAlias

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

# In the language of whoever reads them.
Words: TypeAlias = str | Promise


def elsewhere(code: str, label: str, *, agreeing: int, of: int) -> Words:
    """What the office's other administrations did with a code; all of those that mapped it."""
    return ngettext_lazy(
        "In %(agreeing)s of %(count)s other administration of your office, %(code)s goes to "
        "%(label)s.",
        "In %(agreeing)s of %(count)s other administrations of your office, %(code)s goes to "
        "%(label)s.",
        of,
    ) % {"agreeing": agreeing, "count": of, "code": code, "label": label}


def elsewhere_alike(code: str, label: str, *, agreeing: int, of: int) -> Words:
    """The same, where the account has another code there; `label` is how it is called there."""
    return ngettext_lazy(
        "In %(agreeing)s of %(count)s other administration of your office, %(code)s goes to "
        "%(label)s, which is this one by RGS code or name.",
        "In %(agreeing)s of %(count)s other administrations of your office, %(code)s goes to "
        "%(label)s, which is this one by RGS code or name.",
        of,
    ) % {"agreeing": agreeing, "count": of, "code": code, "label": label}


def mapped_alike(code: str, description: str) -> Words:
    """Another code of Loket's with much the same description goes there already."""
    return format_lazy(
        _("{label} goes there already, and is described alike."),
        label=f"{code} {description}".strip(),
    )


def same_rgs(rgs_code: str) -> Words:
    """The words of Loket's description stand for the RGS code of the account."""
    return format_lazy(_("Loket's description fits its RGS code {rgs_code}."), rgs_code=rgs_code)


SAME_CODE = _("The code is the same.")
SAME_NAME = _("The description is the same.")
ALIKE = _("The descriptions are alike.")
KIND_FITS = _("Its kind fits the code and the amounts.")
KIND_DIFFERS = _("Note: by its code and amounts another kind of account is expected.")
