"""Gift cards of the demo shop: a campaign of them, and one with a story, GIFT50."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from commerce.models import Customer
from commerce.selectors.orders import ItemSpec, OrderSpec
from core.actors import Actor
from promotions.models import Campaign
from promotions.redeemables import NotRedeemable, Requested
from promotions.services import campaigns, ledger, redemptions, rollbacks, vouchers
from promotions.services.campaigns import CampaignSpec
from promotions.services.redemptions import Redeemed
from promotions.services.rollbacks import RollbackSpec
from promotions.services.validations import DecisionSpec
from promotions.services.vouchers import VoucherSpec

CODE: Final = "GIFT50"
_CREDITS: Final = 5_000


def load(*, today: datetime, actor: Actor) -> None:
    """`today` is midnight of the project's day."""
    campaigns.create(
        spec=CampaignSpec(
            kind=Campaign.CampaignType.GIFT_VOUCHERS,
            vouchers_count=40,
            values={
                "name": "Harbour gift cards",
                "description": "Sold at the counter. They pay the order until they are empty.",
                "gift": {"amount": _CREDITS},
                "category": "Service",
                "code_config": {
                    "pattern": "HARBOUR-####-####",
                    "charset": "23456789ABCDEFGHJKLMNPQRSTUVWXYZ",
                },
            },
        ),
        actor=actor,
        now=today - timedelta(days=60),
    )
    vouchers.create(
        spec=VoucherSpec(
            code=CODE,
            values={"gift": {"amount": _CREDITS}, "additional_info": "A birthday present."},
        ),
        actor=actor,
        now=today - timedelta(days=35),
    )


def load_uses(*, people: list[Customer], today: datetime, actor: Actor) -> None:
    """GIFT50 pays, is topped up, gets credits back, and is refused once: 44.20 are left of 60.00."""

    def shop(day: int, number: int, *articles: str, credits: int | None = None) -> Redeemed:
        items = tuple(ItemSpec(source_id=one, related_object="product", quantity=1) for one in articles)
        spec = DecisionSpec(
            redeemables=(Requested(object="voucher", id=CODE, credits=credits),),
            order=OrderSpec(source_id=f"demo-gift-{number}", items=items),
            customer={"source_id": people[1].source_id},
        )
        return redemptions.redeem(spec=spec, actor=actor, now=today - timedelta(days=day, hours=-11))

    shop(28, 1, "tea-chai")
    returned = shop(20, 2, "mug-rope", "choc-salt")
    rollbacks.roll_back(
        redemption_id=returned.redemptions[0].public_id,
        spec=RollbackSpec(reason="Goods returned"),
        actor=actor,
        now=today - timedelta(days=18),
    )
    ledger.adjust(
        code=CODE,
        amount=1_000,
        reason="Goodwill after a late delivery",
        actor=actor,
        now=today - timedelta(days=12),
    )
    shop(6, 3, "choc-orange", "biscuit-oat", credits=630)
    try:
        shop(2, 4, "grinder-hand", credits=5_900)
    except NotRedeemable:
        # More than there is: the refusal is on record.
        return
