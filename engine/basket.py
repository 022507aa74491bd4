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

    `discount_amount` and `discount_quantity` are what an earlier request already gave (continued order):
    money and free units; `initial_quantity` then says how many units there were before (None = `quantity`).
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
class ApplicationDetail(Data):
    """One replacement: units taken from line `source_index` (negative figures), units of line `target_index`.

    Contract 4.3, 5.9. It stands on both lines.
    """

    source_index: int
    source_applied_quantity: int
    source_applied_quantity_amount: int
    target_index: int
    target_applied_quantity: int
    target_applied_quantity_amount: int
    target_applied_discount_amount: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LineState(Data):
    """A line at one moment (contract 4.3). Without a price the three amounts are None.

    `discount_quantity` are free units; `applied_quantity` are units that this step added (negative: removed),
    `applied_quantity_amount` their value. `application_details` are all replacements of this request so far.
    """

    quantity: int
    initial_quantity: int
    price: int | None = None
    amount: int | None = None
    initial_amount: int | None = None
    discount_amount: int = 0
    applied_discount_amount: int = 0
    subtotal_amount: int | None = None
    discount_quantity: int = 0
    applied_discount_quantity: int = 0
    applied_quantity: int = 0
    applied_quantity_amount: int = 0
    application_details: tuple[ApplicationDetail, ...] = ()
    product_id: str | None = None
    sku_id: str | None = None
    source_id: str | None = None
    related_object: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderState(Data):
    """The order at one moment (contract 4.2).

    `lines` are those of the basket in its order, then those that discounts added (`initial_quantity` 0).
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
    return totals(
        amount=amount,
        initial_amount=amount if basket.initial_amount is None else basket.initial_amount,
        discount_amount=clamp(basket.discount_amount, 0, payable),
        applied=0,
        lines=tuple(lines),
    )


def since(opening: OrderState, order: OrderState) -> OrderState:
    """`order` with `applied_*` counted from `opening`: the final state of a request (contract 4.2).

    Lines that the request added count as applied from the first unit on.
    """
    known = zip(opening.lines, order.lines, strict=False)
    lines = tuple(_since(before, line) for before, line in known) + tuple(
        _since(replace(line, quantity=0, amount=0, discount_amount=0, discount_quantity=0), line)
        for line in order.lines[len(opening.lines) :]
    )
    return totals(
        amount=order.amount,
        initial_amount=order.initial_amount,
        discount_amount=order.discount_amount,
        applied=order.discount_amount - opening.discount_amount,
        lines=lines,
    )


def _since(before: LineState, line: LineState) -> LineState:
    return replace(
        line,
        applied_discount_amount=line.discount_amount - before.discount_amount,
        applied_discount_quantity=line.discount_quantity - before.discount_quantity,
        applied_quantity=line.quantity - before.quantity,
        applied_quantity_amount=(line.amount or 0) - (before.amount or 0),
    )


def _line_state(line: Line, discount: int) -> LineState:
    amount = line.value
    return LineState(
        quantity=line.quantity,
        initial_quantity=line.quantity if line.initial_quantity is None else line.initial_quantity,
        price=line.price,
        amount=amount,
        initial_amount=amount if line.initial_amount is None else line.initial_amount,
        discount_amount=discount,
        subtotal_amount=None if amount is None else amount - discount,
        discount_quantity=min(line.discount_quantity, line.quantity),
        product_id=line.product_id,
        sku_id=line.sku_id,
        source_id=line.source_id,
        related_object=line.related_object,
    )


def totals(
    *,
    amount: int | None,
    initial_amount: int | None,
    discount_amount: int,
    applied: int,
    lines: tuple[LineState, ...],
) -> OrderState:
    """The order with these figures and lines; the sums of contract 4.2 follow from them."""
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
