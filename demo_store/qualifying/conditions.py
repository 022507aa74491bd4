"""Random conditions of every family that the stored data gives a meaning, in the wire's form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from demo_store.qualifying.stock import Property, Stock

type Wire = dict[str, Any]
type Maker = Callable[[Random, Stock], Wire]

_LEAST: Final = ("$more_than", "$more_than_or_equal")
_MOST: Final = ("$less_than", "$less_than_or_equal")
_BOUNDS: Final = (*_LEAST, *_LEAST, *_MOST)
_COUNTERS: Final = (
    "redemption.count.per_customer",
    "redemption.count.per_customer.daily",
    "redemption.count.daily",
    "campaign.redemptions.count",
    "campaign.orders.amount",
    "campaign.orders.amount_discounted",
)
_NOT_THERE: Final = {"object": "product", "id": "prod_gone", "source_id": "gone"}


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """`needs` names what of the stock must not be empty."""

    make: Maker
    weight: int = 1
    needs: str = "products"


def condition(random: Random, stock: Stock) -> Wire:
    """One rule: `{"name": …, "conditions": {…}}`, some with `property`, `rules` and `logic`."""
    possible = [kind for kind in _KINDS if getattr(stock, kind.needs)]
    return random.choices(possible, [kind.weight for kind in possible])[0].make(random, stock)


def article(random: Random, stock: Stock) -> Wire:
    """A product, SKU or collection as conditions, targets and bundles name it."""
    kinds = [("product", stock.products)] * 3
    kinds += [("products_collection", stock.collections)] * 4 + [("sku", stock.skus)]
    name, ids = random.choice([kind for kind in kinds if kind[1]])
    return {"object": name, "id": random.choice(ids)}


def _bound(random: Random, figures: Sequence[int]) -> Wire:
    """A figure near one that occurs, so that baskets lie on both sides and sometimes on it."""
    figure = random.choice(figures) * random.choice((1, 2, 4, 4, 4, 8)) // 4
    return {random.choice(_BOUNDS): [figure]}


def _few(random: Random) -> Wire:
    return {random.choice(_BOUNDS): [random.randrange(1, 12)]}


def _items(random: Random, stock: Stock) -> Wire:
    quantifiers = ("any", "any", "any", "every", "none", "cheapest", "most_expensive")
    operator = random.choice(("$is", "$is", "$in", "$is_not", "$not_in"))
    named = [article(random, stock) for _ in range(1 if operator.startswith("$is") else 3)]
    rule: Wire = {"name": f"order.items.{random.choice(quantifiers)}", "conditions": {operator: named}}
    if random.random() < 0.3:
        rule["rules"] = {"1": _below(random, stock), "2": _below(random, stock)}
        rule["rules"]["logic"] = random.choice(("1 and 2", "1 or 2"))
    if random.random() < 0.1:
        rule["conditions"][random.choice(("$count_more", "$count_less"))] = [random.randrange(1, 4)]
    return rule


def _below(random: Random, stock: Stock) -> Wire:
    return random.choice(
        (
            {"name": "order.items.aggregated_quantity", "conditions": _few(random)},
            {"name": "order.items.aggregated_amount", "conditions": _bound(random, stock.prices)},
            {"name": "order.items.quantity", "conditions": _few(random)},
            {"name": "order.items.price", "conditions": _bound(random, stock.prices)},
        )
    )


def _article_rule(random: Random, stock: Stock) -> Wire:
    operator = random.choice(("$is", "$in", "$is_not"))
    named = [article(random, stock) for _ in range(1 if operator == "$is" else 2)]
    return {"name": "product.id", "conditions": {operator: [*named, _NOT_THERE][: len(named)]}}


def _amount(random: Random, stock: Stock) -> Wire:
    name = random.choice(("order.amount", "order.initial_amount", "order.total_amount"))
    return {"name": name, "conditions": _bound(random, stock.amounts)}


def _units(random: Random, stock: Stock) -> Wire:
    return {"name": "order.items.count", "conditions": _few(random)}


def _price(random: Random, stock: Stock) -> Wire:
    name = random.choice(("order.items.price_any", "order.items.price_each", "product.price"))
    return {"name": name, "conditions": _bound(random, stock.prices)}


def _quantity(random: Random, stock: Stock) -> Wire:
    return {"name": "product.quantity", "conditions": _few(random)}


def _of_property(name: str, pick: Property, random: Random) -> Wire:
    key, value = pick
    if isinstance(value, int) and not isinstance(value, bool) and random.random() < 0.7:
        return {"name": name, "property": key, "conditions": {random.choice(_BOUNDS): [value]}}
    text = isinstance(value, str) and len(value) > 2
    conditions = random.choice(
        (
            {"$is": [value]},
            {"$is": [value]},
            {"$in": [value, "something else"]},
            {"$is_not": [value]},
            {"$starts_with": [value[:2]]} if text else {"$has_value": []},
            {"$contains": [value[1:3]]} if text else {"$is_unknown": []},
        )
    )
    return {"name": name, "property": key, "conditions": conditions}


def _order_metadata(random: Random, stock: Stock) -> Wire:
    return _of_property("order.metadata", random.choice(stock.order_metadata), random)


def _customer_metadata(random: Random, stock: Stock) -> Wire:
    return _of_property("customer.metadata", random.choice(stock.customer_metadata), random)


def _line_metadata(random: Random, stock: Stock) -> Wire:
    name = random.choice(("order.items.metadata_any", "order.items.metadata_each"))
    return _of_property(name, random.choice(stock.line_metadata), random)


def _product_metadata(random: Random, stock: Stock) -> Wire:
    name = random.choice(("product.metadata", "product.metadata", "product.metadata.match_all"))
    return _of_property(name, random.choice(stock.product_metadata), random)


def _aggregated_metadata(random: Random, stock: Stock) -> Wire:
    key, _ = random.choice(stock.product_metadata)
    if random.random() < 0.5:
        name, conditions = "product.metadata.aggregated_quantity", _few(random)
    else:
        name, conditions = "product.metadata.aggregated_amount", _bound(random, stock.amounts)
    return {"name": name, "property": key, "conditions": conditions}


def _segment(random: Random, stock: Stock) -> Wire:
    operator = random.choice(("$is", "$in", "$is_not", "$not_in"))
    named = random.sample(stock.segments, min(len(stock.segments), 1 if operator.startswith("$is") else 4))
    return {"name": "customer.segment", "conditions": {operator: named}}


def _time(random: Random, stock: Stock) -> Wire:
    span = (stock.last_at - stock.first_at) * random.random()
    begin = stock.first_at + span
    end = begin + (stock.last_at - begin) * random.random()
    conditions: Wire = random.choice(
        (
            {"$dow": random.sample(range(7), 3)},
            {"$timeframe_daily_hours": [random.choice(("06:00-14:00", "12:00-18:30", "16:00-23:30"))]},
            {"$timeframe_absolute": [f"{begin:%Y-%m-%d}/{end:%Y-%m-%d}"]},
            {"$after": [begin.isoformat()]},
            {"$before": [end.isoformat()]},
        )
    )
    return {"name": "redemption.date", "conditions": conditions}


def _redemption_metadata(random: Random, stock: Stock) -> Wire:
    conditions: Wire = random.choice(({"$is": ["till"]}, {"$is_not": ["till"]}, {"$is_unknown": []}))
    return {"name": "redemption.metadata", "property": "channel", "conditions": conditions}


def _counter(random: Random, stock: Stock) -> Wire:
    return {"name": random.choice(_COUNTERS), "conditions": {"$less_than": [random.randrange(1, 5)]}}


_KINDS: Final = (
    _Kind(make=_items, weight=8),
    _Kind(make=_article_rule, weight=2),
    _Kind(make=_amount, weight=5, needs="amounts"),
    _Kind(make=_units, weight=3),
    _Kind(make=_price, weight=2),
    _Kind(make=_quantity),
    _Kind(make=_order_metadata, weight=2, needs="order_metadata"),
    _Kind(make=_customer_metadata, weight=3, needs="customer_metadata"),
    _Kind(make=_line_metadata, needs="line_metadata"),
    _Kind(make=_product_metadata, weight=3, needs="product_metadata"),
    _Kind(make=_aggregated_metadata, needs="product_metadata"),
    _Kind(make=_segment, weight=4, needs="segments"),
    _Kind(make=_time, weight=3),
    _Kind(make=_redemption_metadata),
    _Kind(make=_counter, weight=2),
)
