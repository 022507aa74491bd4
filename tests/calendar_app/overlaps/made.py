"""Items and worlds for tests of the overlap engine; no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from calendar_app.overlaps import Item, Spot, World
from engine import (
    Article,
    Candidate,
    Category,
    RedeemableObject,
    StackingRules,
    Validity,
    algebra,
    effects,
    rules,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SHOES, TOYS = "pc_shoes", "pc_toys"
COLLECTIONS = {SHOES: frozenset({"prod_boot", "prod_sandal"}), TOYS: frozenset({"prod_robot", "prod_boot"})}
PRICES = {"prod_boot": 10_000, "prod_sandal": 4_000, "prod_robot": 2_000, "prod_tea": 500}


def day(number: int, month: int = 3, hour: int = 0) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=UTC)


def percent(figure: int, *, items: bool = False) -> dict[str, Any]:
    effect = "APPLY_TO_ITEMS" if items else "APPLY_TO_ORDER"
    return {"type": "PERCENT", "percent_off": figure, "effect": effect}


def amount(figure: int) -> dict[str, Any]:
    return {"type": "AMOUNT", "amount_off": figure, "effect": "APPLY_TO_ORDER"}


def collection(*ids: str) -> dict[str, Any]:
    """`applicable_to` of a discount on what is in these collections."""
    return {"included": [{"object": "products_collection", "id": one} for one in ids]}


def segment(*ids: str, operator: str = "$is") -> dict[str, Any]:
    return {"name": "customer.segment", "conditions": {operator: list(ids)}}


def order_of(minimum: int) -> dict[str, Any]:
    return {"name": "order.amount", "conditions": {"$more_than_or_equal": [minimum]}}


def item(
    number: int,
    name: str = "",
    *,
    discount: Mapping[str, Any] | None = None,
    only: Mapping[str, Any] | None = None,
    when: Sequence[Mapping[str, Any]] = (),
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    category: Category | None = None,
    tier: int | None = None,
    validity: Validity | None = None,
    **values: Any,
) -> Item:
    """Campaign `number`; with `tier` that tier of it. `only` is `applicable_to`, `when` the rules."""
    wire: dict[str, Any] = {"id": f"val_{number}"}
    if only:
        wire["applicable_to"] = only
    if when:
        wire["rules"] = {str(place): dict(rule) for place, rule in enumerate(when, start=1)}
    above = Validity(starts_at=starts_at, ends_at=ends_at)
    candidate = Candidate(
        key=f"camp_{number}" if tier is None else f"promo_{tier}",
        object=RedeemableObject.VOUCHER if tier is None else RedeemableObject.PROMOTION_TIER,
        label=name or f"Campaign {number}",
        validity=validity or Validity(),
        campaign_validity=above,
        discount=effects.parse(discount or percent(10), targets_items=bool(only)),
        category=category,
        rules=(rules.parse(wire),) if only or when else (),
        campaign_id=f"camp_{number}",
    )
    return Item(
        **{
            "key": f"campaign:{number}" if tier is None else f"tier:{tier}",
            "unit": f"campaign:{number}",
            "campaign_id": number,
            "tier_id": tier,
            "name": name or f"Campaign {number}",
            "tier_name": "" if tier is None else f"Tier {tier}",
            "candidate": candidate,
            "category_id": "" if category is None else category.id,
            "category": "" if category is None else category.name,
            "segments": frozenset(),
            "daily_cost": 1_000,
            **values,
        }
    )


def world(*, stacking: StackingRules | None = None, zone: str = "UTC", **values: Any) -> World:
    articles = {
        one: Article(id=one, product_id=one, name=one.removeprefix("prod_").capitalize(), price=price)
        for one, price in PRICES.items()
    }
    rules_of_algebra = algebra.World(
        zone=zone,
        collections=COLLECTIONS,
        articles=articles,
        stacking_rules=stacking or StackingRules(),
    )
    names = {SHOES: "Shoes", TOYS: "Toys", "seg_vip": "VIP", "seg_new": "Newcomers"}
    return World(**{"now": NOW, "rules": rules_of_algebra, "names": names, **values})


def spots() -> tuple[Spot, ...]:
    """Nowhere, Berlin with a store of its own, Tokyo."""
    return (
        Spot(zone="UTC"),
        Spot(name="Berlin", zone="Europe/Berlin", words=frozenset({"area:ar_b"})),
        Spot(
            name="Mitte",
            zone="Europe/Berlin",
            words=frozenset({"area:ar_b", "stores:ar_b", "store:ars_m@ar_b"}),
        ),
        Spot(name="Tokyo", zone="Asia/Tokyo", words=frozenset({"area:ar_t"})),
    )
