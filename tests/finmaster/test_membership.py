"""Memberships: the most rights count, and never those of another office."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from finmaster.errors import violated_constraint
from finmaster.models import Administration, Membership, Office, Role, User
from tests.books import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office.objects.create(name="Kantoor Eigen")


@pytest.fixture
def bakery(office: Office) -> Administration:
    return Administration.objects.create(office=office, number="1", name="Bakker", slug="bakker")


@pytest.fixture
def butcher(office: Office) -> Administration:
    return Administration.objects.create(office=office, number="2", name="Slager", slug="slager")


@pytest.fixture
def stranger() -> Administration:
    other = Office.objects.create(name="Kantoor Vreemd")
    return Administration.objects.create(office=other, number="1", name="Vreemd", slug="vreemd")


@pytest.fixture
def user() -> User:
    return make_user("iemand@example.nl")


def join(user: User, role: str, office: Office, administration: Administration | None) -> None:
    Membership.objects.create(user=user, role=role, office=office, administration=administration)


def role_in(user: User, administration: Administration) -> str | None:
    membership = Membership.objects.of(user, administration)
    return membership.role if membership else None


@pytest.mark.parametrize("office_wide", Role)
@pytest.mark.parametrize("in_one", Role)
def test_the_membership_with_the_most_rights_counts(
    user: User, bakery: Administration, office_wide: Role, in_one: Role
) -> None:
    join(user, office_wide, bakery.office, None)
    join(user, in_one, bakery.office, bakery)

    most = office_wide if office_wide.includes(in_one) else in_one
    assert role_in(user, bakery) == most


def test_a_membership_of_one_administration_is_of_no_other(
    user: User, bakery: Administration, butcher: Administration
) -> None:
    join(user, Role.MANAGER, bakery.office, bakery)

    assert role_in(user, bakery) == "manager"
    assert role_in(user, butcher) is None


def test_an_office_wide_membership_is_of_all_its_administrations(
    user: User, bakery: Administration, butcher: Administration
) -> None:
    join(user, Role.VIEWER, bakery.office, None)
    join(user, Role.BOOKKEEPER, bakery.office, butcher)

    assert role_in(user, bakery) == "viewer"
    assert role_in(user, butcher) == "bookkeeper"


def test_a_membership_of_another_office_never_counts(
    user: User, bakery: Administration, stranger: Administration
) -> None:
    join(user, Role.MANAGER, bakery.office, None)
    join(user, Role.MANAGER, bakery.office, bakery)

    assert role_in(user, stranger) is None


def test_nobody_else_s_membership_counts(user: User, bakery: Administration) -> None:
    join(make_user("ander@example.nl"), Role.MANAGER, bakery.office, None)

    assert role_in(user, bakery) is None


def test_staff_of_the_operator_is_no_member(bakery: Administration) -> None:
    staff = make_user("beheer@example.nl")
    staff.is_staff = staff.is_superuser = True
    staff.save()

    assert role_in(staff, bakery) is None


def test_a_membership_looks_at_the_office_of_its_administration_only(
    user: User, bakery: Administration, stranger: Administration
) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        join(user, Role.MANAGER, bakery.office, stranger)
    assert violated_constraint(refused.value) == "membership_administration_of_office"


def test_an_administration_does_not_move_to_another_office_with_its_members(
    user: User, bakery: Administration, stranger: Administration
) -> None:
    join(user, Role.MANAGER, bakery.office, bakery)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Administration.objects.filter(pk=bakery.pk).update(office=stranger.office, number="9")
    assert violated_constraint(refused.value) == "membership_administration_of_office"


@pytest.mark.parametrize(
    ("is_office_wide", "guard"),
    [(True, "one_office_wide_membership"), (False, "one_membership_per_administration")],
)
def test_a_user_is_a_member_once(
    user: User, bakery: Administration, is_office_wide: bool, guard: str
) -> None:
    administration = None if is_office_wide else bakery
    join(user, Role.VIEWER, bakery.office, administration)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        join(user, Role.MANAGER, bakery.office, administration)
    assert violated_constraint(refused.value) == guard


def test_another_role_is_refused(user: User, bakery: Administration) -> None:
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        join(user, "owner", bakery.office, None)
    assert violated_constraint(refused.value) == "membership_role_known"


def test_a_number_is_given_once_in_an_office(office: Office, bakery: Administration) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Administration.objects.create(office=office, number="1", name="Dubbel", slug="dubbel")
    assert violated_constraint(refused.value) == "administration_number_once_per_office"


@pytest.mark.parametrize(
    ("role", "includes"),
    [
        (Role.VIEWER, {Role.VIEWER}),
        (Role.BOOKKEEPER, {Role.VIEWER, Role.BOOKKEEPER}),
        (Role.MANAGER, {Role.VIEWER, Role.BOOKKEEPER, Role.MANAGER}),
    ],
)
def test_each_role_includes_those_before_it(role: Role, includes: set[Role]) -> None:
    assert {other for other in Role if role.includes(other)} == includes


def test_an_e_mail_address_is_known_in_lower_case(user: User) -> None:
    assert User.objects.get_by_natural_key("IEMAND@example.nl") == user
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        User.objects.filter(pk=user.pk).update(email="Iemand@example.nl")
    assert violated_constraint(refused.value) == "user_email_is_lower_case"
