"""For what a programme gives points: rules made, changed, switched and removed. Contract: loyalty 5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from approvals.gate import gated
from commerce.models import Segment
from core import audit, events
from core.actors import Actor
from core.errors import InvalidPayload, NotFound
from core.locking import lock
from core.models import CustomEventSchema
from core.services import metadata_schemas
from engine import formula
from loyalty import earning, expiry
from loyalty.models import EarningRule, LoyaltyTier, TierMapping
from promotions.models import Campaign, ValidationRule
from promotions.services import validity
from promotions.services.protection import refuse_protected

MOST_RULES: Final = 100
"""In the whole project (contract: loyalty 2)."""
_COLUMNS: Final = (
    "loyalty",
    "pending_days",
    "expiration_rules",
    "caps",
    "banner",
    "is_active",
    "starts_at",
    "ends_at",
    "timeframe_interval",
    "timeframe_duration",
    "days_of_week",
    "validity_hours",
)
_PERS: Final = ("CARD", "PROGRAMME")
_PERIODS: Final = ("DAY", "WEEK", "MONTH", "EVER")


@dataclass(frozen=True, kw_only=True)
class EarningRuleSpec:
    """What a caller says about a rule: columns and what was sent for them, and only that.

    `event_schema`, `segment` and `validation_rule` are public ids; `metadata` is merged per key. A rule that
    is there keeps its `event` and what belongs to it.
    """

    values: Mapping[str, Any] = field(default_factory=dict)


@gated("earning_rules.create")
@transaction.atomic
def create(
    *, campaign_id: int, specs: tuple[EarningRuleSpec, ...], actor: Actor, now: datetime
) -> list[EarningRule]:
    """Add rules, all or none.

    :raises InvalidPayload: a rule that could not be calculated, or one too many in the project.
    :raises NotFound: no such programme, segment, tier, event or validation rule.
    :raises ResourceProtected: the campaign is write-protected.
    """
    campaign = _locked_programme(campaign_id)
    refuse_protected(campaign, actor)
    if EarningRule._base_manager.filter(deleted_at=None).count() + len(specs) > MOST_RULES:
        raise InvalidPayload(f"A project may have at most {MOST_RULES} earning rules. Delete some first.")
    return [_add(campaign, spec.values, actor, now) for spec in specs]


@gated("earning_rules.update")
@transaction.atomic
def update(*, earning_rule_id: int, spec: EarningRuleSpec, actor: Actor, now: datetime) -> EarningRule:
    """Change what was sent.

    :raises InvalidPayload: a rule that could not be calculated.
    :raises NotFound: it was removed, or there is no such validation rule.
    :raises ResourceProtected: the campaign is write-protected.
    """
    rule, campaign = _locked(earning_rule_id)
    refuse_protected(campaign, actor)
    metadata = spec.values.get("metadata") or {}
    metadata_schemas.check(resource="earning_rule", metadata=metadata, creating=False)
    before = described(rule)
    _set(rule, spec.values)
    rule.metadata = {**rule.metadata, **metadata}
    validity.check(rule, parent=campaign)
    rule.updated_at = now
    rule.save(update_fields=[*_COLUMNS, "validation_rule", "metadata", "updated_at"])
    old, new = audit.changes(before, described(rule))
    if new:
        audit.log(actor, "earning_rule.updated", rule, now=now, before=old, after=new)
        _emit("updated", rule, actor, now)
    return rule


@gated("earning_rules.switch")
@transaction.atomic
def set_active(*, earning_rule_id: int, is_active: bool, actor: Actor, now: datetime) -> EarningRule:
    """Enable or disable; the second time nothing happens.

    :raises NotFound: it was removed.
    """
    rule, _ = _locked(earning_rule_id)
    if rule.is_active != is_active:
        rule.is_active, rule.updated_at = is_active, now
        rule.save(update_fields=["is_active", "updated_at"])
        verb = "enabled" if is_active else "disabled"
        before, after = {"active": not is_active}, {"active": is_active}
        audit.log(actor, f"earning_rule.{verb}", rule, now=now, before=before, after=after)
        _emit(verb, rule, actor, now)
    return rule


@gated("earning_rules.delete")
@transaction.atomic
def delete(*, earning_rule_id: int, actor: Actor, now: datetime) -> None:
    """Remove it, and what tiers say about it; what it gave stays.

    :raises NotFound: it was removed already.
    :raises ResourceProtected: the campaign is write-protected.
    """
    rule, campaign = _locked(earning_rule_id)
    refuse_protected(campaign, actor)
    rule.deleted_at = rule.updated_at = now
    rule.save(update_fields=["deleted_at", "updated_at"])
    TierMapping.objects.filter(earning_rule=rule).delete()
    audit.log(actor, "earning_rule.deleted", rule, now=now, before=described(rule))
    _emit("deleted", rule, actor, now)


def described(rule: EarningRule) -> dict[str, Any]:
    """What somebody sees of it who says yes to a change, or reads what was done."""
    found: dict[str, Any] = {
        "event": rule.event,
        "segment": rule.segment.name if rule.segment else None,
        "loyalty_tier": rule.loyalty_tier_id,
        "loyalty": rule.loyalty,
        "conditions": rule.validation_rule.name if rule.validation_rule else None,
        "pending_days": rule.pending_days,
        "expiration_rules": rule.expiration_rules,
        "caps": rule.caps,
        "banner": rule.banner,
        "active": rule.is_active,
        "starts_at": rule.starts_at.isoformat() if rule.starts_at else None,
        "ends_at": rule.ends_at.isoformat() if rule.ends_at else None,
        "timeframe": f"{rule.timeframe_duration} of {rule.timeframe_interval}"
        if rule.timeframe_interval
        else None,
        "days_of_week": rule.days_of_week,
        "hours": rule.validity_hours,
        "metadata": rule.metadata,
    }
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}


def _add(campaign: Campaign, values: Mapping[str, Any], actor: Actor, now: datetime) -> EarningRule:
    event = values.get("event")
    if not isinstance(event, str) or not event:
        raise InvalidPayload("event must say for what points are given, such as order.paid.")
    metadata = values.get("metadata") or {}
    metadata_schemas.check(resource="earning_rule", metadata=metadata, creating=True)
    if values.get("loyalty") is None:
        raise InvalidPayload("Property .loyalty is required")
    rule = EarningRule(campaign=campaign, event=event, metadata=dict(metadata), created_at=now)
    _set_trigger(rule, values)
    _set(rule, values)
    validity.check(rule, parent=campaign)
    rule.save(force_insert=True)
    audit.log(actor, "earning_rule.created", rule, now=now, after=described(rule))
    _emit("assigned", rule, actor, now)
    return rule


def _set_trigger(rule: EarningRule, values: Mapping[str, Any]) -> None:
    """Whose entering, which tier, which event; each of them only where it means something."""
    if rule.event == earning.ORDER_PAID:
        return
    if rule.event == earning.SEGMENT_ENTERED:
        rule.segment = _segment(values.get("segment"))
    elif rule.event in earning.TIER_EVENTS:
        rule.loyalty_tier_id = _tier(values.get("loyalty_tier_id"))
    else:
        rule.event_schema = _schema(values.get("event_schema"), rule.event)


def _segment(public_id: Any) -> Segment:
    if not public_id:
        raise InvalidPayload("Property .segment.id is required for customer.segment.entered")
    found = Segment.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound.of("segment", str(public_id))
    if found.type == Segment.Type.PASSIVE:
        raise InvalidPayload(
            f"Nobody is told who enters {found.name}: choose one that is followed live, or a fixed list."
        )
    return found


def _tier(public_id: Any) -> str:
    if not public_id:
        raise InvalidPayload(f"Property .loyalty_tier.id is required: a tier, or {earning.ANY_TIER}")
    if public_id == earning.ANY_TIER:
        return earning.ANY_TIER
    if not LoyaltyTier._base_manager.filter(public_id=public_id, deleted_at=None).exists():
        raise NotFound.of("loyalty_tier", str(public_id))
    return str(public_id)


def _schema(public_id: Any, event: str) -> CustomEventSchema:
    rows = CustomEventSchema.objects.all()
    found = rows.filter(public_id=public_id).first() if public_id else rows.filter(name=event).first()
    if found is None:
        if public_id:
            raise NotFound.of("custom_event_schema", str(public_id))
        raise InvalidPayload(f"Nobody knows the event {event}: define it under Known events first.")
    if found.name != event:
        raise InvalidPayload(f"event must be {found.name}, as the event of custom_event.schema_id is called.")
    return found


def _set(rule: EarningRule, values: Mapping[str, Any]) -> None:
    """The columns that may change, checked as a whole."""
    for name in _COLUMNS:
        if name in values:
            setattr(rule, name, values[name])
    rule.caps = list(rule.caps or ())
    rule.banner = rule.banner or ""
    if "validation_rule" in values:
        rule.validation_rule = _conditions(values["validation_rule"])
    earning.check(rule.loyalty, event=rule.event, formula=_check_formula)
    expiry.check(rule.expiration_rules, sliding=False)
    if rule.pending_days is not None:
        if rule.event != earning.ORDER_PAID:
            raise InvalidPayload("pending_points: only points of orders can wait.")
        if not isinstance(rule.pending_days, int) or not 1 <= rule.pending_days <= 90:
            raise InvalidPayload("pending_points.period_value must be a number of days from 1 to 90.")
    _check_caps(rule.caps)


def _conditions(public_id: str | None) -> ValidationRule | None:
    if not public_id:
        return None
    found = ValidationRule.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound.of("validation_rule", public_id)
    return found


def _check_formula(text: str) -> None:
    try:
        formula.parse(text)
    except formula.FormulaSyntaxError as error:
        raise InvalidPayload(f"points_formula: {error}") from error


def _check_caps(caps: Sequence[Any]) -> None:
    seen = set()
    for cap in caps:
        is_said = isinstance(cap, Mapping) and cap.get("per") in _PERS and cap.get("period") in _PERIODS
        if not is_said:
            raise InvalidPayload(f"caps: per ({', '.join(_PERS)}), period ({', '.join(_PERIODS)}), points.")
        points = cap.get("points")
        if isinstance(points, bool) or not isinstance(points, int) or not 1 <= points <= earning.MOST:
            raise InvalidPayload("caps: points must be a whole number from 1 on.")
        if (cap["per"], cap["period"]) in seen:
            raise InvalidPayload(f"caps: one limit per {cap['per']} and {cap['period']}.")
        seen.add((cap["per"], cap["period"]))


def _locked_programme(campaign_id: int) -> Campaign:
    kind = Campaign.CampaignType.LOYALTY_PROGRAM
    rows = lock(Campaign.objects.filter(pk=campaign_id, campaign_type=kind, deleted_at=None))
    if not rows:
        raise NotFound.of("campaign", str(campaign_id))
    return rows[0]


def _locked(earning_rule_id: int) -> tuple[EarningRule, Campaign]:
    rows = lock(EarningRule.objects.filter(pk=earning_rule_id, deleted_at=None))
    if not rows:
        raise NotFound.of("earning_rule", str(earning_rule_id))
    return rows[0], _locked_programme(rows[0].campaign_id)


def _emit(verb: str, rule: EarningRule, actor: Actor, now: datetime) -> None:
    payload = {"earning_rule_id": rule.public_id, "campaign_id": rule.campaign.public_id}
    events.emit(f"campaign.earning_rule.{verb}", entity=rule, actor=actor, now=now, payload=payload)
