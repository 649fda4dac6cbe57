"""What somebody means who types an account, a cost centre or a cost unit."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches

from loket_import.suggestions.candidates import Target

READINGS: tuple[Callable[[Target], str], ...] = (
    str,
    lambda target: target.code,
    lambda target: target.name,
)

# Between 0 and 1, by difflib: a letter or two wrong in a word.
LEAST_LIKENESS = 0.75


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


def alike(typed: str, targets: Iterable[Target]) -> tuple[Target, ...]:
    """What may be meant by a text that names nothing.

    Those whose code begins with it or whose name has all its words, in part; or else those whose
    name differs little. In the order of `targets`, and none for an empty text.
    """
    targets, wanted = tuple(targets), tidy(typed)
    if not wanted:
        return ()
    found = tuple(
        one
        for one in targets
        if tidy(one.code).startswith(wanted)
        or all(word in tidy(str(one)) for word in wanted.split())
    )
    if found:
        return found
    close = get_close_matches(wanted, {tidy(one.name) for one in targets}, cutoff=LEAST_LIKENESS)
    return tuple(one for one in targets if tidy(one.name) in close)


def tidy(text: str) -> str:
    """A text by which two ways to type the same thing are equal; empty only for an empty one."""
    return " ".join(text.split()).casefold()
