"""Who buys what, when and where: the attempts that a preview makes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from commerce.models import Customer, Product, Sku
from commerce.selectors.order_shapes import OrderSpec, ResolvedLine, ResolvedOrder
from core import places
from core.actors import Actor, ActorKind, Role
from core.instants import format_instant

NEW_CUSTOMER: Final = "a-new-customer"
"""What the shop calls somebody whom nobody knows yet."""


@dataclass(frozen=True, kw_only=True)
class Ware:
    """An article with a price. `id` is that of the SKU, else of the product."""

    product: Product
    price: int
    sku: Sku | None = None

    @property
    def id(self) -> str:
        return str(self.sku.public_id if self.sku is not None else self.product.public_id)

    @property
    def name(self) -> str:
        return str(self.sku or self.product)

    def line(self, units: int, metadata: Mapping[str, Any]) -> ResolvedLine:
        """An order line as the API makes one of `sku_id` or `product_id`."""
        article = self.sku or self.product
        return ResolvedLine(
            quantity=units,
            initial_quantity=units,
            price=self.price,
            amount=self.price * units,
            initial_amount=self.price * units,
            product=self.product,
            sku=self.sku,
            source_id=article.source_id or "",
            related_object="sku" if self.sku is not None else "product",
            metadata=metadata or None,
        )


type Lines = tuple[tuple[Ware, int], ...]


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """`customer` None with `is_known` is somebody new, without it a guest. `claims` is what the request says
    of the customer's metadata; the other metadata are those of the order, of each of its lines, and of the
    redemption. `store` is a code; `area` the id of the area of a caller who names no store.
    """

    lines: Lines
    at: datetime
    customer: Customer | None = None
    is_known: bool = True
    claims: Mapping[str, Any] = field(default_factory=dict)
    order_metadata: Mapping[str, Any] = field(default_factory=dict)
    line_metadata: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    store: str = ""
    area: str = ""
    channel: str = ""
    api_key: str = ""

    @property
    def amount(self) -> int:
        return sum(ware.price * units for ware, units in self.lines)

    @property
    def units(self) -> int:
        return sum(units for _, units in self.lines)

    def with_units(self, ware: Ware, more: int) -> Purchase:
        """With more or fewer units of an article; without any it has no line."""
        known = {one.id: (one, units) for one, units in self.lines}
        before = known.get(ware.id, (ware, 0))[1]
        known[ware.id] = (ware, max(0, before + more))
        return replace(self, lines=tuple(line for line in known.values() if line[1]))

    def without(self, indices: Iterable[int]) -> Purchase:
        gone = set(indices)
        kept = tuple(line for index, line in enumerate(self.lines) if index not in gone)
        return replace(self, lines=kept)

    def of(self, customer: Customer | None, *, is_known: bool = True) -> Purchase:
        return replace(self, customer=customer, is_known=is_known)

    @property
    def payload(self) -> Mapping[str, Any] | None:
        """The customer as a request names him."""
        if self.customer is None and not self.is_known:
            return None
        name = {"source_id": NEW_CUSTOMER} if self.customer is None else {"id": self.customer.public_id}
        return {**name, "metadata": dict(self.claims)} if self.claims else name

    @property
    def said(self) -> dict[str, Any]:
        """The metadata of the redemption, with the store."""
        return {**self.metadata, "store": self.store} if self.store else dict(self.metadata)

    def order(self) -> ResolvedOrder:
        lines = tuple(ware.line(units, self.line_metadata) for ware, units in self.lines)
        return ResolvedOrder(
            spec=OrderSpec(items=()),
            order=None,
            source_id=None,
            amount=self.amount,
            discount_amount=0,
            lines=lines,
            metadata=dict(self.order_metadata),
        )

    def actor(self) -> Actor:
        """Who would ask: the shop, through the API."""
        return Actor(
            kind=ActorKind.API_KEY if self.api_key else ActorKind.SYSTEM,
            id=self.api_key or "preview",
            label="Preview",
            role=Role.ADMIN,
            channel=self.channel or "API",
            places=frozenset({places.area(self.area)}) if self.area else None,
        )

    def wire(self) -> dict[str, Any]:
        """The same as a request to the API, without redeemables; `options.at` is when."""
        items = [
            {
                ("sku_id" if ware.sku is not None else "product_id"): ware.id,
                "quantity": units,
                "price": ware.price,
                **({"metadata": dict(self.line_metadata)} if self.line_metadata else {}),
            }
            for ware, units in self.lines
        ]
        found: dict[str, Any] = {
            "order": {"items": items, "amount": self.amount, "metadata": dict(self.order_metadata)},
            "metadata": self.said,
            "options": {"at": format_instant(self.at)},
        }
        if self.payload is not None:
            found["customer"] = dict(self.payload)
        return found
