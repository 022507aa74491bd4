"""The settings of a referral programme in plain words, one line each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core import words
from promotions.models import Voucher
from referrals.programmes import Conversion, Period, Programme, RefereeReward

_WITHIN: Final = {
    Period.DAY: " a day",
    Period.WEEK: " a week",
    Period.MONTH: " a month",
    Period.EVER: " in all",
}


def lines(referral: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and text of every setting, in the order of reading; `referral` as stored."""
    programme = Programme.read(referral)
    most, delay = programme.most_rewards, programme.delay_days
    return [
        ("Somebody recommended counts", converts(programme)),
        ("Who was recommended gets", gets(programme.referee_reward)),
        (
            "Rewards of referrers",
            f"wait {delay} day{'s' if delay != 1 else ''}" if delay else "come at once",
        ),
        ("Rewards for one referrer", f"{most:,}{_WITHIN[programme.period]}" if most else "any number"),
        ("Who may be recommended", "new customers only" if programme.new_customers_only else "everybody"),
        (
            "Orders that come back",
            "take the referral back" if programme.reverse_on_return else "leave the referral",
        ),
        ("When referrals are judged suspicious", "as set here" if programme.thresholds else "as usual"),
        ("Link to share", programme.share_url or "none: people share the code"),
    ]


def converts(programme: Programme) -> str:
    if programme.conversion is Conversion.CUSTOM_EVENT:
        return f"when the event “{programme.custom_event}” is reported"
    if programme.conversion is Conversion.ORDER_PAID:
        return "when the order with the code is paid"
    return "when the code is redeemed"


def gets(reward: RefereeReward | None) -> str:
    if reward is None:
        return "the discount of the code, if it has one"
    if reward.type == Voucher.Type.GIFT_VOUCHER:
        return f"{words.money(reward.amount)} on a card of {reward.name}"
    return f"{reward.amount:,} points of {reward.name}"
