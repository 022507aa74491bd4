"""What points were given for, on the wire. Contract: loyalty 8.3."""

from __future__ import annotations

from typing import Any

from commerce.api.serializers.customers import simple_customer_output
from commerce.api.serializers.products import product_output, sku_output
from commerce.models import Customer
from loyalty.models import RewardRedemption
from promotions.api.serializers.rewards import reward_output
from promotions.api.serializers.vouchers import voucher_output
from promotions.models import Voucher


def paid_reward_output(
    row: RewardRedemption, given: Voucher | None, customer: Customer | None
) -> dict[str, Any]:
    """`reward` of a redemption; what it is not stands there as null."""
    shown = reward_output(row.reward)
    told = ("id", "name", "object", "created_at", "updated_at", "parameters", "metadata", "type")
    return {
        "customer": simple_customer_output(customer) if customer else None,
        "assignment_id": row.assignment.public_id,
        "voucher": voucher_output(given) if given is not None else None,
        "product": product_output(row.reward.product) if row.reward.product else None,
        "sku": sku_output(row.reward.sku) if row.reward.sku else None,
        "loyalty_tier_id": row.tier.public_id if row.tier else None,
        **{name: shown[name] for name in told},
    }
