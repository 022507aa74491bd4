"""Finding categories."""

from __future__ import annotations

from core.errors import NotFound
from core.ids import has_prefix
from promotions.models import Category


def get(category_id: str) -> Category:
    """:raises NotFound: unknown id."""
    category = Category.objects.filter(public_id=category_id).first()
    if category is None:
        raise NotFound.of("category", category_id)
    return category


def named(reference: str | None) -> Category | None:
    """The category that a definition names by id or name; None and blank mean none.

    :raises NotFound: there is no such category.
    """
    if not reference:
        return None
    found = Category.objects.filter(public_id=reference).first() if has_prefix(reference, "cat") else None
    found = found or Category.objects.filter(name=reference).first()
    if found is None:
        raise NotFound.of("category", reference)
    return found
