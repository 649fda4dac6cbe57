"""Users, offices, administrations and memberships: who may do what in which books."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes users; an e-mail address is known in lower case only."""

    def create_user(self, email: str, password: str | None = None, *, name: str) -> "User":
        """A user who may log in with `email`; ValueError without an address."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email.lower(), name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in with an e-mail address."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    is_active = models.BooleanField(_("active"), default=True)
    # Staff of the operator of FinMaster, who bill the connection fee; no key to anyone's books.
    is_staff = models.BooleanField(_("operator's staff"), default=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="user_email_is_lower_case"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Office(models.Model):
    """The accountancy firm, or company of its own, that owns administrations."""

    name = models.CharField(_("name"), max_length=100)
    # What a Dutch invoice to the office must say: Wet OB 1968, article 35a.
    address = models.CharField(_("street and number"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=10, blank=True)
    city = models.CharField(_("city"), max_length=60, blank=True)
    chamber_of_commerce_number = models.CharField(_("KvK number"), max_length=8, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=14, blank=True)

    class Meta:
        verbose_name = _("office")

    def __str__(self) -> str:
        return self.name


class Administration(models.Model):
    """One set of books: the tenant."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="administrations")
    number = models.CharField(_("number"), max_length=20)
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("name in addresses"), max_length=60, unique=True)
    chamber_of_commerce_number = models.CharField(_("KvK number"), max_length=8, blank=True)
    payroll_tax_number = models.CharField(_("payroll tax number"), max_length=12, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("office", "number"), name="administration_number_once_per_office"
            ),
            # What memberships refer to, so that one can't join an office to another's books.
            models.UniqueConstraint(fields=("office", "id"), name="administration_of_office"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Role(models.TextChoices):
    """What a member may do; each may do all that the one before it may."""

    VIEWER = "viewer", _("viewer")
    BOOKKEEPER = "bookkeeper", _("bookkeeper")
    MANAGER = "manager", _("manager")

    def includes(self, other: "Role") -> bool:
        """Whether this role may do what `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Looks up memberships."""

    def of(self, user: User, administration: Administration) -> "Membership | None":
        """The user's membership with the most rights in this administration, or None."""
        found = self.filter(
            Q(administration=administration) | Q(administration=None),
            user=user,
            office_id=administration.office_id,
        )
        order = list(Role)
        return max(found, key=lambda membership: order.index(Role(membership.role)), default=None)


class Membership(models.Model):
    """A user's role in one administration, or in all of an office's when none is named."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="memberships")
    administration = models.ForeignKey(
        Administration, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user", "administration"),
                condition=Q(administration__isnull=False),
                name="one_membership_per_administration",
            ),
            models.UniqueConstraint(
                fields=("user", "office"),
                condition=Q(administration__isnull=True),
                name="one_office_wide_membership",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        )

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role}"
