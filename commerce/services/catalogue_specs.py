"""What a caller says about a product or SKU, and what that changes on a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from commerce.models import Product, Sku

PRODUCT_COLUMNS: Final = ("name", "price", "attributes", "image_url")
SKU_COLUMNS: Final = ("sku", "price", "currency", "attributes", "image_url")
_EMPTY: Final[Mapping[str, Any]] = {"name": "", "sku": "", "currency": "", "image_url": "", "price": None}


@dataclass(frozen=True, kw_only=True)
class ArticleSpec:
    """`values` maps columns to what was sent, and only that; `metadata` are the keys to set."""

    id: str | None = None
    source_id: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def product(cls, payload: Mapping[str, Any]) -> Self:
        """From a validated wire product; null empties a field."""
        return cls._from(payload, PRODUCT_COLUMNS, no_attributes=[])

    @classmethod
    def sku(cls, payload: Mapping[str, Any]) -> Self:
        """From a validated wire SKU; null empties a field."""
        return cls._from(payload, SKU_COLUMNS, no_attributes={})

    @classmethod
    def _from(cls, payload: Mapping[str, Any], columns: tuple[str, ...], *, no_attributes: Any) -> Self:
        empty = {**_EMPTY, "attributes": no_attributes}
        values = {
            name: empty[name] if payload[name] is None else payload[name]
            for name in columns
            if name in payload
        }
        return cls(
            id=payload.get("id") or None,
            source_id=payload.get("source_id") or None,
            values=values,
            metadata=payload.get("metadata") or {},
        )

    def changes_to(self, row: Product | Sku) -> dict[str, Any]:
        """Columns that would get another value."""
        changes = {name: value for name, value in self.values.items() if getattr(row, name) != value}
        metadata = {**row.metadata, **self.metadata}
        if metadata != row.metadata:
            changes["metadata"] = metadata
        return changes
