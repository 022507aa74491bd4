"""The products and SKUs that discounts add to an order (contract: semantics-core 5.1, 5.9)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from django.db.models import Q

from commerce.models import Product, Sku
from commerce.selectors.line_collections import collections_of
from commerce.selectors.order_shapes import ResolvedLine
from engine import Article, Line
from engine.items import SHIPPING_ID, SHIPPING_SOURCE_ID

SHIPPING: Final = Article(
    id=SHIPPING_ID,
    product_id=SHIPPING_ID,
    source_id=SHIPPING_SOURCE_ID,
    product_source_id=SHIPPING_SOURCE_ID,
    name="Free shipping",
)
"""A product that every project owns: the line says that shipping is free, it has no price."""


@dataclass(frozen=True, kw_only=True)
class Articles:
    """`engine` is what the engine sees, `rows` what the order's new lines point to, by our id."""

    engine: tuple[Article, ...] = ()
    rows: Mapping[str, Product | Sku] = field(default_factory=dict)

    def line(self, facts: Line) -> ResolvedLine:
        """The order line that a discount appended, with its article."""
        sku = self.rows.get(facts.sku_id or "")
        product = self.rows.get(facts.product_id or "")
        return ResolvedLine(
            quantity=0,
            initial_quantity=0,
            price=facts.price,
            amount=None if facts.price is None else 0,
            initial_amount=None if facts.price is None else 0,
            product=product if isinstance(product, Product) else None,
            sku=sku if isinstance(sku, Sku) else None,
            source_id=facts.source_id or "",
            related_object="sku" if facts.sku_id else "product",
        )


def load(ids: Collection[str]) -> Articles:
    """Articles by our id or the shop's, each under the name it was asked for; unknown ones are left out.

    Two queries, none without ids.
    """
    wanted = set(ids) - {SHIPPING_ID, SHIPPING_SOURCE_ID}
    found = [SHIPPING] if len(wanted) < len(set(ids)) else []
    rows: dict[str, Product | Sku] = {}
    if wanted:
        named = Q(public_id__in=wanted) | Q(source_id__in=wanted)
        for product in Product.objects.present().filter(named):
            rows[product.public_id] = product
            found += [_product(product, name) for name in {product.public_id, product.source_id} & wanted]
        for sku in Sku.objects.present().filter(named).select_related("product"):
            rows[sku.public_id], rows[sku.product.public_id] = sku, sku.product
            found += [_sku(sku, name) for name in {sku.public_id, sku.source_id} & wanted]
    return Articles(engine=tuple(found), rows=rows)


def with_collections(articles: Articles, wanted: Collection[str], *, now: datetime) -> Articles:
    """The articles with those of the `wanted` collections that they are in; two queries at most."""
    lines = [articles.line(Line(product_id=one.product_id, sku_id=one.sku_id)) for one in articles.engine]
    found = zip(articles.engine, collections_of(lines, wanted, now=now), strict=True)
    return replace(articles, engine=tuple(replace(one, collections=groups) for one, groups in found))


def _product(product: Product, name: str) -> Article:
    return Article(
        id=name,
        product_id=product.public_id,
        source_id=product.source_id,
        product_source_id=product.source_id,
        name=str(product),
        price=product.price,
    )


def _sku(sku: Sku, name: str) -> Article:
    return Article(
        id=name,
        product_id=sku.product.public_id,
        sku_id=sku.public_id,
        source_id=sku.source_id,
        product_source_id=sku.product.source_id,
        sku_source_id=sku.source_id,
        name=str(sku),
        price=sku.price if sku.price is not None else sku.product.price,
    )
