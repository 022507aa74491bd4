"""Templates to begin with: what most shops do first, ready to be used. No database here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from promotions.models import Campaign, CampaignTemplate
from promotions.template_content import SETTINGS, TIME

_EASY: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_KINDS = CampaignTemplate.CampaignType
_EVERYTHING: Final = {
    "object": "products_collection",
    "id": "pc_all",
    "name": "All products",
    "type": "AUTO_UPDATE",
    "filter": {"junction": "and"},
    "products": [],
}
_SHIPPING: Final = {
    "object": "product",
    "id": "prod_shipping",
    "source_id": "shipping",
    "name": "Shipping",
    "price": 499,
    "attributes": [],
    "image_url": "",
    "metadata": {},
}


@dataclass(frozen=True, kw_only=True)
class Starter:
    name: str
    description: str
    kind: str
    content: Mapping[str, Any]


def _content(
    *,
    discount: Mapping[str, Any] | None = None,
    gift: Mapping[str, Any] | None = None,
    banner: str = "",
    settings: Mapping[str, Any] | None = None,
    time: Mapping[str, Any] | None = None,
    conditions: Mapping[str, Any] | None = None,
    resources: tuple[Mapping[str, Any], ...] = (),
) -> dict[str, Any]:
    blank = Campaign()
    usual = {name: getattr(blank, name) for name in SETTINGS}
    worth = {"gift": dict(gift)} if gift else {"discount": dict(discount or {})}
    return {
        "settings": {**usual, "code_config": _looks("########"), **(settings or {})},
        **worth,
        "banner": banner,
        "time": {**{name: getattr(blank, name) for name in TIME}, **(time or {})},
        "metadata": {},
        "conditions": dict(conditions) if conditions else None,
        "resources": [dict(one) for one in resources],
        "metadata_types": {},
    }


def _looks(pattern: str) -> dict[str, Any]:
    return {"pattern": pattern, "charset": _EASY}


def _percent(value: int, effect: str = "APPLY_TO_ORDER") -> dict[str, Any]:
    return {"type": "PERCENT", "percent_off": value, "effect": effect}


def _rule(name: str, rules: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "type": "expression",
        "context_type": "global",
        "rules": dict(rules),
        "applicable_to": {},
        "bundle_rules": None,
        "error": None,
        **more,
    }


def _order_from(minor: int) -> dict[str, Any]:
    return {"name": "order.amount", "conditions": {"$more_than_or_equal": [minor]}}


def _only(resource: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    entry = {"object": resource["object"], "id": resource["id"], **more}
    return {"included": [entry], "excluded": [], "included_all": False}


_ONCE_EACH: Final = {
    "1": {"name": "redemption.count.per_customer", "conditions": {"$less_than_or_equal": [1]}}
}

STARTERS: Final[tuple[Starter, ...]] = (
    Starter(
        name="Welcome: 10 % off the first order",
        description="One code for everybody, once for each customer.",
        kind=_KINDS.DISCOUNT_COUPONS,
        content=_content(
            discount=_percent(10),
            banner="10 % off your first order",
            settings={"type": Campaign.Type.STANDALONE, "code_config": _looks("WELCOME-####")},
            conditions=_rule("Once for each customer", _ONCE_EACH),
        ),
    ),
    Starter(
        name="3 for 2",
        description="Of every three items the cheapest is free.",
        kind=_KINDS.DISCOUNT_COUPONS,
        content=_content(
            discount=_percent(100, "APPLY_TO_ITEMS"),
            banner="Buy three, pay two",
            settings={"code_config": _looks("3FOR2-####")},
            conditions=_rule(
                "Every third item",
                {},
                applicable_to=_only(
                    _EVERYTHING, effect="APPLY_FROM_MOST_EXPENSIVE", target="UNIT", skip_initially=2, repeat=3
                ),
            ),
            resources=(_EVERYTHING,),
        ),
    ),
    Starter(
        name="Free shipping from 50 on",
        description="The product “Shipping” is free when the order is worth 50 or more.",
        kind=_KINDS.DISCOUNT_COUPONS,
        content=_content(
            discount=_percent(100, "APPLY_TO_ITEMS"),
            banner="Free shipping from 50 on",
            settings={"type": Campaign.Type.STANDALONE, "code_config": _looks("SHIPFREE-####")},
            conditions=_rule("From 50 on", {"1": _order_from(5_000)}, applicable_to=_only(_SHIPPING)),
            resources=(_SHIPPING,),
        ),
    ),
    Starter(
        name="Gift card of 25",
        description="Personal cards that pay 25 of orders, in as many parts as their owner likes.",
        kind=_KINDS.GIFT_VOUCHERS,
        content=_content(
            gift={"amount": 2_500, "effect": "APPLY_TO_ORDER"},
            settings={"code_config": _looks("GIFT-####-####-####")},
        ),
    ),
    Starter(
        name="Staff discount: 20 %",
        description="For customers whose metadata say “staff: yes”; as often as they like.",
        kind=_KINDS.DISCOUNT_COUPONS,
        content=_content(
            discount=_percent(20),
            settings={"type": Campaign.Type.STANDALONE, "code_config": _looks("STAFF-######")},
            conditions=_rule(
                "Only staff",
                {"1": {"name": "customer.metadata", "property": "staff", "conditions": {"$is": [True]}}},
            ),
        ),
    ),
    Starter(
        name="Win back: 15 % for two weeks",
        description="A personal code for each customer it is sent to, good for 14 days from then on.",
        kind=_KINDS.DISCOUNT_COUPONS,
        content=_content(
            discount=_percent(15),
            settings={
                "type": Campaign.Type.AUTO_UPDATE,
                "join_once": True,
                "activity_duration_after_publishing": "P14D",
                "voucher_redemption_quantity": 1,
                "code_config": _looks("MISSYOU-######"),
            },
        ),
    ),
    Starter(
        name="Weekend sale: 20 %",
        description="On Saturdays and Sundays only; needs no code when you use it as a tier.",
        kind=_KINDS.DISCOUNT_COUPONS,
        content=_content(
            discount=_percent(20),
            banner="20 % off, this weekend only",
            settings={"code_config": _looks("WEEKEND-####")},
            time={"days_of_week": [0, 6]},
        ),
    ),
    Starter(
        name="10 off orders from 100 on",
        description="A fixed amount for larger orders; each code works once.",
        kind=_KINDS.DISCOUNT_COUPONS,
        content=_content(
            discount={"type": "AMOUNT", "amount_off": 1_000, "effect": "APPLY_TO_ORDER"},
            banner="10 off when you spend 100",
            settings={"voucher_redemption_quantity": 1, "code_config": _looks("TEN-######")},
            conditions=_rule("From 100 on", {"1": _order_from(10_000)}),
        ),
    ),
)
