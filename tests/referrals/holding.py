"""Referrals that wait for a person, as whoever judges leaves them."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from commerce.models import Customer
from promotions.models import Campaign, Holder, Redemption
from referrals.models import Referral
from tests.referrals.world import NOW, code_of, comes

FINDING = {
    "key": "same_email",
    "message": "Both e-mail addresses reach one mailbox.",
    "severity": "hold",
    "evidence": {"mailbox": "rita@shop.example"},
}


def held(
    api: APIClient,
    campaign: Campaign,
    referrer: str = "rita",
    referee: str = "paul",
    *,
    amount: int = 10_000,
    findings: list[dict[str, Any]] | None = None,
    **more: Any,
) -> Referral:
    """`referee` bought with the code of `referrer`, and the referral is held."""
    has = Holder.objects.filter(customer__source_id=referrer, voucher__campaign=campaign, role="REFERRER")
    first = has.select_related("voucher").first()
    code = first.voucher.code if first is not None else code_of(api, campaign, referrer)
    answer = comes(api, code, referee, amount=amount, **more)
    assert answer.status_code == 200, answer.content
    redemption = Redemption.objects.select_related("order", "voucher").order_by("pk").last()
    assert redemption is not None
    return Referral.objects.create(
        campaign=campaign,
        voucher=redemption.voucher,
        referrer=Customer.objects.get(source_id=referrer),
        referee=Customer.objects.get(source_id=referee),
        cause=Referral.Cause.REDEMPTION,
        redemption=redemption,
        order=redemption.order,
        state=Referral.State.HELD,
        findings=[FINDING] if findings is None else findings,
        judged={"referrer": {"email": "rita@shop.example"}},
        created_at=NOW,
    )
