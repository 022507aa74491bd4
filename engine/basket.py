"""The order: what the shop sent (`Basket`), what it is worth after each step (`OrderState`).

Contract: order model 4.1 to 4.3, universal caps 5.2. All amounts are minor units.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from engine.codec import Data, JsonObject
from engine.money import clamp


@dataclass(frozen=True, kw_only=True, slots=True)
class Line(Data):
    """One order line as sent. `amount` wins over `price * quantity`; with neither it has no amount at all.

    `discount_amount` and `discount_quantity` are what an earlier request already gave (continued order): money
    and free units; `initial_quantity` then says how many units there were before it (None = `quantity`).
    `collections` are ids of the product collections the line is in, those that somebody asks for.
    """

    quantity: int = 1
    initial_quantity: int | None = None
    price: int | None = None
    amount: int | None = None
    initial_amount: int | None = None
    discount_amount: int = 0
    discount_quantity: int = 0
    product_id: str | None = None
    sku_id: str | None = None
    source_id: str | None = None
    related_object: str | None = None
    product_source_id: str | None = None
    sku_source_id: str | None = None
    name: str = ""
    collections: tuple[str, ...] = ()
    metadata: JsonObject = field(default_factory=dict)
    product_metadata: JsonObject = field(default_factory=dict)
    sku_metadata: JsonObject = field(default_factory=dict)

    def __post_init__(self) -> None:
        _refuse_negative(
            self.quantity,
            self.initial_quantity,
            self.price,
            self.amount,
            self.initial_amount,
            self.discount_amount,
            self.discount_quantity,
        )

    @property
    def value(self) -> int | None:
        """Amount before discounts, None for a line without price."""
        if self.amount is not None:
            return self.amount
        return None if self.price is None else self.price * self.quantity


@dataclass(frozen=True, kw_only=True, slots=True)
class Basket(Data):
    """The order as sent, or as stored when it is continued. `amount` wins over the sum of the lines.

    `discount_amount` is the order-level discount that earlier requests already gave (continued order).
    """

    amount: int | None = None
    initial_amount: int | None = None
    lines: tuple[Line, ...] = ()
    discount_amount: int = 0
    metadata: JsonObject = field(default_factory=dict)

    def __post_init__(self) -> None:
        _refuse_negative(self.amount, self.initial_amount, self.discount_amount)

    @property
    def value(self) -> int | None:
        """Order amount before discounts, None when neither the order nor any line has one."""
        if self.amount is not None:
            return self.amount
        values = [line.value for line in self.lines if line.value is not None]
        return sum(values) if values else None


@dataclass(frozen=True, kw_only=True, slots=True)
class LineState(Data):
    """A line at one moment (contract 4.3). Without a price the three amounts are None."""

    quantity: int
    initial_quantity: int
    price: int | None = None
    amount: int | None = None
    initial_amount: int | None = None
    discount_amount: int = 0
    applied_discount_amount: int = 0
    subtotal_amount: int | None = None
    product_id: str | None = None
    sku_id: str | None = None
    source_id: str | None = None
    related_object: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderState(Data):
    """The order at one moment (contract 4.2). `lines` stand in the order of the basket.

    `applied_*` belong to one step, or to the whole request in `Outcome.order`; the others are cumulative.
    Without any amount `amount`, `initial_amount` and `total_amount` are None and all discounts are 0.
    """

    amount: int | None
    initial_amount: int | None
    discount_amount: int
    items_discount_amount: int
    total_discount_amount: int
    total_amount: int | None
    applied_discount_amount: int = 0
    items_applied_discount_amount: int = 0
    total_applied_discount_amount: int = 0
    lines: tuple[LineState, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Change(Data):
    """What an effect wants to take off: from the order, and from lines (one figure per line, or empty)."""

    order_discount: int = 0
    line_discounts: tuple[int, ...] = ()


def open_order(basket: Basket) -> OrderState:
    """The order before the first step of this request, with the discounts of earlier requests.

    Earlier discounts are cut where the basket has shrunk below them, so that the total never falls below 0.
    """
    amount = basket.value
    payable = amount or 0
    lines = []
    for line in basket.lines:
        discount = clamp(line.discount_amount, 0, min(line.value or 0, payable))
        payable -= discount
        lines.append(_line_state(line, discount))
    return _totals(
        amount=amount,
        initial_amount=amount,
        discount_amount=clamp(basket.discount_amount, 0, payable),
        applied=0,
        lines=tuple(lines),
    )


def apply_change(order: OrderState, change: Change) -> OrderState:
    """The order after one step; `applied_*` show this step only.

    No line discount exceeds the line's subtotal, no step exceeds what is still payable (lines first, in their
    order). A `Change` can therefore never push a total below 0.
    """
    payable = order.total_amount or 0
    wanted = change.line_discounts or (0,) * len(order.lines)
    lines = []
    for line, discount in zip(order.lines, wanted, strict=True):
        applied = clamp(discount, 0, min(line.subtotal_amount or 0, payable))
        payable -= applied
        lines.append(_discounted(line, line.discount_amount + applied, applied))
    applied = clamp(change.order_discount, 0, payable)
    return _totals(
        amount=order.amount,
        initial_amount=order.initial_amount,
        discount_amount=order.discount_amount + applied,
        applied=applied,
        lines=tuple(lines),
    )


def since(opening: OrderState, order: OrderState) -> OrderState:
    """`order` with `applied_*` counted from `opening`: the final state of a request (contract 4.2)."""
    lines = tuple(
        replace(line, applied_discount_amount=line.discount_amount - before.discount_amount)
        for before, line in zip(opening.lines, order.lines, strict=True)
    )
    return _totals(
        amount=order.amount,
        initial_amount=order.initial_amount,
        discount_amount=order.discount_amount,
        applied=order.discount_amount - opening.discount_amount,
        lines=lines,
    )


def _line_state(line: Line, discount: int) -> LineState:
    state = LineState(
        quantity=line.quantity,
        initial_quantity=line.quantity,
        price=line.price,
        amount=line.value,
        initial_amount=line.value,
        product_id=line.product_id,
        sku_id=line.sku_id,
        source_id=line.source_id,
        related_object=line.related_object,
    )
    return _discounted(state, discount, 0)


def _discounted(line: LineState, discount: int, applied: int) -> LineState:
    subtotal = None if line.amount is None else line.amount - discount
    return replace(line, discount_amount=discount, applied_discount_amount=applied, subtotal_amount=subtotal)


def _totals(
    *,
    amount: int | None,
    initial_amount: int | None,
    discount_amount: int,
    applied: int,
    lines: tuple[LineState, ...],
) -> OrderState:
    items = sum(line.discount_amount for line in lines)
    items_applied = sum(line.applied_discount_amount for line in lines)
    return OrderState(
        amount=amount,
        initial_amount=initial_amount,
        discount_amount=discount_amount,
        items_discount_amount=items,
        total_discount_amount=discount_amount + items,
        total_amount=None if amount is None else amount - discount_amount - items,
        applied_discount_amount=applied,
        items_applied_discount_amount=items_applied,
        total_applied_discount_amount=applied + items_applied,
        lines=lines,
    )


def _refuse_negative(*figures: int | None) -> None:
    if any(figure is not None and figure < 0 for figure in figures):
        raise ValueError("amounts and quantities of a basket are never negative")
