"""Discounts on the wire (contract: semantics-core 5.1). What they mean is checked by `services.discounts`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.api.fields import MetadataField, WireSerializer, plain

_LAST: Final = "effect"


class DiscountField(MetadataField):
    """A `discount` object, its numbers left exact."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            self.fail("type")
        return dict(data)


class ActionInput(WireSerializer):
    """The `action` of a tier."""

    discount = DiscountField(required=False, allow_null=True)


def discount_output(discount: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The stored discount as JSON numbers, in the contract's order (JSON columns keep their own).

    `is_dynamic` says whether a formula is behind one of its values.
    """
    if discount is None:
        return None
    stored = plain(discount)
    values = {name: value for name, value in stored.items() if name not in ("type", _LAST)}
    parts = (values, *(stored.get("units") or ()))
    is_dynamic = any(name.endswith("_formula") and part[name] for part in parts for name in part)
    return {"type": stored["type"], **values, _LAST: stored.get(_LAST), "is_dynamic": is_dynamic}
