"""Rewards, and the programmes that offer them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from core.errors import NotFound
from promotions.models import Campaign, Reward, RewardAssignment

OBJECT = "reward"
ASSIGNMENT = "reward_assignment"
_PARTS = ("campaign", "product", "sku")


def present() -> QuerySet[Reward]:
    return Reward.objects.filter(deleted_at=None).select_related(*_PARTS)


def get(reward_id: str) -> Reward:
    """:raises NotFound: there is none, or it was deleted."""
    row = present().filter(public_id=reward_id).first()
    if row is None:
        raise NotFound.of(OBJECT, reward_id)
    return row


def assignments() -> QuerySet[RewardAssignment]:
    """Those in force, of programmes that are there, with their rewards."""
    rows = RewardAssignment.objects.filter(deleted_at=None, campaign__deleted_at=None)
    return rows.select_related("campaign", "rule", "reward", *(f"reward__{part}" for part in _PARTS))


def assignment(
    assignment_id: str, *, reward: Reward | None = None, campaign: Campaign | None = None
) -> RewardAssignment:
    """:raises NotFound: there is none, or it is one of another reward or programme."""
    rows = assignments().filter(public_id=assignment_id)
    if reward is not None:
        rows = rows.filter(reward=reward)
    if campaign is not None:
        rows = rows.filter(campaign=campaign)
    row = rows.first()
    if row is None:
        raise NotFound.of(ASSIGNMENT, assignment_id)
    return row


def offered(campaign_ids: Iterable[int], ids: Iterable[str]) -> list[RewardAssignment]:
    """How these programmes offer these rewards, named by their ids or by those of the offers. One query."""
    named = set(ids)
    rows = assignments().filter(campaign__in=set(campaign_ids))
    return list(rows.filter(Q(reward__public_id__in=named) | Q(public_id__in=named)).order_by("pk"))
