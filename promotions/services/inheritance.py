"""What a change of a campaign does to codes that exist. Contract: semantics-core 15.4.

Codes inherit what they do not set. A code that was published or redeemed keeps the dates, windows and
category it had: the campaign's former value becomes its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, F, Func, JSONField, Q, QuerySet, Value

from core.locking import lock
from promotions.models import Campaign, Voucher

_KEPT: Final[Mapping[str, tuple[str, ...]]] = {
    "starts_at": (),
    "ends_at": (),
    "timeframe_interval": ("timeframe_duration",),
    "days_of_week": (),
    "validity_hours": (),
    "category": (),
}
"""What used codes keep: columns, each with the ones that only make sense beside it (then both are texts)."""


def keep_for_used_codes(
    campaign: Campaign, before: Mapping[str, Any], columns: Mapping[str, Any]
) -> Iterable[int]:
    """Two statements for each limit that changes; a limit that the campaign did not have cannot be kept.

    Returns the primary keys of the codes that have terms of their own now, and had not.
    """
    used = _used([campaign.pk])
    kept: set[int] = set()
    for name, companions in _KEPT.items():
        names = (name, *companions)
        changes = any(n in columns and before[n] != columns[n] for n in names)
        if changes and before[name]:
            is_empty = Q(**{name: ""}) if companions else Q(**{f"{name}__isnull": True})
            pks = list(used.filter(is_empty).values_list("pk", flat=True))
            used.filter(is_empty).update(**{n: before[n] for n in names})
            kept.update(pks)
    return kept


def lock_used_codes(campaign_id: int, columns: Mapping[str, Any]) -> None:
    """Before the campaign is locked, because codes are locked before campaigns everywhere."""
    if not set(_KEPT).isdisjoint(columns):
        lock(_used([campaign_id]).only("pk"))


def lock_used_codes_of(campaign_ids: Collection[int]) -> None:
    """The same for many campaigns that change together: their codes in one order, before any of them."""
    lock(_used(campaign_ids).only("pk"))


def _used(campaign_ids: Collection[int]) -> QuerySet[Voucher]:
    return Voucher.objects.filter(campaign__in=campaign_ids, released_at=None).filter(
        Q(published_at__isnull=False) | Q(redeemed_quantity__gt=0)
    )


def spread_metadata(campaign: Campaign, changes: Mapping[str, Any], removed: Sequence[str]) -> Iterable[int]:
    """Codes with the voucher schema carry the campaign's metadata: merge the change into every one.

    Returns the primary keys of those that changed and have versions of their own.
    """
    if not campaign.use_voucher_metadata_schema or not (changes or removed):
        return ()
    merged = Func(
        F("metadata"),
        Value(dict(changes), output_field=JSONField()),
        arg_joiner=" || ",
        template="(%(expressions)s)",
        output_field=JSONField(),
    )
    without = Func(
        merged,
        Value(list(removed), output_field=ArrayField(CharField())),
        arg_joiner=" - ",
        template="(%(expressions)s::text[])",
        output_field=JSONField(),
    )
    codes = Voucher.objects.filter(campaign=campaign, released_at=None)
    codes.update(metadata=without)
    return codes.exclude(version=None).values_list("pk", flat=True)
