"""Which versions of the terms a decision was made on."""

from __future__ import annotations

from collections.abc import Iterable

from promotions.redeemables import Found


def ids_of(found: Iterable[Found]) -> list[int]:
    """Primary keys of the versions of these redeemables, their campaigns and their rules; no query.

    What has no version (a code that takes everything from its campaign) is left out.
    """
    ids: set[int] = set()
    for entry in found:
        rows = (entry.row, entry.campaign)
        ids.update(pk for row in rows if (pk := getattr(row, "version_id", None)) is not None)
        ids.update(entry.rule_version_ids)
    return sorted(ids)
