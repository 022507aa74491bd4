"""Segments and product collections as subjects of approvals: they decide who gets what of running campaigns.

Their services stand in commerce, below; what they mean for campaigns is known here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.urls import reverse

from approvals import codec, registry
from approvals.registry import Arguments, Operation, Subject
from commerce import usage
from commerce.models import ProductCollection, Segment
from commerce.selectors import segments as segment_rows
from commerce.services import collections, segments
from core import words
from promotions.selectors import audiences

SEGMENT: Final = "segment"
COLLECTION: Final = "product_collection"
_SHOWN_NAMES: Final = 200


def register() -> None:
    """Tell `commerce` who uses what, and `approvals` what may have to wait for a yes."""
    usage.register("promotions", audiences.users_of)
    for name, (label, permission, service, describe) in _OPERATIONS.items():
        registry.register(
            Operation(name=name, label=label, permission=permission, service=service, describe=describe)
        )
    registry.register_page(SEGMENT, lambda public_id: _page(Segment, public_id))
    registry.register_page(COLLECTION, lambda public_id: _page(ProductCollection, public_id))
    registry.register_words(SEGMENT, _sentences)
    registry.register_words(COLLECTION, _sentences)


def _segment(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    row = Segment.objects.filter(pk=arguments["segment_id"]).first()
    if row is None:
        return _gone(SEGMENT, before)
    used_by = usage.users_of(row.public_id)
    content: dict[str, Any] = {"name": row.name, "kind": row.get_type_display(), "filter": row.filter}
    if row.type == Segment.Type.STATIC:
        people = row.memberships.order_by("pk").values_list("customer__public_id", flat=True)
        content |= _list_of("customers", list(people))
    members = segment_rows.members(row, now=arguments["now"]).count()
    return Subject(
        type=SEGMENT,
        id=row.public_id,
        label=row.name,
        content={**content, "used_by": [str(user) for user in used_by]},
        facts={"segments": [row.name], "audience": members, "is_for_everybody": False},
        is_running=any(user.is_running for user in used_by),
    )


def _collection(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    row = ProductCollection.objects.filter(pk=arguments["collection_id"]).first()
    if row is None:
        return _gone(COLLECTION, before)
    used_by = usage.users_of(row.public_id)
    content: dict[str, Any] = {"name": row.name, "kind": row.get_type_display(), "filter": row.filter}
    if row.type == ProductCollection.Type.STATIC:
        items = row.items.order_by("position").values_list("product__public_id", "sku__public_id")
        content |= _list_of("products", [product or sku for product, sku in items])
    return Subject(
        type=COLLECTION,
        id=row.public_id,
        label=row.name,
        content={**content, "used_by": [str(user) for user in used_by]},
        facts={"collections": [row.name]},
        is_running=any(user.is_running for user in used_by),
    )


def _gone(kind: str, before: Subject | None) -> Subject:
    if before is None:
        return Subject(type=kind, is_running=False)
    return Subject(type=kind, id=before.id, label=before.label, is_running=before.is_running)


def _list_of(name: str, ids: list[str]) -> dict[str, Any]:
    """All of a list counts for the digest, only the beginning is shown."""
    return {name: ids[:_SHOWN_NAMES], f"{name}_count": len(ids), f"{name}_sha256": codec.digest(sorted(ids))}


def _sentences(
    target_type: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[str]:
    """What changes, for whoever decides."""
    noun = "segment" if target_type == SEGMENT else "collection"
    if after is None or before is None:
        return [f"Deletes the {noun}"] if before is not None else [f"A new {noun}"]
    said = []
    if before["name"] != after["name"]:
        said.append(f"Renames the {noun} from {before['name']} to {after['name']}")
    if before["kind"] != after["kind"]:
        said.append(f"Makes it: {after['kind'].lower()}")
    if before["filter"] != after["filter"]:
        said.append("Changes the conditions of the filter")
    for one in ("customer", "product"):
        if before.get(f"{one}s_sha256") != after.get(f"{one}s_sha256"):
            was, will = (words.count(int(side[f"{one}s_count"]), one) for side in (before, after))
            said.append(f"Replaces the list: {was} before, {will} after")
    if said and after["used_by"]:
        said.append(f"Used by {', '.join(after['used_by'][:5])}")
    return said


def _page(model: type[Segment] | type[ProductCollection], public_id: str) -> str:
    pk = model.objects.filter(public_id=public_id).values_list("pk", flat=True).first()
    name = f"admin:commerce_{model._meta.model_name}_change"
    return "" if pk is None else reverse(name, args=[pk])


type _Entry = tuple[str, str, Callable[..., Any], Callable[[Arguments, Any, Subject | None], Subject]]

_OPERATIONS: Final[Mapping[str, _Entry]] = {
    "segments.update": ("Change a segment", "segments.modify", segments.update, _segment),
    "segments.delete": ("Delete a segment", "segments.delete", segments.delete, _segment),
    "product_collections.update": (
        "Change a collection",
        "product_collections.modify",
        collections.update,
        _collection,
    ),
    "product_collections.delete": (
        "Delete a collection",
        "product_collections.delete",
        collections.delete,
        _collection,
    ),
}
