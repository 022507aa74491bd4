"""What a customer who is erased leaves behind in referrals: that they were, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db.models import Q

from commerce.models import Customer
from referrals.models import Referral

_KEPT: Final = ("key", "severity")
_SLICE: Final = 500


def forget(customer: Customer, now: datetime) -> None:
    """Keep of findings only what kind they were, of what was known nothing, and not what people wrote.

    Called within his erasure. States, sums and rewards stay, under a customer without a name.
    """
    his = Referral._base_manager.filter(Q(referrer=customer) | Q(referee=customer))
    rows = his.exclude(findings=[], judged={}, reason="").only("pk", "findings", "reason", "decided_by")
    changed = []
    for row in rows.iterator(chunk_size=_SLICE):
        row.findings = [_stripped(one) for one in row.findings]
        row.judged, row.updated_at = {}, now
        # Without a person it is a sentence of ours.
        row.reason = "" if row.decided_by else row.reason
        changed.append(row)
    Referral._base_manager.bulk_update(
        changed, ["findings", "judged", "reason", "updated_at"], batch_size=_SLICE
    )


def _stripped(finding: Mapping[str, Any]) -> dict[str, Any]:
    return {name: finding[name] for name in _KEPT if name in finding}
