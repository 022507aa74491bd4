"""`applicable_to` and `inapplicable_to` as the answer prints them. Contract: 5.4, last paragraph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from engine.applicability import Applicability, Entry, Target, groups
from engine.basket import Line
from engine.codec import Data
from engine.items import ItemObject, ItemRef, matches
from engine.picking import Picked, pick

if TYPE_CHECKING:
    from engine.situation import Situation

UNITS_SHOWN: Final = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitsOfLine(Data):
    """Picked units of line `index`, numbered from 1; those above 1000 are left out and flagged."""

    index: int
    units: tuple[int, ...]
    units_limit_exceeded: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class AppliedEntry(Data):
    """An entry of the rule, or a line of the order under it. `strict`: the article itself is in the order.

    `order_item_units` is empty unless the entry targets single units.
    """

    entry: Entry
    strict: bool
    order_item_indices: tuple[int, ...] = ()
    order_item_units: tuple[UnitsOfLine, ...] = ()


def applied_entries(
    situation: Situation,
    targets: Applicability | None,
    picks: Sequence[tuple[Entry, list[Picked]]] | None,
) -> tuple[AppliedEntry, ...]:
    """The included entries with the lines and units that were picked, then each article on its own."""
    if targets is None:
        return ()
    if picks is None:  # the effect did not ask for lines
        lines = () if situation.before is None else situation.before.lines
        found = groups(targets, situation.lines)
        picks = [(group.entry, pick(group.entry, group.indices, lines)) for group in found if lines]
    return _printed(situation.lines, targets.included, picks)


def excluded_entries(situation: Situation, targets: Applicability | None) -> tuple[AppliedEntry, ...]:
    """The excluded entries with the lines that they mean, then each article on its own."""
    if targets is None:
        return ()
    lines = () if situation.before is None else situation.before.lines
    picks = [
        (
            entry,
            [
                Picked(index=index, units=lines[index].quantity)
                for index, line in enumerate(situation.lines)
                if matches(entry.item, line)
            ],
        )
        for entry in targets.excluded
    ]
    return _printed(situation.lines, targets.excluded, picks)


def _printed(
    lines: Sequence[Line], entries: Sequence[Entry], picks: Sequence[tuple[Entry, list[Picked]]]
) -> tuple[AppliedEntry, ...]:
    named = {(entry.item.object, entry.item.id) for entry in entries}
    found = {id(entry): chosen for entry, chosen in picks}
    printed = [_entry(entry, _is_literal(entry, lines), found.get(id(entry), [])) for entry in entries]
    for entry, chosen in picks:
        articles: dict[ItemRef, list[Picked]] = {}
        for one in chosen:
            article = _article(lines[one.index])
            if article is not None and (article.object, article.id) not in named:
                articles.setdefault(article, []).append(one)
        for article, ones in articles.items():
            own = replace(entry, item=article)
            printed.append(_entry(own, True, ones))
    return tuple(printed)


def _entry(entry: Entry, strict: bool, picks: Iterable[Picked]) -> AppliedEntry:
    ordered = sorted(picks, key=lambda one: one.index)
    units = tuple(_units(one) for one in ordered) if entry.target is Target.UNIT else ()
    return AppliedEntry(
        entry=entry,
        strict=strict,
        order_item_indices=tuple(one.index for one in ordered),
        order_item_units=units,
    )


def _units(picked: Picked) -> UnitsOfLine:
    last = picked.first + (picked.units - 1) * picked.step
    shown = range(picked.first, min(last, UNITS_SHOWN) + 1, picked.step)
    return UnitsOfLine(index=picked.index, units=tuple(shown), units_limit_exceeded=last > UNITS_SHOWN)


def _is_literal(entry: Entry, lines: Iterable[Line]) -> bool:
    return any(
        article is not None and article.object is entry.item.object and matches(entry.item, line)
        for line in lines
        for article in (_article(line),)
    )


def _article(line: Line) -> ItemRef | None:
    """The line's SKU, else its product."""
    sku = line.sku_id or line.sku_source_id
    if sku:
        return ItemRef(object=ItemObject.SKU, id=sku, source_id=line.sku_source_id, name=line.name)
    product = line.product_id or line.product_source_id
    if product:
        return ItemRef(
            object=ItemObject.PRODUCT, id=product, source_id=line.product_source_id, name=line.name
        )
    return None
