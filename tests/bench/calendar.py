"""Collisions among a thousand campaigns: all of them from cold, and again after one change. One core.

The campaigns are those of a large retailer, made from a seed: 12 areas, 60 collections of products, 24
segments, each campaign with three tiers. All are live now. Most are local or about some products; one in
eight is for everything and everybody, so that it meets most others: half a million pairs may meet somehow.
"""

from __future__ import annotations

import gc
import random
import resource
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from calendar_app.overlaps import Board, Item, Pool, Spot, World
from engine import (
    Article,
    Candidate,
    Category,
    DailyHours,
    RedeemableObject,
    StackingRules,
    StackingType,
    Validity,
    algebra,
    effects,
    rules,
)

NOW: Final = datetime(2026, 11, 2, 9, tzinfo=UTC)
_AREAS, _COLLECTIONS, _SEGMENTS, _PRODUCTS = 12, 60, 24, 3_000
_TIERS: Final = 3
_CHANGES: Final = 20
_CATEGORIES: Final = (
    None,
    None,
    None,
    Category(id="cat_loyal", name="Loyalty", hierarchy=1),
    Category(id="cat_excl", name="Exclusive", hierarchy=2, stacking_type=StackingType.EXCLUSIVE),
    Category(id="cat_joint", name="Joint", hierarchy=3, stacking_type=StackingType.JOINT),
)


def table(*, quick: bool) -> str:
    """Prints nothing; a table for the README."""
    rows = [_measured(size) for size in ((100, 300) if quick else (250, 1_000))]
    heads = " | ".join(f"{row['campaigns']:,} campaigns" for row in rows)
    lines = [f"| Collisions of the calendar | {heads} |", "|---|" + "---:|" * len(rows)]
    for name, title in _ROWS.items():
        lines.append(f"| {title} | " + " | ".join(str(row[name]) for row in rows) + " |")
    return "\n".join(lines) + "\n"


_ROWS: Final = {
    "items": "promotions with a discount of their own (tiers)",
    "pairs": "pairs of campaigns that may meet",
    "kept": "conflicts kept, those that give most away",
    "cold": "all conflicts, from nothing",
    "change": "all conflicts after one change (median; worst)",
    "draft": "what one draft would collide with (median)",
    "memory": "memory of the board",
}


def _measured(size: int) -> dict[str, Any]:
    items = list(campaigns(size))
    gc.collect()
    before = _memory()
    start = time.process_time()
    board = Board(surroundings(), items)
    found = board.conflicts()
    cold = time.process_time() - start
    changes = sorted(_change(board, items, seed) for seed in range(_CHANGES))
    drafts = sorted(_draft(board, items, seed) for seed in range(_CHANGES))
    return {
        "campaigns": len(items) // _TIERS,
        "items": f"{len(items):,}",
        "pairs": f"{board.meeting_pairs:,}",
        "kept": f"{len(found):,}",
        "cold": f"{cold:.2f} s",
        "change": f"{changes[_CHANGES // 2] * 1000:.0f} ms; {changes[-1] * 1000:.0f} ms",
        "draft": f"{drafts[_CHANGES // 2] * 1000:.0f} ms",
        "memory": f"{(_memory() - before) // 1024:,} MB",
    }


def _change(board: Board, items: list[Item], seed: int) -> float:
    """One campaign gets another end, and all conflicts are asked for again."""
    chosen = items[(seed * 97) % len(items)].unit
    start = time.process_time()
    for item in items:
        if item.unit == chosen and item.candidate is not None:
            above = item.candidate.campaign_validity or Validity()
            later = replace(above, ends_at=(above.ends_at or NOW) + timedelta(days=1 + seed))
            board.put(replace(item, candidate=replace(item.candidate, campaign_validity=later)))
    board.conflicts()
    return time.process_time() - start


def _draft(board: Board, items: list[Item], seed: int) -> float:
    chosen = items[(seed * 89) % len(items)].unit
    draft = [
        replace(item, unit="campaign:0", key=f"draft:{item.key}", campaign_id=0, state="DRAFT")
        for item in items
        if item.unit == chosen
    ]
    start = time.process_time()
    board.against(draft)
    return time.process_time() - start


