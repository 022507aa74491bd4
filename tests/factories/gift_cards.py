"""Gift cards and their campaigns for tests: rows as services leave them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import factory

from promotions.models import Campaign, Hold, Redemption, ValidationSession, Voucher
from promotions.services import ledger
from tests.factories.promotions import CREATED_AT, CampaignFactory, VoucherFactory


class GiftCampaignFactory(CampaignFactory):
    """Cards of 100.00 that pay the order."""

    campaign_type = Campaign.CampaignType.GIFT_VOUCHERS
    discount = None
    gift = factory.LazyFunction(lambda: {"amount": 10_000, "effect": "APPLY_TO_ORDER"})


class GiftCardFactory(VoucherFactory):
    """Standalone, 100.00, pays the order; its ledger is open."""

    class Meta:
        model = Voucher
        skip_postgeneration_save = True

    type = Voucher.Type.GIFT_VOUCHER
    discount = None
    gift_effect = Voucher.GiftEffect.APPLY_TO_ORDER
    gift_amount = 10_000
    gift_balance = factory.SelfAttribute("gift_amount")

    @factory.post_generation
    def _issued(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        ledger.issue([self], now=CREATED_AT)


def hold(card: Voucher, credits: int, *, expires_at: datetime, key: str = "other") -> Hold:
    """A validation session keeps credits of the card and one use of it."""
    session = ValidationSession.objects.create(key=key, created_at=CREATED_AT, expires_at=expires_at)
    card.gift_held += credits
    card.held_quantity += 1
    card.save(update_fields=["gift_held", "held_quantity"])
    return Hold.objects.create(session=session, voucher=card, credits=credits)


def payment(card: Voucher, **values: Any) -> Redemption:
    """A successful redemption of the card, without any movement of its credits."""
    return Redemption.objects.create(
        **{
            "redeemed_at": CREATED_AT,
            "result": Redemption.Result.SUCCESS,
            "status": Redemption.Status.SUCCEEDED,
            "related_object_type": Redemption.RelatedObject.VOUCHER,
            "voucher": card,
            "voucher_code": card.code,
            **values,
        }
    )
