"""What somebody means who types an account, a cost centre or a cost unit."""

from collections.abc import Callable, Iterable

from loket_import.suggestions.candidates import Target

READINGS: tuple[Callable[[Target], str], ...] = (
    str,
    lambda target: target.code,
    lambda target: target.name,
)


def picked(typed: str, targets: Iterable[Target]) -> tuple[Target, ...]:
    """What is meant: one when it is clear, several when it is not, none when nothing is like it.

    'code name' goes before a code, and a code before a name. Capitals and white space make no
    difference, unless two codes differ by nothing else.
    """
    targets = tuple(targets)
    for read in READINGS:
        found = tuple(one for one in targets if tidy(read(one)) == tidy(typed))
        exact = tuple(one for one in found if read(one) == typed.strip())
        if found:
            return exact if len(exact) == 1 else found
    return ()


def tidy(text: str) -> str:
    """A text by which two ways to type the same thing are equal; empty only for an empty one."""
    return " ".join(text.split()).casefold()
