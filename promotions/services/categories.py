"""Categories: what stacks with what, and in which order. Contract: semantics-core 17."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from approvals.gate import gated
from core import audit
from core.actors import Actor
from core.errors import DuplicateFound, NotFound, ResourceInUse
from core.locking import lock
from promotions.category_rules import COLUMNS
from promotions.models import Campaign, Category, PromotionTier, Voucher
from promotions.services import versions


@transaction.atomic
def create(*, values: Mapping[str, Any], actor: Actor, now: datetime) -> Category:
    """`values`: `name`, `hierarchy`, and those of `category_rules.COLUMNS` in which it is special.

    :raises DuplicateFound: the name is taken.
    """
    category = Category(**values, created_at=now)
    _save(category)
    audit.log(actor, "category.created", category, now=now, after=dict(values))
    return category


@gated("categories.update")
@transaction.atomic
def update(*, category_id: int, values: Mapping[str, Any], actor: Actor, now: datetime) -> Category:
    """:raises DuplicateFound: the name is taken. :raises NotFound: deleted in the meantime."""
    category = _locked(category_id)
    before = {name: getattr(category, name) for name in values}
    for name, value in values.items():
        setattr(category, name, value)
    category.updated_at = now
    _save(category, [*values, "updated_at"])
    old, new = audit.changes(before, dict(values))
    audit.log(actor, "category.updated", category, now=now, before=old, after=new)
    return category


@gated("categories.delete")
@transaction.atomic
def delete(*, category_id: int, with_stacking_rules: bool, actor: Actor, now: datetime) -> None:
    """What is in the category goes on without one.

    :raises ResourceInUse: the stacking rules name it, and `with_stacking_rules` does not allow that.
    :raises NotFound: deleted in the meantime.
    """
    category = _locked(category_id)
    if has_rules(category) and not with_stacking_rules:
        raise ResourceInUse(
            "The stacking rules name this category. Use remove_from_stacking_rules=true to delete it.",
            resource_id=category.public_id,
            resource_type="category",
        )
    before = {name: getattr(category, name) for name in ("name", "hierarchy", *COLUMNS)}
    audit.log(actor, "category.deleted", category, now=now, before=before)
    members = {
        model: list(model._base_manager.filter(category=category).values_list("pk", flat=True))
        for model in (Voucher, PromotionTier, Campaign)
    }
    category.delete()
    for model, pks in members.items():
        versions.note_all(model, pks, actor=actor, now=now)


def has_rules(category: Category) -> bool:
    """Whether the stacking rules say anything about this category."""
    return any(getattr(category, name) not in ("", None) for name in COLUMNS)


def _locked(category_id: int) -> Category:
    rows = lock(Category.objects.filter(pk=category_id))
    if not rows:
        raise NotFound.of("category", str(category_id))
    return rows[0]


def _save(category: Category, fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            if fields is None:
                category.save(force_insert=True)
            else:
                category.save(update_fields=fields)
    except IntegrityError as error:
        raise DuplicateFound(f"Duplicated category exists with name {category.name}") from error
