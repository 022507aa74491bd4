"""`applicable_to` and `bundle_rules` of a rule object. Contract: 5.3 to 5.5, 5.13; minor units."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from engine import formula
from engine.applicability import Applicability, Entry, LimitOfUnits, Pick, Target, UnitLimit
from engine.bundles import Bundle, Component
from engine.items import ItemObject, ItemRef
from engine.rules.errors import RuleSyntaxError
from engine.rules.operands import read_item
from engine.rules.tree import Operator
from engine.rules.wire import read_flag, read_list, read_object, read_text, read_whole

LARGEST_BUNDLE_LIMIT: Final = 100
MOST_COMPONENTS: Final = 100
_PART = "order.items.any"
_QUANTITY = "order.items.aggregated_quantity"
_TYPES: Final = {"products_collection": ItemObject.COLLECTION, "product_or_sku": ItemObject.PRODUCT}


def read_applicability(value: Any, path: str) -> Applicability:
    """:raises RuleSyntaxError: an entry without object or id, or a value of the wrong type."""
    wire = read_object(value, path)
    return Applicability(
        included=_entries(wire.get("included"), f"{path}.included"),
        excluded=_entries(wire.get("excluded"), f"{path}.excluded"),
        included_all=read_flag(wire.get("included_all"), f"{path}.included_all"),
    )


def read_bundle(value: Any, path: str) -> Bundle | None:
    """None when no component is named. :raises RuleSyntaxError: a component that is not one."""
    wire = dict(read_object(value, path))
    limit = read_whole(wire.pop("limit", None), f"{path}.limit", least=1)
    wire.pop("logic", None)
    if limit is not None and limit > LARGEST_BUNDLE_LIMIT:
        raise RuleSyntaxError(f"A bundle counts at most {LARGEST_BUNDLE_LIMIT} times", path=f"{path}.limit")
    if len(wire) > MOST_COMPONENTS:
        raise RuleSyntaxError(f"A bundle has at most {MOST_COMPONENTS} components", path=path)
    components = tuple(_component(item, f"{path}.{key}") for key, item in wire.items() if item is not None)
    return Bundle(components=components, limit=limit or 1) if components else None


def _entries(value: Any, path: str) -> tuple[Entry, ...]:
    if isinstance(value, Mapping) and "data" in value:  # as answers print the list
        value = value["data"]
    return tuple(_entry(item, f"{path}[{index}]") for index, item in enumerate(read_list(value, path)))


def _entry(value: Any, path: str) -> Entry:
    wire = read_object(value, path)
    whole = {
        name: read_whole(wire.get(name), f"{path}.{name}")
        for name in ("price", "amount_limit", "aggregated_amount_limit", *_QUANTITY_LIMITS)
    }
    return Entry(
        item=_item(wire, path),
        pick=_choice(Pick, wire.get("effect"), Pick.EVERY, f"{path}.effect"),
        target=_choice(Target, wire.get("target"), Target.ITEM, f"{path}.target"),
        skip_initially=read_whole(wire.get("skip_initially"), f"{path}.skip_initially") or 0,
        repeat=read_whole(wire.get("repeat"), f"{path}.repeat", least=1) or 1,
        price=whole["price"],
        price_formula=_formula(wire, "price_formula", path),
        amount_limit=whole["amount_limit"],
        aggregated_amount_limit=whole["aggregated_amount_limit"],
        quantity_limit=whole["quantity_limit"],
        quantity_limit_formula=_formula(wire, "quantity_limit_formula", path),
        aggregated_quantity_limit=whole["aggregated_quantity_limit"],
        aggregated_quantity_limit_formula=_formula(wire, "aggregated_quantity_limit_formula", path),
        unit_limits=tuple(
            found
            for limit, name, formula_name in _UNIT_LIMITS
            if (name in wire or formula_name in wire) and (found := _unit_limit(wire, limit, path))
        ),
    )


_QUANTITY_LIMITS: Final = ("quantity_limit", "aggregated_quantity_limit")
_UNIT_LIMITS: Final = tuple((limit, limit.value, f"{limit.value}_formula") for limit in UnitLimit)


def _item(wire: Mapping[str, Any], path: str) -> ItemRef:
    if wire.get("object") is None:
        raise RuleSyntaxError("An entry must have an 'object'", path=f"{path}.object")
    return read_item(wire, path, default=ItemObject.PRODUCT)


def _unit_limit(wire: Mapping[str, Any], limit: UnitLimit, path: str) -> LimitOfUnits | None:
    quantity = read_whole(wire.get(limit.value), f"{path}.{limit.value}")
    text = _formula(wire, f"{limit.value}_formula", path)
    if quantity is None and text is None:
        return None
    return LimitOfUnits(limit=limit, quantity=quantity, formula=text)


def _formula(wire: Mapping[str, Any], name: str, path: str) -> str | None:
    """The published schema calls some formulas numbers; either is the text of one."""
    value = wire.get(name)
    if isinstance(value, bool | Mapping | list):
        raise RuleSyntaxError("A formula is expected", path=f"{path}.{name}")
    if value is None or value == "":
        return None
    try:
        formula.parse(str(value))
    except formula.FormulaSyntaxError as error:
        raise RuleSyntaxError(str(error), path=f"{path}.{name}", position=error.position) from error
    return str(value)


def _choice[T: StrEnum](choices: type[T], value: Any, default: T, path: str) -> T:
    if value is None:
        return default
    found = next((choice for choice in choices if choice.value == value), None)
    if found is None:
        expected = ", ".join(choice.value for choice in choices)
        raise RuleSyntaxError(f"One of {expected} is expected", path=path)
    return found


def _component(value: Any, path: str) -> Component:
    wire = read_object(value, path)
    if wire.get("name") != _PART:
        raise RuleSyntaxError(f"A component of a bundle is named '{_PART}'", path=f"{path}.name")
    operands = _single(wire, path)
    item_wire = read_object(operands, f"{path}.conditions.{Operator.IS}")
    default = _TYPES.get(read_text(item_wire.get("type"), f"{path}.type") or "", ItemObject.PRODUCT)
    return Component(
        item=read_item(item_wire, f"{path}.conditions.{Operator.IS}", default=default),
        quantity=_needed(wire.get("rules"), f"{path}.rules"),
    )


def _needed(value: Any, path: str) -> int:
    rules = {key: item for key, item in read_object(value, path).items() if key != "logic"}
    if not rules:
        return 1
    if len(rules) > 1:
        raise RuleSyntaxError("A component has one quantity", path=path)
    key, item = next(iter(rules.items()))
    wire = read_object(item, f"{path}.{key}")
    if wire.get("name") != _QUANTITY:
        raise RuleSyntaxError(f"'{_QUANTITY}' is expected", path=f"{path}.{key}.name")
    found = read_whole(_single(wire, f"{path}.{key}"), f"{path}.{key}.conditions", least=1)
    return found or 1


def _single(wire: Mapping[str, Any], path: str) -> Any:
    conditions = read_object(wire.get("conditions"), f"{path}.conditions")
    operands = read_list(conditions.get(Operator.IS.value), f"{path}.conditions.{Operator.IS}")
    if len(operands) != 1 or len(conditions) != 1:
        raise RuleSyntaxError(f"'{Operator.IS}' with one value is expected", path=f"{path}.conditions")
    return operands[0]
