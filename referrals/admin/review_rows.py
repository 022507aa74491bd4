"""What the list and the page of referrals say in one line: states, findings, rewards, people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from commerce.admin.rows import customer_link, customer_name
from commerce.models import Customer
from core import words
from promotions.admin.rows import voucher_link
from referrals import finding_words, settings_words
from referrals.models import Referral, ReferralReward
from referrals.programmes import Programme, RefereeReward
from referrals.selectors.stakes import Promised, Stake

STATE_COLOURS: Final = {
    Referral.State.HELD: "warning",
    Referral.State.ACCEPTED: "success",
    Referral.State.REFUSED: "danger",
    Referral.State.REVERSED: "",
}
REWARD_COLOURS: Final = {
    ReferralReward.State.PENDING: "info",
    ReferralReward.State.TO_HAND_OVER: "warning",
    ReferralReward.State.PAID: "success",
    ReferralReward.State.CANCELLED: "",
    ReferralReward.State.SKIPPED: "",
    ReferralReward.State.TAKEN_BACK: "",
}
_MOST_CHIPS: Final = 4


def state_label(row: Referral) -> SafeString:
    return words.label(row.get_state_display(), STATE_COLOURS[Referral.State(row.state)])


def reward_label(row: ReferralReward) -> SafeString:
    return words.label(row.get_state_display(), REWARD_COLOURS[ReferralReward.State(row.state)])


def person(customer: Customer) -> SafeString:
    """With a mark where he is blocked."""
    mark = format_html(" {}", words.label("Blocked", "danger")) if customer.blocked_at else ""
    return format_html("{}{}", customer_link(customer), mark)


def title(row: Referral) -> str:
    return f"{customer_name(row.referrer)} recommended {customer_name(row.referee)}"


def review_url(referral_id: int) -> str:
    return reverse("admin:referrals_referral_change", args=[referral_id])


def review_link(row: Referral, text: str) -> SafeString:
    return words.link(text, review_url(row.pk))


def chips(row: Referral) -> SafeString:
    """The first findings in a few words each."""
    found = [finding_words.said(one) for one in row.findings]
    shown = format_html_join(
        " ", "{}", ((words.label(one.short, one.colour),) for one in found[:_MOST_CHIPS])
    )
    more = f"+{len(found) - _MOST_CHIPS}" if len(found) > _MOST_CHIPS else ""
    return format_html('<span class="review-chips">{} {}</span>', shown, more)


def promised(one: Promised) -> str:
    """100 points of Club, for the referrer"""
    if one.tier is not None:
        limit = f", if in the segment {one.tier.segment.name}" if one.tier.segment is not None else ""
        return f"{one.tier.reward.name}, for the referrer{limit}"
    return f"{settings_words.gets(one.referee)}, for the referee"


def given(one: ReferralReward) -> str:
    """What it is, whoever gets it."""
    return one.reward.name if one.reward is not None else settings_words.gets(_of_referee(one))


def _of_referee(one: ReferralReward) -> RefereeReward | None:
    return Programme.of(one.campaign).referee_reward


def brought(one: ReferralReward) -> str:
    return voucher_link(one.voucher) if one.voucher is not None else words.NOTHING


def rewards(stake: Stake) -> SafeString | str:
    """All rewards of a referral, one below the other."""
    said = [*(promised(one) for one in stake.promised), *(given(one) for one in stake.given)]
    return lines(said) if said else words.NOTHING


def lines(said: Iterable[str]) -> SafeString:
    return format_html_join("", '<div class="review-line">{}</div>', ((one,) for one in said))
