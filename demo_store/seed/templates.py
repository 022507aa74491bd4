"""Templates to begin with, one of the shop's own, and a sale that is multiplied over areas and segments."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from core import project
from core.actors import Actor
from promotions import variation_table
from promotions.models import Campaign
from promotions.selectors.variations import Planner
from promotions.services import campaigns, templates, variations
from promotions.services.campaigns import CampaignSpec

_KEPT: Final = "Autumn beans"
_TABLE: Final = """Name;Area;Segment;Discount;Budget
Baltic coast, newsletter;Baltic coast;Newsletter;15;500.00
Baltic coast, VIP;Baltic coast;VIP;25;250.00
Scotland, newsletter;Scotland;Newsletter;15;300.00
New England, VIP;New England;VIP;20;
"""


def load(*, today: datetime, now: datetime, actor: Actor) -> None:
    templates.add_starters(actor=actor, now=now)
    templates.create(
        of=Campaign.objects.get(name=_KEPT),
        name="Seasonal beans",
        description="As last autumn: change the dates, and the discount if you like.",
        actor=actor,
        now=now,
    )
    spec = CampaignSpec(
        kind=Campaign.CampaignType.DISCOUNT_COUPONS,
        vouchers_count=50,
        values={
            "name": "Harbour nights",
            "description": "The pattern of the summer sale. Its variations run, it does not.",
            "discount": {"type": "PERCENT", "percent_off": 15},
            "starts_at": today + timedelta(days=20),
            "ends_at": today + timedelta(days=41),
            "voucher_redemption_quantity": 1,
        },
        is_draft=True,
    )
    parent = campaigns.create(spec=spec, actor=actor, now=now)
    planned = Planner(parent, project.current().zone).plan(variation_table.parse(_TABLE))
    rows = [one.row for one in planned if one.row is not None]
    variations.make(parent_id=parent.pk, rows=rows, actor=actor, now=now)
