"""Clones: a campaign or a tier once more, with everything but what must be unique or is history.

`promotions/clone_plan.py` says what becomes of each column. The clone of a campaign is always a draft, so
that nobody is asked about it and nothing reaches customers before it is launched. Contract: 15.4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from core import audit, project
from core.actors import Actor
from core.errors import NotFound
from core.locking import lock, retried
from core.services.assignments import Access, Places
from promotions import clone_plan
from promotions.clone_plan import Fate
from promotions.models import (
    Campaign,
    PromotionStack,
    PromotionTier,
    ValidationRule,
)
from promotions.selectors import campaigns as known_campaigns
from promotions.selectors import tiers as known_tiers
from promotions.services import budgets, campaign_places, campaigns, stacks, tiers, validation_rules, versions
from promotions.services.campaign_pool import MOST_CODES
from promotions.services.campaigns import CampaignSpec
from promotions.services.definitions import CATEGORY, InvalidCampaign
from promotions.services.stacks import StackSpec
from promotions.services.tiers import TierSpec

type Rule = Mapping[str, Any]

type Belongings = Callable[[Campaign, Campaign, Actor, datetime], None]

_CLONABLE: Final = frozenset(Campaign.CampaignType)
_belongings: Final[list[Belongings]] = []


def register(copy: Belongings) -> None:
    """`copy(original, clone, actor, now)`: what the floor above keeps of a campaign. From `ready()`."""
    if copy not in _belongings:
        _belongings.append(copy)


@dataclass(frozen=True, kw_only=True)
class CloneSpec:
    """What a caller says about a clone.

    `code` is that of a campaign with one generic code. `codes`: how many its launch makes; None: as many as
    the original has. `starts_at` moves the whole schedule along, so that it lasts as long; `ends_at` sets the
    end apart. `has_no_dates` forgets both. `shares_budgets`: it draws on the budgets of the original, else on
    none. `values` and `metadata` go over what the original has, `tier_values` over each of its tiers,
    `conditions` over its rule. `places` are where it applies instead.
    """

    name: str
    description: str | None = None
    code: str = ""
    codes: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    has_no_dates: bool = False
    shares_budgets: bool = True
    values: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    tier_values: Mapping[str, Any] = field(default_factory=dict)
    conditions: Rule | None = None
    places: Places | None = None


@dataclass(frozen=True, kw_only=True)
class TierCloneSpec:
    """`campaign_id` is the promotion that gets the clone (primary key); None: that of the original."""

    name: str
    campaign_id: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@retried
@transaction.atomic
def campaign(*, campaign_id: int, spec: CloneSpec, actor: Actor, now: datetime) -> Campaign:
    """A draft like this campaign, with clones of its tiers, stacks and conditions, in the same places.

    :raises InvalidCampaign: a kind that cannot be cloned.
    :raises InvalidCampaignParams: no code for a campaign with one generic code.
    :raises DuplicateFound: the name or the code is taken.
    :raises InvalidExpirationDate: it would end before it starts.
    :raises NotFound: deleted in the meantime.
    """
    lock(Campaign.objects.filter(pk=campaign_id))
    original = known_campaigns.printable(known_campaigns.present()).filter(pk=campaign_id).first()
    if original is None:
        raise NotFound.of("campaign", str(campaign_id))
    if original.campaign_type not in _CLONABLE:
        raise InvalidCampaign(f"{original.get_campaign_type_display()} cannot be cloned.")
    copies = _Rules(actor, now)
    clone = campaigns.create(spec=_spec(original, spec, copies), actor=actor, now=now)
    if original.campaign_type == Campaign.CampaignType.PROMOTION:
        _clone_tiers(original, clone, spec, copies, actor, now)
    for copy in _belongings:
        copy(original, clone, actor, now)
    _clone_places(original, clone, spec, actor, now)
    if spec.shares_budgets:
        budgets.join(campaign=clone, drawn_by=original, actor=actor, now=now)
    of = {"cloned_from": original.public_id, "name": original.name}
    audit.log(actor, "campaign.cloned", clone, now=now, after=of)
    return known_campaigns.printable(Campaign.objects.all()).get(pk=clone.pk)


@retried
@transaction.atomic
def tier(*, tier_id: int, spec: TierCloneSpec, actor: Actor, now: datetime) -> PromotionTier:
    """A tier like this one, with a clone of its conditions: the last of its promotion, or of another one.

    In a promotion that runs it reaches customers, so whoever has to be asked about a new tier is asked.

    :raises ApprovalRequired: see above. :raises InvalidCampaign: the other campaign is no promotion.
    :raises NotFound: tier or campaign was deleted in the meantime.
    """
    original = known_tiers.printable(known_tiers.present()).filter(pk=tier_id).first()
    if original is None:
        raise NotFound.of("promotion_tier", str(tier_id))
    rule = _rule_of(original)
    values = _values(PromotionTier, original, Fate.SAME, Fate.MOVED)
    values.pop("hierarchy")
    return tiers.create(
        campaign_id=spec.campaign_id or original.campaign_id,
        spec=TierSpec(
            values={**values, "name": spec.name, **spec.values},
            metadata=original.metadata,
            new_conditions=None if rule is None else _columns_of(rule),
        ),
        actor=actor,
        now=now,
    )


def _clone_places(original: Campaign, clone: Campaign, spec: CloneSpec, actor: Actor, now: datetime) -> None:
    """In the same areas and stores, or where the spec says."""
    places = Places.of(original.places) if spec.places is None else spec.places
    access = None if places == Places() else Access(assign=places, is_whole=True)
    campaign_places.settle(clone, access, is_new=True, actor=actor, now=now)
    versions.note(clone, actor=actor, now=now)


def codes_of(original: Campaign) -> int:
    """How many codes the launch of a clone makes, if nothing else is said."""
    if original.type != Campaign.Type.STATIC:
        return original.planned_codes
    return min(original.planned_codes or original.vouchers_count, MOST_CODES)


def schedule(original: Campaign, spec: CloneSpec) -> dict[str, datetime | None]:
    """When the clone runs. A schedule is moved by the clock on the wall: 09:00 stays 09:00 after a change of
    the clocks.
    """
    if spec.has_no_dates:
        return {"starts_at": None, "ends_at": None}
    moved = {"starts_at": original.starts_at, "ends_at": original.ends_at}
    if spec.starts_at is not None:
        moved = {"starts_at": spec.starts_at, "ends_at": _moved(original.ends_at, original, spec)}
    return moved if spec.ends_at is None else {**moved, "ends_at": spec.ends_at}


def _moved(instant: datetime | None, original: Campaign, spec: CloneSpec) -> datetime | None:
    if instant is None or spec.starts_at is None or original.starts_at is None:
        return instant
    zone = project.current().zone
    walls = [
        one.astimezone(zone).replace(tzinfo=None) for one in (instant, spec.starts_at, original.starts_at)
    ]
    return (walls[0] + (walls[1] - walls[2])).replace(tzinfo=zone)


class _Rules:
    """Clones of rules: what shares a rule shares its clone."""

    def __init__(self, actor: Actor, now: datetime) -> None:
        self._by = {"actor": actor, "now": now}
        self._made: dict[int, str] = {}

    def ids(self, row: Campaign | PromotionTier, over: Rule | None = None) -> tuple[str, ...]:
        rule = _rule_of(row)
        if rule is None and over is None:
            return ()
        key = 0 if rule is None or over is not None else rule.pk
        if not key or key not in self._made:
            columns = {**({} if rule is None else _columns_of(rule)), **(over or {})}
            self._made[key] = validation_rules.create(values=columns, **self._by).public_id  # type: ignore[arg-type]
        return (self._made[key],)


def _spec(original: Campaign, spec: CloneSpec, copies: _Rules) -> CampaignSpec:
    values = _values(Campaign, original, Fate.SAME)
    kind = values.pop("campaign_type")
    for worth in ("discount", "gift", "loyalty", "referral"):
        if values[worth] is None:
            values.pop(worth)
    described = {} if spec.description is None else {"description": spec.description}
    return CampaignSpec(
        kind=kind,
        code=spec.code or None,
        vouchers_count=codes_of(original) if spec.codes is None else spec.codes,
        tiers=() if kind == Campaign.CampaignType.PROMOTION else None,
        values={
            **values,
            **schedule(original, spec),
            **described,
            **spec.values,
            "name": spec.name,
        },
        metadata={**original.metadata, **spec.metadata},
        rules=copies.ids(original, spec.conditions),
        is_draft=True,
    )


def _clone_tiers(
    original: Campaign, clone: Campaign, spec: CloneSpec, copies: _Rules, actor: Actor, now: datetime
) -> None:
    """Place by place, then the stacks with the clones of their tiers."""
    made: dict[int, str] = {}
    for row in known_tiers.of_campaign(original):
        values = {
            **_values(PromotionTier, row, Fate.SAME),
            **_tier_schedule(row, original, spec),
            **spec.tier_values,
        }
        added = tiers.add(
            campaign=clone,
            spec=TierSpec(values=values, metadata=row.metadata, rules=copies.ids(row)),
            actor=actor,
            now=now,
        )
        made[row.pk] = added.public_id
    for stack in PromotionStack.objects.filter(campaign=original).select_related("category").order_by("pk"):
        placed = stack.stacked_tiers.order_by("position").values_list("tier", flat=True)
        stacks.create(
            campaign_id=clone.pk,
            spec=StackSpec(
                values=_values(PromotionStack, stack, Fate.SAME),
                tier_ids=[made[pk] for pk in placed],
            ),
            actor=actor,
            now=now,
        )


def _tier_schedule(row: PromotionTier, original: Campaign, spec: CloneSpec) -> dict[str, datetime | None]:
    if spec.has_no_dates:
        return {"starts_at": None, "ends_at": None}
    return {name: _moved(getattr(row, name), original, spec) for name in ("starts_at", "ends_at")}


def _values(model: type[Any], row: Any, *fates: Fate) -> dict[str, Any]:
    """Columns as the services that make such rows take them; metadata goes apart."""
    found = {name: getattr(row, name) for name in clone_plan.columns(model, *fates) if name != "metadata"}
    found[CATEGORY] = row.category.public_id if row.category else None
    return found


def _rule_of(row: Campaign | PromotionTier) -> ValidationRule | None:
    assignment = getattr(row, "rule_assignment", None)
    return None if assignment is None else ValidationRule.objects.get(pk=assignment.rule_id)


def _columns_of(rule: ValidationRule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in clone_plan.columns(ValidationRule, Fate.SAME)}
