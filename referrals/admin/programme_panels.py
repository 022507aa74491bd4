"""What the page of a programme shows around its settings: numbers, rewards, referrers, referrals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse

from commerce.admin.rows import customer_link, segment_link
from core import words
from core.admin.pages import SHOWN_ROWS, Fact, Panel
from promotions.words import campaign_state
from referrals import settings_words, tier_words
from referrals.admin import rows
from referrals.models import Referral, ReferralProgramme, ReferralReward
from referrals.programmes import Programme
from referrals.selectors import overview, tiers
from referrals.selectors.overview import Figures


def lead(programme: ReferralProgramme, offer: str, now: datetime) -> str:
    """Friends (running). Friends get 10 % off. It counts when the code is redeemed."""
    settings = Programme.of(programme)
    state = campaign_state(programme, now).lower()
    counts = settings_words.converts(settings)
    wait = settings.delay_days
    waits = f", {words.count(wait, 'day')} later" if wait else ""
    return (
        f"{programme.name} ({state}). Friends get {gets(programme, offer)}. It counts {counts}; "
        f"rewards for referrers come then{waits}."
    )


def gets(programme: ReferralProgramme, offer: str) -> str:
    """10 % off and 100 points of Coffee Club; `offer` is the discount, "" if there is none."""
    reward = Programme.of(programme).referee_reward
    parts = [offer, settings_words.gets(reward) if reward is not None else ""]
    return " and ".join(part for part in parts if part) or "nothing"


def facts(programme: ReferralProgramme, found: Figures) -> list[Fact]:
    return [
        Fact(
            title="Referrers",
            value=words.number(found.referrers),
            note="customers with a code",
            url=_codes_url(programme),
        ),
        Fact(title="Recommended this month", value=words.number(found.lately), note="that count"),
        Fact(title="Recommended in all", value=words.number(found.counted), note="that count"),
        Fact(title="Held for review", value=words.number(found.held)),
        Fact(title="Rewards waiting", value=words.number(found.waiting), note="for referrers"),
    ]


def _codes_url(programme: ReferralProgramme) -> str:
    return reverse("admin:promotions_voucher_changelist", query={"campaign__id__exact": programme.pk})


def panels(programme: ReferralProgramme, found: Figures) -> list[Panel]:
    return [rewards(programme), referrers(programme), referrals(programme), numbers(found)]


def rewards(programme: ReferralProgramme) -> Panel:
    return Panel(
        key="rewards",
        title="Rewards for referrers",
        headers=("Name", "Referrers get", "When", "Only to"),
        rows=[
            (
                rows.tier_link(tier),
                tier_words.what(tier.reward),
                tier_words.occasion(tier),
                segment_link(tier.segment) if tier.segment is not None else words.NOTHING,
            )
            for tier in tiers.of_programme(programme.pk)
        ],
        empty="Whoever recommends gets nothing yet. “Add a reward” above changes that.",
    )


def referrers(programme: ReferralProgramme) -> Panel:
    settings = Programme.of(programme)
    return Panel(
        key="referrers",
        title="Referrers",
        headers=("Customer", "Code to share", "Referrals", "Held", "Rewards given", "Waiting"),
        rows=[
            (
                customer_link(one.customer),
                rows.code(settings, one.voucher),
                words.number(one.counted),
                words.number(one.held) if one.held else words.NOTHING,
                words.number(one.given) if one.given else words.NOTHING,
                words.number(one.waiting) if one.waiting else words.NOTHING,
            )
            for one in overview.referrers(programme.pk, SHOWN_ROWS)
        ],
        empty="Nobody has a code yet. “Give a code” above lets a customer recommend.",
        all_url=_codes_url(programme),
        all_label="See and search all codes",
    )


def referrals(programme: ReferralProgramme) -> Panel:
    found = overview.newest(Referral.objects.filter(campaign=programme.pk), SHOWN_ROWS)
    return Panel(
        key="referrals",
        title="Referrals",
        headers=rows.REFERRAL_HEADERS,
        rows=[rows.referral_row(row) for row in found],
        empty="Nobody came by a recommendation yet.",
    )


def numbers(found: Figures) -> Panel:
    """Every state, also those that nobody is in: a figure that is missing looks forgotten."""
    return Panel(
        key="numbers",
        title="Numbers",
        headers=("", "So far"),
        rows=[
            *_lines("Referrals", Referral.State.choices, found.states),
            *_lines("Rewards for referrers", ReferralReward.State.choices, found.rewards),
        ],
    )


def _lines(of: str, states: Sequence[tuple[str, str]], found: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(f"{of}: {label.lower()}", words.number(found.get(state, 0))) for state, label in states]
