"""A field to type an account, a cost centre or a cost unit in."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import get_text_list
from django.utils.translation import gettext_lazy as _

from connections.mapping import TARGETS, Dimension
from connections.mappings.words import Named
from loket_import.questions.picking import alike, picked
from loket_import.suggestions.candidates import Target

# What the columns of accounts, cost centres and cost units hold.
MOST_CODE_CHARACTERS = 20
MOST_NAME_CHARACTERS = 100
# A code, a name and the space between them.
MOST_TYPED_CHARACTERS = MOST_CODE_CHARACTERS + 1 + MOST_NAME_CHARACTERS
# So many of what a text may mean are named.
MOST_MEANT = 3

NOT_FOUND = {
    Dimension.ACCOUNT: _("There is no account “%(typed)s”. Type the code or the name of one."),
    Dimension.COST_CENTER: _(
        "There is no cost centre “%(typed)s”. Type the code or the name of one."
    ),
    Dimension.COST_UNIT: _("There is no cost unit “%(typed)s”. Type the code or the name of one."),
}
PERHAPS = {
    Dimension.ACCOUNT: _(
        "There is no account “%(typed)s”. Perhaps you mean %(meant)s: then type that code."
    ),
    Dimension.COST_CENTER: _(
        "There is no cost centre “%(typed)s”. Perhaps you mean %(meant)s: then type that code."
    ),
    Dimension.COST_UNIT: _(
        "There is no cost unit “%(typed)s”. Perhaps you mean %(meant)s: then type that code."
    ),
}
NOT_BOOKED_ON = _(
    "Nothing can be booked on %(meant)s. Type the code of another one, or have it changed under "
    "Master data."
)
AMBIGUOUS = _("“%(typed)s” may be %(meant)s. Type the code of the one that you mean.")


class TypedTarget(forms.CharField):
    """An account, cost centre or cost unit, typed as 'code name', code or name; a Target or None.

    A list of what can be booked on helps to type; the page has one for each dimension.
    """

    def __init__(self, dimension: Dimension, targets: tuple[Target, ...], **kwargs: Any) -> None:
        self.dimension, self.targets = dimension, targets
        attributes = {
            "list": list_id(dimension),
            "autocomplete": "off",
            "autocapitalize": "none",
            "spellcheck": "false",
        }
        super().__init__(
            required=False,
            max_length=MOST_TYPED_CHARACTERS,
            widget=forms.TextInput(attrs=attributes),
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        """The target that is meant; ValidationError when it is none, or not clear which."""
        typed = super().clean(value)
        if not typed:
            return None
        found = picked(typed, self.targets)
        if not found:
            raise self.refusal(typed)
        if len(found) > 1:
            raise ValidationError(AMBIGUOUS, params={"typed": typed, "meant": named(found)})
        return found[0]

    def refusal(self, typed: str) -> ValidationError:
        """Why nothing that can be booked on is meant, and what may be."""
        everything = {one.pk: one for one in TARGETS[self.dimension].objects.all()}
        candidates = [Target(one.pk, one.code, one.name) for one in everything.values()]
        if hindered := picked(typed, candidates):
            meant = [Named.of(everything[one.id]) for one in hindered]
            return ValidationError(NOT_BOOKED_ON, params={"meant": named(meant)})
        params = {"typed": typed}
        if perhaps := alike(typed, self.targets):
            params["meant"] = named(perhaps)
            return ValidationError(PERHAPS[self.dimension], params=params)
        return ValidationError(NOT_FOUND[self.dimension], params=params)


def named(targets: Sequence[Target | Named]) -> str:
    """The first few by code and name."""
    return get_text_list([str(one) for one in targets[:MOST_MEANT]])


def list_id(dimension: Dimension) -> str:
    """The HTML id of the list of what can be booked on."""
    return f"list-of-{dimension}"
