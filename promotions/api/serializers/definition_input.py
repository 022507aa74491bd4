"""What the bodies of campaigns, vouchers and tiers have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.api.fields import IntegerField, MetadataField, TextField, WireSerializer
from promotions.api.serializers.validity import ValidityInput, validity_columns

MOST_USES: Final = 2_147_483_647


class UsesInput(WireSerializer):
    """`redemption`: how often a code can be used; null means without limit."""

    quantity = IntegerField(lowest=0, highest=MOST_USES, accept_text=True, required=False, allow_null=True)


class DefinitionInput(ValidityInput):
    """Time limits, category and metadata; `category` is the name (or id) that old clients send."""

    category = TextField(required=False, allow_null=True, max_length=200)
    category_id = TextField(required=False, allow_null=True, max_length=200)
    metadata = MetadataField(required=False, allow_null=True)


def definition_columns(given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that the fields of `DefinitionInput` change."""
    columns = validity_columns(given)
    for name in ("category", "category_id"):
        if name in given and not (name == "category_id" and not given[name] and columns.get("category")):
            columns["category"] = given[name]
    return columns


def uses_column(given: Mapping[str, Any], column: str) -> dict[str, Any]:
    """`redemption.quantity` as a column, where it was sent."""
    uses = given.get("redemption") or {}
    return {column: uses["quantity"]} if "quantity" in uses else {}
