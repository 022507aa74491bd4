"""Choosing something by its name: what is looked up, and how a stored id reads to people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from commerce.admin.rows import customer_name
from commerce.models import Customer, Product, ProductCollection, Segment, Sku
from core import words
from promotions.models import PromotionStack, PromotionTier, ValidationRule
from promotions.selectors import tiers

MOST: Final = 8


class Kind:
    """What can be picked. The values are the wire's names of the objects."""

    PRODUCT = "product"
    SKU = "sku"
    COLLECTION = "products_collection"
    SEGMENT = "segment"
    RULE = "validation_rule"
    CUSTOMER = "customer"
    TIER = "promotion_tier"
    STACK = "promotion_stack"


ARTICLES: Final = (Kind.PRODUCT, Kind.SKU)
ITEMS: Final = (Kind.PRODUCT, Kind.SKU, Kind.COLLECTION)


@dataclass(frozen=True, kw_only=True, slots=True)
class Picked:
    """One thing by its kind and its id of the wire. `name` is for people only; `alias` names it, too."""

    kind: str
    id: str
    name: str = ""
    note: str = ""
    source_id: str | None = None
    alias: str = ""

    @property
    def value(self) -> str:
        """What a form sends: `product:prod_7gh…`"""
        return f"{self.kind}:{self.id}"

    def as_json(self) -> dict[str, str]:
        return {"kind": self.kind, "id": self.id, "name": self.name, "note": self.note}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Source:
    """Where a kind is found: its rows, by which column people search, what stands behind the name.

    `searched` are the lookups of a search, where it is not only for a part of the name.
    """

    model: type[Model]
    rows: Callable[[], QuerySet[Any]]
    name: str
    word: str
    has_source_id: bool = True
    searched: tuple[str, ...] = ()


_SOURCES: Final[Mapping[str, _Source]] = {
    Kind.PRODUCT: _Source(model=Product, rows=lambda: Product.objects.present(), name="name", word="Product"),
    Kind.SKU: _Source(
        model=Sku,
        rows=lambda: Sku.objects.present().select_related("product"),
        name="sku",
        word="SKU",
        searched=("sku__icontains", "product__name__icontains"),
    ),
    Kind.COLLECTION: _Source(
        model=ProductCollection,
        rows=lambda: ProductCollection.objects.all(),
        name="name",
        word="Collection",
        has_source_id=False,
    ),
    Kind.SEGMENT: _Source(
        model=Segment, rows=lambda: Segment.objects.all(), name="name", word="Segment", has_source_id=False
    ),
    Kind.RULE: _Source(
        model=ValidationRule,
        rows=lambda: ValidationRule.objects.all(),
        name="name",
        word="",
        has_source_id=False,
    ),
    # The beginning of a name or address, as in their list: there may be millions.
    Kind.CUSTOMER: _Source(
        model=Customer,
        rows=lambda: Customer.objects.present(),
        name="name",
        word="Customer",
        searched=("name__istartswith", "email__istartswith"),
    ),
    Kind.TIER: _Source(
        model=PromotionTier,
        rows=lambda: tiers.present().select_related("campaign"),
        name="name",
        word="Promotion tier",
        has_source_id=False,
    ),
    Kind.STACK: _Source(
        model=PromotionStack,
        rows=lambda: PromotionStack.objects.select_related("campaign").filter(campaign__deleted_at=None),
        name="name",
        word="Promotion stack",
        has_source_id=False,
    ),
}


def known(kinds: Iterable[str]) -> tuple[str, ...]:
    return tuple(kind for kind in kinds if kind in _SOURCES)


def visible(request: HttpRequest, kinds: Iterable[str]) -> tuple[str, ...]:
    """Those kinds whose pages the person may see."""
    return tuple(
        kind
        for kind in known(kinds)
        if (page := admin.site._registry.get(_SOURCES[kind].model)) is not None
        and page.has_view_permission(request)
    )


def search(kinds: Iterable[str], typed: str) -> list[Picked]:
    """The first hits of each kind by a part of the name, the shop's id or ours; one query a kind."""
    if "\0" in typed:  # no column can hold it
        return []
    found = []
    for kind in known(kinds):
        source = _SOURCES[kind]
        wanted = Q(public_id=typed)
        if source.has_source_id:
            wanted |= Q(source_id=typed)
        for lookup in source.searched or (f"{source.name}__icontains",):
            wanted |= Q(**{lookup: typed})
        rows = source.rows().filter(wanted).order_by(source.name, "pk")[:MOST]
        found += [_picked(kind, row) for row in rows]
    return found


def by_value(values: Iterable[str]) -> dict[str, Picked]:
    """Present things by what a form or the wire says: `kind:id`, or the shop's id. One query a kind."""
    wanted: dict[str, set[str]] = {}
    for value in values:
        kind, _, key = value.partition(":")
        if kind in _SOURCES and key and "\0" not in key:
            wanted.setdefault(kind, set()).add(key)
    found: dict[str, Picked] = {}
    for kind, keys in wanted.items():
        source = _SOURCES[kind]
        condition = Q(public_id__in=keys)
        if source.has_source_id:
            condition |= Q(source_id__in=keys)
        for row in source.rows().filter(condition):
            picked = _picked(kind, row)
            found[picked.value] = picked
            if picked.source_id:
                found[f"{kind}:{picked.source_id}"] = picked
    return found


def by_text(kinds: Sequence[str], typed: str) -> Picked | None:
    """What was typed and not chosen from the list: the one thing with exactly this name or id."""
    hits = [hit for hit in search(kinds, typed) if typed.casefold() in _names(hit)]
    return hits[0] if len(hits) == 1 else None


def _names(hit: Picked) -> set[str]:
    return {text.casefold() for text in (hit.name, hit.id, hit.source_id, hit.alias) if text}


def _picked(kind: str, row: Any) -> Picked:
    source = _SOURCES[kind]
    note = source.word
    if kind == Kind.CUSTOMER:
        return _customer(row)
    if kind == Kind.SKU:
        note = f"SKU of {row.product}"
    if kind in (Kind.TIER, Kind.STACK):
        note = f"{note} of {row.campaign}"
    price = getattr(row, "price", None)
    if price is not None:
        note = f"{note}, {words.money(price)}"
    source_id = row.source_id if source.has_source_id else None
    return Picked(kind=kind, id=row.public_id, name=str(row), note=note, source_id=source_id)


def _customer(row: Customer) -> Picked:
    return Picked(
        kind=Kind.CUSTOMER,
        id=row.public_id,
        name=customer_name(row),
        note=", ".join(filter(None, (row.email, row.source_id))),
        source_id=row.source_id,
        alias=row.email,
    )
