"""What becomes of each column, and of each thing that belongs to a campaign or tier, when it is cloned.

Every column has to stand here: a new one without a decision fails the round trip in
`tests/promotions/services/test_cloning_every_field.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from django.db.models import Model

from promotions.models import (
    Campaign,
    CampaignAssignment,
    PromotionStack,
    PromotionTier,
    StackedTier,
    ValidationRule,
    ValidationRuleAssignment,
)


class Fate(StrEnum):
    SAME = "as in the original"
    MOVED = "as in the original, moved with the start"
    SAID = "said by whoever clones"
    PLANNED = "what the draft gets at its launch, as planned before"
    CLONE = "the clone of what the original has"
    NEW = "made anew: it must be unique, or is history"


_ROW: Final = {"id": Fate.NEW, "created_at": Fate.NEW, "updated_at": Fate.NEW}
_TIME: Final = {
    "starts_at": Fate.MOVED,
    "ends_at": Fate.MOVED,
    "timeframe_interval": Fate.SAME,
    "timeframe_duration": Fate.SAME,
    "days_of_week": Fate.SAME,
    "validity_hours": Fate.SAME,
}
_DEFINITION: Final = {
    **_ROW,
    **_TIME,
    "public_id": Fate.NEW,
    "version": Fate.NEW,
    "deleted_at": Fate.NEW,
    "name": Fate.SAID,
    "category": Fate.SAME,
    "metadata": Fate.SAME,
    "discount": Fate.SAME,
}

COLUMNS: Final[Mapping[type[Model], Mapping[str, Fate]]] = {
    Campaign: {
        **_DEFINITION,
        "description": Fate.SAME,
        "campaign_type": Fate.SAME,
        "type": Fate.SAME,
        "protected": Fate.SAME,
        "join_once": Fate.SAME,
        "use_voucher_metadata_schema": Fate.SAME,
        "activity_duration_after_publishing": Fate.SAME,
        "gift": Fate.SAME,
        "loyalty": Fate.SAME,
        "referral": Fate.SAME,
        "return_policy": Fate.SAME,
        "code_config": Fate.SAME,
        "voucher_redemption_quantity": Fate.SAME,
        # Follows the assignments to areas and stores.
        "places": Fate.CLONE,
        "planned_codes": Fate.PLANNED,
        "planned_code": Fate.SAID,
        # A clone is a draft: it begins where every campaign begins.
        "lifecycle": Fate.NEW,
        "is_active": Fate.NEW,
        "vouchers_count": Fate.NEW,
        "generation_status": Fate.NEW,
        "released_at": Fate.NEW,
    },
    PromotionTier: {
        **_DEFINITION,
        "name": Fate.SAME,
        "campaign": Fate.CLONE,
        "banner": Fate.SAME,
        "hierarchy": Fate.SAME,
        "is_active": Fate.SAME,
        "redeemed_quantity": Fate.NEW,
        "orders_total_amount": Fate.NEW,
        "orders_total_discount_amount": Fate.NEW,
    },
    PromotionStack: {
        **_ROW,
        "public_id": Fate.NEW,
        "campaign": Fate.CLONE,
        "name": Fate.SAME,
        "category": Fate.SAME,
    },
    StackedTier: {
        "id": Fate.NEW,
        "stack": Fate.CLONE,
        "tier": Fate.CLONE,
        "position": Fate.SAME,
    },
    CampaignAssignment: {
        "id": Fate.NEW,
        "created_at": Fate.NEW,
        "campaign": Fate.CLONE,
        "area": Fate.SAME,
        "all_stores_of": Fate.SAME,
        "store": Fate.SAME,
    },
    ValidationRule: {
        **_ROW,
        "public_id": Fate.NEW,
        "version": Fate.NEW,
        "name": Fate.SAME,
        "type": Fate.SAME,
        "context_type": Fate.SAME,
        "rules": Fate.SAME,
        "applicable_to": Fate.SAME,
        "bundle_rules": Fate.SAME,
        "error": Fate.SAME,
    },
    ValidationRuleAssignment: {
        **_ROW,
        "public_id": Fate.NEW,
        "rule": Fate.CLONE,
        "voucher": Fate.NEW,
        "campaign": Fate.CLONE,
        "promotion_tier": Fate.CLONE,
    },
}

BELONGINGS: Final[Mapping[type[Model], Mapping[str, Fate]]] = {
    Campaign: {
        "tiers": Fate.CLONE,
        "stacks": Fate.CLONE,
        "rule_assignment": Fate.CLONE,
        "assignments": Fate.CLONE,
        # Drawing on the same budgets, or on none.
        "budgets": Fate.SAID,
        "draws": Fate.SAID,
        "vouchers": Fate.NEW,
        "redemptions": Fate.NEW,
        "publications": Fate.NEW,
        "publication_runs": Fate.NEW,
        "distributions": Fate.NEW,
        "variations": Fate.NEW,
        "variation": Fate.NEW,
        # Of loyalty programmes (`loyalty.services.programme_clones`).
        "earning_rules": Fate.CLONE,
        "loyalty_tiers": Fate.CLONE,
        "reward_assignments": Fate.CLONE,
        # Of referral programmes (`referrals.services.programme_clones`).
        "referrer_tiers": Fate.CLONE,
        "referrals": Fate.NEW,
        "referral_rewards": Fate.NEW,
        # What gives its codes, and what finance says of it, are of others.
        "rewards": Fate.NEW,
        "points_worth": Fate.NEW,
        # Who watches the original does not ask to hear of each copy.
        "alert_rules": Fate.NEW,
    },
    PromotionTier: {
        "rule_assignment": Fate.CLONE,
        "stacked_tiers": Fate.CLONE,
        "redemptions": Fate.NEW,
        "holds": Fate.NEW,
    },
}
"""What other tables hold about it, by the name that leads there."""


def columns(model: type[Model], *fates: Fate) -> tuple[str, ...]:
    """The columns of a model that have one of these fates."""
    return tuple(name for name, fate in COLUMNS[model].items() if fate in fates)
