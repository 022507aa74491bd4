"""The demo shop's promotions: running, to come, over, switched off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from core.actors import Actor
from promotions.models import Campaign
from promotions.services import campaigns, categories, vouchers
from promotions.services.campaigns import CampaignSpec
from promotions.services.tiers import TierSpec
from promotions.services.vouchers import VoucherSpec

# Long enough that nothing which is still to come was made in the future.
PREPARED_BEFORE: Final = timedelta(days=20)


def percent(value: int, *, limit: int | None = None) -> dict[str, Any]:
    discount: dict[str, Any] = {"type": "PERCENT", "percent_off": value, "effect": "APPLY_TO_ORDER"}
    return discount if limit is None else {**discount, "amount_limit": limit}


def amount(value: int) -> dict[str, Any]:
    return {"type": "AMOUNT", "amount_off": value, "effect": "APPLY_TO_ORDER"}


def load(*, today: datetime, actor: Actor) -> None:
    """`today` is midnight of the project's day: campaigns begin and end on whole days around it."""
    named: tuple[tuple[str, int, str], ...] = (
        ("Always on", 1, ""),
        ("Seasonal", 2, ""),
        ("Exclusive deals", 3, "EXCLUSIVE"),
        ("Service", 9, "JOINT"),
    )
    for name, hierarchy, kind in named:
        values = {"name": name, "hierarchy": hierarchy, "stacking_type": kind}
        categories.create(values=values, actor=actor, now=today - timedelta(days=120))

    def day(offset: int) -> datetime:
        return today + timedelta(days=offset)

    _coupons(
        "Welcome to the harbour",
        percent(10, limit=1500),
        day(-110),
        None,
        "Always on",
        actor,
        generic="WELCOME10",
        description="Ten percent for everybody who is new, at most 15.00.",
    )
    _coupons(
        "Autumn beans",
        percent(15),
        day(-40),
        day(12),
        "Seasonal",
        actor,
        generic="AUTUMN15",
        count=200,
        pattern="AUTUMN-######",
        uses=1,
    )
    _coupons(
        "Thank you for reading",
        amount(500),
        day(-30),
        day(30),
        "Always on",
        actor,
        count=150,
        pattern="THANKS-####-####",
        uses=1,
        description="Five off, for readers of the newsletter.",
    )
    _coupons(
        "Come back soon",
        percent(20, limit=3000),
        day(-20),
        day(5),
        "Exclusive deals",
        actor,
        count=60,
        pattern="BACK-########",
        uses=1,
    )
    _coupons(
        "Black Friday week",
        percent(25, limit=5000),
        day(3),
        day(8),
        "Exclusive deals",
        actor,
        generic="BLACK25",
        count=200,
        pattern="BF-####-####",
        uses=1,
    )
    _coupons("Summer cold brew", percent(12), day(-140), day(-50), "Seasonal", actor, generic="SUMMER12")
    staff = _coupons("Staff discount", percent(30), day(-200), None, "Service", actor, generic="CREW30")
    campaigns.set_active(campaign_id=staff.pk, is_active=False, actor=actor, now=day(-15))
    _promotion(
        "Offers in the shop",
        day(-60),
        None,
        actor,
        (
            ("Three percent for every order", percent(3, limit=1000), "A small thank-you at every order", {}),
            ("Weekend treat", percent(8), "8 % off on Saturday and Sunday", {"days_of_week": [0, 6]}),
            (
                "Happy hour",
                amount(300),
                "3.00 off from four to six",
                {
                    "validity_hours": {
                        "daily": [
                            {
                                "days_of_week": [1, 2, 3, 4, 5],
                                "start_time": "16:00",
                                "expiration_time": "18:00",
                            }
                        ]
                    }
                },
            ),
        ),
    )
    _promotion(
        "Advent",
        day(7),
        day(30),
        actor,
        (
            ("Advent ten", percent(10, limit=4000), "10 % off until Christmas", {}),
            ("Advent gift", amount(1000), "10.00 off", {}),
        ),
    )
    for code, discount in (("FRIEND5", amount(500)), ("PRESS2026", percent(50, limit=10_000))):
        vouchers.create(
            spec=VoucherSpec(code=code, values={"discount": discount, "redemption_quantity": 20}),
            actor=actor,
            now=day(-25),
        )


def _coupons(
    name: str,
    discount: Mapping[str, Any],
    starts_at: datetime,
    ends_at: datetime | None,
    category: str,
    actor: Actor,
    *,
    generic: str = "",
    count: int = 0,
    pattern: str = "",
    uses: int | None = None,
    description: str = "",
) -> Campaign:
    values: dict[str, Any] = {
        "name": name,
        "description": description,
        "discount": discount,
        "starts_at": starts_at,
        "category": category,
        "voucher_redemption_quantity": uses,
    }
    if ends_at is not None:
        values["ends_at"] = ends_at
    if pattern:
        values["code_config"] = {"pattern": pattern, "charset": "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"}
    prepared_at = starts_at - PREPARED_BEFORE
    campaign = campaigns.create(
        spec=CampaignSpec(kind="DISCOUNT_COUPONS", vouchers_count=count, values=values),
        actor=actor,
        now=prepared_at,
    )
    if generic:
        spec = VoucherSpec(code=generic, values={"redemption_quantity": None})
        vouchers.create(spec=spec, campaign=campaign, actor=actor, now=prepared_at)
    return campaign


def _promotion(
    name: str,
    starts_at: datetime,
    ends_at: datetime | None,
    actor: Actor,
    tiers: tuple[tuple[str, Mapping[str, Any], str, Mapping[str, Any]], ...],
) -> None:
    values: dict[str, Any] = {"name": name, "starts_at": starts_at, "category": "Seasonal"}
    if ends_at is not None:
        values["ends_at"] = ends_at
    specs = tuple(
        TierSpec(values={"name": title, "discount": discount, "banner": banner, **limits})
        for title, discount, banner, limits in tiers
    )
    campaigns.create(
        spec=CampaignSpec(kind="PROMOTION", tiers=specs, values=values),
        actor=actor,
        now=starts_at - PREPARED_BEFORE,
    )
