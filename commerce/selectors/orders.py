"""Orders, found and joined with the catalogue in a few queries (contract: semantics-core 4.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.db.models import Prefetch, Q, QuerySet

from commerce.models import Order, OrderItem, Product, Sku
from commerce.selectors.order_shapes import ItemSpec, OrderSpec, ResolvedLine, ResolvedOrder
from commerce.selectors.order_wire import order_wire
from core.errors import DomainError, NotFound
from core.ids import has_prefix
from core.prepared import Prepared

__all__ = ["ItemSpec", "OrderSpec", "ResolvedLine", "ResolvedOrder", "resolve", "stored_wire"]

MAX_AMOUNT: Final = 10**15
WRITTEN_LINES: Final = "written_lines"
"""Where whoever writes an order with all of its lines leaves them, to be printed."""
_by_public_id = Prepared(Order, "public_id = %s")
_by_source_id = Prepared(Order, "source_id = %s")
_locked_by_public_id = Prepared(Order, "public_id = %s", lock=True)
_locked_by_source_id = Prepared(Order, "source_id = %s", lock=True)
_meant = Prepared(Product, "deleted_at IS NULL AND (public_id = ANY(%s) OR source_id = ANY(%s))")


class InvalidOrder(DomainError):
    key = "invalid_order"
    message = "Invalid order"


def by_reference(reference: str) -> Order:
    """The order of a path: `ord_…` or `source_id`.

    :raises NotFound: neither.
    """
    found = Order.objects.filter(public_id=reference).first() if has_prefix(reference, "ord") else None
    found = found or Order.objects.filter(source_id=reference).first()
    if found is None:
        raise NotFound.of("order", reference)
    return found


def named(spec: OrderSpec, *, lock: bool = False) -> Order | None:
    """The stored order that `spec` means; with `lock` nobody else writes it until the transaction ends.

    :raises NotFound: `spec.id` is unknown.
    """
    if spec.id is not None:
        rows = (_locked_by_public_id if lock else _by_public_id)(spec.id)
        if not rows:
            raise NotFound.of("order", spec.id)
        return rows[0]
    if not spec.source_id:
        return None
    rows = (_locked_by_source_id if lock else _by_source_id)(spec.source_id)
    return rows[0] if rows else None


def with_lines(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Orders ready to be printed: two queries, however many there are."""
    return orders.select_related("customer", "referrer").prefetch_related(
        Prefetch("items", queryset=_lines())
    )


def lines_of(order: Order) -> list[OrderItem]:
    return list(_lines().filter(order=order))


def stored_wire(order: Order) -> dict[str, Any]:
    """A stored order in the form of the wire (one query for its lines, none if they were just written)."""
    written = getattr(order, WRITTEN_LINES, None)
    return order_wire(order, lines_of(order) if written is None else written)


def resolve(spec: OrderSpec, *, trust_discounts: bool = False, lock: bool = False) -> ResolvedOrder:
    """Join what was sent with what is stored: what was sent wins, what was not sent is filled in.

    Discounts in a request are ignored (INVARIANTS R4) unless `trust_discounts` says that the shop reports
    what it granted itself. With `lock` a stored order is locked until the transaction ends. Four queries at
    most.

    :raises NotFound: `spec.id` is unknown.
    :raises InvalidOrder: an amount is out of range.
    """
    order = named(spec, lock=lock)
    stored = lines_of(order) if order is not None else []
    if spec.items is None:
        lines = [_continued(item) for item in stored]
    else:
        lines = _sent(spec.items, stored, trust_discounts=trust_discounts)
    amount = spec.amount
    if amount is None and spec.items is None and order is not None:
        amount = order.amount
    if amount is None and any(line.amount is not None for line in lines):
        amount = sum(line.amount or 0 for line in lines)
    if amount is not None and amount > MAX_AMOUNT:
        raise InvalidOrder("The amount of the order is out of range.")
    discount = order.discount_amount if order is not None else 0
    if trust_discounts and spec.discount_amount is not None:
        discount = spec.discount_amount
    return ResolvedOrder(
        spec=spec,
        order=order,
        source_id=order.source_id if order is not None else spec.source_id,
        amount=amount,
        discount_amount=discount,
        lines=tuple(lines),
        metadata={**(order.metadata if order is not None else {}), **(spec.metadata or {})},
    )


def _lines() -> QuerySet[OrderItem]:
    return OrderItem.objects.select_related("product", "sku", "sku__product").order_by("order_id", "position")


