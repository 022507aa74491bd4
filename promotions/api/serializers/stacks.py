"""Promotion stacks on the wire (contract: semantics-core 16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.api.fields import ChoiceField, ListField, TextField, WireSerializer
from core.instants import format_instant
from promotions.api.serializers.categories import categories_output
from promotions.models import PromotionStack
from promotions.models.stacks import MOST_TIERS
from promotions.selectors.stacks import OBJECT, tier_ids
from promotions.services.stacks import StackSpec


class StackedTiersInput(WireSerializer):
    ids = ListField(child=TextField(max_length=64), allow_empty=False, max_length=MOST_TIERS)
    hierarchy_mode = ChoiceField(PromotionStack.HierarchyMode, required=False, allow_null=True)


class StackChangeInput(WireSerializer):
    name = TextField(required=False, allow_blank=False, max_length=255)
    tiers = StackedTiersInput(required=False)
    category_id = TextField(required=False, allow_null=True, max_length=200)


class StackInput(StackChangeInput):
    name = TextField(allow_blank=False, max_length=255)
    tiers = StackedTiersInput()


def stack_spec(given: Mapping[str, Any]) -> StackSpec:
    columns = {"name": given["name"]} if "name" in given else {}
    if "category_id" in given:
        columns["category"] = given["category_id"]
    return StackSpec(values=columns, tier_ids=given["tiers"]["ids"] if "tiers" in given else None)


def stack_output(stack: PromotionStack) -> dict[str, Any]:
    """Reads campaign, category and tiers: load them along (`selectors.stacks.printable`)."""
    wire: dict[str, Any] = {
        "id": stack.public_id,
        "name": stack.name,
        "created_at": format_instant(stack.created_at),
    }
    if stack.updated_at is not None:
        wire["updated_at"] = format_instant(stack.updated_at)
    return wire | {
        "campaign_id": stack.campaign.public_id,
        "tiers": {"ids": tier_ids(stack), "hierarchy_mode": PromotionStack.HierarchyMode.MANUAL.value},
        "object": OBJECT,
        "category_id": stack.category.public_id if stack.category else None,
        "categories": categories_output(stack.category),
    }


def stacks_output(stacks: Sequence[PromotionStack]) -> dict[str, Any]:
    """All stacks of one campaign: a list without pages."""
    return {
        "object": "list",
        "data_ref": "data",
        "data": [stack_output(stack) for stack in stacks],
        "total": len(stacks),
    }
