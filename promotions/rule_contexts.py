"""What a validation rule can be built for: the values of `context_type`. Contract: semantics-core 11.1.

It narrows what a form offers; the rule means the same whatever it says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

GLOBAL: Final = "global"

_DISCOUNT_FAMILIES: Final = (
    "campaign.discount_coupons",
    "campaign.referral_program",
    "campaign.promotion",
    "voucher.discount_voucher",
)
_DISCOUNTS: Final = (
    "discount.apply_to_order",
    "discount.apply_to_items",
    "discount.apply_to_items_proportionally",
    "discount.apply_to_items_proportionally_by_quantity",
    "discount.apply_to_items_by_quantity",
    "discount.fixed.apply_to_items",
    "discount.percent.apply_to_items",
)
_GIFT_FAMILIES: Final = ("campaign.gift_vouchers", "voucher.gift_voucher")
_GIFTS: Final = ("gift.apply_to_order", "gift.apply_to_items")
_SINGLE: Final = (
    "campaign.loyalty_program",
    "voucher.loyalty_card",
    "earning_rule.order.paid",
    "earning_rule.custom_event",
    "earning_rule.customer.segment.entered",
    "earning_rule.customer.tier.joined",
    "earning_rule.customer.tier.left",
    "earning_rule.customer.tier.upgraded",
    "earning_rule.customer.tier.downgraded",
    "earning_rule.customer.tier.prolonged",
    "distribution.custom_event",
    "distribution.order.paid",
    "distribution.order.created",
    "distribution.order.canceled",
    "distribution.order.updated",
    "reward_assignment.pay_with_points",
)


def _all() -> Iterator[str]:
    yield GLOBAL
    for families, effects in ((_DISCOUNT_FAMILIES, _DISCOUNTS), (_GIFT_FAMILIES, _GIFTS)):
        for family in families:
            yield family
            yield from (f"{family}.{effect}" for effect in effects)
    yield from _SINGLE


CONTEXT_TYPES: Final = tuple(_all())
