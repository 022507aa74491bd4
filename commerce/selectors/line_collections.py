"""Which product collections the lines of an order are in (contract: semantics-core 5.3).

Fixed lists are asked of the database; filters are tested on the article as the request describes it over what
is stored. Two queries, however many lines and collections there are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from commerce.models import Product, ProductCollection, Sku
from commerce.selectors.collections import Tests
from commerce.selectors.order_shapes import ResolvedLine
from core import prepared
from core.prepared import Prepared

# Naming more of them costs more than reading some that nobody asked for.
_NAMED_AT_MOST: Final = 50
# Every order with rules about collections asks this.
_LISTED: Final = """
SELECT collection.public_id, item.product_id, item.sku_id
FROM commerce_productcollectionitem AS item
JOIN commerce_productcollection AS collection ON collection.id = item.collection_id
WHERE (item.product_id = ANY(%(products)s) OR item.sku_id = ANY(%(skus)s)) AND collection.type = 'STATIC'
  AND (%(named)s::text[] IS NULL OR collection.public_id = ANY(%(named)s::text[]))
"""
_filters: Final = Prepared(ProductCollection, "type = 'AUTO_UPDATE' ORDER BY id")
_some_filters: Final = Prepared(ProductCollection, "type = 'AUTO_UPDATE' AND public_id = ANY(%s) ORDER BY id")


def collections_of(
    lines: Sequence[ResolvedLine], wanted: Collection[str], *, now: datetime
) -> list[tuple[str, ...]]:
    """For each line the ids of those of the `wanted` collections that hold its product or SKU, sorted."""
    if not lines or not wanted:
        return [()] * len(lines)
    wanted = frozenset(wanted)
    listed = _listed(lines, wanted)
    rows = _some_filters(list(wanted)) if len(wanted) <= _NAMED_AT_MOST else _filters()
    tests = Tests((row for row in rows if row.public_id in wanted), now=now)
    found = []
    for line in lines:
        ids = set[str]()
        if line.product is not None:
            ids |= listed.get((Product, line.product.pk), set())
        if line.sku is not None:
            ids |= listed.get((Sku, line.sku.pk), set())
        if tests:
            product, sku = _records(line)
            ids |= tests.holding(product=product, sku=sku)
        found.append(tuple(sorted(ids)))
    return found


def _listed(
    lines: Sequence[ResolvedLine], wanted: frozenset[str]
) -> dict[tuple[type[Product | Sku], int], set[str]]:
    products = {line.product.pk for line in lines if line.product is not None}
    skus = {line.sku.pk for line in lines if line.sku is not None}
    if not products and not skus:
        return {}
    named = list(wanted) if len(wanted) <= _NAMED_AT_MOST else None
    with prepared.cursor() as cursor:
        cursor.execute(_LISTED, {"products": list(products), "skus": list(skus), "named": named})
        rows = cursor.fetchall()
    listed: dict[tuple[type[Product | Sku], int], set[str]] = {}
    for public_id, product_id, sku_id in rows:
        if public_id not in wanted:
            continue
        key: tuple[type[Product | Sku], int] = (Sku, sku_id) if product_id is None else (Product, product_id)
        listed.setdefault(key, set()).add(public_id)
    return listed


def _records(line: ResolvedLine) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Product and SKU of a line in the wire names that filters use; what was sent beats what is stored."""
    product = _record(line.product, line.product_data, name="name")
    if line.sku is None and line.sku_data is None:
        return product, None
    return product, _record(line.sku, line.sku_data, name="sku")


def _record(stored: Product | Sku | None, sent: Any, *, name: str) -> dict[str, Any]:
    sent = sent or {}
    record: dict[str, Any] = {
        "name": sent.get(name) or (getattr(stored, name) if stored else None),
        "source_id": sent.get("source_id") or (stored.source_id if stored else None),
        "price": sent["price"] if sent.get("price") is not None else (stored.price if stored else None),
        "metadata": {**(stored.metadata if stored else {}), **(sent.get("metadata") or {})},
    }
    if stored is not None:
        record |= {
            "attributes": stored.attributes,
            "created_at": stored.created_at,
            "updated_at": stored.updated_at,
        }
    return record
