"""What rule a definition has (contract: semantics-core 11.8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.api.fields import ListField, TextField, WireSerializer
from core.instants import format_instant
from promotions.models import Campaign, PromotionTier, ValidationRuleAssignment, Voucher

_ONE: Final = 1
"""An object has at most one rule."""


def rule_ids() -> ListField:
    """`validation_rules` of a new definition: ids."""
    return ListField(child=TextField(max_length=100), required=False, allow_null=True, max_length=_ONE)


class _NamedRuleInput(WireSerializer):
    rule_id = TextField(max_length=100)


class RuleAssignmentsInput(WireSerializer):
    """`validation_rule_assignments` of a new tier, as it is printed: only the rule counts."""

    data = ListField(  # type: ignore[assignment]
        child=_NamedRuleInput(), required=False, allow_null=True, max_length=_ONE
    )


def given_rules(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids of the rules that a validated body names; `validation_rules` beats the assignments."""
    if given.get("validation_rules"):
        return tuple(given["validation_rules"])
    assignments = (given.get("validation_rule_assignments") or {}).get("data") or ()
    return tuple(assignment["rule_id"] for assignment in assignments)


def assignment_output(assignment: ValidationRuleAssignment) -> dict[str, Any]:
    """Reads the rule and what it holds for: load them along (`selectors.validation_rules`)."""
    kind = assignment.related_object_type
    wire = {
        "id": assignment.public_id,
        "rule_id": assignment.rule.public_id,
        "related_object_id": getattr(assignment, kind).public_id,
        "related_object_type": kind,
        "created_at": format_instant(assignment.created_at),
    }
    if assignment.updated_at is not None:
        wire["updated_at"] = format_instant(assignment.updated_at)
    return {**wire, "object": "validation_rules_assignment"}


def assignments_output(related: Voucher | Campaign | PromotionTier) -> dict[str, Any]:
    """The rules of one object as a list; load them along (`selectors.validation_rules.with_assignment`)."""
    assignment = getattr(related, "rule_assignment", None)
    data = [] if assignment is None else [assignment_output(assignment)]
    return {"object": "list", "data_ref": "data", "data": data, "total": len(data)}
