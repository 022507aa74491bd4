"""The lines of an order, read once: what is in them and what they are worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final

from engine.basket import Basket, Line
from engine.index.words import Names
from engine.items import ItemObject

type Sums = tuple[int | None, int | None]
"""Units and amount of some lines; None = there are no units, or none with a price."""

_NOWHERE: Final[Sequence[int]] = ()
_FEW: Final = 6


class Contents:
    """`is_plain`: no earlier discounts and quantities, so that lines are worth what they say.

    `amount` is the order's before discounts, `payable` what a plain one costs, `units` were bought. `values`
    and `quantities` are by line; a line without units, or without a price, is worth 0 here.
    """

    __slots__ = (
        "__dict__", "_asked", "amount", "collections", "is_plain", "lines", "payable", "products",
        "quantities", "skus", "units", "values",
    )  # fmt: skip

    def __init__(self, basket: Basket | None) -> None:
        lines: tuple[Line, ...] = () if basket is None else basket.lines
        self.lines: Final = lines
        self._asked = 0
        values: list[int] = []
        quantities: list[int] = []
        products: list[str | None] = []
        collections: list[str] = []
        is_plain = basket is None or (not basket.discount_amount and basket.initial_amount is None)
        has_sku = has_amount = False
        total = bought = 0
        for line in lines:
            quantity, price, amount = line.quantity, line.price, line.amount
            if amount is None and price is not None:
                amount = price * quantity
            if amount is None:
                values.append(0)
            else:
                has_amount = True
                total += amount
                values.append(amount if quantity else 0)
            quantities.append(quantity)
            initial = line.initial_quantity
            if initial is None:
                initial = quantity
            else:
                is_plain = False
            if line.discount_amount or line.discount_quantity or line.initial_amount is not None:
                is_plain = False
            if initial:
                bought += initial
                products.append(line.product_id)
                if line.product_source_id:
                    products.append(line.product_source_id)
                if line.collections:
                    collections += line.collections
                if line.sku_id or line.sku_source_id:
                    has_sku = True
        self.values: Final = values
        self.quantities: Final = quantities
        self.units: Final = bought
        self.is_plain: Final = is_plain
        self.amount: Final = (
            None
            if basket is None
            else basket.amount
            if basket.amount is not None
            else total
            if has_amount
            else None
        )
        self.payable: Final = self.amount or 0
        self.products: Final = frozenset(products)
        self.collections: Final = frozenset(collections)
        self.skus: Final[frozenset[str | None]] = self._skus() if has_sku else frozenset()

    def articles(self, kind: str | None) -> frozenset[str | None]:
        """The names of that kind of what was bought."""
        if kind == ItemObject.PRODUCT:
            return self.products
        return self.collections if kind == ItemObject.COLLECTION else self.skus

    @cached_property
    def places(self) -> Mapping[str, Mapping[str, list[int]]]:
        """The indices of the lines, by kind and name of their articles."""
        products: dict[str, list[int]] = {}
        skus: dict[str, list[int]] = {}
        collections: dict[str, list[int]] = {}
        for index, line in enumerate(self.lines):
            _note(products, line.product_id, line.product_source_id, index)
            if line.sku_id or line.sku_source_id:
                _note(skus, line.sku_id, line.sku_source_id, index)
            for name in line.collections:
                held = collections.setdefault(name, [])
                if not held or held[-1] != index:
                    held.append(index)
        return {
            ItemObject.PRODUCT: products,
            ItemObject.SKU: skus,
            ItemObject.COLLECTION: collections,
        }

    def lines_with(self, names: Names) -> Sequence[int]:
        """Indices of the lines whose article has one of the names, in request order."""
        if len(names) == 1:
            ((kind, name),) = names
            self._asked += 1
            if self._asked <= _FEW:
                return self._scanned(kind, name)
            return self.places[kind].get(name, _NOWHERE)
        return sorted({index for kind, name in names for index in self.places[kind].get(name, _NOWHERE)})

    def sum_at(self, places: Iterable[int]) -> Sums:
        """Units and amount of these lines together."""
        quantities, values = self.quantities, self.values
        units = amount = None
        for at in places:
            if quantities[at]:
                units = quantities[at] + (units or 0)
                if values[at] or self.lines[at].value is not None:
                    amount = values[at] + (amount or 0)
        return units, amount

    def _scanned(self, kind: str, name: str) -> Sequence[int]:
        """Without `places`, which cost more than they save where hardly anything matches."""
        lines = enumerate(self.lines)
        if kind == ItemObject.COLLECTION:
            return [at for at, line in lines if name in line.collections]
        if kind == ItemObject.PRODUCT:
            return [at for at, line in lines if line.product_id == name or line.product_source_id == name]
        return [at for at, line in lines if line.sku_id == name or line.sku_source_id == name]

    def _skus(self) -> frozenset[str | None]:
        bought = [
            line
            for line in self.lines
            if (line.quantity if line.initial_quantity is None else line.initial_quantity)
        ]
        return frozenset([name for line in bought for name in (line.sku_id, line.sku_source_id)])


def _note(places: dict[str, list[int]], own: str | None, source: str | None, index: int) -> None:
    if own:
        places.setdefault(own, []).append(index)
    if source and source != own:
        places.setdefault(source, []).append(index)
