"""Keeping the change feed of the catalogue short."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from promotions.models import CatalogueChange
from promotions.selectors import catalogue_feed


@transaction.atomic
def prune(*, older_than: datetime) -> int:
    """Remove changes noted before `older_than`; returns how many.

    One row stays and says up to which transaction there is nothing to be read any more: a process that has
    not looked since then starts anew (`catalogue_feed.Change.is_fatal`).
    """
    settled = catalogue_feed.read(since=catalogue_feed.NEVER).settled
    # What an unfinished transaction may still add to is left alone.
    old = CatalogueChange.objects.filter(noted_at__lt=older_than, xid__lt=settled)
    last = old.order_by("-xid").values_list("xid", flat=True).first()
    if last is None:
        return 0
    removed, _ = CatalogueChange.objects.filter(xid__lte=last).delete()
    CatalogueChange.objects.create(kind=CatalogueChange.Kind.PRUNED, object_id=0, xid=last)
    return removed
