"""Earning rules on the wire. Contract: loyalty 5, openapi/loyalties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.api.fields import (
    BooleanField,
    ChoiceField,
    IntegerField,
    ListField,
    MetadataField,
    TextField,
    WireSerializer,
    parse,
)
from core.errors import InvalidPayload
from core.instants import format_instant, format_optional
from loyalty.models import EarningRule
from loyalty.services.earning_rules import MOST_RULES, EarningRuleSpec
from promotions.api.serializers.validity import ValidityInput, validity_columns, validity_output

_MOST_CAPS: Final = 8


class _IdInput(WireSerializer):
    id = TextField(allow_blank=False, max_length=64)


class _SchemaInput(WireSerializer):
    schema_id = TextField(allow_blank=False, max_length=64)


class _SourceInput(WireSerializer):
    banner = TextField(required=False, allow_null=True, max_length=500)


class _PendingInput(WireSerializer):
    period_type = ChoiceField(choices=["DAY"])
    period_value = IntegerField(lowest=1, highest=90)


class _CapInput(WireSerializer):
    per = TextField()
    period = TextField()
    points = IntegerField(lowest=1)


class EarningRuleChangeInput(ValidityInput):
    """`caps` is ours."""

    validation_rule_id = TextField(required=False, allow_null=True, max_length=64)
    loyalty = MetadataField(required=False)
    source = _SourceInput(required=False, allow_null=True)  # type: ignore[assignment]
    active = BooleanField(required=False, allow_null=True)
    pending_points = _PendingInput(required=False, allow_null=True)
    expiration_rules = MetadataField(required=False, allow_null=True)
    caps = ListField(child=_CapInput(), required=False, allow_null=True, max_length=_MOST_CAPS)
    metadata = MetadataField(required=False, allow_null=True)


class EarningRuleInput(EarningRuleChangeInput):
    event = TextField(allow_blank=False, max_length=300)
    loyalty = MetadataField()
    custom_event = _SchemaInput(required=False, allow_null=True)
    segment = _IdInput(required=False, allow_null=True)
    loyalty_tier = _IdInput(required=False, allow_null=True)


def earning_rule_specs(body: Any) -> tuple[EarningRuleSpec, ...]:
    """:raises InvalidPayload: no array of rules."""
    if not isinstance(body, list) or not 1 <= len(body) <= MOST_RULES:
        raise InvalidPayload(f"The body must be an array of 1 to {MOST_RULES} earning rules.")
    return tuple(_new(parse(EarningRuleInput, one)) for one in body)


def _new(given: Mapping[str, Any]) -> EarningRuleSpec:
    values = {
        **earning_rule_change(given).values,
        "event": given["event"],
        "event_schema": (given.get("custom_event") or {}).get("schema_id"),
        "segment": (given.get("segment") or {}).get("id"),
        "loyalty_tier_id": (given.get("loyalty_tier") or {}).get("id"),
    }
    return EarningRuleSpec(values=values)


def earning_rule_change(given: Mapping[str, Any]) -> EarningRuleSpec:
    values = validity_columns(given)
    for sent, column in (
        ("validation_rule_id", "validation_rule"),
        ("loyalty", "loyalty"),
        ("expiration_rules", "expiration_rules"),
    ):
        if sent in given:
            values[column] = _meant(given[sent])
    if given.get("active") is not None:
        values["is_active"] = given["active"]
    if "source" in given:
        values["banner"] = (given["source"] or {}).get("banner") or ""
    if "pending_points" in given:
        values["pending_days"] = (given["pending_points"] or {}).get("period_value")
    if "caps" in given:
        values["caps"] = [dict(cap) for cap in given["caps"] or ()]
    if given.get("metadata"):
        values["metadata"] = given["metadata"]
    return EarningRuleSpec(values=values)


def _meant(value: Any) -> Any:
    """Objects without their null keys: the reference's clients send null for whatever was not said."""
    if isinstance(value, Mapping):
        return {name: _meant(inner) for name, inner in value.items() if inner is not None}
    return [_meant(inner) for inner in value] if isinstance(value, list) else value


def earning_rule_output(rule: EarningRule) -> dict[str, Any]:
    """One rule. Reads its campaign, segment, event and validation rule: load them along."""
    said: dict[str, Any] = {
        "id": rule.public_id,
        "created_at": format_instant(rule.created_at),
        "updated_at": format_optional(rule.updated_at),
        "validation_rule_id": rule.validation_rule.public_id if rule.validation_rule else None,
        "loyalty": _loyalty(rule.loyalty),
        "event": rule.event,
        "source": {"object_id": rule.campaign.public_id, "object_type": "campaign"},
        "active": rule.is_active,
        "object": "earning_rule",
        "automation_id": rule.public_id.replace("ern_", "auto_", 1),
        "metadata": rule.metadata,
    }
    if rule.banner:
        said["source"] = {"banner": rule.banner, **said["source"]}
    if rule.segment is not None:
        said["segment"] = {"id": rule.segment.public_id}
    if rule.event_schema is not None:
        said["custom_event"] = {"schema_id": rule.event_schema.public_id}
    if rule.loyalty_tier_id:
        said["loyalty_tier"] = {"id": rule.loyalty_tier_id}
    if rule.pending_days:
        said["pending_points"] = {"period_type": "DAY", "period_value": rule.pending_days}
    if rule.expiration_rules:
        said["expiration_rules"] = rule.expiration_rules
    if rule.caps:
        said["caps"] = rule.caps
    limits = {name: value for name, value in validity_output(rule).items() if value is not None}
    return {**said, **limits}


def _loyalty(loyalty: Mapping[str, Any]) -> dict[str, Any]:
    """Of several items the first one stands beside them, as callers of old expect (contract 5.2)."""
    said = dict(loyalty)
    for name, figures in dict(said.get("order_items") or {}).items():
        first = next(iter(figures.get("applicable_to") or ()), None)
        if first is not None and not figures.get("id"):
            said["order_items"] = {name: {**figures, "object": first["object"], "id": first["id"]}}
    return said
