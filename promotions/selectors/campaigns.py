"""Finding campaigns, and loading them with what printing needs."""

from __future__ import annotations

from django.db.models import QuerySet

from core.errors import NotFound
from core.ids import has_prefix
from promotions.models import Campaign


def printable(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    return campaigns.select_related("category")


def present() -> QuerySet[Campaign]:
    """Everything that is not in the bin."""
    return Campaign.objects.filter(deleted_at=None, released_at=None)


def get(reference: str) -> Campaign:
    """The campaign of a path or body, ready to be printed: id or name. Ids go first.

    :raises NotFound: neither, or in the bin.
    """
    rows = printable(present())
    found = rows.filter(public_id=reference).first() if has_prefix(reference, "camp") else None
    found = found or rows.filter(name=reference).first()
    if found is None:
        raise NotFound.of("campaign", reference)
    return found
