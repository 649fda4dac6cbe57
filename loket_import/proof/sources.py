"""What a proof must know besides the preview: who set the mappings, and who gave their word."""

from collections.abc import Iterable
from typing import Any

from connections.models import (
    AccountMapping,
    CostCenterMapping,
    CostCenterRule,
    CostUnitMapping,
    Mapping,
)
from loket_import.judging.confirmations import confirmed
from loket_import.preview import Preview
from loket_import.proof.keeping import SetMapping, SetMappings, made_proof


def proof_of(seen: Preview) -> dict[str, Any]:
    """The proof of a preview that is being booked, in the scope that is open; five queries."""
    return made_proof(seen, set_mappings(seen), seen.proposal.passed, confirmed(seen.run))


def set_mappings(seen: Preview) -> SetMappings:
    """The mappings of the codes in a run, as their rows are now."""
    matched = seen.proposal.matched_lines
    return SetMappings(
        accounts={
            row.loket_code: set_account(row)
            for row in of_codes(AccountMapping, (line.account_code for line in matched))
        },
        cost_centers={
            row.loket_code: set_mapping(row, row.cost_center_id)
            for row in of_codes(CostCenterMapping, (line.cost_center_code for line in matched))
        },
        cost_units={
            row.loket_code: set_mapping(row, row.cost_unit_id)
            for row in of_codes(CostUnitMapping, (line.cost_unit_code for line in matched))
        },
    )


def of_codes(table: Any, codes: Iterable[str]) -> Any:
    """The rows of some codes, with their setters."""
    found = table.objects.filter(loket_code__in=set(codes)).select_related("set_by")
    return found.select_related("set_by", "cost_center") if table is AccountMapping else found


def set_account(row: AccountMapping) -> SetMapping:
    """An account's mapping with its rule; a rule that changes nothing is none."""
    if row.cost_center_rule == CostCenterRule.AS_SENT:
        return set_mapping(row, row.account_id)
    center = row.cost_center
    return set_mapping(
        row, row.account_id, row.cost_center_rule, f"{center.code} {center.name}" if center else ""
    )


def set_mapping(
    row: Mapping, target_id: int | None, rule: str = "", rule_cost_center: str = ""
) -> SetMapping:
    """A mapping with who set it; by nobody when FinMaster itself did."""
    return SetMapping(
        target_id=target_id,
        set_by=row.set_by.name if row.set_by else "",
        set_at=row.set_at,
        origin=row.origin,
        rule=rule,
        rule_cost_center=rule_cost_center,
    )
