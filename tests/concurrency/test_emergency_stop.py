"""When the stop has answered, nothing is granted any more (PROOFS O6)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pytest

from commerce.selectors.orders import OrderSpec
from core.actors import Actor
from promotions.models import Redemption
from promotions.redeemables import NotRedeemable, Requested
from promotions.services import campaigns, redemptions
from promotions.services.validations import DecisionSpec
from tests.factories.promotions import CampaignFactory, VoucherFactory

pytestmark = pytest.mark.django_db(transaction=True)

AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]


def test_nothing_that_began_after_the_stop_is_granted(at_once: AtOnce, actor: Actor, now: datetime) -> None:
    campaign = CampaignFactory()
    VoucherFactory(code="LIVE", campaign=campaign, discount=None, redemption_quantity=None)
    spec = DecisionSpec(redeemables=(Requested(object="voucher", id="LIVE"),), order=OrderSpec(amount=10_000))
    answered = threading.Event()
    stopped_at: list[float] = []

    def shop() -> list[tuple[float, str]]:
        """Redeem without pause until a while after the stop: when each call began, and its outcome."""
        seen = []
        for _ in range(400):
            began = time.monotonic()
            try:
                redemptions.redeem(spec=spec, actor=actor, now=now)
                seen.append((began, "granted"))
            except NotRedeemable as refusal:
                seen.append((began, refusal.key))
            if answered.is_set() and len(seen) >= 5 and [key for _, key in seen[-5:]].count("granted") == 0:
                break
        return seen

    def stop() -> list[tuple[float, str]]:
        while Redemption.objects.filter(result="SUCCESS").count() < 30:
            time.sleep(0.01)
        campaigns.set_active(campaign_id=campaign.pk, is_active=False, actor=actor, now=now)
        stopped_at.append(time.monotonic())
        answered.set()
        return []

    calls = [call for batch in at_once([*[shop] * 6, stop]) for call in batch]

    after = {key for began, key in calls if began > stopped_at[0]}
    assert sum(key == "granted" for _, key in calls) >= 30
    assert after == {"campaign_not_active"}
