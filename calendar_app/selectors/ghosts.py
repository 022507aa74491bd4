"""What open requests would make of campaigns, as items: read from the content that reviewers see.

Contract: governance K6. A ghost stands beside what is there; it is never held against its own campaign.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from approvals.models import OPEN, ApprovalRequest
from calendar_app.overlapping import scopes
from calendar_app.overlapping.items import DISABLED, Item
from core.exact import exact
from core.instants import parse_instant
from core.places import PLACES, SOME
from engine import Candidate, Category, RedeemableObject, Validity, effects, rules
from engine.effects import DiscountError
from engine.rules import RuleSet, RuleSyntaxError
from promotions import engine_input, gifts
from promotions.models import Campaign

logger = logging.getLogger(__name__)

MOST: Final = 500
_CAMPAIGN: Final = "campaign"
_COLUMNS: Final = (
    "pk", "public_id", "target_id", "target_label", "proposal", "facts", "proposal_sha256", "requester_label",
)  # fmt: skip
_PARTS: Final = ("rules", "applicable_to", "bundle_rules", "error")

type Content = Mapping[str, Any]


def proposed(
    items: Sequence[Item],
    *,
    units: Mapping[str, str],
    categories: Mapping[str, Category | None],
) -> list[Item]:
    """Those of the open requests about campaigns, as far as they change something that customers meet.

    One query. `items` are what is there, `units` their units by the wire ids of campaigns, `categories` go by
    name. What content does not say (owner, budgets) is as it is there.
    """
    rows = ApprovalRequest._base_manager.filter(state__in=OPEN, target_type=_CAMPAIGN).order_by("pk")
    there: dict[str, list[Item]] = {}
    for item in items:
        there.setdefault(item.unit, []).append(item)
    found: list[Item] = []
    for pk, public_id, target, label, proposal, facts, sha256, who in rows.values_list(*_COLUMNS)[:MOST]:
        like = there.get(units.get(target, ""), [])
        made = items_of_content(
            proposal,
            facts=facts,
            like=like,
            key=f"proposal:{public_id}",
            label=label,
            owner=who,
            categories=categories,
        )
        found += [replace(one, request_id=pk, digest=sha256) for one in made if not _is_as_it_is(one, like)]
    return found


def items_of_content(
    content: Content | None,
    *,
    facts: Content,
    like: Sequence[Item],
    key: str,
    label: str = "",
    owner: str = "",
    categories: Mapping[str, Category | None] | None = None,
) -> list[Item]:
    """The items of a campaign as `promotions.approval_contents` tells it; nothing if it would reach nobody.

    `like` are the items of the stored campaign, if it is stored; `key` names the request. `categories` go by
    name; without them, or a name that is not among them, a category has no stacking rules.
    """
    if not content or content.get("active") is False:
        return []
    try:
        return list(_items(content, _base(content, facts, like, key, label, owner), like, categories or {}))
    except (RuleSyntaxError, DiscountError, KeyError, TypeError, ValueError):
        # Content is kept for people: what an older release wrote may lack what is needed here.
        logger.warning("the content of %s cannot be compared", key)
        return []


def _items(
    content: Content, base: Item, like: Sequence[Item], categories: Mapping[str, Category | None]
) -> Iterator[Item]:
    key = base.key
    shared = tuple(_rule_sets(content))
    there = {one.category: one.candidate.category for one in like if one.candidate is not None}
    categories = {**there, **categories}
    if content.get("campaign_type") != Campaign.CampaignType.PROMOTION:
        wire = gifts.pays(content["gift"]["effect"]) if content.get("gift") else content.get("discount")
        stored = next((one.candidate for one in like if one.candidate is not None), None)
        if wire is None and stored is None:
            return
        discount = effects.parse(exact(wire)) if wire is not None else stored and stored.discount
        yield _item(base, key, content, content, discount, shared, categories)
        return
    for number, tier in enumerate(content.get("tiers") or ()):
        own = (*_rule_sets(tier), *shared)
        discount = effects.parse(exact(tier["discount"]))
        item = _item(base, f"{key}:{number}", content, tier, discount, own, categories)
        known = next((one for one in like if one.tier_name == tier["name"]), None)
        yield replace(
            item,
            key=f"{key}:{known.key if known is not None else number}",
            tier_id=None if known is None else known.tier_id,
            tier_name=tier["name"],
            banner=tier.get("banner") or "",
            state=DISABLED if tier.get("active") is False else item.state,
            is_ghost=tier.get("active") is not False,
        )


def _base(content: Content, facts: Content, like: Sequence[Item], key: str, label: str, owner: str) -> Item:
    first = like[0] if like else None
    words = [word for word in facts.get(PLACES) or () if not word.startswith(f"{SOME}:")]
    return Item(
        key=key,
        unit=key,
        name=content.get("name") or label,
        campaign_id=0 if first is None else first.campaign_id,
        public_id="" if first is None else first.public_id,
        state="LIVE" if first is None else first.state,
        campaign_type=content.get("campaign_type") or "",
        places=frozenset(words),
        channels=frozenset() if first is None else first.channels,
        owner=owner if first is None else first.owner,
        owner_id="" if first is None else first.owner_id,
        told=frozenset() if first is None else first.told,
        budgets=() if first is None else first.budgets,
        daily_cost=None if first is None else first.daily_cost,
        is_ghost=True,
    )


def _item(
    base: Item,
    key: str,
    content: Content,
    own: Content,
    discount: Any,
    sets: tuple[RuleSet, ...],
    categories: Mapping[str, Category | None],
) -> Item:
    name = own.get("category") or content.get("category") or ""
    is_tier = own is not content
    candidate = Candidate(
        key=key,
        object=RedeemableObject.PROMOTION_TIER if is_tier else RedeemableObject.VOUCHER,
        label=own.get("name") or base.name,
        validity=_validity(own) if is_tier else Validity(),
        campaign_validity=_validity(content),
        discount=discount,
        category=categories.get(name) or (Category(id=name, name=name) if name else None),
        rules=sets,
        metadata=exact(own.get("metadata") or {}),
        campaign_id=base.public_id or base.key,
    )
    return replace(
        base,
        key=key,
        candidate=candidate,
        category=name,
        category_id="" if candidate.category is None else candidate.category.id,
        segments=scopes.segments_named(candidate),
    )


def _rule_sets(content: Content) -> Iterator[RuleSet]:
    wire = content.get("conditions")
    if wire:
        parts = {part: exact(wire[part]) for part in _PARTS if wire.get(part) is not None}
        yield rules.parse({"id": wire.get("name") or "", "name": wire.get("name") or "", **parts})


def _validity(content: Content) -> Validity:
    """The same columns under their names in the content."""
    row = Campaign(
        starts_at=_instant(content.get("start_date")),
        ends_at=_instant(content.get("expiration_date")),
        timeframe_interval=content.get("timeframe_interval") or "",
        timeframe_duration=content.get("timeframe_duration") or "",
        days_of_week=content.get("validity_day_of_week"),
        validity_hours=content.get("validity_hours"),
    )
    return engine_input.validity(
        row, activity_duration=content.get("activity_duration_after_publishing") or ""
    )


def _is_as_it_is(item: Item, like: Iterable[Item]) -> bool:
    """Does the request leave what customers meet as it is?"""
    return any(
        one.can_reach
        and one.tier_name == item.tier_name
        and one.places == item.places
        and one.candidate is not None
        and item.candidate is not None
        and _terms(one.candidate) == _terms(item.candidate)
        for one in like
    )


def _terms(candidate: Candidate) -> tuple[Any, ...]:
    merged = [
        [(one.rules, one.logic, one.applicable_to, one.bundle) for one in candidate.rules],
        candidate.validity,
        candidate.campaign_validity or Validity(),
    ]
    return (*merged, candidate.discount, candidate.category)


def _instant(text: Any) -> datetime | None:
    return parse_instant(text) if text else None
