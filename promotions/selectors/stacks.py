"""Finding promotion stacks, and taking a stack of a request apart. Contract: semantics-core 6.3, 7.1, 16."""

from __future__ import annotations

from typing import Final

from django.db.models import Prefetch, QuerySet

from core.errors import DomainError, NotFound
from engine import RedeemableObject
from promotions.models import Campaign, PromotionStack, StackedTier
from promotions.redeemables import Requested

# The wire's `object` of a stack. It is no kind of redeemable: what is decided on and used are its tiers.
OBJECT: Final = "promotion_stack"


class StackNotAlone(DomainError):
    key = "invalid_redeemables"
    message = "Promotion Stack cannot be use with other redeemables"


def printable(stacks: QuerySet[PromotionStack]) -> QuerySet[PromotionStack]:
    """With campaign and category, and its tiers in the order of application."""
    in_order = StackedTier.objects.order_by("position").select_related("tier")
    return stacks.select_related("campaign", "category").prefetch_related(
        Prefetch("stacked_tiers", queryset=in_order)
    )


def present() -> QuerySet[PromotionStack]:
    return PromotionStack.objects.filter(campaign__deleted_at=None)


def of_campaign(campaign: Campaign) -> list[PromotionStack]:
    """The stacks of one promotion, newest first, ready to be printed."""
    return list(printable(present().filter(campaign=campaign)).order_by("-created_at", "-pk"))


def get(stack_id: str, *, campaign: Campaign) -> PromotionStack:
    """:raises NotFound: unknown id, or a stack of another campaign."""
    stack = printable(present()).filter(public_id=stack_id, campaign=campaign).first()
    if stack is None:
        raise NotFound.of(OBJECT, stack_id)
    return stack


def tier_ids(stack: PromotionStack) -> list[str]:
    """The tiers in the order of application; the stack was loaded by `printable`."""
    return [place.tier.public_id for place in stack.stacked_tiers.all()]


def expanded(requested: tuple[Requested, ...]) -> tuple[Requested, ...]:
    """What is really asked for: a stack is replaced by its tiers, in its own order (one query).

    :raises StackNotAlone: a stack beside anything else.
    :raises NotFound: there is no such stack; the whole request fails.
    """
    stacks = [entry for entry in requested if entry.object == OBJECT]
    if not stacks:
        return requested
    if len(requested) > 1:
        raise StackNotAlone()
    places = StackedTier.objects.filter(
        stack__in=present().filter(public_id=stacks[0].id), tier__deleted_at=None
    )
    ids = list(places.order_by("position").values_list("tier__public_id", flat=True))
    if not ids:
        raise NotFound.of(OBJECT, stacks[0].id)
    return tuple(Requested(object=RedeemableObject.PROMOTION_TIER.value, id=tier_id) for tier_id in ids)
