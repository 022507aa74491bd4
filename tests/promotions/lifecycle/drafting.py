"""Campaigns in every state, and what the house says happened to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from core.actors import Actor
from core.models import AuditEntry, OutboxEvent
from promotions.models import DRAFTS, Campaign, Lifecycle
from promotions.services import campaigns
from promotions.services.campaigns import CampaignSpec
from promotions.services.tiers import TierSpec
from tests.conftest import NOW
from tests.factories.promotions import CampaignFactory, percent

EVERY_STATE: Final = tuple(Lifecycle)


def standing(state: Lifecycle, **values: Any) -> Campaign:
    """A campaign without dates that stands here."""
    is_off = state in (*DRAFTS, Lifecycle.PAUSED)
    deleted_at = NOW if state == Lifecycle.ARCHIVED else None
    return CampaignFactory(lifecycle=state, is_active=not is_off, deleted_at=deleted_at, **values)


def draft(actor: Actor, now: datetime, *, count: int = 3, code: str | None = None, **values: Any) -> Campaign:
    """A draft of coupons, as the admin makes it."""
    given = {"name": "Spring", "discount": percent(10), "code_config": {"pattern": "S-######"}, **values}
    if code is not None:
        given["type"] = Campaign.Type.STANDALONE
    spec = CampaignSpec(
        voucher_type="DISCOUNT_VOUCHER", vouchers_count=count, code=code, values=given, is_draft=True
    )
    return campaigns.create(spec=spec, actor=actor, now=now)


def draft_promotion(actor: Actor, now: datetime, *, tiers: int = 1) -> Campaign:
    found = tuple(TierSpec(values={"name": f"Tier {n}", "discount": percent(10)}) for n in range(tiers))
    spec = CampaignSpec(tiers=found, values={"name": "Sale"}, is_draft=True)
    return campaigns.create(spec=spec, actor=actor, now=now)


def now_stands(campaign: Campaign) -> str:
    """Protected columns are not refreshed: read anew."""
    return str(Campaign.objects.get(pk=campaign.pk).lifecycle)


def audited(campaign: Campaign) -> list[str]:
    rows = AuditEntry.objects.filter(entity_id=campaign.public_id).order_by("pk")
    return list(rows.values_list("action", flat=True))


def told(campaign: Campaign) -> list[str]:
    rows = OutboxEvent.objects.filter(entity_id=campaign.public_id).order_by("sequence")
    return list(rows.values_list("name", flat=True))
