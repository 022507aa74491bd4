"""What a clone of a programme gets: earning rules, rewards with prices, and tiers with what they change.

Members, points and what was given stay with the original; so does its automatic redemption's block. Columns
are copied whole but for those named below, so that a new one comes along by itself. Contract: core 15.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db.models import Model

from core.actors import Actor
from loyalty.models import EarningRule, LoyaltyTier, TierMapping
from promotions.models import Campaign, RewardAssignment
from promotions.services import cloning

_NEW: Final = frozenset({"id", "public_id", "created_at", "updated_at", "campaign", "redeemed", "is_blocked"})


def register() -> None:
    cloning.register(copy)


def copy(original: Campaign, clone: Campaign, actor: Actor, now: datetime) -> None:
    """Copy what belongs to a programme into its clone, a draft; other campaigns have nothing of it."""
    if original.campaign_type != Campaign.CampaignType.LOYALTY_PROGRAM:
        return
    rules = _copied(EarningRule, original, clone, now)
    assignments = _copied(RewardAssignment, original, clone, now)
    tiers = _copied(LoyaltyTier, original, clone, now)
    TierMapping.objects.bulk_create(
        [
            TierMapping(
                tier_id=tiers[mapping.tier_id],
                earning_rule_id=rules[mapping.earning_rule_id] if mapping.earning_rule_id else None,
                assignment_id=assignments[mapping.assignment_id] if mapping.assignment_id else None,
                type=mapping.type,
                multiplier=mapping.multiplier,
                points=mapping.points,
            )
            for mapping in TierMapping.objects.filter(tier__in=tiers).order_by("pk")
            if (mapping.earning_rule_id is None or mapping.earning_rule_id in rules)
            and (mapping.assignment_id is None or mapping.assignment_id in assignments)
        ]
    )


def _copied(model: type[Any], original: Campaign, clone: Campaign, now: datetime) -> Mapping[int, int]:
    """Rows of the original that are in force, once more for the clone: new primary keys by the old ones."""
    rows = list(model._base_manager.filter(campaign=original, deleted_at=None).order_by("pk"))
    made: list[Model] = [
        model(
            campaign=clone,
            created_at=now,
            **{
                field.attname: getattr(row, field.attname)
                for field in model._meta.concrete_fields
                if field.name not in _NEW
            },
        )
        for row in rows
    ]
    model._base_manager.bulk_create(made)
    return {row.pk: copy.pk for row, copy in zip(rows, made, strict=True)}
