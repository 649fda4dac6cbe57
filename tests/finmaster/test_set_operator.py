"""Who of the operator's staff bills the fee."""

import pytest
from django.core.management import CommandError, call_command

from finmaster.models import User
from tests.books import PASSWORD, make_user


def test_a_user_bills_until_no_longer(db: None) -> None:
    user = make_user("wie@example.nl")

    call_command("set_operator", "Wie@example.nl")
    user.refresh_from_db()
    assert user.is_staff
    assert not user.is_superuser

    call_command("set_operator", "wie@example.nl", "--end")
    user.refresh_from_db()
    assert not user.is_staff


@pytest.mark.parametrize(("password", "is_made"), [(PASSWORD, True), ("kort", False)])
def test_a_new_user_is_asked_for_a_password(
    db: None, monkeypatch: pytest.MonkeyPatch, password: str, is_made: bool
) -> None:
    monkeypatch.setattr("builtins.input", lambda _question: "Sanne")
    monkeypatch.setattr("getpass.getpass", lambda _question: password)

    if is_made:
        call_command("set_operator", "nieuw@example.nl")
        found = User.objects.get(email="nieuw@example.nl")
        assert (found.name, found.is_staff) == ("Sanne", True)
        assert found.check_password(PASSWORD)
    else:
        with pytest.raises(CommandError):
            call_command("set_operator", "nieuw@example.nl")
        assert not User.objects.exists()


def test_who_is_not_there_can_not_end(db: None) -> None:
    with pytest.raises(CommandError, match="no user"):
        call_command("set_operator", "wie@example.nl", "--end")
