"""Which saved views somebody is offered, and with which he begins."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from calendar_app.models import SavedView, StartingView


def offered_to(user_id: int) -> QuerySet[SavedView]:
    """His own and the shared ones, by name."""
    rows = SavedView.objects.filter(Q(owner_id=user_id) | Q(is_shared=True)).select_related("owner")
    return rows.order_by("name", "pk")


def starting_with(user_id: int) -> SavedView | None:
    """None: as everybody begins. One that is shared no longer is its owner's alone."""
    row = StartingView.objects.filter(Q(view__owner_id=user_id) | Q(view__is_shared=True), user_id=user_id)
    found = row.select_related("view").first()
    return found.view if found is not None else None
