"""What the page of a member shows: the card's numbers, its tier, what waits, what it got."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db.models import Min, Sum
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from commerce.admin.rows import order_link
from core import words
from core.admin.pages import SHOWN_ROWS, Fact, Panel
from loyalty import programme_words, statement_words
from loyalty.admin import rows
from loyalty.models import LoyaltyCard, PendingPoints, PointsLot, RewardRedemption, TierChange
from loyalty.selectors import tiers
from loyalty.selectors.tiers import Outlook
from promotions.admin.rows import dialog_link, redemption_url, voucher_link

_STATE_COLOURS: Final = {
    RewardRedemption.State.PENDING: "warning",
    RewardRedemption.State.COMPLETED: "success",
    RewardRedemption.State.ROLLED_BACK: "",
}


def facts(card: LoyaltyCard, today: date) -> list[Fact]:
    held = f"{words.number(card.held)} of it held by open baskets" if card.held else ""
    owed = "owed: the next points pay it off" if card.balance < 0 else ""
    return [
        Fact(title="Balance", value=programme_words.points(card.balance), note=owed or held),
        Fact(
            title="Pending",
            value=words.number(card.pending_points),
            note="earned, not usable yet" if card.pending_points else "",
        ),
        _expiring(card, today),
        Fact(title="Tier", value=card.tier.name if card.tier else words.NOTHING, note=_until(card)),
        Fact(title="Ever got", value=words.number(card.points)),
        Fact(
            title="Spent",
            value=words.number(card.redeemed_points),
            note=f"{words.number(card.expired_points)} expired unused",
        ),
    ]


def _expiring(card: LoyaltyCard, today: date) -> Fact:
    lots = PointsLot.objects.filter(card=card.pk, remaining__gt=0, expires_on__gte=today)
    first = lots.aggregate(day=Min("expires_on"))["day"]
    if first is None:
        return Fact(title="Expire next", value=words.NOTHING, note="nothing has a last day")
    points = lots.filter(expires_on=first).aggregate(points=Sum("remaining"))["points"]
    return Fact(
        title="Expire next",
        value=programme_words.points(points),
        note=f"last day {programme_words.day(first)}",
    )


def _until(card: LoyaltyCard) -> str:
    if card.tier is None:
        return ""
    since = f"since {programme_words.day(card.tier_since)}" if card.tier_since else ""
    ends = f"until {programme_words.day(card.tier_until)}" if card.tier_until else "no end"
    return ", ".join(filter(None, (since, ends)))


def progress(card: LoyaltyCard, today: date) -> SafeString | str:
    """How far the next tier is, with a bar."""
    ladder = tiers.ladder(card.campaign_id)
    if not ladder.tiers:
        return ""
    found = tiers.outlook(card, day=today, ladder=ladder)
    counted = _counted(found)
    if found.next_tier is None:
        top = found.tier.name if found.tier else "the highest tier"
        return format_html("<p>{} {} is the highest tier.</p>", counted, top)
    begins = found.tier.points_from if found.tier is not None else 0
    span = max(found.next_tier.points_from - begins, 1)
    done = min(100, max(0, 100 * (found.points - begins) // span))
    text = f"{programme_words.points(found.points_to_next or 0)} more bring {found.next_tier.name}."
    soon = ""
    if found.projected is not None and found.projected != found.tier:
        soon = f" With the pending points it will be {found.projected.name}."
    return format_html(
        '<p>{} {}{}</p><div class="fanfare-bar" role="img" aria-label="{}">'
        '<span style="width: {}%"></span></div>',
        counted,
        text,
        soon,
        text,
        done,
    )


def _counted(found: Outlook) -> str:
    if found.period is None:
        return f"{programme_words.points(found.points)} on the card."
    first, last = (programme_words.day(one) for one in found.period)
    return f"{programme_words.points(found.points)} collected in {first} – {last}."


def panels(card: LoyaltyCard, *, may_change: bool, may_hand_over: bool) -> list[Panel]:
    return [
        Panel(
            key="statement",
            title="Statement",
            content_url=reverse("admin:loyalty_loyaltycard_statement", args=[card.pk]),
        ),
        _pending(card, may_change=may_change),
        _lots(card),
        _rewards(card, may_hand_over=may_hand_over),
        _tier_changes(card),
    ]


def _pending(card: LoyaltyCard, *, may_change: bool) -> Panel:
    found = PendingPoints.objects.filter(card=card.pk, state=PendingPoints.State.PENDING)
    found = found.select_related("order", "earning__rule", "earning__order").order_by("activates_on", "pk")
    return Panel(
        key="pending",
        title="Pending points",
        headers=("Usable on", "Points", "From", "Why", ""),
        rows=[
            (
                programme_words.day(row.activates_on),
                rows.signed(row.points),
                order_link(row.order) if row.order else words.NOTHING,
                statement_words.basis(row.earning, row.details) if row.earning else words.NOTHING,
                pending_links(row) if may_change else "",
            )
            for row in found[: SHOWN_ROWS * 2]
        ],
        empty="Nothing waits: whatever was earned is usable.",
    )


def pending_links(row: PendingPoints) -> SafeString:
    activate = reverse("admin:loyalty_pendingpoints_activate", args=[row.pk])
    cancel = reverse("admin:loyalty_pendingpoints_cancel", args=[row.pk])
    return format_html(
        "{} &nbsp; {}", dialog_link("Make usable now", activate), dialog_link("Cancel", cancel)
    )


def _lots(card: LoyaltyCard) -> Panel:
    """What is left, by its last day: what is spent next stands on top."""
    found = PointsLot.objects.filter(card=card.pk, remaining__gt=0)
    lots = sorted(found, key=lambda lot: (lot.expires_on is None, lot.expires_on or date.max))
    return Panel(
        key="expiry",
        title="When points expire",
        headers=("Last day", "Points left", "of"),
        rows=[
            (
                programme_words.day(lot.expires_on) if lot.expires_on else "they stay",
                words.number(lot.remaining),
                words.number(lot.earned),
            )
            for lot in lots[: SHOWN_ROWS * 4]
        ],
        empty="No points are left.",
    )


def _rewards(card: LoyaltyCard, *, may_hand_over: bool) -> Panel:
    found = RewardRedemption.objects.filter(card=card.pk)
    found = found.select_related("reward", "voucher", "tier", "redemption__order").order_by("-redemption")
    return Panel(
        key="rewards",
        title="Rewards",
        headers=("When", "Reward", "Points", "Got", "State", ""),
        rows=[
            (
                words.link(words.when(row.created_at), redemption_url(row.redemption)),
                row.reward.name,
                words.number(row.points),
                got(row),
                reward_state(row),
                hand_over_link(row) if may_hand_over else "",
            )
            for row in found[: SHOWN_ROWS * 2]
        ],
        empty="No reward so far.",
    )


def got(row: RewardRedemption) -> SafeString | str:
    if row.redemption.order is not None:
        return order_link(row.redemption.order)
    return voucher_link(row.voucher) if row.voucher is not None else words.NOTHING


def reward_state(row: RewardRedemption) -> SafeString:
    state = RewardRedemption.State(row.state)
    return words.label(str(state.label), _STATE_COLOURS[state])


def hand_over_link(row: RewardRedemption) -> SafeString | str:
    if row.state != RewardRedemption.State.PENDING:
        return ""
    return dialog_link("Was handed over", reverse("admin:loyalty_rewardredemption_hand_over", args=[row.pk]))


def _tier_changes(card: LoyaltyCard) -> Panel:
    found = TierChange.objects.filter(card=card.pk).select_related("from_tier", "to_tier").order_by("-pk")
    return Panel(
        key="tiers",
        title="Tiers",
        headers=("From", "What", "Tier", "Held until"),
        rows=[
            (
                programme_words.day(row.day),
                row.get_kind_display(),
                _move(row),
                programme_words.day(row.until) if row.until else ("no end" if row.to_tier else words.NOTHING),
            )
            for row in found[: SHOWN_ROWS * 2]
        ],
        empty="No tier so far.",
    )


def _move(row: TierChange) -> str:
    before = row.from_tier.name if row.from_tier else words.NOTHING
    after = row.to_tier.name if row.to_tier else words.NOTHING
    return after if before == after or row.from_tier is None else f"{before} → {after}"
