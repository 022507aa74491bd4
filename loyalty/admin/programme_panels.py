"""What the page of a programme shows around its settings: numbers, rules, the ladder of tiers, rewards,
members.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from commerce.admin.rows import customer_link
from core import words
from core.admin.pages import SHOWN_ROWS, Fact, Panel
from loyalty import programme_words
from loyalty.admin import rows
from loyalty.models import EarningRule, LoyaltyCard, LoyaltyTier, Programme, TierMapping
from loyalty.selectors import forecast, overview, tiers, worth
from loyalty.selectors.finance import Movement
from promotions.admin import pickers
from promotions.admin.rows import dialog_link, rule_link
from promotions.models import RewardAssignment
from promotions.words import campaign_state

_MONTHS_AHEAD: Final = 3


def lead(programme: Programme, now: datetime) -> str:
    """Coffee Club is running: new members get 100 points. Points expire … Tiers: by …"""
    loyalty = programme.loyalty or {}
    state = campaign_state(programme, now).lower()
    begin = loyalty.get("points") or 0
    joined = "by their first points" if loyalty.get("auto_join") else "when you give them a card"
    gets = f", and get {programme_words.points(begin)} for it" if begin else ""
    terms = loyalty.get("tiers_expiration")
    tiers_said = f" Tiers: {_small(programme_words.tiers(terms))}" if terms else ""
    return (
        f"{programme.name} ({state}). Customers join {joined}{gets}. "
        f"{programme_words.expiry(loyalty.get('expiration_rules'))}.{tiers_said}"
    )


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def facts(programme: Programme, today: date) -> list[Fact]:
    found = overview.figures([programme.pk], today)[programme.pk]
    value = worth.of([programme.pk]).get(programme.pk)
    liability = reverse("admin:loyalty_finance", query={"programme": programme.pk})
    ahead = forecast.forecast([programme.pk], today=today, months=_MONTHS_AHEAD).months
    return [
        Fact(
            title="Members",
            value=words.number(found.held.cards),
            url=_members_url(programme),
            note="customers who hold a card",
        ),
        Fact(
            title="Outstanding points",
            value=words.number(found.held.balance),
            note=f"worth {words.money(value.of(found.held.balance))}" if value else "worth not entered yet",
            url=liability,
        ),
        Fact(title="Earned this month", value=_moved(found, Movement.EARNED, Movement.ACTIVATED)),
        Fact(title="Spent this month", value=_moved(found, Movement.SPENT, Movement.REFUNDED)),
        Fact(title="Expired this month", value=_moved(found, Movement.EXPIRED)),
        Fact(
            title="Expire next",
            value=words.number(sum(one.points for one in ahead)),
            note=", ".join(f"{date_format(one.month, 'M')} {words.number(one.points)}" for one in ahead),
        ),
    ]


def _moved(found: overview.Figures, *kinds: Movement) -> str:
    return words.number(abs(sum(found.month[kind] for kind in kinds)))


def _members_url(programme: Programme) -> str:
    return reverse("admin:loyalty_loyaltycard_changelist", query={"campaign__id__exact": programme.pk})


def panels(programme: Programme, now: datetime, *, may_change: bool) -> list[Panel]:
    ladder = tiers.of_programme(programme.pk)
    mapped = tiers.mappings_of([tier.pk for tier in ladder])
    return [
        rules(programme, may_change=may_change),
        _tiers(programme, ladder, mapped),
        _rewards(programme, may_change=may_change),
        members(programme),
    ]


# Earning rules ------------------------------------------------------------------------------------------
def rules(programme: Programme, *, may_change: bool) -> Panel:
    """In plain words, with a switch."""
    found = overview.rules(programme.pk)
    names = names_of(found)
    given = overview.given_by(found)
    return Panel(
        key="rules",
        title="Earning rules",
        headers=("For what", "Points", "State", "Gave points", ""),
        rows=[
            (
                _what(rule, names),
                _points(rule, names),
                words.label("On", "success") if rule.is_active else words.label("Off"),
                words.count(given.get(rule.pk, 0), "time"),
                _switch(rule) if may_change else "",
            )
            for rule in found
        ],
        empty=(
            "Nothing earns points yet. Choose “Add” above, then “An earning rule”: 1 point for every 1.00 of "
            "a paid order is what most programmes do."
        ),
    )


def names_of(found: Sequence[EarningRule]) -> dict[str, str]:
    """What the sentences of these rules name, by `kind:id` or the id of a tier."""
    picked = pickers.by_value(overview.named(found))
    return {**{value: one.name for value, one in picked.items()}, **overview.tier_names(found)}


def _what(rule: EarningRule, names: dict[str, str]) -> SafeString:
    said = rows.rule_link(rule, programme_words.trigger(rule, names))
    banner = [f"“{rule.banner}”"] if rule.banner else []
    return rows.lines([said, *banner])


def _points(rule: EarningRule, names: dict[str, str]) -> SafeString:
    more = programme_words.more(rule)
    if rule.validation_rule is not None:
        more[0] = format_html("Only if: {}", rule_link(rule.validation_rule))
    return rows.lines([programme_words.ratio(rule.loyalty, names), *more])


def _switch(rule: EarningRule) -> SafeString:
    name = "disable" if rule.is_active else "enable"
    url = reverse(f"admin:loyalty_earningrule_{name}", args=[rule.pk])
    return dialog_link("Switch off" if rule.is_active else "Switch on", url)


# Tiers --------------------------------------------------------------------------------------------------
def _tiers(
    programme: Programme,
    ladder: Sequence[LoyaltyTier],
    mapped: dict[int, list[TierMapping]],
) -> Panel:
    """The highest rung on top."""
    held = overview.holders_of(ladder)
    return Panel(
        key="tiers",
        title="Tiers",
        headers=("Tier", "Points", "Members", "What it changes"),
        rows=[
            (
                rows.tier_link(tier),
                programme_words.thresholds(tier),
                words.number(held.get(tier.pk, 0)),
                changes(mapped.get(tier.pk, [])),
            )
            for tier in reversed(ladder)
        ],
        empty=(
            "No tiers: all members are alike. With tiers, good customers get more. Choose “Add” above, then "
            "“A tier”."
        ),
    )


def changes(mappings: Sequence[TierMapping]) -> SafeString | str:
    """What holders of a tier get and pay instead of the usual."""
    said = []
    for one in mappings:
        if one.earning_rule is not None:
            what = one.earning_rule.banner or "points for " + _cause(one.earning_rule)
            said.append((f"{what}: {programme_words.mapping(one)}",))
        elif one.assignment is not None:
            said.append((f"price of {one.assignment.reward.name}: {programme_words.mapping(one)}",))
    return format_html_join("", "<div>{}</div>", said) or "Nothing yet"


def _cause(rule: EarningRule) -> str:
    if rule.event == programme_words.ORDER_PAID:
        return "paid orders"
    return "a segment" if rule.event == programme_words.SEGMENT_ENTERED else f"“{rule.event}”"


# Rewards ------------------------------------------------------------------------------------------------
def _rewards(programme: Programme, *, may_change: bool) -> Panel:
    waiting = overview.to_hand_over(programme.pk).count()
    url = reverse(
        "admin:loyalty_rewardredemption_changelist", query={"card__campaign__id__exact": programme.pk}
    )
    return Panel(
        key="rewards",
        title="Rewards",
        headers=("Reward", "Members get", "Price", "Stock", "Conditions"),
        rows=[
            (
                reward_name(row, may_change=may_change),
                programme_words.reward(row.reward),
                programme_words.price(row),
                _stock(row),
                rule_link(row.rule) if row.rule else words.NOTHING,
            )
            for row in overview.assignments(programme.pk)
        ],
        empty=(
            "Nothing to get for points yet. Choose “Add” above, then “A reward”: a coupon, a gift card, a "
            "product, or paying orders with points."
        ),
        all_url=url if waiting else "",
        all_label=f"{words.count(waiting, 'reward')} to hand over",
    )


def reward_name(row: RewardAssignment, *, may_change: bool) -> SafeString:
    said: list[str] = [rows.assignment_link(row)]
    if row.auto_redeem:
        said.append("Redeems itself as soon as a member can pay it")
    if row.is_blocked:
        url = reverse("admin:promotions_rewardassignment_unblock", args=[row.pk])
        unlock = dialog_link("Unlock", url) if may_change else ""
        said.append(format_html("{} {}", words.label("Blocked: it ran away", "danger"), unlock))
    return rows.lines(said)


def _stock(row: RewardAssignment) -> str:
    limit = f", {words.number(row.limit_per_card)} a member" if row.limit_per_card else ""
    return f"{programme_words.stock(row)}{limit}"


# Members ------------------------------------------------------------------------------------------------
def members(programme: Programme) -> Panel:
    """The newest ones; the list of all is searched."""
    found = LoyaltyCard.objects.filter(campaign=programme.pk)
    found = found.select_related("voucher", "voucher__holder", "tier")
    return Panel(
        key="members",
        title="Members",
        headers=("Card", "Customer", "Tier", "Balance", "Pending", "Last activity"),
        rows=[
            (
                rows.member_link(card),
                customer_link(card.voucher.holder),
                card.tier.name if card.tier else words.NOTHING,
                words.number(card.balance),
                words.number(card.pending_points) if card.pending_points else words.NOTHING,
                programme_words.day(card.last_activity_on),
            )
            for card in found.order_by("-voucher")[:SHOWN_ROWS]
        ],
        empty="Nobody has joined yet. “Add a member” above gives a customer a card.",
        all_url=_members_url(programme),
        all_label="See and search all members",
    )
