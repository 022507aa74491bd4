"""What the page of a referral shows: numbers, what speaks against it, both sides, and what happened when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from commerce.admin.rows import customer_name, order_link
from core import words
from core.admin.pages import Fact, Panel
from promotions.admin.rows import redemption_url, voucher_link
from referrals import alike, finding_words
from referrals.admin import review_rows
from referrals.models import Referral, ReferralReward
from referrals.selectors import evidence
from referrals.selectors.evidence import Kind, Moment
from referrals.selectors.stakes import Stake

_SAID: Final = {
    Kind.REFERRER_CREATED: "The referrer became a customer",
    Kind.REFEREE_CREATED: "The referee became a customer",
    Kind.CODE_PUBLISHED: "The referrer got the code",
    Kind.REDEEMED: "The referee redeemed the code",
    Kind.EVENT: "The shop reported the event that counts",
}


def facts(row: Referral, stake: Stake) -> list[Fact]:
    number = len(stake.promised) or len(stake.given)
    is_held = row.state == Referral.State.HELD
    return [
        Fact(title="State", value=row.get_state_display(), note=decided(row)),
        Fact(title="Order", value=words.money(stake.order_amount), note=_discount(stake)),
        Fact(
            title="Rewards at stake" if is_held else "Rewards",
            value=words.number(number),
            note="if it is accepted" if is_held and number else "",
        ),
        Fact(title="Happened", value=words.day(row.created_at), note=row.get_cause_display()),
    ]


def _discount(stake: Stake) -> str:
    return f"{words.money(stake.discount)} of it given as discount" if stake.discount else ""


def decided(row: Referral) -> str:
    """By whom and why; empty as long as nobody did."""
    by = f"by {row.decided_by} on {words.when(row.decided_at)}" if row.decided_at else ""
    return ": ".join(filter(None, (by, row.reason)))


def context(row: Referral) -> dict[str, Any]:
    """For `review_head.html`."""
    return {
        "review_findings": [finding_words.said(one) for one in row.findings],
        "review_traits": alike.compared(row.referrer, row.referee),
        "review_sides": [
            {"role": "Referrer", "link": review_rows.person(row.referrer), "row": row.referrer},
            {"role": "Referee", "link": review_rows.person(row.referee), "row": row.referee},
        ],
        "review_numbers": _numbers(row),
    }


def _numbers(row: Referral) -> list[tuple[str, str, str]]:
    """What the shop knows of both, beside what tells them apart."""
    first, second = row.referrer, row.referee
    return [
        ("Customer since", words.day(first.created_at), words.day(second.created_at)),
        ("Paid orders", words.number(first.orders_count), words.number(second.orders_count)),
        ("Spent", words.money(first.orders_total_amount), words.money(second.orders_total_amount)),
    ]


def panels(row: Referral, stake: Stake) -> list[Panel]:
    given = evidence.rewards(row)
    return [_timeline(row, given), _connected(row), _rewards(stake, given)]


def _timeline(row: Referral, given: Sequence[ReferralReward]) -> Panel:
    return Panel(
        key="timeline",
        title="Timeline",
        headers=("When", "What happened", ""),
        rows=[(words.when(one.at), *_moment(one, row)) for one in evidence.timeline(row, given)],
    )


def _moment(one: Moment, row: Referral) -> tuple[str, str]:
    whose = "The referrer" if one.customer_id == row.referrer_id else "The referee"
    match one.kind:
        case Kind.ORDER:
            assert one.order is not None  # noqa: S101 - has one
            said = f"{whose} ordered for {words.money(one.order.amount)}"
            return said, order_link(one.order)
        case Kind.REDEEMED:
            assert row.redemption is not None  # noqa: S101 - has one
            return _SAID[one.kind], words.link("Redemption", redemption_url(row.redemption))
        case Kind.CODE_PUBLISHED:
            return _SAID[one.kind], voucher_link(row.voucher)
        case Kind.HELD:
            return "The referral was judged", ""
        case Kind.DECIDED:
            return f"{row.decided_by} decided: {row.get_state_display().lower()}", row.reason
        case Kind.BLOCKED:
            return f"{whose} was blocked", ""
        case Kind.REWARD_DUE | Kind.REWARD_PAID:
            assert one.reward is not None  # noqa: S101 - has one
            verb = "got" if one.kind is Kind.REWARD_PAID else "is to get"
            return f"{whose} {verb} {review_rows.given(one.reward)}", review_rows.reward_label(one.reward)
    return _SAID[one.kind], ""


def _connected(row: Referral) -> Panel:
    """Rings show here: who recommends whom, in whatever programme."""
    return Panel(
        key="connected",
        title="Connected customers",
        headers=("When", "Referrer", "Referee", "Programme", "State"),
        rows=[
            (
                review_rows.review_link(one, words.when(one.created_at)),
                review_rows.person(one.referrer),
                review_rows.person(one.referee),
                one.campaign.name,
                review_rows.state_label(one),
            )
            for one in evidence.others(row)
        ],
        empty="Neither of them stands in any other referral.",
    )


def _rewards(stake: Stake, given: Sequence[ReferralReward]) -> Panel:
    rows = [
        (
            customer_name(one.customer),
            review_rows.given(one),
            review_rows.reward_label(one),
            words.when(one.paid_at or one.due_at),
            review_rows.brought(one),
            one.problem or words.NOTHING,
        )
        for one in given
    ]
    rows += [
        (
            "The referrer" if one.tier is not None else "The referee",
            review_rows.promised(one),
            words.label("If accepted"),
            words.NOTHING,
            words.NOTHING,
            words.NOTHING,
        )
        for one in stake.promised
    ]
    return Panel(
        key="rewards",
        title="Rewards",
        headers=("Whose", "Reward", "State", "Due or given", "Got", "Note"),
        rows=rows,
        empty="It brings nobody a reward.",
    )
