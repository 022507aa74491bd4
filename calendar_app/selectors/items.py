"""Everything that lies on the calendar, ready to be compared: campaigns of codes, tiers, what is proposed.

A constant number of queries, however many there are. Whoever keeps conflicts has to see all of them, so
what is read here is not limited to the places of a caller; pages show only what is in his reach.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q, QuerySet

from calendar_app.overlapping import scopes
from calendar_app.overlapping.items import DISABLED, Channel, Item, Message
from calendar_app.overlapping.world import World
from calendar_app.selectors import ghosts, item_facts, surroundings
from calendar_app.selectors.item_facts import Facts
from core import places
from core.places import SOME
from engine import Candidate
from engine.effects import DiscountError
from engine.rules import RuleSyntaxError
from promotions import engine_input
from promotions.models import Campaign, Category, Lifecycle, PromotionTier
from promotions.selectors import offers, validation_rules
from promotions.selectors.stacking_rules import of_project
from promotions.selectors.validation_rules import RulesOf

CODES: Final = "campaign"
TIER: Final = "tier"


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Campaigns with their tiers, categories and rules."""

    campaigns: Sequence[Campaign]
    tiers: Mapping[int, Sequence[PromotionTier]]
    categories: Mapping[int, Category]
    rules: RulesOf
    sample_discounts: Mapping[int, Mapping[str, Any]]


def load(now: datetime) -> tuple[list[Item], World]:
    """What is not over and not in the bin, drafts and open requests included."""
    with places.limited_to(None):
        settings, category_rules = of_project()
        rows = _rows(Campaign.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now)))
        facts = item_facts.gather(rows.campaigns, rows.rules.budgets, settings=settings, now=now)
        found = list(_items(rows, facts))
        found += ghosts.proposed(
            found,
            units={row.public_id: f"{CODES}:{row.pk}" for row in rows.campaigns},
            categories={row.name: engine_input.category(row) for row in rows.categories.values()},
        )
        stacking = engine_input.stacking_rules(settings, category_rules)
        world = surroundings.world(
            found, settings=settings, stacking=stacking, typical=facts.past.typical, now=now
        )
    return found, world


def of_campaign(campaign_id: int, now: datetime) -> list[Item]:
    """One campaign as it is now, whatever its state; nothing if it is in the bin or unknown."""
    with places.limited_to(None):
        settings, _ = of_project()
        rows = _rows(Campaign.objects.filter(pk=campaign_id))
        facts = item_facts.gather(rows.campaigns, rows.rules.budgets, settings=settings, now=now)
        return list(_items(rows, facts))


def _rows(campaigns: QuerySet[Campaign]) -> Rows:
    found = list(campaigns.filter(deleted_at=None).exclude(lifecycle=Lifecycle.ENDED).order_by("pk"))
    pks = [row.pk for row in found]
    tiers: dict[int, list[PromotionTier]] = {}
    for row in PromotionTier.objects.filter(campaign__in=pks, deleted_at=None).order_by("hierarchy", "pk"):
        tiers.setdefault(row.campaign_id, []).append(row)
    ids = [row.pk for rows in tiers.values() for row in rows]
    return Rows(
        campaigns=found,
        tiers=tiers,
        categories={row.pk: row for row in Category.objects.all()},
        rules=validation_rules.rules_of(campaigns=pks, tiers=ids),
        sample_discounts=item_facts.sample_discounts(found),
    )


def _items(rows: Rows, facts: Facts) -> Iterator[Item]:
    for campaign in rows.campaigns:
        if campaign.campaign_type == Campaign.CampaignType.PROMOTION:
            for tier in rows.tiers.get(campaign.pk, ()):
                yield _of_tier(campaign, tier, rows, facts)
        else:
            yield _of_codes(campaign, rows, facts)


def _of_codes(campaign: Campaign, rows: Rows, facts: Facts) -> Item:
    category = rows.categories.get(campaign.category_id or 0)
    found = rows.rules.campaign(campaign.pk)
    discount = campaign.discount or rows.sample_discounts.get(campaign.pk)
    candidate = _candidate(campaign, category, found, discount)
    return item_of(
        campaign,
        candidate,
        facts,
        key=f"{CODES}:{campaign.pk}",
        category=category,
        material=[campaign_material(campaign), discount, [_rule_material(one) for one in found]],
    )


def _candidate(
    campaign: Campaign, category: Category | None, found: tuple[Any, ...], discount: Mapping[str, Any] | None
) -> Candidate | None:
    """None: every code has its own discount and none was made yet, or it cannot be calculated."""
    above = offers.parent(campaign, engine_input.category(category), found)
    if above.discount is None and discount is not None:
        above = replace(above, discount=discount)
    if above.discount is None:
        return None
    try:
        return offers.campaign(campaign, above)[1]
    except (DiscountError, RuleSyntaxError):
        return None


