"""What of promotions names a segment or a product collection, for `commerce.usage`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from django.db.models import Model, Q, TextField
from django.db.models.functions import Cast
from django.urls import reverse

from commerce.usage import User
from promotions.models import (
    DRAFTS,
    Campaign,
    Distribution,
    EmergencyStop,
    PromotionTier,
    ValidationRule,
    ValidationRuleAssignment,
    Voucher,
)

_PARTS: Final = ("rules", "applicable_to", "bundle_rules")
_RELATED: Final = ("campaign", "promotion_tier__campaign", "voucher__campaign")
_SHOWN: Final = 100


def users_of(public_id: str) -> list[User]:
    """Conditions that name it, what has these conditions, distributions, emergency stops."""
    rules = rules_naming(public_id)
    assigned = (
        ValidationRuleAssignment.objects.filter(rule__in=[rule.pk for rule in rules])
        .select_related(*_RELATED)
        .order_by("-pk")[:_SHOWN]
    )
    return [
        *(_user("conditions", rule) for rule in rules),
        *_live(_holder(one) for one in assigned),
        *(
            _user("distribution", row, is_running=row.state == Distribution.State.LIVE)
            for row in Distribution.objects.filter(segment__public_id=public_id).order_by("pk")
            if row.state not in (Distribution.State.STOPPED, Distribution.State.DONE)
        ),
        *(
            _user("emergency stop", row, is_running=True)
            for row in EmergencyStop.objects.filter(
                restored_at=None, covers__collections__contains=[{"id": public_id}]
            ).order_by("pk")
        ),
    ]


def rules_naming(public_id: str) -> list[ValidationRule]:
    """The text is looked for first: there are thousands of rules, and few name it."""
    words = {f"{part}_text": Cast(part, TextField()) for part in _PARTS}
    names_it = Q()
    for part in words:
        names_it |= Q(**{f"{part}__contains": f'"{public_id}"'})
    return list(ValidationRule.objects.annotate(**words).filter(names_it).order_by("name", "pk"))


def _holder(assignment: ValidationRuleAssignment) -> Campaign | PromotionTier | Voucher:
    found: Campaign | PromotionTier | Voucher = getattr(assignment, assignment.related_object_type)
    return found


def _live(rows: Iterable[Campaign | PromotionTier | Voucher]) -> Iterator[User]:
    for row in rows:
        if row.deleted_at is not None:
            continue
        campaign = row if isinstance(row, Campaign) else row.campaign
        is_running = campaign is None or (campaign.deleted_at is None and campaign.lifecycle not in DRAFTS)
        yield _user(str(row._meta.verbose_name), row, is_running=is_running)


def _user(kind: str, row: Model, *, is_running: bool = False) -> User:
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return User(kind=kind, name=str(row), url=url, is_running=is_running)
