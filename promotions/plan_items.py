"""The products that a discount is for, written as `applicable_to` of a rule and read from it. No database.

"Buy 2, get 1" takes units from the dearest on and gives the third, the sixth, and so on: the cheapest of each
three. Contract: semantics-core 5.3, 5.4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.applicability import Pick, Target
from engine.items import ItemObject
from engine.rules.tree import Operator

ANY: Final = "order.items.any"
TOGETHER: Final = "order.items.aggregated_quantity"
_FROM, _IS = Operator.MORE_THAN_OR_EQUAL.value, Operator.IS.value
_DEFAULTS: Final = {
    "effect": Pick.EVERY.value,
    "target": Target.ITEM.value,
    "skip_initially": 0,
    "repeat": 1,
}
_NAMES: Final = frozenset({"object", "id", "source_id", "name", "type", "product_id", "strict"})
_EMPTY: Final[tuple[Any, ...]] = (None, "", {}, [])


@dataclass(frozen=True, kw_only=True)
class Targets:
    """`products_collection:pc_…` of what it is for, and of what it is never for. None included: everything.

    `buy`: so many units are paid, the next one gets the discount.
    """

    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    buy: int | None = None

    @property
    def are_some(self) -> bool:
        """Whether it is about single products at all."""
        return bool(self.included or self.excluded)


def written(targets: Targets) -> dict[str, Any]:
    """The wire's `applicable_to`; {} if it is for the whole order."""
    if not targets.are_some:
        return {}
    more: dict[str, Any] = {}
    if targets.buy is not None:
        more = {
            "effect": Pick.FROM_MOST_EXPENSIVE.value,
            "target": Target.UNIT.value,
            "skip_initially": targets.buy,
            "repeat": targets.buy + 1,
        }
    return {
        "included": [{**_entry(value), **more} for value in targets.included],
        "excluded": [_entry(value) for value in targets.excluded],
        "included_all": not targets.included,
    }


def read(wire: Mapping[str, Any]) -> Targets | None:
    """None: it says more than `Targets` can."""
    included, excluded = wire.get("included") or [], wire.get("excluded") or []
    if not isinstance(included, list) or not isinstance(excluded, list):
        return None
    if included and wire.get("included_all"):
        return None
    picks = [_pick(entry) for entry in included]
    if None in picks or len(set(picks)) > 1 or any(_pick(entry) != "every" for entry in excluded):
        return None
    if wire.get("included_all") and not excluded:
        return None
    buy = picks[0] if picks and isinstance(picks[0], int) else None
    return Targets(
        included=tuple(_value(entry) for entry in included),
        excluded=tuple(_value(entry) for entry in excluded),
        buy=buy,
    )


def present(values: Sequence[str]) -> dict[str, Any]:
    """The rule that one of these is in the basket."""
    return {"name": ANY, "conditions": {_IS: [_entry(value) for value in values]}}


def read_present(rule: Mapping[str, Any]) -> tuple[str, ...]:
    """What `present` was told; () if it is another rule."""
    if any(value not in _EMPTY for key, value in rule.items() if key not in ("name", "conditions")):
        return ()
    conditions = rule.get("conditions")
    entries = conditions.get(_IS) if isinstance(conditions, Mapping) and len(conditions) == 1 else None
    if rule.get("name") != ANY or not isinstance(entries, list):
        return ()
    if not all(isinstance(one, Mapping) and _pick(one) == "every" for one in entries):
        return ()
    return tuple(_value(one) for one in entries)


def enough(targets: Targets) -> dict[str, Any]:
    """The rule that the basket has as many as it takes: who has fewer is told how many are missing."""
    units = (targets.buy or 0) + 1
    return {**present(targets.included), "rules": {"1": {"name": TOGETHER, "conditions": {_FROM: [units]}}}}


def is_enough(rule: Mapping[str, Any], targets: Targets) -> bool:
    if targets.buy is None:
        return False
    said = {key: value for key, value in rule.items() if value not in _EMPTY}
    entries = (said.get("conditions") or {}).get(_IS) or []
    same = [_value(one) for one in entries if isinstance(one, Mapping)] == list(targets.included)
    return same and {**said, "conditions": None} == {**enough(targets), "conditions": None}


def _pick(entry: Any) -> str | int | None:
    """ "every", or after how many units one gets it; None: something else, or with limits."""
    if not isinstance(entry, Mapping) or not (entry.get("id") or entry.get("source_id")):
        return None
    said = {
        key: value
        for key, value in entry.items()
        if key not in _NAMES and value not in _EMPTY and value != _DEFAULTS.get(key)
    }
    if not said:
        return "every"
    skip = said.get("skip_initially")
    is_buy = type(skip) is int and said == {
        "effect": Pick.FROM_MOST_EXPENSIVE.value,
        "target": Target.UNIT.value,
        "skip_initially": skip,
        "repeat": skip + 1,
    }
    return skip if is_buy else None


def _entry(value: str) -> dict[str, str]:
    kind, _, key = value.partition(":")
    return {"object": kind, "id": key}


def _value(entry: Mapping[str, Any]) -> str:
    kind = entry.get("object") or ItemObject.PRODUCT.value
    return f"{kind}:{entry.get('id') or entry.get('source_id')}"