def _memory() -> int:
    """The peak so far, in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def surroundings() -> World:
    """Areas of one zone, collections of 20 to 200 products, prices."""
    draw = random.Random(1)
    products = [f"prod_{number}" for number in range(_PRODUCTS)]
    articles = {
        name: Article(id=name, product_id=name, name=f"Article {place}", price=draw.randrange(200, 20_000))
        for place, name in enumerate(products)
    }
    collections = {
        f"pc_{number}": frozenset(draw.sample(products, draw.randrange(20, 200)))
        for number in range(_COLLECTIONS)
    }
    spots = [Spot(zone="Europe/Berlin")]
    spots += [
        Spot(name=f"Area {number}", zone="Europe/Berlin", words=frozenset({f"area:ar_{number}"}))
        for number in range(_AREAS)
    ]
    return World(
        now=NOW,
        rules=algebra.World(
            zone="Europe/Berlin",
            collections=collections,
            articles=articles,
            stacking_rules=StackingRules(),
        ),
        spots=tuple(spots),
    )


def campaigns(size: int, *, seed: int = 7) -> Iterator[Item]:
    """The tiers of so many live campaigns; equal seeds give equal campaigns."""
    draw = random.Random(seed)
    for number in range(1, size + 1):
        yield from _campaign(number, draw)


def _campaign(number: int, draw: random.Random) -> Iterator[Item]:
    is_for_all = draw.random() < 0.125
    local = not is_for_all and draw.random() < 0.6
    starts_at = NOW - timedelta(days=draw.randrange(1, 30))
    above = Validity(
        starts_at=starts_at,
        ends_at=None if draw.random() < 0.1 else NOW + timedelta(days=draw.randrange(1, 60)),
        days_of_week=_days(draw),
        daily_hours=None,
    )
    if draw.random() < 0.1:
        above = replace(above, days_of_week=None, daily_hours=(_hours(draw),))
    category = draw.choice(_CATEGORIES)
    places = frozenset({f"area:ar_{draw.randrange(_AREAS)}"}) if local else frozenset[str]()
    shared = _rule(f"val_{number}", draw, is_for_all=is_for_all)
    pool = (Pool(id=number % 40, name=f"Pool {number % 40}", left=5_000_000),) if draw.random() < 0.2 else ()
    cost = draw.randrange(1_000, 200_000)
    on_items = bool(shared.applicable_to.included)
    for place in range(1, _TIERS + 1):
        least = {"name": "order.amount", "conditions": {"$more_than_or_equal": [2_500 * place * place]}}
        own = rules.parse({"id": f"val_{number}_{place}", "rules": {"1": least}})
        candidate = Candidate(
            key=f"promo_{number}_{place}",
            object=RedeemableObject.PROMOTION_TIER,
            label=f"Campaign {number} tier {place}",
            discount=effects.parse(_discount(place, draw, on_items=on_items)),
            campaign_validity=above,
            category=category,
            rules=(own, shared),
            campaign_id=f"camp_{number}",
        )
        yield Item(
            key=f"tier:{number * 10 + place}",
            unit=f"campaign:{number}",
            campaign_id=number,
            tier_id=number * 10 + place,
            public_id=f"promo_{number}_{place}",
            name=f"Campaign {number}",
            tier_name=f"Tier {place}",
            campaign_type="PROMOTION",
            candidate=candidate,
            places=places,
            category_id="" if category is None else category.id,
            category="" if category is None else category.name,
            budgets=pool,
            owner_id=f"user:{number % 9}",
            owner=f"User {number % 9}",
            daily_cost=cost // place,
        )


def _days(draw: random.Random) -> tuple[int, ...] | None:
    return tuple(sorted(draw.sample(range(7), 2))) if draw.random() < 0.2 else None


def _hours(draw: random.Random) -> DailyHours:
    first = draw.randrange(8, 18)
    hour = datetime(2026, 1, 1, first, tzinfo=UTC)
    return DailyHours(
        days_of_week=tuple(range(7)),
        start_time=hour.time(),
        expiration_time=hour.replace(hour=first + 3).time(),
    )


def _rule(name: str, draw: random.Random, *, is_for_all: bool) -> Any:
    wire: dict[str, Any] = {"id": name}
    conditions = []
    if not is_for_all and draw.random() < 0.5:
        operator = "$is" if draw.random() < 0.85 else "$is_not"
        chosen = f"seg_{draw.randrange(_SEGMENTS)}"
        conditions.append({"name": "customer.segment", "conditions": {operator: [chosen]}})
    if not is_for_all and draw.random() < 0.15:
        conditions.append({"name": "redemption.api_key", "conditions": {"$is": [f"app_{draw.randrange(4)}"]}})
    if not is_for_all and draw.random() < 0.15:
        gold = {"$is": [draw.choice(("gold", "silver"))]}
        conditions.append({"name": "customer.metadata", "property": "tier", "conditions": gold})
    if conditions:
        wire["rules"] = {str(place): rule for place, rule in enumerate(conditions, start=1)}
    if not is_for_all and draw.random() < 0.75:
        some = draw.sample(range(_COLLECTIONS), draw.randrange(1, 3))
        wire["applicable_to"] = {
            "included": [{"object": "products_collection", "id": f"pc_{one}"} for one in some]
        }
    return rules.parse(wire)


def _discount(place: int, draw: random.Random, *, on_items: bool) -> dict[str, Any]:
    effect = "APPLY_TO_ITEMS" if on_items else "APPLY_TO_ORDER"
    if draw.random() < 0.7:
        return {"type": "PERCENT", "percent_off": 5 * place + draw.randrange(0, 20, 5), "effect": effect}
    return {"type": "AMOUNT", "amount_off": 300 * place, "effect": effect}
