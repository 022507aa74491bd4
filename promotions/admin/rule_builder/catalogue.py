"""Every rule name as the page draws it: label, section, kind of value, operators. Made from the engine's own
registry, so that a new rule name is drawable without a line here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any, Final

from core.admin.condition_builder import properties
from engine.rules.families import ALIASES, REGISTRY, Family, Kind
from engine.rules.families.customer import LOYALTY_TIER, SEGMENT
from engine.rules.operands import ALLOWED
from engine.rules.tree import Operator
from promotions.admin import pickers
from promotions.admin.rule_builder.wording import (
    ITEM_OPERATORS,
    MORE,
    OF_THESE_ITEMS,
    OFFERED,
    OLDER,
    OPERATORS,
    STORE,
)
from promotions.formula_words import FORMULAS
from promotions.selectors.budgets_in_force import USUAL_STORE_FIELD

_ITEM_ROWS: Final = frozenset(name for name in REGISTRY if REGISTRY[name].kind is Kind.ITEM)
_DUPLICATES: Final = frozenset({Operator.IN, Operator.NOT_IN})
# What makes sense to ask first; everything else that the engine allows is drawn where it is stored.
_USUAL: Final[Mapping[Kind, tuple[Operator, ...]]] = {
    Kind.MONEY: (
        Operator.MORE_THAN_OR_EQUAL,
        Operator.LESS_THAN_OR_EQUAL,
        Operator.MORE_THAN,
        Operator.LESS_THAN,
        Operator.IS,
        Operator.IS_NOT,
    ),
    Kind.COUNT: (Operator.LESS_THAN_OR_EQUAL, Operator.LESS_THAN),
    Kind.ID: (Operator.IS, Operator.IS_NOT),
    Kind.FLAG: (Operator.IS,),
    Kind.ITEM: (Operator.IS, Operator.IS_NOT, Operator.FROM),
    Kind.TIME: (
        Operator.DAY_OF_WEEK,
        Operator.TIMEFRAME_DAILY_HOURS,
        Operator.TIMEFRAME_ABSOLUTE,
        Operator.TIMEFRAME,
        Operator.AFTER,
        Operator.BEFORE,
    ),
}
_SAME_AS_MONEY: Final = (Kind.UNITS, Kind.NUMBER)
_AT: Final = "redemption.metadata"
_RESOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "customer.metadata": ("customer",),
    "order.metadata": ("order",),
    _AT: ("redemption",),
    "product.metadata": ("product",),
    **dict.fromkeys(
        ("order.items.metadata", "order.items.metadata_any", "order.items.metadata_each"),
        ("order_item", "product"),
    ),
}
"""Whose schema says what a property may be: of an item its own, then its product's."""


@cache
def catalogue() -> dict[str, Any]:
    """`{"rules": [{name, label, section, kind, operators, …}], "subrules": [names], "aliases": {…}}`"""
    labels = {name: (section, label) for section, names in OFFERED.items() for name, label in names.items()}
    ordered = [*labels, *(name for name in REGISTRY if name not in labels)]
    return {
        "rules": [*(_entry(REGISTRY[name], *labels.get(name, _kept(name))) for name in ordered), _store()],
        "subrules": list(OF_THESE_ITEMS),
        "aliases": dict(ALIASES),
        "formulas": [
            {"value": name, "label": label, "hasKey": name.endswith("_METADATA")}
            for name, label in FORMULAS.items()
        ],
    }


def offered(sections: Collection[str] = ()) -> dict[str, Any]:
    """The catalogue with the metadata that schemas define; new rows choose from `sections`, or from all."""
    known = properties.defined({name for names in _RESOURCES.values() for name in names})
    found = catalogue()
    return {
        **found,
        "rules": [
            {
                **rule,
                "isOffered": rule["isOffered"] and (not sections or rule["section"] in sections),
                "properties": _properties(rule["name"], known),
            }
            for rule in found["rules"]
        ],
    }


def _properties(name: str, known: Mapping[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for resource in _RESOURCES.get(name, ()):
        for one in known[resource]:
            found.setdefault(one["name"], one)
    return list(found.values())


def _store() -> dict[str, Any]:
    """The store of a request stands in its metadata; people choose it by name."""
    entry = _entry(REGISTRY[_AT], MORE, STORE)
    kept = (Operator.IS, Operator.IS_NOT)
    return {
        **entry,
        "property": USUAL_STORE_FIELD,
        "kind": "store",
        "pickers": (pickers.Kind.STORE,),
        "operators": [
            {**one, "isOffered": one["value"] in kept, "types": None} for one in entry["operators"]
        ],
    }


def _kept(name: str) -> tuple[str, str]:
    title = REGISTRY[name].title
    return OLDER, OF_THESE_ITEMS.get(name, title[:1].upper() + title[1:])


def _entry(family: Family, section: str, label: str) -> dict[str, Any]:
    is_item = family.kind is Kind.ITEM
    usual = _USUAL.get(Kind.MONEY if family.kind in _SAME_AS_MONEY else family.kind)
    allowed = [operator for operator in OPERATORS if operator in ALLOWED[family.kind]]
    offered = usual or tuple(operator for operator in allowed if operator not in _DUPLICATES)
    words = {**OPERATORS, **ITEM_OPERATORS} if is_item else OPERATORS
    return {
        "name": family.name,
        "label": label,
        "section": section,
        "isOffered": section != OLDER,
        "kind": "segment" if family.name in (SEGMENT, LOYALTY_TIER) else family.kind.value,
        "hasProperty": family.needs_property,
        "hasSubrules": family.name in _ITEM_ROWS,
        "pickers": _pickers(family),
        "operators": [
            {
                "value": operator.value,
                "label": words[operator],
                "isOffered": operator in offered,
                "types": properties.types_of(operator.value) if family.needs_property else None,
            }
            for operator in [*offered, *(operator for operator in allowed if operator not in offered)]
        ],
    }


def _pickers(family: Family) -> Iterable[str]:
    if family.name == SEGMENT:
        return (pickers.Kind.SEGMENT,)
    if family.name == LOYALTY_TIER:
        return (pickers.Kind.LOYALTY_TIER,)
    return pickers.ITEMS if family.kind is Kind.ITEM else ()
