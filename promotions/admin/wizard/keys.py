"""The steps by name, and what the first one asks."""

from __future__ import annotations

from typing import Final

from promotions.models import Campaign

TYPE, DISCOUNT, AUDIENCE, CONDITIONS, PRODUCTS = "type", "discount", "audience", "conditions", "products"
TIME, PLACES, LIMITS, CODES, TEXTS, REVIEW = "time", "places", "limits", "codes", "texts", "review"

type Answers = dict[str, dict[str, object]]


class Kind:
    """What customers get hold of."""

    CODES = "CODES"
    ONE_CODE = "ONE_CODE"
    PERSONAL = "PERSONAL"
    AUTOMATIC = "AUTOMATIC"
    CARDS = "CARDS"


KINDS: Final = (
    (Kind.CODES, "Coupon codes", "Many codes, each of them used once or a few times."),
    (Kind.ONE_CODE, "One code for everybody", "A word such as WELCOME10 that all customers may type."),
    (Kind.AUTOMATIC, "Automatic promotion", "No code: whoever fulfils the conditions gets it."),
    (Kind.CARDS, "Gift cards", "Cards with money on them, which pay for orders in parts."),
    (Kind.PERSONAL, "Personal codes", "A new code for each customer whom you send it to."),
)

_CAMPAIGN: Final = Campaign.CampaignType
CAMPAIGN_TYPES: Final = {
    Kind.CODES: _CAMPAIGN.DISCOUNT_COUPONS.value,
    Kind.ONE_CODE: _CAMPAIGN.DISCOUNT_COUPONS.value,
    Kind.PERSONAL: _CAMPAIGN.DISCOUNT_COUPONS.value,
    Kind.AUTOMATIC: _CAMPAIGN.PROMOTION.value,
    Kind.CARDS: _CAMPAIGN.GIFT_VOUCHERS.value,
}
CODE_TYPES: Final = {
    Kind.CODES: Campaign.Type.STATIC.value,
    Kind.ONE_CODE: Campaign.Type.STANDALONE.value,
    Kind.PERSONAL: Campaign.Type.AUTO_UPDATE.value,
    Kind.CARDS: Campaign.Type.STATIC.value,
}
USUAL_CODES: Final = 100


def kind_of(campaign_type: str, code_type: str) -> str:
    """What the first step calls a stored campaign; cards may be of any kind of code."""
    if campaign_type == _CAMPAIGN.PROMOTION:
        return Kind.AUTOMATIC
    if campaign_type == _CAMPAIGN.GIFT_VOUCHERS:
        return Kind.CARDS
    return next(kind for kind, known in CODE_TYPES.items() if known == code_type)
