"""Log in with an e-mail address, and out so that the browser forgets."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _


class LogInForm(AuthenticationForm):
    """E-mail address and password; the address in any case."""

    error_messages = {
        "invalid_login": _(
            "This e-mail address and password do not belong together. Check both and try again."
        ),
        "inactive": _("This user can't log in any more. Ask a manager of your office."),
    }


class LogIn(LoginView):
    """The log-in page."""

    authentication_form = LogInForm


class LogOut(LogoutView):
    """Log out, and have the browser forget the pages that it kept."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().dispatch(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response
