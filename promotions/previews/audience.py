"""For how many customers it is, and how many products it touches. Bounded: what is many is not counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Q, QuerySet

from commerce.models import Customer, Product, ProductCollection, Segment
from commerce.selectors import collections, segments
from core import places
from core.errors import InvalidPayload
from core.models import Store
from core.patience import TookTooLong, attempt
from engine import rules
from engine.items import ItemObject
from engine.rules import Group
from engine.rules.families import REGISTRY
from engine.rules.families.customer import SEGMENT
from engine.rules.logic import keys_of
from engine.rules.needs import flat
from engine.rules.tree import Any_, Leaf, Logic, Operator, Rule, RuleSet
from promotions.previews.proposal import Proposal

COUNTED_TO: Final = 100_000
"""Beyond it is said that there are more."""
_ALWAYS: Final = ~Q(pk__in=[])
_NEVER: Final = Q(pk__in=[])
_IN: Final = (Operator.IS, Operator.IN)
_NOT_IN: Final = (Operator.IS_NOT, Operator.NOT_IN, Operator.NOT_INTERSECT)


@dataclass(frozen=True, kw_only=True)
class Number:
    """`is_about`: the table's own estimate; `is_more`: more than that; None: it took too long."""

    value: int | None
    is_about: bool = False
    is_more: bool = False


@dataclass(frozen=True, kw_only=True)
class Audience:
    """`is_for_everybody`: no condition asks who buys. `is_upper`: some conditions on customers cannot be
    counted, so it may be for fewer. `segments` are the sizes of the segments that customers must be in.
    """

    customers: Number
    is_for_everybody: bool
    is_upper: bool
    segments: tuple[tuple[str, Number], ...]
    products: Number
    is_for_all_products: bool
    collections: tuple[tuple[str, Number], ...]
    stores: int | None


def audience(proposal: Proposal, *, now: datetime) -> Audience:
    """Sizes as of `now`."""
    sets = proposal.rule_sets
    named = {one.public_id: one for one in Segment.objects.filter(public_id__in=_segments(sets))}
    wanted, is_upper = who(sets, named, now)
    asks = any(_asks_who(rule) for one in sets for rule in _taking_part(one))
    touched, found_collections, is_all = _products(sets, now)
    return Audience(
        customers=size(Customer.objects.present().filter(wanted)) if asks and named else everything(Customer),
        is_for_everybody=not asks,
        is_upper=is_upper,
        segments=tuple(
            (one.name, _members(one, now)) for one in named.values() if one.public_id in _joined(sets)
        ),
        products=touched,
        is_for_all_products=is_all,
        collections=found_collections,
        stores=_stores(proposal),
    )


def _taking_part(rule_set: RuleSet) -> list[Rule]:
    wanted = set(keys_of(rule_set.logic))
    return [rule for rule in rule_set.rules if rule.key in wanted]


def _asks_who(rule: Rule) -> bool:
    return any(REGISTRY[one.name].group is Group.CUSTOMER for one in flat([rule]))


def _segments(sets: Iterable[RuleSet]) -> set[str]:
    return {name for one in sets for name in rules.needs(one).segments}


def _joined(sets: Iterable[RuleSet]) -> set[str]:
    """Segments that a condition wants customers to be in."""
    found: set[str] = set()
    for one in sets:
        for rule in flat(_taking_part(one)):
            if rule.name == SEGMENT:
                found |= {
                    str(operand)
                    for condition in rule.conditions
                    if condition.operator in _IN
                    for operand in condition.operands
                }
    return found


def who(sets: Iterable[RuleSet], named: Mapping[str, Segment], now: datetime) -> tuple[Q, bool]:
    """The customers whom the conditions allow, as far as that can be asked of the table."""
    wanted, is_upper = Q(_ALWAYS), False
    for one in sets:
        by_key = {rule.key: rule for rule in one.rules}
        part, upper = _logic(one.logic, by_key, named, now)
        wanted, is_upper = wanted & part, is_upper or upper
    return wanted, is_upper


