"""`applicable_to` and `inapplicable_to` of an answer (contract: semantics-core 5.4, last paragraph)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine import Step
from engine.application import AppliedEntry


def applied_output(step: Step) -> dict[str, Any]:
    """Both lists of a step, always present, empty when nothing is about single items."""
    return {
        "applicable_to": _list(step.applicable_to),
        "inapplicable_to": _list(step.inapplicable_to),
    }


def _list(entries: Sequence[AppliedEntry]) -> dict[str, Any]:
    return {
        "data": [_entry(entry) for entry in entries],
        "total": len(entries),
        "data_ref": "data",
        "object": "list",
    }


def _entry(applied: AppliedEntry) -> dict[str, Any]:
    entry = applied.entry
    wire: dict[str, Any] = {"object": entry.item.object.value, "id": entry.item.id}
    if entry.item.source_id:
        wire["source_id"] = entry.item.source_id
    wire |= {
        "strict": applied.strict,
        "effect": entry.pick.value,
        "target": entry.target.value,
        "skip_initially": entry.skip_initially,
        "repeat": entry.repeat,
    }
    limits = {
        "price": entry.price,
        "price_formula": entry.price_formula,
        "amount_limit": entry.amount_limit,
        "aggregated_amount_limit": entry.aggregated_amount_limit,
        "quantity_limit": entry.quantity_limit,
        "aggregated_quantity_limit": entry.aggregated_quantity_limit,
        **{limit.limit.value: limit.quantity for limit in entry.unit_limits},
    }
    wire |= {name: value for name, value in limits.items() if value is not None}
    if applied.order_item_indices:
        wire["order_item_indices"] = list(applied.order_item_indices)
    if applied.order_item_units:
        wire["order_item_units"] = [
            {
                "index": line.index,
                "units": list(line.units),
                "units_limit_exceeded": line.units_limit_exceeded,
            }
            for line in applied.order_item_units
        ]
    return wire
