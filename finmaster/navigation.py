"""What the frame of every page shows: administration, switcher, main navigation, environment."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from finmaster.models import Administration, Office, Role, User
from finmaster.permissions import visible_administrations

# In the switcher of each page; the office's own page has them all.
MOST_CHOICES = 15


@dataclass(frozen=True, slots=True)
class Item:
    """A link of the main navigation."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """An administration to switch to."""

    code: str
    name: str
    url: str
    slug: str


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context of `base.html`; an administration only below its own prefix."""
    context: dict[str, Any] = {"loket_environment": settings.LOKET_ENVIRONMENT}
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return context
    user = request.user
    context["administrations"] = SimpleLazyObject(
        lambda: [choice(one) for one in visible_administrations(user)[:MOST_CHOICES]]
    )
    administration = getattr(request, "administration", None)
    if administration is not None:
        context["administration"] = choice(administration)
        context["role"] = getattr(request, "role", None)
        context["navigation"] = main_navigation(administration, request.path)
    context["fee_links"] = fee_links(user, getattr(request, "role", None), request.path)
    return context


def fee_links(user: User, role: Role | None, path: str) -> list[Item]:
    """The connection fee, for the operator's staff and for managers of whole offices only.

    `role` is the user's in the administration in the address, None below no administration. Who is
    no manager there is not asked about: this stands on every page.
    """
    found = []
    if user.is_staff:
        found.append((_("Connection fee of all offices"), reverse("billing:months")))
    if role in (None, Role.MANAGER):
        offices = Office.objects.filter(
            memberships__user=user,
            memberships__role=Role.MANAGER,
            memberships__administration=None,
        )
        found += [
            (
                _("Connection fee of %(office)s") % {"office": office.name},
                reverse("office_fee:office_fee", args=[office.pk]),
            )
            for office in offices.order_by("name")[:MOST_CHOICES]
        ]
    return [Item(label, url, path.startswith(url)) for label, url in found]


def choice(administration: Administration) -> Choice:
    """What the frame shows of an administration."""
    return Choice(
        code=administration.number,
        name=administration.name,
        url=reverse("overview", args=[administration.slug]),
        slug=administration.slug,
    )


def main_navigation(administration: Administration, path: str) -> list[Item]:
    """The navigation as a bookkeeper knows it; the current part is the longest that fits."""
    overview = reverse("overview", args=[administration.slug])
    parts = [
        (_("Master data"), reverse("ledger:master_data", args=[administration.slug])),
        (
            pgettext("navigation", "Import"),
            reverse("loket_import:imports", args=[administration.slug]),
        ),
        (_("Memorial"), reverse("ledger:entries", args=[administration.slug])),
    ]
    return [
        Item(_("Overview"), overview, path == overview),
        *(Item(label, url, path.startswith(url)) for label, url in parts),
    ]
