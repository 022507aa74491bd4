"""What a caller says about an order, and that order joined with what is stored (contract: semantics-core 4).

Amounts are minor units. None means: not said, or not known.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from commerce.models import Order, OrderItem, Product, Sku
from core.exact import exact
from engine import Basket, Line


@dataclass(frozen=True, kw_only=True)
class ItemSpec:
    """One line as sent. `product` and `sku` are its own words: `{id?, source_id?, name?, price?, …}`."""

    product_id: str | None = None
    sku_id: str | None = None
    source_id: str | None = None
    related_object: str | None = None
    quantity: int = 1
    initial_quantity: int | None = None
    discount_quantity: int | None = None
    price: int | None = None
    amount: int | None = None
    initial_amount: int | None = None
    discount_amount: int | None = None
    product: Mapping[str, Any] | None = None
    sku: Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class OrderSpec:
    """An order as sent. `customer` and `referrer` are validated wire customers."""

    id: str | None = None
    source_id: str | None = None
    status: str | None = None
    amount: int | None = None
    initial_amount: int | None = None
    discount_amount: int | None = None
    items: tuple[ItemSpec, ...] | None = None
    metadata: Mapping[str, Any] | None = None
    customer: Mapping[str, Any] | None = None
    referrer: Mapping[str, Any] | None = None
    created_at: datetime | None = None

    @property
    def says_amounts(self) -> bool:
        return self.items is not None or self.amount is not None or self.discount_amount is not None


@dataclass(frozen=True, kw_only=True)
class ResolvedLine:
    """One line with its article. `discount_amount` is what was taken off it before this request.

    `stored` is the row that it continues; None for a line that was sent.
    """

    quantity: int
    initial_quantity: int
    price: int | None
    amount: int | None
    initial_amount: int | None
    discount_amount: int = 0
    discount_quantity: int = 0
    product: Product | None = None
    sku: Sku | None = None
    source_id: str = ""
    related_object: str = ""
    product_data: Mapping[str, Any] | None = None
    sku_data: Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] | None = None
    stored: OrderItem | None = None

    @property
    def product_public_id(self) -> str | None:
        return self.product.public_id if self.product else None

    @property
    def sku_public_id(self) -> str | None:
        return self.sku.public_id if self.sku else None

    def identity_wire(self) -> dict[str, Any]:
        """Which article: `sku_id`, `product_id`, `related_object`, `source_id`, those that are known."""
        wire = {
            "sku_id": self.sku_public_id,
            "product_id": self.product_public_id,
            "related_object": self.related_object,
            "source_id": self.source_id,
        }
        return {name: value for name, value in wire.items() if value}

    def facts(self, *, collections: tuple[str, ...] = (), metadata: Container[str] = ()) -> Line:
        """The line for the engine, with the facts that somebody asks for."""
        product = self.product_data or {}
        sku = self.sku_data or {}
        product_source_id = product.get("source_id") or (self.product.source_id if self.product else None)
        sku_source_id = sku.get("source_id") or (self.sku.source_id if self.sku else None)
        if self.source_id and self.related_object == "sku":
            sku_source_id = sku_source_id or self.source_id
        elif self.source_id:
            product_source_id = product_source_id or self.source_id
        name = sku.get("sku") or product.get("name") or str(self.sku or self.product or "")
        return Line(
            quantity=self.quantity,
            initial_quantity=self.initial_quantity,
            price=self.price,
            amount=self.amount,
            initial_amount=self.initial_amount,
            discount_amount=self.discount_amount,
            discount_quantity=self.discount_quantity,
            product_id=self.product_public_id or product.get("id"),
            sku_id=self.sku_public_id or sku.get("id"),
            source_id=self.source_id or None,
            related_object=self.related_object or None,
            product_source_id=product_source_id,
            sku_source_id=sku_source_id,
            name=name,
            collections=collections,
            metadata=exact(self.metadata or {}) if "line" in metadata else {},
            product_metadata=_metadata(self.product, self.product_data) if "product" in metadata else {},
            sku_metadata=_metadata(self.sku, self.sku_data) if "sku" in metadata else {},
        )

    def details_wire(self) -> dict[str, Any]:
        """`product` and `sku` where known, and `metadata`; what was sent beats what is stored."""
        wire: dict[str, Any] = {}
        product = article_wire(self.product, self.product_data, name="name")
        sku = article_wire(self.sku, self.sku_data, name="sku")
        if product:
            wire["product"] = product
        if sku:
            wire["sku"] = sku
        return {**wire, "metadata": dict(self.metadata or {})}


@dataclass(frozen=True, kw_only=True)
class ResolvedOrder:
    """An order ready to be decided on. `discount_amount` is what earlier requests took off it as a whole."""

    spec: OrderSpec
    order: Order | None
    source_id: str | None
    amount: int | None
    discount_amount: int
    lines: tuple[ResolvedLine, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def basket(self, *, collections: Sequence[tuple[str, ...]] = (), metadata: Container[str] = ()) -> Basket:
        """The same for the engine.

        `collections`: ids of collections for each line, or nothing. `metadata` says whose metadata is
        wanted: "order", "line", "product", "sku".
        """
        held = collections or ((),) * len(self.lines)
        return Basket(
            amount=self.amount,
            initial_amount=self.order.initial_amount if self.is_continued and self.order else None,
            lines=tuple(
                line.facts(collections=ids, metadata=metadata)
                for line, ids in zip(self.lines, held, strict=True)
            ),
            discount_amount=self.discount_amount,
            metadata=exact(self.metadata) if "order" in metadata else {},
        )

    def with_lines(self, lines: tuple[ResolvedLine, ...]) -> ResolvedOrder:
        """With lines that a discount appended."""
        return replace(self, lines=self.lines + lines)

    @property
    def is_continued(self) -> bool:
        """The stored order goes on with its own lines and amount."""
        return self.order is not None and self.spec.items is None and self.spec.amount is None


def article_wire(
    stored: Product | Sku | None, sent: Mapping[str, Any] | None, *, name: str
) -> dict[str, Any]:
    """A line's product (`name="name"`) or SKU (`name="sku"`): what is known."""
    sent = sent or {}
    wire = {
        "id": stored.public_id if stored else sent.get("id"),
        "source_id": stored.source_id if stored and stored.source_id else sent.get("source_id"),
        name: sent.get(name) or (getattr(stored, name) if stored else None),
        "price": sent["price"] if sent.get("price") is not None else (stored.price if stored else None),
        "metadata": {**(stored.metadata if stored else {}), **(sent.get("metadata") or {})},
    }
    return {key: value for key, value in wire.items() if value not in (None, "", {})}


def _metadata(stored: Product | Sku | None, sent: Mapping[str, Any] | None) -> Mapping[str, Any]:
    merged: Mapping[str, Any] = exact(
        {**(stored.metadata if stored else {}), **((sent or {}).get("metadata") or {})}
    )
    return merged
