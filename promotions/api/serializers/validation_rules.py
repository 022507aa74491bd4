"""Validation rules on the wire: null fields are left out (contract: semantics-core 11.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.api.fields import ChoiceField, MetadataField, TextField, WireSerializer, plain
from core.instants import format_instant, format_optional
from engine import summary
from engine.rules import RuleSet
from engine.summary import Names
from promotions.api.serializers.validity import without_nulls
from promotions.models import ValidationRule, ValidationRuleAssignment
from promotions.rule_contexts import CONTEXT_TYPES
from promotions.selectors.validation_rules import RESOURCE

RELATED_TYPES: Final = (
    *ValidationRuleAssignment.RelatedObject.values,
    "earning_rule",
    "distribution",
    "reward_assignment",
)
_EVERY: Final = "APPLY_TO_EVERY"


class ValidationRuleChangeInput(WireSerializer):
    """What the parts mean is checked by the engine; here only that they are objects."""

    name = TextField(required=False, allow_null=True, allow_blank=False, max_length=255)
    type = ChoiceField(ValidationRule.Type, required=False, allow_null=True)
    context_type = ChoiceField(CONTEXT_TYPES, required=False, allow_null=True)
    rules = MetadataField(required=False, allow_null=True)
    applicable_to = MetadataField(required=False, allow_null=True)
    bundle_rules = MetadataField(required=False, allow_null=True)
    error = MetadataField(required=False, allow_null=True)


class ValidationRuleInput(ValidationRuleChangeInput):
    name = TextField(allow_blank=False, max_length=255)


class AssignmentInput(WireSerializer):
    related_object_type = ChoiceField(
        RELATED_TYPES, default=ValidationRuleAssignment.RelatedObject.VOUCHER.value
    )
    related_object_id = TextField(allow_blank=False, max_length=255)


def rule_columns(given: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of what was sent. Null empties the bundle and is passed over elsewhere: official clients send
    it for whatever a change leaves out. An empty object empties the other parts.
    """
    columns = {name: value for name, value in given.items() if value is not None}
    if "bundle_rules" in given:
        columns["bundle_rules"] = given["bundle_rules"] or {}
    if "error" in columns:
        columns["error"] = columns["error"] or None
    return columns


def rule_output(rule: ValidationRule) -> dict[str, Any]:
    """One rule with `assignments_count` (`selectors.validation_rules.counted`)."""
    return without_nulls(
        {
            "id": rule.public_id,
            "name": rule.name,
            "rules": plain(rule.rules),
            "bundle_rules": plain(rule.bundle_rules),
            "error": plain(rule.error),
            "applicable_to": _applicable_to(plain(rule.applicable_to)),
            "type": rule.type,
            "context_type": rule.context_type,
            "created_at": format_instant(rule.created_at),
            "updated_at": format_optional(rule.updated_at),
            "assignments_count": rule.assignments_count,  # type: ignore[attr-defined]
            "object": RESOURCE,
        }
    )


def _applicable_to(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Always whole, also where nothing was sent; an entry always says its effect."""
    return {
        "excluded": [_entry(entry) for entry in stored.get("excluded") or ()],
        "included": [_entry(entry) for entry in stored.get("included") or ()],
        "included_all": bool(stored.get("included_all")),
    }


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {**entry, "effect": entry.get("effect") or _EVERY}


def summary_output(rule: ValidationRule, tree: RuleSet, names: Names) -> dict[str, Any]:
    """The rule in plain words: one paragraph, and line by line with `depth` and how lines are joined."""
    return {
        "id": rule.public_id,
        "object": "validation_rule_summary",
        "text": summary.rules_text(tree, names),
        "lines": [
            {"text": line.text, "depth": line.depth, "joint": line.joint.value if line.joint else None}
            for line in summary.rules(tree, names)
        ],
    }
