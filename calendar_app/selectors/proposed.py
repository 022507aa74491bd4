"""What is only proposed, as items that can be held against the calendar: drafts, requests for approval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from calendar_app.overlapping import scopes
from calendar_app.overlaps import Item
from calendar_app.selectors import ghosts, items
from core.places import SOME
from promotions import engine_input
from promotions.models import Campaign, Category, Lifecycle
from promotions.previews.proposal import Proposal

_CAMPAIGN: Final = "campaign"
_DRAFT: Final = "draft"


def items_of_request(asked: Any, *, now: datetime) -> list[Item]:
    """What an approval request would leave; nothing where that is no campaign, or one that reaches nobody."""
    if asked.target_type != _CAMPAIGN or not asked.proposal:
        return []
    rows = Category.objects.all()
    return ghosts.items_of_content(
        asked.proposal,
        facts=asked.facts,
        like=_stored(asked.target_id, now),
        key=f"proposal:{asked.public_id}",
        label=asked.target_label,
        owner=asked.requester_label,
        categories={row.name: engine_input.category(row) for row in rows},
    )


def items_of_proposals(proposals: Sequence[Proposal], *, now: datetime) -> list[Item]:
    """The tiers of one campaign as somebody drafts them, or its codes.

    What a draft does not say (who is told of it, its other budgets) is as it is stored, if it is.

    :raises DiscountError, RuleSyntaxError: the engine cannot calculate it.
    """
    if not proposals:
        return []
    stored = _stored(proposals[0].campaign_id, now) if proposals[0].campaign_id else []
    return [_item(one, number, stored) for number, one in enumerate(proposals)]


def _stored(public_id: str, now: datetime) -> list[Item]:
    pk = Campaign.objects.filter(public_id=public_id).values_list("pk", flat=True).first()
    return [] if pk is None else items.of_campaign(pk, now)


def _item(proposal: Proposal, number: int, stored: Sequence[Item]) -> Item:
    found = proposal.found()
    key = f"{_DRAFT}:{number}"
    category = proposal.category
    candidate = replace(
        found.candidate,
        key=key,
        category=engine_input.category(category),
        campaign_id=proposal.campaign_id or _DRAFT,
    )
    is_tier = proposal.codes is None
    there = next((one for one in stored if not is_tier or one.tier_name == proposal.name), None)
    item = Item(
        key=key,
        unit=stored[0].unit if stored else _DRAFT,
        campaign_id=stored[0].campaign_id if stored else 0,
        name=proposal.campaign or proposal.name,
        tier_name=proposal.name if is_tier and proposal.name != proposal.campaign else "",
        state=Lifecycle.DRAFT.value,
        campaign_type=found.campaign.campaign_type if found.campaign is not None else "",
        candidate=candidate,
        places=frozenset(word for word in proposal.places if not word.startswith(f"{SOME}:")),
        channels=scopes.keys_named(candidate),
        category="" if category is None else category.name,
        category_id="" if category is None else category.public_id,
        segments=scopes.segments_named(candidate),
    )
    if there is None:
        return item
    return replace(
        item, told=there.told, budgets=there.budgets, messages=there.messages, daily_cost=there.daily_cost
    )
