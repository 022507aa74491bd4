"""What an approved change holds before it is compared with what was seen, so that it stays so meanwhile.

As the services do themselves: codes, then the campaign; one code, one budget. Without, somebody could change
it after the look at it and before the service has it, and his change would be overwritten unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from approvals.registry import Arguments
from core.locking import lock
from promotions.models import Budget, Campaign, PromotionTier, Voucher
from promotions.selectors import vouchers
from promotions.services import inheritance


def _changed(arguments: Arguments) -> None:
    """Other dates and another category reach codes, too."""
    inheritance.lock_used_codes(arguments["campaign_id"], arguments["spec"].values)
    _campaign(arguments)


def _campaign(arguments: Arguments) -> None:
    lock(Campaign.objects.filter(pk=arguments["campaign_id"]))


def _tier(arguments: Arguments) -> None:
    """Its campaign is described with all of its tiers."""
    tier = PromotionTier.objects.filter(pk=arguments["tier_id"])
    lock(Campaign.objects.filter(pk__in=list(tier.values_list("campaign", flat=True))))


def _voucher(arguments: Arguments) -> None:
    lock(Voucher.objects.filter(pk=arguments["voucher_id"]))


def _card(arguments: Arguments) -> None:
    """Named by its code or its id."""
    found = vouchers.find(arguments["code"])
    if found is not None:
        lock(Voucher.objects.filter(pk=found.pk))


def _budget(arguments: Arguments) -> None:
    lock(Budget.objects.filter(pk=arguments["budget_id"]))


HOLDS: Final[Mapping[str, Callable[[Arguments], None]]] = {
    "campaigns.update": _changed,
    "campaigns.launch": _campaign,
    "campaigns.switch": _campaign,
    "promotions.create": _campaign,
    "promotions.update": _tier,
    "promotions.switch": _tier,
    "promotions.delete": _tier,
    "vouchers.update": _voucher,
    "vouchers.switch": _voucher,
    "vouchers.delete": _voucher,
    "vouchers.adjust": _card,
    "budgets.update": _budget,
    "budgets.switch": _budget,
    "budgets.delete": _budget,
}
"""By operation. A campaign that is changed as a whole says itself which one was seen."""
