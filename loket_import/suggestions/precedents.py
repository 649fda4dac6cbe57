"""What the office's other administrations book on, found again in the books of this one.

Charts number differently, so the same code is not enough: the name or the RGS code must agree.
Otherwise the RGS code alone will do, and last the very same name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from loket_import.suggestions.candidates import Precedent, Target
from loket_import.suggestions.words import likeness, words

# Likeness, from 0 to 100, from which two names with the same code are of the same thing.
SAME_THING = 60


@dataclass(frozen=True, slots=True)
class Register:
    """Targets by their code, and in the order of their codes by RGS code and by name."""

    by_code: Mapping[str, Target]
    by_rgs: Mapping[str, tuple[Target, ...]]
    by_name: Mapping[tuple[str, ...], tuple[Target, ...]]


def register(targets: Iterable[Target]) -> Register:
    """The register of these targets, whatever their order."""
    by_rgs: dict[str, tuple[Target, ...]] = {}
    by_name: dict[tuple[str, ...], tuple[Target, ...]] = {}
    by_code = {target.code: target for target in sorted(targets, key=lambda one: one.code)}
    for target in by_code.values():
        by_rgs[target.rgs_code] = (*by_rgs.get(target.rgs_code, ()), target)
        name = words(target.name)
        by_name[name] = (*by_name.get(name, ()), target)
    return Register(by_code, by_rgs, by_name)


def counterpart(precedent: Precedent, here: Register) -> Target | None:
    """The target here that is what another administration books a code on; None if there is none.

    Of several with the same RGS code the one whose name is most alike, of several as much alike
    the one whose code comes first.
    """
    if not precedent.target_code:
        return None
    same_code = here.by_code.get(precedent.target_code)
    if same_code and is_same_thing(same_code, precedent):
        return same_code
    found = here.by_rgs.get(precedent.rgs_code, ()) if precedent.rgs_code else ()
    if not found and (name := words(precedent.target_name)):
        found = here.by_name.get(name, ())
    return max(found, key=lambda one: likeness(one.name, precedent.target_name), default=None)


def is_same_thing(target: Target, precedent: Precedent) -> bool:
    """Whether a target is like the one that has its code in another administration."""
    has_rgs = bool(target.rgs_code) and target.rgs_code == precedent.rgs_code
    return has_rgs or likeness(target.name, precedent.target_name) >= SAME_THING
