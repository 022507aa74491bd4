"""Every operand of the grammar: its name, how it is read, which facts must be loaded. Contract: 5.10.

A new operand is one line in `OPERANDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, getcontext
from typing import Any, Final

from engine.basket import Line
from engine.formula.errors import NoValue
from engine.formula.scope import Scope, major, unit_price
from engine.formula.values import Value, of_json
from engine.validity import Validity, effective

_VOUCHER: Final = "voucher"
_PROMOTION_TIER: Final = "promotion_tier"


@dataclass(frozen=True, kw_only=True, slots=True)
class Operand:
    """`read` gets the scope and the key in brackets, which is None unless `has_key`."""

    read: Callable[[Scope, str | None], Value]
    has_key: bool = False
    need: str | None = None


def _metadata(source: Callable[[Scope], Mapping[str, Any]], need: str) -> Operand:
    return Operand(read=lambda scope, key: of_json(source(scope).get(key or "")), has_key=True, need=need)


def _plain(read: Callable[[Scope], Value], need: str | None = None) -> Operand:
    return Operand(read=lambda scope, _: read(scope), need=need)


def _customer_metadata(scope: Scope) -> Mapping[str, Any]:
    customer = scope.situation.snapshot.customer
    return {} if customer is None else customer.metadata


def _order_metadata(scope: Scope) -> Mapping[str, Any]:
    basket = scope.situation.snapshot.basket
    return {} if basket is None else basket.metadata


def _birth_date(scope: Scope) -> Value:
    customer = scope.situation.snapshot.customer
    if customer is None or customer.birth_date is None:
        raise NoValue("there is no birth date")
    return customer.birth_date


def _now(scope: Scope) -> datetime:
    return scope.situation.snapshot.now.astimezone(scope.situation.zone)


def _units(scope: Scope) -> Value:
    return Decimal(sum(line.quantity for line in scope.order.lines))


def _redemption_quantity(scope: Scope) -> Value:
    _require(scope, _VOUCHER)
    quantity = scope.situation.candidate.uses.quantity
    if quantity is None:
        raise NoValue("there is no limit")
    return Decimal(quantity)


def _redeemed_quantity(scope: Scope) -> Value:
    _require(scope, _VOUCHER)
    return Decimal(scope.situation.candidate.uses.used)


def _publish_count(scope: Scope) -> Value:
    _require(scope, _VOUCHER)
    return Decimal(scope.situation.candidate.publish_count)


def _start_of(kind: str) -> Operand:
    return _plain(lambda scope: _bound(scope, _validity(scope, kind).starts_at))


def _end_of(kind: str) -> Operand:
    return _plain(lambda scope: _bound(scope, _validity(scope, kind).ends_at))


def _validity(scope: Scope, kind: str) -> Validity:
    _require(scope, kind)
    candidate = scope.situation.candidate
    return effective(
        own=candidate.validity,
        parent=candidate.campaign_validity,
        published_at=candidate.published_at,
        zone=scope.situation.zone,
    )


def _bound(scope: Scope, instant: datetime | None) -> Value:
    if instant is None:
        raise NoValue("there is no such date")
    return instant.astimezone(scope.situation.zone)


def _require(scope: Scope, kind: str) -> None:
    """A voucher has no tier dates and a tier no voucher figures."""
    if scope.situation.candidate.object != kind:
        raise NoValue("it is another kind of redeemable")


def _price(scope: Scope, index: int) -> Value:
    price = unit_price(scope.order.lines[index])
    if price is None:
        raise NoValue("there is no price")
    numerator, denominator = price.as_integer_ratio()
    return getcontext().divide(Decimal(numerator), Decimal(100 * denominator))


def _facts(scope: Scope, index: int) -> Line:
    if index >= len(scope.situation.lines):
        raise NoValue("nothing is known about the line")
    return scope.situation.lines[index]


def _line_operands(prefix: str, pick: Callable[[Scope], int]) -> dict[str, Operand]:
    """The six of one line: its own, the cheapest or the most expensive one."""
    return {
        f"{prefix}ORDER_ITEM_PRICE": _plain(lambda scope: _price(scope, pick(scope))),
        f"{prefix}ORDER_ITEM_AMOUNT": _plain(lambda scope: major(scope.order.lines[pick(scope)].amount)),
        f"{prefix}ORDER_ITEM_SUBTOTAL": _plain(
            lambda scope: major(scope.order.lines[pick(scope)].subtotal_amount)
        ),
        f"{prefix}ORDER_ITEM_UNITS_QUANTITY": _plain(
            lambda scope: Decimal(scope.order.lines[pick(scope)].quantity)
        ),
        f"{prefix}ORDER_ITEM_METADATA": _metadata(
            lambda scope: _facts(scope, pick(scope)).metadata, "lines.metadata"
        ),
        f"{prefix}ORDER_ITEM_PRODUCT_METADATA": _metadata(
            lambda scope: _facts(scope, pick(scope)).product_metadata, "lines.product_metadata"
        ),
    }


OPERANDS: Final[Mapping[str, Operand]] = {
    "ORDER_METADATA": _metadata(_order_metadata, "order.metadata"),
    "CUSTOMER_METADATA": _metadata(_customer_metadata, "customer.metadata"),
    "REDEMPTION_METADATA": _metadata(lambda scope: scope.situation.snapshot.call.metadata, "call.metadata"),
    "REDEEMABLE_METADATA": _metadata(lambda scope: scope.situation.candidate.metadata, "candidate.metadata"),
    "PUBLICATION_METADATA": _metadata(
        lambda scope: scope.situation.candidate.publication_metadata, "candidate.publication_metadata"
    ),
    "ORDER_AMOUNT": _plain(lambda scope: major(scope.order.amount)),
    "ORDER_ITEMS_QUANTITY": _plain(lambda scope: Decimal(len(scope.order.lines))),
    "ORDER_UNITS_QUANTITY": _plain(_units),
    **_line_operands("", lambda scope: scope.own_line),
    **_line_operands("CHEAPEST_", Scope.cheapest),
    **_line_operands("MOST_EXPENSIVE_", Scope.dearest),
    "VOUCHER_REDEMPTION_QUANTITY": _plain(_redemption_quantity),
    "VOUCHER_REDEEMED_QUANTITY": _plain(_redeemed_quantity),
    "VOUCHER_PUBLISH_COUNT": _plain(_publish_count, "candidate.publish_count"),
    "VOUCHER_START_DATE": _start_of(_VOUCHER),
    "VOUCHER_EXPIRATION_DATE": _end_of(_VOUCHER),
    "PROMOTION_TIER_START_DATE": _start_of(_PROMOTION_TIER),
    "PROMOTION_TIER_EXPIRATION_DATE": _end_of(_PROMOTION_TIER),
    "CUSTOMER_BIRTHDATE": _plain(_birth_date, "customer.birth_date"),
    "TODAY": _plain(lambda scope: _now(scope).date()),
    "NOW": _plain(_now),
}
