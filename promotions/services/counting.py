"""What a redemption that counts has to hold and to note: uses and discounted units that rules limit.

Contract: semantics-core 5.5, 11.5. Rows are counted in READ COMMITTED under the lock of what they are counted
for, so that two requests never both see the last use (INVARIANTS, part 3).
"""

from __future__ import annotations

from collections.abc import Sequence

from core.locking import lock
from engine import Outcome, Status
from promotions.models import Campaign, DiscountedUnits, PromotionTier, Redemption, Voucher
from promotions.redeemables import Found
from promotions.selectors.snapshots import Loaded


def hold(found: Sequence[Found]) -> None:
    """Lock the vouchers, tiers and campaigns of a request, in the order of the house: hottest last."""
    vouchers = {entry.row.pk for entry in found if isinstance(entry.row, Voucher)}
    tiers = {entry.row.pk for entry in found if isinstance(entry.row, PromotionTier)}
    campaigns = {entry.campaign.pk for entry in found if entry.campaign is not None}
    if vouchers:
        lock(Voucher.objects.filter(pk__in=vouchers))
    if tiers:
        lock(PromotionTier.objects.filter(pk__in=tiers))
    if campaigns:
        lock(Campaign.objects.filter(pk__in=campaigns))


def note_units(loaded: Loaded, outcome: Outcome, rows: Sequence[Redemption]) -> None:
    """Keep the discounted units of entries that limit them, beside the redemption of each step."""
    steps = outcome.with_status(Status.APPLICABLE)
    noted = []
    for step, row in zip(steps, rows[1:] if len(steps) > 1 else rows, strict=True):
        units: dict[tuple[str, str], int] = {}
        for part in step.units:
            if part.entry.unit_limits and part.units:
                name = (part.entry.item.id, part.article)
                units[name] = units.get(name, 0) + part.units
        noted += [
            DiscountedUnits(redemption=row, entry=entry, article=article, quantity=quantity)
            for (entry, article), quantity in units.items()
        ]
    if noted:
        DiscountedUnits.objects.bulk_create(noted)
