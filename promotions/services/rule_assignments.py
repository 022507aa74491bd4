"""What a validation rule holds for: one code, campaign or tier each. Contract: semantics-core 11.8."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from approvals.gate import gated
from core import audit, events
from core.actors import Actor
from core.errors import DuplicateFound, NotFound
from core.locking import lock, retried
from core.models import AuditEntry
from promotions.models import Campaign, PromotionTier, ValidationRule, ValidationRuleAssignment, Voucher
from promotions.selectors import validation_rules as selectors
from promotions.services import versions
from promotions.services.protection import refuse_protected

type Related = Voucher | Campaign | PromotionTier

_CREATED: Final = "validation_rule.assignment.created"
_DELETED: Final = "validation_rule.assignment.deleted"
_RELATED: Final = ("rule", "voucher", "campaign", "promotion_tier", "promotion_tier__campaign")
_SLICE: Final = 500


@gated("validation_rules.assign")
@retried
@transaction.atomic
def create(
    *, rule: ValidationRule, related: Related, force: bool, actor: Actor, now: datetime
) -> ValidationRuleAssignment:
    """Let the rule hold for `related`; with `force` in place of the one that it has.
    (With `force`, the same rule again changes nothing.)

    :raises DuplicateFound: it has a rule already.
    :raises ResourceProtected: the campaign, also that of the tier, is write-protected.
    :raises NotFound: rule or object was deleted in the meantime.
    """
    _lock_related(related, actor)
    present = ValidationRuleAssignment.objects.filter(**{_column(related): related}).select_related("rule")
    for current in present:
        if not force:
            raise DuplicateFound(
                f"{_column(related)} {related.public_id} has the validation rule {current.rule.public_id}. "
                "Use force=true to replace it.",
                resource_id=current.public_id,
                resource_type="validation_rules_assignment",
            )
        if current.rule_id == rule.pk:
            return _printable(current)
        _delete(current, actor, now)
    made = attach(rule=rule, related=related, actor=actor, now=now)
    return _printable(made)


def attach(
    *, rule: ValidationRule, related: Related, actor: Actor, now: datetime
) -> ValidationRuleAssignment:
    """Insert the assignment, within the caller's transaction: `related` is new, or locked and without a rule.

    :raises NotFound: the rule was deleted in the meantime.
    """
    rows = lock(ValidationRule.objects.filter(pk=rule.pk))
    if not rows:
        raise NotFound.of(selectors.RESOURCE, rule.public_id)
    assignment = ValidationRuleAssignment(rule=rows[0], created_at=now, **{_column(related): related})
    assignment.save(force_insert=True)
    versions.note(related, actor=actor, now=now)
    ids = _ids(assignment)
    audit.log(actor, _CREATED, assignment, now=now, after=ids)
    events.emit(f"business_{_CREATED}", entity=assignment, actor=actor, now=now, payload=ids)
    return assignment


def settle(*, rule_id: str | None, related: Related, actor: Actor, now: datetime) -> None:
    """Let `related` have this rule alone, by its wire id; "": none, None: nothing was said about it.

    :raises NotFound: there is no such rule.
    :raises ResourceProtected: the campaign, also that of the tier, is write-protected.
    """
    if rule_id is None:
        return
    if rule_id:
        create(rule=selectors.get(rule_id), related=related, force=True, actor=actor, now=now)
        return
    for present in ValidationRuleAssignment.objects.filter(**{_column(related): related}):
        delete(assignment_id=present.pk, actor=actor, now=now)


@gated("validation_rules.unassign")
@retried
@transaction.atomic
def delete(*, assignment_id: int, actor: Actor, now: datetime) -> None:
    """The rule no longer holds for that object.

    :raises ResourceProtected: the campaign, also that of the tier, is write-protected.
    :raises NotFound: deleted in the meantime.
    """
    known = _with_related(assignment_id)
    _lock_related(getattr(known, known.related_object_type), actor)
    _delete(_with_related(assignment_id), actor, now)


def delete_all(*, rule: ValidationRule, actor: Actor, now: datetime) -> int:
    """Take every assignment of a locked rule away, also those of what is in the bin; returns how many."""
    count = 0
    rows = ValidationRuleAssignment.objects.filter(rule=rule).select_related(*_RELATED)
    while some := list(rows.order_by("pk")[:_SLICE]):
        entries = [audit.entry_fields(actor, _DELETED, row, now=now, before=_ids(row)) for row in some]
        AuditEntry.objects.bulk_create(AuditEntry(**entry) for entry in entries)
        told = [(row, _ids(row)) for row in some]
        events.emit_all(f"business_{_DELETED}", entities=told, actor=actor, now=now)
        ValidationRuleAssignment.objects.filter(pk__in=[row.pk for row in some]).delete()
        versions.note_assigned(some, actor=actor, now=now)
        count += len(some)
    return count


def _printable(assignment: ValidationRuleAssignment) -> ValidationRuleAssignment:
    return selectors.printable_assignments(ValidationRuleAssignment.objects.all()).get(pk=assignment.pk)


def _delete(assignment: ValidationRuleAssignment, actor: Actor, now: datetime) -> None:
    ids = _ids(assignment)
    audit.log(actor, _DELETED, assignment, now=now, before=ids)
    events.emit(f"business_{_DELETED}", entity=assignment, actor=actor, now=now, payload=ids)
    assignment.delete()
    versions.note_assigned([assignment], actor=actor, now=now)


def _with_related(assignment_id: int) -> ValidationRuleAssignment:
    rows = ValidationRuleAssignment.objects.filter(pk=assignment_id).select_related(*_RELATED)
    found = rows.first()
    if found is None:
        raise NotFound.of("validation_rules_assignment", str(assignment_id))
    return found


def _lock_related(related: Related, actor: Actor) -> None:
    """From here on nobody else writes its assignment. A tier is locked under its campaign, as everywhere.

    :raises ResourceProtected: the campaign is write-protected.
    :raises NotFound: deleted in the meantime.
    """
    if isinstance(related, Voucher):
        _locked(Voucher.objects.filter(pk=related.pk), related)
        return
    campaign_id = related.campaign_id if isinstance(related, PromotionTier) else related.pk
    campaign = _locked(Campaign.objects.filter(pk=campaign_id), related)
    if isinstance(related, PromotionTier):
        _locked(PromotionTier.objects.filter(pk=related.pk), related)
    refuse_protected(campaign, actor)


def _locked[Row: (Voucher, Campaign, PromotionTier)](rows: QuerySet[Row], related: Related) -> Row:
    found = lock(rows.filter(deleted_at=None))
    if not found:
        raise NotFound.of(_column(related), related.public_id)
    return found[0]


def _column(related: Related) -> str:
    """Its column, which is its name on the wire."""
    kinds = ValidationRuleAssignment.RelatedObject
    match related:
        case Voucher():
            return kinds.VOUCHER.value
        case Campaign():
            return kinds.CAMPAIGN.value
        case PromotionTier():
            return kinds.PROMOTION_TIER.value


def _ids(assignment: ValidationRuleAssignment) -> dict[str, Any]:
    kind = assignment.related_object_type
    return {
        "rule_id": assignment.rule.public_id,
        "assignment_id": assignment.public_id,
        f"{kind}_id": getattr(assignment, kind).public_id,
    }
