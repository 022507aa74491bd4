"""What a validation rule can be assigned to, by its names on the wire. Contract: semantics-core 11.8."""

from __future__ import annotations

from core.errors import InvalidPayload
from promotions.models import Campaign, PromotionTier, ValidationRuleAssignment, Voucher
from promotions.selectors import campaigns, tiers, vouchers


def get(kind: str, reference: str) -> Voucher | Campaign | PromotionTier:
    """The code (id or code), campaign (id or name) or tier (id).

    :raises InvalidPayload: a kind that comes with its programme: earning rules, distributions, rewards.
    :raises NotFound: there is no such object.
    """
    match kind:
        case ValidationRuleAssignment.RelatedObject.VOUCHER:
            return vouchers.get(reference)
        case ValidationRuleAssignment.RelatedObject.CAMPAIGN:
            return campaigns.get(reference)
        case ValidationRuleAssignment.RelatedObject.PROMOTION_TIER:
            return tiers.get(reference)
    supported = ", ".join(ValidationRuleAssignment.RelatedObject.values)
    raise InvalidPayload(
        f"Property .related_object_type: {kind} comes with its programme, which this version does not have. "
        f"Supported are: {supported}."
    )
