"""What policies may ask about a promotion: how deep, how dear, for whom, where, when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from django.db.models import Q

from approvals.registry import FactType
from commerce.models import Customer, ProductCollection, Segment
from commerce.selectors import segments as segment_rows
from core import project
from core.instants import parse_instant
from core.models import Area
from core.places import PLACES
from core.selectors import areas
from promotions.code_config import CodeConfig, InvalidCodeConfig
from promotions.models import Budget, Campaign, Category
from promotions.previews import essentials

type Content = Mapping[str, Any]

CODE_WEAKNESS: Final = "code_weakness"
"""Why the codes that it makes are easy to guess, in words; no policy asks that."""
_SECONDS_OF_DAY: Final = 86_400
_MONEY: Final = (Budget.Measure.DISCOUNT, Budget.Measure.GIFT_CREDITS)


def _named(rows: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in rows]


TYPES: Final = (
    FactType(name="discount_percent", label="Discount in percent", kind="percent", phrase="the discount is"),
    FactType(name="discount_amount", label="Discount as an amount", kind="money", phrase="the discount is"),
    FactType(
        name="gift_amount", label="Credits of one gift card", kind="money", phrase="one gift card holds"
    ),
    FactType(name="budget", label="Budget", kind="money", phrase="the budget is"),
    FactType(
        name="has_no_budget",
        label="Has no budget",
        kind="yes_no",
        phrase="it has no budget",
        denial="it has a budget",
    ),
    FactType(name="codes", label="Number of codes", kind="number", phrase="the number of codes is"),
    FactType(
        name="uses_per_code", label="Uses per code", kind="number", phrase="the number of uses per code is"
    ),
    FactType(
        name="audience", label="Size of the audience", kind="number", phrase="the size of the audience is"
    ),
    FactType(
        name="is_for_everybody",
        label="Is for everybody",
        kind="yes_no",
        phrase="it is for everybody",
        denial="it is for some customers only",
    ),
    FactType(
        name="segments",
        label="Segments",
        kind="texts",
        phrase="a segment is",
        choices=lambda: _named(Segment.objects.order_by("name").values_list("name", flat=True)),
    ),
    FactType(
        name="collections",
        label="Product collections",
        kind="texts",
        phrase="a product collection is",
        choices=lambda: _named(ProductCollection.objects.order_by("name").values_list("name", flat=True)),
    ),
    FactType(name="products", label="Products (ids)", kind="texts", phrase="a product is"),
    FactType(
        name="areas",
        label="Areas",
        kind="texts",
        phrase="an area is",
        choices=lambda: _named(Area.objects.order_by("name").values_list("name", flat=True)),
    ),
    FactType(
        name="applies_everywhere",
        label="Applies everywhere",
        kind="yes_no",
        phrase="it applies everywhere",
        denial="it applies in some areas only",
    ),
    FactType(
        name="category",
        label="Category",
        kind="texts",
        phrase="the category is",
        choices=lambda: _named(Category.objects.order_by("name").values_list("name", flat=True)),
    ),
    FactType(name="channels", label="Channels", kind="texts", phrase="a channel is"),
    FactType(name="stores", label="Stores", kind="texts", phrase="a store is"),
    FactType(
        name="kind",
        label="Kind of campaign",
        kind="texts",
        phrase="the kind of campaign is",
        choices=lambda: list(Campaign.CampaignType.choices),
    ),
    FactType(
        name="days_to_start",
        label="Days until it starts",
        kind="number",
        phrase="the days until it starts are",
    ),
    FactType(
        name="balance_change", label="Change of a balance", kind="money", phrase="the balance changes by"
    ),
)


def of(content: Content | None, now: datetime) -> dict[str, Any]:
    """The facts of a campaign or code as `approval_contents` gives it."""
    if content is None:
        return {}
    parts = [content, *content.get("tiers", ()), *content.get("own_discounts", ())]
    discounts = [part["discount"] for part in parts if part.get("discount")]
    rules = [part["conditions"] for part in parts if part.get("conditions")]
    found: dict[str, Any] = {
        "discount_percent": max((_percent(one) for one in discounts), default=0),
        "discount_amount": max((_amount(one) for one in discounts), default=0),
        "gift_amount": (content.get("gift") or {}).get("amount", 0) or content.get("gift_amount") or 0,
        "uses_per_code": content.get("redemption_quantity"),
        "category": sorted({part["category"] for part in parts if part.get("category")}),
        "kind": content.get("campaign_type"),
        **_budget(content.get("budgets", ())),
        **_reach(rules, now),
    }
    if start := content.get("start_date"):
        seconds = (parse_instant(start) - now).total_seconds()
        found["days_to_start"] = max(int(seconds // _SECONDS_OF_DAY), 0)
    return found


def of_places(places: Iterable[str]) -> dict[str, Any]:
    """Where it applies: the names of the areas, and in the words that say who may see it and decide."""
    found = sorted(places)
    return {"areas": areas.names_of_areas(found), "applies_everywhere": not found, PLACES: found}


def weakness(config: Content, *, live: int | None) -> str:
    """Why the codes that it makes are easy to guess; empty if they are not, or it makes none."""
    try:
        return essentials.weakness_of(
            CodeConfig.from_wire(config), live=live or 0, settings=project.current()
        )
    except InvalidCodeConfig:
        return ""


def of_budget(content: Content | None) -> dict[str, Any]:
    return {} if content is None else _budget([content])


def _budget(budgets: Iterable[Content]) -> dict[str, Any]:
    rows = [one for one in budgets if one.get("active")]
    money = [one["limit"] for one in rows if one["measure"] in _MONEY and one.get("per") == Budget.Per.TOTAL]
    places = {
        name: sorted({place for one in rows for place in one.get(name, ())})
        for name in ("channels", "stores")
    }
    return {"budget": max(money, default=0), "has_no_budget": not money, **places}


def _percent(discount: Content) -> float:
    """A formula may give any percentage; free units are given whole."""
    if discount.get("type") == "UNIT" or discount.get("percent_off_formula"):
        return 100
    return float(discount.get("percent_off") or 0)


def _amount(discount: Content) -> int:
    return int(discount.get("amount_off") or 0)


def _reach(rules: Iterable[Content], now: datetime) -> dict[str, Any]:
    """Whom and what the rules name. How many people are in the segments is asked now."""
    texts = [one for rule in rules for one in _walk(rule)]
    segments = Segment.objects.filter(public_id__in=[one for one in texts if one.startswith("seg_")])
    collections = ProductCollection.objects.filter(
        public_id__in=[one for one in texts if one.startswith("pc_")]
    ).values_list("name", flat=True)
    reached = Q()
    for segment in segments:
        reached |= Q(pk__in=segment_rows.members(segment, now=now).order_by().values("pk"))
    return {
        "segments": sorted(segment.name for segment in segments),
        "is_for_everybody": not segments,
        "audience": Customer.objects.present().filter(reached).count() if segments else None,
        "collections": sorted(collections),
        "products": sorted({one for one in texts if one.startswith("prod_")}),
    }


def _walk(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _walk(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _walk(inner)
