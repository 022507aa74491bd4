"""Names of events as the contract's webhooks know them, also of those that nobody says yet (data file 13)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_BY_STEM: Final = {
    "business_validation_rule.assignment": "created deleted",
    "business_validation_rule": "created updated deleted",
    "campaign": "created updated enabled disabled deleted",
    "campaign.earning_rule": "assigned updated enabled disabled deleted",
    "campaign.loyalty_tier": "created updated deleted",
    "campaign.promotion_stack": "created updated",
    "campaign.promotion_tier": "created updated enabled disabled deleted",
    "campaign.referral_tier": "created updated deleted",
    "campaign.reward.assignment": "created updated deleted",
    "campaign.vouchers": "added",
    "campaign.vouchers.generation": "started completed failed",
    "customer": "confirmed created updated deleted rewarded",
    "customer.rewarded": "loyalty_points",
    "publication": "succeeded",
    "redemption": "succeeded failed",
    "redemption.rollback": "succeeded failed",
    "voucher": "created updated enabled disabled deleted published",
    "voucher.gift": "balance_added",
    "voucher.gift.transaction": "created",
    "voucher.loyalty_card": "points_added points_expired",
    "voucher.loyalty_card.pending_points": "added updated activated canceled",
    "voucher.loyalty_card.transaction": "created",
}
CONTRACT: Final = frozenset(f"{stem}.{verb}" for stem, verbs in _BY_STEM.items() for verb in verbs.split())
# The list of the management API lacks one of them.
LISTED: Final = CONTRACT - {"customer.updated"}
ALL: Final = "all"
# The contract's list misspells these; both are taken, what is sent is the right one.
_MISSPELT: Final = "aded"
_SPELT: Final = "added"


def spelt(sent: Iterable[str]) -> list[str]:
    """The names as messages have them, without doubles, sorted."""
    return sorted(
        {f"{name.removesuffix(_MISSPELT)}{_SPELT}" if _is_misspelt(name) else name for name in sent}
    )


def wire(names: Iterable[str]) -> list[str]:
    """As the contract's list spells them, sorted."""
    return sorted(
        f"{name.removesuffix(_SPELT)}{_MISSPELT}" if name in CONTRACT and name.endswith(_SPELT) else name
        for name in names
    )


def _is_misspelt(name: str) -> bool:
    return name.endswith(("." + _MISSPELT, "_" + _MISSPELT))
