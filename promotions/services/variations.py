"""Variations: one campaign once for each row of a table, changed and launched together.

They are drafts that know their parent, and nothing else about them is special: each can be changed alone,
and goes on alone when it is unlinked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from approvals.gate import gated
from core import audit
from core.actors import Actor
from core.errors import DomainError, NotFound
from core.locking import lock, retried
from promotions.models import Budget, Campaign, PromotionTier, Variation
from promotions.selectors import variations as selectors
from promotions.selectors.variations import Row
from promotions.services import budgets, campaigns, cloning, inheritance, tiers
from promotions.services.budgets import BudgetSpec
from promotions.services.campaigns import CampaignSpec
from promotions.services.cloning import CloneSpec
from promotions.services.tiers import TierSpec
from promotions.variation_table import MOST_ROWS, CellNotRead

MOST: Final = 500
"""Variations of one parent."""


class NoVariations(DomainError):
    status = 409
    key = "no_variations"
    message = "No variations"


class TooManyVariations(DomainError):
    key = "too_many_variations"
    message = "Too many variations"


class InvalidChange(DomainError):
    key = "invalid_payload"
    message = "Invalid payload"


@dataclass(frozen=True, kw_only=True)
class ChangeSpec:
    """What becomes of all chosen variations. `discount` is a value as people write it: 25 %, 5.00.

    `campaign_ids` are wire ids of some of them; None: all. None of the others: stays as it is.
    """

    campaign_ids: tuple[str, ...] | None = None
    discount: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome[Shown]:
    """What came of one row when it was tried: the campaign as `show` saw it, or why it cannot be made."""

    shown: Shown | None
    problem: str


class _Undone(Exception):
    pass


@retried
@transaction.atomic
def make(*, parent_id: int, rows: Sequence[Row], actor: Actor, now: datetime) -> list[Campaign]:
    """A draft for each row, all or none; the parent stays as it is.

    :raises TooManyVariations: more than fit. :raises DomainError: as clones and budgets.
    """
    parent = _locked(parent_id)
    linked = Variation.objects.filter(parent=parent)
    if len(rows) > MOST_ROWS or linked.count() + len(rows) > MOST:
        raise TooManyVariations(
            f"At most {MOST_ROWS} are made at once, and a campaign has at most {MOST} variations."
        )
    last = linked.aggregate(last=Max("position"))["last"] or 0
    made = [_made(parent, row, place, actor, now) for place, row in enumerate(rows, start=last + 1)]
    names = {"variations": [one.name for one in made]}
    audit.log(actor, "campaign.varied", parent, now=now, after=names)
    return made


def tried[Shown](
    *,
    parent_id: int,
    rows: Sequence[Row],
    show: Callable[[Campaign], Shown],
    actor: Actor,
    now: datetime,
) -> list[Outcome[Shown]]:
    """What would come of each row, found out by making and undoing it. Nothing stays."""
    return [_tried(parent_id, row, show, actor, now) for row in rows]


@gated("campaigns.update_variations")
@retried
@transaction.atomic
def change(*, parent_id: int, spec: ChangeSpec, actor: Actor, now: datetime) -> list[Campaign]:
    """Change all chosen variations together, all or none: drafts, and those that run.

    :raises NoVariations: none was chosen, or nothing would change.
    :raises InvalidChange: one has no single discount, or the value cannot be read.
    :raises DomainError: as changes of single campaigns.
    """
    chosen = _chosen(parent_id, spec.campaign_ids)
    values = {
        name: value
        for name, value in (("starts_at", spec.starts_at), ("ends_at", spec.ends_at))
        if value is not None
    }
    if not chosen or not (values or spec.discount):
        raise NoVariations("Choose at least one variation, and say what becomes different.")
    if values:
        inheritance.lock_used_codes_of([campaign.pk for campaign in chosen])
    for campaign in chosen:
        _change(campaign, values, spec.discount, actor, now)
    return chosen


@gated("campaigns.launch_variations")
@retried
@transaction.atomic
def launch(
    *, parent_id: int, campaign_ids: tuple[str, ...] | None, actor: Actor, now: datetime
) -> list[Campaign]:
    """Launch all chosen variations that are drafts, all or none; those that run already are passed over.

    :raises NoVariations: none of them is a draft. :raises DomainError: as launches of single campaigns.
    """
    drafts = [one for one in _chosen(parent_id, campaign_ids) if one.is_draft]
    if not drafts:
        raise NoVariations("None of the chosen variations is a draft.")
    return [campaigns.launch(campaign_id=one.pk, actor=actor, now=now) for one in drafts]


@transaction.atomic
def unlink(*, campaign_id: int, actor: Actor, now: datetime) -> None:
    """Let it go on alone. :raises NotFound: it is no variation (any more)."""
    rows = lock(Variation.objects.filter(campaign=campaign_id))
    if not rows:
        raise NotFound.of("variation", str(campaign_id))
    campaign = Campaign.objects.get(pk=campaign_id)
    parent = Campaign.objects.get(pk=rows[0].parent_id)
    before = {"variation_of": parent.public_id, "name": parent.name}
    audit.log(actor, "campaign.unlinked", campaign, now=now, before=before)
    rows[0].delete()


def _made(parent: Campaign, row: Row, place: int, actor: Actor, now: datetime) -> Campaign:
    spec = CloneSpec(
        name=row.name,
        description=row.description,
        code=row.code,
        codes=row.codes,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        shares_budgets=row.budget is None,
        values=row.values,
        tier_values=row.tier_values,
        metadata=row.metadata,
        conditions=row.conditions,
        places=row.places,
    )
    made = cloning.campaign(campaign_id=parent.pk, spec=spec, actor=actor, now=now)
    Variation.objects.create(
        parent=parent, campaign=made, position=place, cells=dict(row.cells), created_at=now
    )
    if row.budget is not None:
        limit = {"name": row.name[:200], "limit": row.budget, "measure": Budget.Measure.DISCOUNT}
        if made.gift:
            limit["measure"] = Budget.Measure.GIFT_CREDITS
        own = BudgetSpec(values=limit, campaign_ids=[made.public_id])
        budgets.create(spec=own, actor=actor, now=now)
    return made


def _tried[Shown](
    parent_id: int, row: Row, show: Callable[[Campaign], Shown], actor: Actor, now: datetime
) -> Outcome[Shown]:
    try:
        with transaction.atomic():
            shown = show(_made(_locked(parent_id), row, MOST + 1, actor, now))
            raise _Undone
    except _Undone:
        return Outcome(shown=shown, problem="")
    except DomainError as refusal:
        return Outcome(shown=None, problem=refusal.details or refusal.message)


def _change(
    campaign: Campaign, values: dict[str, Any], discount: str | None, actor: Actor, now: datetime
) -> None:
    carried = None if discount is None else selectors.discount_of(campaign)
    if discount is not None and carried is None:
        raise InvalidChange(f"{campaign.name} has no discount, or several.")
    columns = dict(values)
    if carried is not None and discount is not None:
        try:
            wanted = selectors.with_value(carried[1], discount)
        except CellNotRead as error:
            raise InvalidChange(f"{campaign.name}: {error}") from error
        if isinstance(carried[0], PromotionTier):
            over = TierSpec(values={"discount": wanted})
            tiers.update(tier_id=carried[0].pk, spec=over, actor=actor, now=now)
        else:
            columns["discount"] = wanted
    if columns:
        over_all = CampaignSpec(values=columns)
        campaigns.update(campaign_id=campaign.pk, spec=over_all, actor=actor, now=now)


def _chosen(parent_id: int, campaign_ids: Sequence[str] | None) -> list[Campaign]:
    """In the order of their primary keys. Services that change them lock them, after their codes.

    :raises NotFound: one is no variation of this campaign.
    """
    if not Campaign.objects.filter(pk=parent_id, deleted_at=None).exists():
        raise NotFound.of("campaign", str(parent_id))
    linked = selectors.of(Campaign(pk=parent_id))
    found = linked if campaign_ids is None else linked.filter(campaign__public_id__in=campaign_ids)
    rows = [row.campaign for row in found]
    missing = set(campaign_ids or ()) - {row.public_id for row in rows}
    if missing:
        raise NotFound.of("variation", min(missing))
    return sorted(rows, key=lambda row: row.pk)


def _locked(parent_id: int) -> Campaign:
    rows = lock(Campaign.objects.filter(pk=parent_id, deleted_at=None))
    if not rows:
        raise NotFound.of("campaign", str(parent_id))
    return rows[0]
