"""Why a redeemable was refused or skipped: data, not exceptions, and free of HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.codec import Data


class ReasonKey(StrEnum):
    """Stable keys, spelled as on the wire. Contract: errors 2.2 (refusals), stacking 6.6 (skips).

    BUDGET_EXCEEDED, EMERGENCY_STOP, OUTSIDE_AREAS and CUSTOMER_BLOCKED are ours.
    """

    NOT_FOUND = "not_found"
    VOUCHER_DISABLED = "voucher_disabled"
    VOUCHER_NOT_ACTIVE = "voucher_not_active"
    VOUCHER_EXPIRED = "voucher_expired"
    VOUCHER_NOT_ACTIVE_NOW = "voucher_not_active_now"
    PROMOTION_INACTIVE = "promotion_inactive"
    PROMOTION_NOT_ACTIVE_NOW = "promotion_not_active_now"
    CAMPAIGN_NOT_ACTIVE = "campaign_not_active"
    QUANTITY_EXCEEDED = "quantity_exceeded"
    MISSING_ORDER = "missing_order"
    MISSING_AMOUNT = "missing_amount"
    MISSING_ORDER_ITEMS = "missing_order_items"
    MISSING_ORDER_ITEMS_AMOUNT = "missing_order_items_amount"
    MISSING_CUSTOMER = "missing_customer"
    MISSING_REWARD = "missing_reward"
    INVALID_GIFT = "invalid_gift"
    GIFT_AMOUNT_EXCEEDED = "gift_amount_exceeded"
    POINTS_EXCEEDED = "loyalty_card_points_exceeded"
    CARD_NOT_ACTIVE = "loyalty_card_not_active"
    REWARD_NOT_AVAILABLE = "reward_not_available"
    BUDGET_EXCEEDED = "budget_exceeded"
    EMERGENCY_STOP = "emergency_stop"
    OUTSIDE_AREAS = "outside_areas"
    CUSTOMER_BLOCKED = "customer_blocked"
    NOT_PUBLISHED = "not_published"
    REFERRER_NOT_PERMITTED = "referrer_not_permitted_to_redeem"
    CUSTOMER_RULES = "customer_rules_violated"
    ORDER_RULES = "order_rules_violated"
    REDEMPTION_RULES = "redemption_rules_violated"

    APPLICABLE_LIMIT = "applicable_redeemables_limit_exceeded"
    APPLICABLE_PER_CATEGORY_LIMIT = "applicable_redeemables_per_category_limit_exceeded"
    EXCLUSIVE_LIMIT = "applicable_exclusive_redeemables_limit_exceeded"
    EXCLUSIVE_PER_CATEGORY_LIMIT = "applicable_exclusive_redeemables_per_category_limit_exceeded"
    EXCLUSION_RULES = "exclusion_rules_not_met"
    PRECEDING_VALIDATION = "preceding_validation_failed"
    NO_EFFECT = "no_effect"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason(Data):
    """`message` is the contract's short text, `details` says what exactly, `remedy` what would make it work.

    `resource_id` / `resource_type` name the object that was missing or refused, where that is known.
    `custom_message` is the marketer's own text for a rule that refuses (contract 11.7).
    """

    key: ReasonKey
    message: str
    details: str | None = None
    remedy: str | None = None
    resource_id: str | None = None
    resource_type: str | None = None
    custom_message: str | None = None


def not_found(*, resource_type: str, resource_id: str) -> Reason:
    """For a code or id that nobody knows. `resource_type` as on the wire: "voucher", "promotion_tier"."""
    return Reason(
        key=ReasonKey.NOT_FOUND,
        message="Resource not found",
        details=f"Cannot find {resource_type} with id {resource_id}",
        resource_id=resource_id,
        resource_type=resource_type,
    )
