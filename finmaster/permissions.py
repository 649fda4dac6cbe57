"""Who may do what: each view names the role it needs, and a view that names none is not served."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse

from finmaster.models import Administration, Membership, Role, User
from finmaster.tenancy import administration_in_scope

P = ParamSpec("P")


class AdministrationRequest(HttpRequest):
    """A request below an administration's prefix, as the middleware hands it to a view."""

    user: User
    administration: Administration
    role: Role


class View(Protocol[P]):
    """A view of an administration's page."""

    __name__: str

    def __call__(
        self, request: AdministrationRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse: ...


def requires(
    role: Role, *, to_post: Role | None = None
) -> Callable[
    [Callable[Concatenate[AdministrationRequest, P], HttpResponse]],
    Callable[Concatenate[AdministrationRequest, P], HttpResponse],
]:
    """Serve a view only to members with at least this role, or `to_post` when they send a form."""

    def decorate(
        view: Callable[Concatenate[AdministrationRequest, P], HttpResponse],
    ) -> Callable[Concatenate[AdministrationRequest, P], HttpResponse]:
        @wraps(view)
        def guarded(
            request: AdministrationRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            needed = to_post if to_post and request.method == "POST" else role
            if not request.role.includes(needed):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.required_role = role  # type: ignore[attr-defined]
        return guarded

    return decorate


def hold_role(user_id: int, needed: Role) -> None:
    """Check a user's role again and hold it until the transaction ends; PermissionDenied if gone.

    For acts that take effect after the request that asked for them: a membership that was taken
    away in between counts, and one that is being taken away waits.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT m.role FROM finmaster_membership m
              JOIN finmaster_administration a ON a.office_id = m.office_id
              JOIN finmaster_user u ON u.id = m.user_id AND u.is_active
             WHERE a.id = %s AND m.user_id = %s
               AND (m.administration_id = a.id OR m.administration_id IS NULL)
               FOR SHARE OF m
            """,
            [administration_in_scope(), user_id],
        )
        roles = [Role(role) for (role,) in cursor.fetchall()]
    if not any(role.includes(needed) for role in roles):
        raise PermissionDenied


def visible_administrations(user: User) -> QuerySet[Administration]:
    """The administrations that a user is a member of, by office and number."""
    memberships = Membership.objects.filter(user=user)
    office_wide = memberships.filter(administration=None).values("office_id")
    named = memberships.exclude(administration=None).values("administration_id")
    return (
        Administration.objects.filter(Q(office_id__in=office_wide) | Q(pk__in=named))
        .select_related("office")
        .order_by("office__name", "office_id", "number")
    )
