"""Validation rules: who and what a discount is for. Contract: semantics-core 11.1."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from approvals.gate import gated
from core import audit, events
from core.actors import Actor
from core.errors import DomainError, NotFound, ResourceInUse
from core.locking import lock, retried
from core.models import ExactJSONDecoder
from engine import rules
from promotions.models import Campaign, ValidationRule
from promotions.selectors import validation_rules as selectors
from promotions.services import rule_assignments, versions
from promotions.services.definitions import assign, facts
from promotions.services.protection import refuse_protected

LONGEST_RULE: Final = 200_000
"""Characters of all parts of one rule together, written as JSON."""


class InvalidValidationRules(DomainError):
    key = "invalid_validation_rules"
    message = "Invalid validation rules"


@transaction.atomic
def create(*, values: Mapping[str, Any], actor: Actor, now: datetime) -> ValidationRule:
    """`values` maps columns to what was sent, and only that; the parts of the rule are in wire form.

    :raises InvalidValidationRules: the engine does not understand the rule; `details` says where.
    """
    columns = facts(values)
    rule = ValidationRule(**columns, created_at=now)
    _check(rule)
    rule.save(force_insert=True)
    versions.note(rule, actor=actor, now=now)
    audit.log(actor, "validation_rule.created", rule, now=now, after=columns)
    _tell("created", rule, actor, now)
    return selectors.get(rule.public_id)


def of_new(
    rule_ids: Sequence[str], columns: Mapping[str, Any] | None, *, actor: Actor, now: datetime
) -> ValidationRule | None:
    """The rule of a new definition, within its transaction: the one it names, or one that is made for it.

    :raises NotFound: there is no such rule.
    :raises InvalidValidationRules: the engine does not understand it.
    """
    if columns is None:
        return selectors.named(rule_ids)
    return create(values=columns, actor=actor, now=now)


@gated("validation_rules.update")
@retried
@transaction.atomic
def update(*, rule_id: int, values: Mapping[str, Any], actor: Actor, now: datetime) -> ValidationRule:
    """Replace what was sent. Everything that has the rule follows it at once, issued codes too.

    :raises InvalidValidationRules: the engine does not understand the rule as it would be.
    :raises ResourceProtected: a write-protected campaign uses it.
    :raises NotFound: deleted in the meantime.
    """
    rule = _locked(rule_id)
    for campaign in _protected_users(rule):
        refuse_protected(campaign, actor)
    columns = facts(values)
    before = assign(rule, columns)
    _check(rule)
    rule.updated_at = now
    rule.save(update_fields=[*columns, "updated_at"])
    versions.note(rule, actor=actor, now=now)
    old, new = audit.changes(facts(before), columns)
    if new:
        audit.log(actor, "validation_rule.updated", rule, now=now, before=old, after=new)
        _tell("updated", rule, actor, now)
    return selectors.get(rule.public_id)


@gated("validation_rules.delete")
@retried
@transaction.atomic
def delete(*, rule_id: int, actor: Actor, now: datetime) -> None:
    """Its assignments go with it: what had the rule goes on without one.

    :raises ResourceInUse: a write-protected campaign uses it.
    :raises NotFound: deleted in the meantime.
    """
    rule = _locked(rule_id)
    for campaign in _protected_users(rule):
        raise ResourceInUse(
            f"The write-protected campaign {campaign.name} uses this rule. Take it away there first.",
            resource_id=rule.public_id,
            resource_type=selectors.RESOURCE,
        )
    count = rule_assignments.delete_all(rule=rule, actor=actor, now=now)
    before = {"name": rule.name, **{part: getattr(rule, part) for part in selectors.PARTS}}
    before["assignments_count"] = count
    audit.log(actor, "validation_rule.deleted", rule, now=now, before=facts(before))
    _tell("deleted", rule, actor, now)
    rule.delete()


def _check(rule: ValidationRule) -> None:
    """Read it as it will be read from its columns: numbers exact."""
    parts = {part: getattr(rule, part) for part in selectors.PARTS if getattr(rule, part) is not None}
    text = json.dumps(facts(parts))
    if len(text) > LONGEST_RULE:
        raise InvalidValidationRules(f"A rule has at most {LONGEST_RULE} characters.")
    try:
        rules.parse({"id": rule.public_id, "name": rule.name, **json.loads(text, cls=ExactJSONDecoder)})
    except rules.RuleSyntaxError as error:
        place = f"{error.path}: " if error.path else ""
        raise InvalidValidationRules(f"{place}{error}") from error


def _protected_users(rule: ValidationRule) -> list[Campaign]:
    """Write-protected campaigns that have the rule themselves or on a tier; at most one is needed."""
    users = Campaign.objects.filter(protected=True, deleted_at=None)
    own = users.filter(rule_assignment__rule=rule)
    on_tiers = users.filter(tiers__rule_assignment__rule=rule, tiers__deleted_at=None)
    return list(own[:1]) or list(on_tiers[:1])


def _locked(rule_id: int) -> ValidationRule:
    rows = lock(ValidationRule.objects.filter(pk=rule_id))
    if not rows:
        raise NotFound.of(selectors.RESOURCE, str(rule_id))
    return rows[0]


def _tell(verb: str, rule: ValidationRule, actor: Actor, now: datetime) -> None:
    name = f"business_validation_rule.{verb}"
    events.emit(name, entity=rule, actor=actor, now=now, payload={"rule_id": rule.public_id})
