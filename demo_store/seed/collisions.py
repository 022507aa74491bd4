"""Promotions of the demo shop that get in each other's way, so that the calendar has something to tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth.models import User

from commerce.models import ProductCollection, Segment
from core.actors import Actor
from core.models import Area, Store
from core.services.assignments import Access, Places
from core.staff import as_actor
from demo_store.seed import areas, offers
from promotions.models import Campaign
from promotions.services import campaigns, validation_rules
from promotions.services.campaigns import CampaignSpec
from promotions.services.tiers import TierSpec

MARKETER: Final = "mia"
_COLLECTION: Final = "Gift ideas"
_ON_ITEMS: Final = {"type": "PERCENT", "effect": "APPLY_TO_ITEMS"}


def load(*, today: datetime, now: datetime, actor: Actor) -> None:
    """`today` is midnight of the project's day. Whoever works for the shop is there already."""
    _two_owners_in_one_area(today, now)
    _two_messages_to_one_segment(today, actor)


def _two_owners_in_one_area(today: datetime, now: datetime) -> None:
    """The coast and its harbour discount the same gifts, each without knowing of the other."""
    collection = ProductCollection.objects.get(name=_COLLECTION)
    coast, harbour = Area.objects.get(name="Baltic coast"), Store.objects.get(code="gdynia")
    on_gifts = {"object": "products_collection", "id": collection.public_id}
    for login, name, percent, places in (
        (MARKETER, "Gifts of the coast", 12, Places(all_stores=(coast.public_id,))),
        (areas.RESTRICTED, "Harbour gift of the month", 15, Places(stores=(harbour.public_id,))),
    ):
        values = {
            "name": name,
            "type": Campaign.Type.STANDALONE,
            "starts_at": today + timedelta(days=2),
            "ends_at": today + timedelta(days=16),
            "discount": {**_ON_ITEMS, "percent_off": percent},
        }
        spec = CampaignSpec(
            kind="DISCOUNT_COUPONS",
            code=name.split()[0].upper(),
            values=values,
            new_conditions={"name": f"{_COLLECTION}, {name}", "applicable_to": {"included": [on_gifts]}},
            access=Access(assign=places),
        )
        campaigns.create(spec=spec, actor=as_actor(User.objects.get(username=login)), now=now)


def _two_messages_to_one_segment(today: datetime, actor: Actor) -> None:
    """Both greet the VIPs with the first days of Advent."""
    segment = Segment.objects.get(name="VIP")
    made = today - offers.PREPARED_BEFORE
    for name, banner, discount, first in (
        ("VIP evening", "Your evening: 15 % off for VIPs", offers.percent(15), 7),
        ("VIP wrapping", "We wrap for you: 4.00 off for VIPs", offers.amount(400), 8),
    ):
        rule = validation_rules.create(values=_for(segment, name), actor=actor, now=made)
        tier = TierSpec(
            values={"name": name, "discount": discount, "banner": banner}, rules=(rule.public_id,)
        )
        starts_at = today + timedelta(days=first)
        values: Mapping[str, Any] = {
            "name": name,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(days=5),
        }
        spec = CampaignSpec(kind="PROMOTION", tiers=(tier,), values=values)
        campaigns.create(spec=spec, actor=actor, now=made)


def _for(segment: Segment, name: str) -> dict[str, Any]:
    conditions = {"$is": [segment.public_id]}
    return {
        "name": f"Only VIPs: {name}",
        "rules": {"1": {"name": "customer.segment", "conditions": conditions}, "logic": "1"},
    }