def _continued(item: OrderItem) -> ResolvedLine:
    return ResolvedLine(
        quantity=item.quantity,
        initial_quantity=item.initial_quantity,
        price=item.price,
        amount=item.amount,
        initial_amount=item.initial_amount,
        discount_amount=item.discount_amount,
        discount_quantity=item.discount_quantity,
        product=item.product,
        sku=item.sku,
        source_id=item.source_id,
        related_object=item.related_object,
        product_data=item.product_data,
        sku_data=item.sku_data,
        metadata=item.metadata,
        stored=item,
    )


def _sent(
    items: Sequence[ItemSpec], stored: Iterable[OrderItem], *, trust_discounts: bool
) -> list[ResolvedLine]:
    products, skus = _articles(items)
    lines = []
    for item in items:
        if item.quantity == 0:
            continue
        sku = _found(skus, item.sku_id, item.sku, item.source_id if item.related_object == "sku" else None)
        product = sku.product if sku is not None else None
        product = product or _found(
            products, item.product_id, item.product, item.source_id if item.related_object != "sku" else None
        )
        lines.append(_line(item, product, sku, trust_discounts=trust_discounts))
    return lines if trust_discounts else _with_earlier_discounts(lines, stored)


def _articles(items: Sequence[ItemSpec]) -> tuple[dict[str, Product], dict[str, Sku]]:
    """The stored articles that any line means, by id and by `source_id`: one query for each kind."""
    product_keys: set[str] = set()
    sku_keys: set[str] = set()
    for item in items:
        product_keys |= {key for key in (item.product_id, *_keys(item.product)) if key}
        sku_keys |= {key for key in (item.sku_id, *_keys(item.sku)) if key}
        if item.source_id:
            (sku_keys if item.related_object == "sku" else product_keys).add(item.source_id)
    products: dict[str, Product] = {}
    skus: dict[str, Sku] = {}
    if product_keys:
        keys = list(product_keys)
        for product in _meant(keys, keys):
            products |= {key: product for key in (product.source_id, product.public_id) if key}
    if sku_keys:
        wanted = Q(public_id__in=sku_keys) | Q(source_id__in=sku_keys)
        for sku in Sku.objects.present().filter(wanted).select_related("product"):
            skus |= {key: sku for key in (sku.source_id, sku.public_id) if key}
    return products, skus


def _keys(data: Mapping[str, Any] | None) -> tuple[str | None, str | None]:
    return (None, None) if data is None else (data.get("id"), data.get("source_id"))


def _found[Article: (Product, Sku)](
    articles: Mapping[str, Article], own_id: str | None, data: Mapping[str, Any] | None, source_id: str | None
) -> Article | None:
    for key in (own_id, *_keys(data), source_id):
        if key and key in articles:
            return articles[key]
    return None


def _line(item: ItemSpec, product: Product | None, sku: Sku | None, *, trust_discounts: bool) -> ResolvedLine:
    price = _first(
        item.price,
        (item.sku or {}).get("price"),
        (item.product or {}).get("price"),
        sku.price if sku else None,
        product.price if product else None,
    )
    amount = item.amount if item.amount is not None else None if price is None else price * item.quantity
    if amount is not None and amount > MAX_AMOUNT:
        raise InvalidOrder("The amount of an order line is out of range.")
    initial_quantity = _first(item.initial_quantity if trust_discounts else None, item.quantity)
    return ResolvedLine(
        quantity=item.quantity,
        initial_quantity=item.quantity if initial_quantity is None else initial_quantity,
        price=price,
        amount=amount,
        initial_amount=_first(item.initial_amount if trust_discounts else None, amount),
        discount_amount=(item.discount_amount or 0) if trust_discounts else 0,
        discount_quantity=(item.discount_quantity or 0) if trust_discounts else 0,
        product=product,
        sku=sku,
        source_id=_source_id(item, product, sku),
        related_object=item.related_object or ("sku" if sku else "product" if product else ""),
        product_data=item.product,
        sku_data=item.sku,
        metadata=item.metadata,
    )


def _source_id(item: ItemSpec, product: Product | None, sku: Sku | None) -> str:
    """The shop's name of the article: as sent, else as stored."""
    article = sku or product
    sent = item.source_id or (item.sku or {}).get("source_id") or (item.product or {}).get("source_id")
    return sent or (article.source_id if article is not None else None) or ""


def _with_earlier_discounts(lines: list[ResolvedLine], stored: Iterable[OrderItem]) -> list[ResolvedLine]:
    """Lines that an earlier request discounted keep that when they are sent again, article by article."""
    earlier: dict[tuple[int | None, int | None, str], list[int]] = {}
    for item in stored:
        earlier.setdefault((item.product_id, item.sku_id, item.source_id), []).append(item.discount_amount)
    result = []
    for line in lines:
        key = (line.product.pk if line.product else None, line.sku.pk if line.sku else None, line.source_id)
        left = earlier.get(key)
        result.append(replace(line, discount_amount=left.pop(0)) if left else line)
    return result


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)
