"""One step from a purchase that gets nothing towards one that does: what the engine says is missing is added.

Pure; the engine judges the result, so a step that does not help is only a lost try.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine import ReasonKey, eligibility, timeframes
from engine.rules import LeafVerdict
from engine.rules.operators import Clock
from engine.rules.tree import Any_, Leaf, Logic, Rule, RuleSet
from promotions.previews import values
from promotions.previews.bench import Judged
from promotions.previews.pantry import Pantry
from promotions.previews.purchases import Purchase, Ware

_CLOSED: Final = frozenset(
    {
        ReasonKey.VOUCHER_NOT_ACTIVE,
        ReasonKey.VOUCHER_NOT_ACTIVE_NOW,
        ReasonKey.PROMOTION_NOT_ACTIVE_NOW,
    }
)
_MOST_UNITS: Final = 10_000

type Fix = Callable[[Purchase, LeafVerdict, Rule, Pantry], Iterator[Purchase]]


def repaired(judged: Judged, pantry: Pantry, branch: int) -> Purchase:
    """The purchase with everything that was asked for. `branch` says which of several ways to go."""
    purchase, reason = judged.purchase, judged.step.reason
    if reason is not None and reason.key in _CLOSED:
        purchase = _when_open(judged)
    if reason is not None and reason.key is ReasonKey.OUTSIDE_AREAS and pantry.inside:
        spot = pantry.inside[branch % len(pantry.inside)]
        purchase = replace(purchase, store=spot.store, area=spot.area)
    if reason is not None and reason.key is ReasonKey.MISSING_CUSTOMER:
        purchase = purchase.of(next(iter(pantry.customers), None))
    for verdict, rule_set in zip(judged.verdicts, judged.snapshot.candidates[0].rules, strict=True):
        if verdict.holds:
            continue
        leaves = {leaf.key: leaf for leaf in verdict.leaves}
        for key in _asked(rule_set.logic, leaves, branch):
            purchase = _leaf(purchase, leaves[key], _rule(rule_set, key), pantry, branch, judged)
        for part in () if verdict.bundle is None else verdict.bundle.missing:
            if wares := pantry.of([part.item.id]):
                purchase = purchase.with_units(wares[0], part.quantity)
    return purchase


def _asked(logic: Logic, leaves: Mapping[str, LeafVerdict], branch: int) -> Iterator[str]:
    """The keys of failing rules that would do: of alternatives the one that `branch` says."""
    if isinstance(logic, Leaf):
        if leaves[logic.key].holds is False:
            yield logic.key
    elif isinstance(logic, Any_):
        if logic.of and not any(_holds(part, leaves) for part in logic.of):
            yield from _asked(logic.of[branch % len(logic.of)], leaves, branch // len(logic.of))
    else:
        for part in logic.of:
            yield from _asked(part, leaves, branch)


def _holds(logic: Logic, leaves: Mapping[str, LeafVerdict]) -> bool:
    if isinstance(logic, Leaf):
        return leaves[logic.key].holds is not False
    found = (_holds(part, leaves) for part in logic.of)
    return any(found) if isinstance(logic, Any_) else all(found)


def _rule(rule_set: RuleSet, key: str) -> Rule:
    return next(rule for rule in rule_set.rules if rule.key == key)


def _when_open(judged: Judged) -> Purchase:
    snapshot = judged.snapshot
    zone = ZoneInfo(snapshot.time_zone)
    case = eligibility.case_of(snapshot.candidates[0], snapshot, zone=zone)
    opens = timeframes.next_opening(case.validity, snapshot.now, zone)
    return judged.purchase if opens is None else replace(judged.purchase, at=opens)


def _leaf(
    purchase: Purchase, leaf: LeafVerdict, rule: Rule, pantry: Pantry, branch: int, judged: Judged
) -> Purchase:
    gap = leaf.gap
    match gap.get("kind"):
        case "customer" | "holder":
            return purchase.of(next(iter(pantry.customers), None))
        case "segment":
            return _in_segments(purchase, pantry, branch)
        case "amount":
            return _amount(purchase, gap, pantry, branch)
        case "units":
            return _units(purchase, gap, pantry, branch)
        case "remove":
            return purchase.without(gap["lines"])
        case "from":
            return replace(purchase, at=datetime.fromisoformat(gap["at"]))
        case "value":
            return _value(purchase, leaf, rule, pantry, branch, judged)
    return purchase


def _in_segments(purchase: Purchase, pantry: Pantry, branch: int) -> Purchase:
    """The next customer: who is in what, only the segments know."""
    known = list(pantry.customers)
    if not known:
        return purchase
    names = [one.pk for one in known]
    here = names.index(purchase.customer.pk) + 1 if purchase.customer is not None else branch
    return purchase.of(known[here % len(known)])


def _wares(gap: Mapping[str, Any], purchase: Purchase, pantry: Pantry, branch: int) -> Sequence[Ware]:
    """Articles that would count: those asked for, else those in the basket, else any."""
    asked = pantry.of(item["id"] for item in gap.get("items") or ())
    if gap.get("items"):
        return asked
    bought = tuple(ware for ware, _ in purchase.lines)
    found = bought or pantry.wares
    return found[branch % len(found) :] + found[: branch % len(found)] if found else ()


def _amount(purchase: Purchase, gap: Mapping[str, Any], pantry: Pantry, branch: int) -> Purchase:
    """Units of one article worth enough, with as little too much as possible; or units taken out."""
    wares = [ware for ware in _wares(gap, purchase, pantry, branch) if ware.price]
    if "less" in gap:
        return _fewer(purchase, -(-int(gap["less"]) // max(1, wares[0].price)) if wares else 1)
    fitting = [(ware, -(-int(gap["more"]) // ware.price)) for ware in wares]
    fitting = [(ware, units) for ware, units in fitting if units <= _MOST_UNITS]
    if not fitting:
        return purchase
    ware, units = min(fitting, key=lambda one: (one[0].price * one[1], one[1]))
    return purchase.with_units(ware, units)


def _units(purchase: Purchase, gap: Mapping[str, Any], pantry: Pantry, branch: int) -> Purchase:
    wares = _wares(gap, purchase, pantry, branch)
    if "less" in gap:
        return _fewer(purchase, int(gap["less"]), {ware.id for ware in wares})
    units = min(int(gap["more"]), _MOST_UNITS)
    return purchase.with_units(wares[0], units) if wares else purchase


def _fewer(purchase: Purchase, units: int, names: Iterable[str] = ()) -> Purchase:
    """Units taken out of the largest lines, of these articles if they are there."""
    wanted = set(names)
    for ware, own in sorted(purchase.lines, key=lambda line: -line[1]):
        if units > 0 and (not wanted or ware.id in wanted):
            purchase = purchase.with_units(ware, -min(own, units))
            units -= min(own, units)
    return purchase


def _value(
    purchase: Purchase, leaf: LeafVerdict, rule: Rule, pantry: Pantry, branch: int, judged: Judged
) -> Purchase:
    """Metadata and prices: no figure says what is missing, but a value can be found that will do."""
    clock = Clock(now=judged.snapshot.now, zone=ZoneInfo(judged.snapshot.time_zone))
    if rule.name in _SAID:
        value = values.meeting(rule.conditions, clock)
        return _SAID[rule.name](purchase, rule.property or "", value)
    if rule.name == "redemption.api_key":
        value = values.meeting(rule.conditions, clock)
        return replace(purchase, api_key=value) if isinstance(value, str) else purchase
    wares = pantry.wares
    return purchase.with_units(wares[branch % len(wares)], 1) if wares else purchase


def with_value(field: str) -> Callable[[Purchase, str, Any], Purchase]:
    """Sets one key of these metadata, or takes it away."""

    def changed(purchase: Purchase, name: str, value: Any) -> Purchase:
        if value is None:
            return purchase
        kept = {key: one for key, one in getattr(purchase, field).items() if key != name}
        said: dict[str, Any] = {field: kept if value is values.ABSENT else {**kept, name: value}}
        return replace(purchase, **said)

    return changed


_SAID: Final[Mapping[str, Callable[[Purchase, str, Any], Purchase]]] = {
    "customer.metadata": with_value("claims"),
    "order.metadata": with_value("order_metadata"),
    "redemption.metadata": with_value("metadata"),
    "order.items.metadata": with_value("line_metadata"),
    "order.items.metadata_any": with_value("line_metadata"),
    "order.items.metadata_each": with_value("line_metadata"),
}
SAID: Final = _SAID