def _of_tier(campaign: Campaign, tier: PromotionTier, rows: Rows, facts: Facts) -> Item:
    inherited = rows.categories.get(campaign.category_id or 0)
    category = rows.categories.get(tier.category_id or 0)
    found = (rows.rules.tier(tier.pk), rows.rules.campaign(campaign.pk))
    above = offers.parent(campaign, engine_input.category(inherited), found[1])
    try:
        candidate = offers.tier(tier, above, engine_input.category(category), found[0])[1]
    except (DiscountError, RuleSyntaxError):
        candidate = None
    return item_of(
        campaign,
        candidate,
        facts,
        key=f"{TIER}:{tier.pk}",
        category=category or inherited,
        tier=tier,
        material=[
            campaign_material(campaign),
            tier_material(tier),
            [_rule_material(one) for sets in found for one in sets],
        ],
    )


def item_of(
    campaign: Campaign,
    candidate: Candidate | None,
    facts: Facts,
    *,
    key: str,
    category: Category | None,
    material: Any,
    tier: PromotionTier | None = None,
) -> Item:
    """One item of a stored campaign. `material` is what its digest is made of, beside facts around it."""
    is_off = tier is not None and not tier.is_active
    owner = facts.owners.get(campaign.public_id)
    around = facts.of(campaign.pk)
    segments = frozenset() if candidate is None else scopes.segments_named(candidate)
    item = Item(
        key=key,
        unit=f"{CODES}:{campaign.pk}",
        campaign_id=campaign.pk,
        tier_id=None if tier is None else tier.pk,
        public_id=campaign.public_id if tier is None else tier.public_id,
        name=campaign.name,
        tier_name="" if tier is None else tier.name,
        state=DISABLED if is_off else campaign.lifecycle,
        campaign_type=campaign.campaign_type,
        candidate=candidate,
        places=frozenset(word for word in campaign.places if not word.startswith(f"{SOME}:")),
        channels=_channels(campaign, candidate),
        category_id="" if category is None else category.public_id,
        category="" if category is None else category.name,
        owner="" if owner is None else owner.name,
        owner_id="" if owner is None else owner.id,
        segments=segments,
        told=frozenset(around.told),
        budgets=around.pools,
        messages=around.messages,
        banner="" if tier is None else tier.banner,
        daily_cost=facts.daily_cost(campaign, tier, candidate),
    )
    item = replace(item, messages=(*item.messages, *_banner(item)))
    return replace(item, digest=digest_of(item, material))


def _banner(item: Item) -> Iterator[Message]:
    """What a tier says to the segments that it is for, from its start on."""
    if not item.banner:
        return
    for segment in sorted(item.segments):
        yield Message(
            id=item.key,
            name=item.banner,
            channel=Channel.BANNER,
            segment=segment,
            at=item.starts_at,
            trigger="" if item.starts_at is not None else Channel.BANNER,
        )


def _channels(campaign: Campaign, candidate: Candidate | None) -> frozenset[str]:
    """Keys that its rules name, and what its metadata says."""
    said = [campaign.metadata.get(name) for name in ("channel", "channels")]
    texts = [each for one in said for each in (one if isinstance(one, list) else [one])]
    named = frozenset() if candidate is None else scopes.keys_named(candidate)
    return named | {text for text in texts if isinstance(text, str) and text}


def campaign_material(row: Campaign) -> list[Any]:
    return [
        row.name, row.lifecycle, row.campaign_type, row.discount, row.gift, row.category_id, row.places,
        *_limits(row), row.activity_duration_after_publishing, row.metadata,
    ]  # fmt: skip


def tier_material(row: PromotionTier) -> list[Any]:
    return [
        row.name,
        row.banner,
        row.discount,
        row.category_id,
        row.is_active,
        row.metadata,
        row.hierarchy,
        *_limits(row),
    ]


def _limits(row: Any) -> list[Any]:
    names = (
        "starts_at",
        "ends_at",
        "timeframe_interval",
        "timeframe_duration",
        "days_of_week",
        "validity_hours",
    )
    return [getattr(row, name) for name in names]


def _rule_material(rule_set: Any) -> Any:
    return rule_set.to_json()


def digest_of(item: Item, material: Any) -> str:
    """The same in every process for the same terms. Figures that move all day count by their magnitude."""
    category = None if item.candidate is None else item.candidate.category
    around = [
        item.key,
        item.request_id,
        item.owner_id,
        item.category,
        [category.hierarchy, category.stacking_type] if category is not None else None,
        sorted(item.told),
        [(pool.id, pool.name, (pool.left or 0).bit_length()) for pool in item.budgets],
        [(one.id, one.name, one.segment, one.at, one.trigger) for one in item.messages],
        (item.daily_cost or 0).bit_length(),
    ]
    text = json.dumps([material, around], cls=DjangoJSONEncoder, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