def _logic(
    logic: Logic, by_key: Mapping[str, Rule], named: Mapping[str, Segment], now: datetime
) -> tuple[Q, bool]:
    if isinstance(logic, Leaf):
        return _rule(by_key[logic.key], named, now)
    parts = [_logic(part, by_key, named, now) for part in logic.of]
    found = Q(_NEVER) if isinstance(logic, Any_) else Q(_ALWAYS)
    for part, _ in parts:
        found = found | part if isinstance(logic, Any_) else found & part
    return found, any(upper for _, upper in parts)


def _rule(rule: Rule, named: Mapping[str, Segment], now: datetime) -> tuple[Q, bool]:
    """Who meets one rule; everybody where it asks something else."""
    if rule.name != SEGMENT:
        return Q(_ALWAYS), REGISTRY[rule.name].group is Group.CUSTOMER
    found, is_upper = Q(_ALWAYS), False
    for condition in rule.conditions:
        ids = [str(operand) for operand in condition.operands]
        inside = Q(_NEVER)
        for one in (named[name] for name in ids if name in named):
            inside |= _in(one, now)
        if condition.operator in _IN:
            found &= inside
        elif condition.operator in _NOT_IN:
            found &= ~inside
        else:
            is_upper = True
    return found, is_upper


def _in(segment: Segment, now: datetime) -> Q:
    """A filter that can no longer be read takes nobody."""
    try:
        return Q(pk__in=segments.members(segment, now=now).order_by().values("pk"))
    except InvalidPayload:
        return Q(_NEVER)


def _members(segment: Segment, now: datetime) -> Number:
    try:
        return size(segments.members(segment, now=now))
    except InvalidPayload:
        return Number(value=0)


def _products(sets: Iterable[RuleSet], now: datetime) -> tuple[Number, tuple[tuple[str, Number], ...], bool]:
    """Those that the discount is for; where no rule targets items, all."""
    entries = [entry.item for one in sets for entry in one.applicable_to.included]
    parts = [part.item for one in sets if one.bundle is not None for part in one.bundle.components]
    items = entries or parts
    if not items:
        return everything(Product), (), True
    ids = {item.id for item in items if item.object is ItemObject.COLLECTION}
    sized, touched = [], named_as({item.id for item in items if item.object is not ItemObject.COLLECTION})
    for one in ProductCollection.objects.filter(public_id__in=ids).order_by("name", "pk"):
        try:
            rows = collections.products_in(one, now=now)
            skus = collections.skus_in(one, now=now)
        except InvalidPayload:
            sized.append((one.name, Number(value=0)))
            continue
        number = size(rows)
        sized.append((one.name, number if number.value else size(skus)))
        touched |= Q(pk__in=rows.order_by().values("pk")) | Q(pk__in=skus.order_by().values("product"))
    return size(Product.objects.present().filter(touched)), tuple(sized), False


def named_as(ids: set[str]) -> Q:
    """The products that ids of products and SKUs mean, ours or the shop's."""
    if not ids:
        return Q(_NEVER)
    return (
        Q(public_id__in=ids) | Q(source_id__in=ids) | Q(skus__public_id__in=ids) | Q(skus__source_id__in=ids)
    )


def size(rows: QuerySet[Any]) -> Number:
    """So many different rows, up to `COUNTED_TO`. Within `core.patience.at_most`."""
    try:
        with attempt():
            found = rows.order_by().distinct().values("pk")[: COUNTED_TO + 1].count()
    except TookTooLong:
        return Number(value=None)
    return Number(value=min(found, COUNTED_TO), is_more=found > COUNTED_TO)


def everything(model: type[Customer] | type[Product]) -> Number:
    """How many there are: exactly while there are few, else as PostgreSQL estimates it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table]
        )
        (about,) = cursor.fetchone()
    if about > COUNTED_TO:
        return Number(value=about, is_about=True)
    return size(model._default_manager.filter(deleted_at=None))


def _stores(proposal: Proposal) -> int | None:
    """Stores in which it applies; None: everywhere."""
    if not proposal.places:
        return None
    named = list(places.named(proposal.places))
    single = [name for level, name in named if level == places.STORE]
    whole = [name for level, name in named if level != places.STORE]
    return Store.objects.filter(Q(public_id__in=single) | Q(area__public_id__in=whole)).distinct().count()
