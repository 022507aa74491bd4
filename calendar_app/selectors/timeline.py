"""What stands on the calendar in a stretch of time: campaigns and their tiers, with what waits about them.

Lean on purpose: no rule is parsed and no code is looked at, so that a page with a thousand campaigns costs
as many queries as one with three. Where somebody is limited to areas, managers leave out the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from calendar_app import standing
from calendar_app.selectors import scopes, waiting
from calendar_app.selectors.scopes import Owner, Scope
from calendar_app.selectors.waiting import Dates, Waiting
from calendar_app.standing import Standing
from core import places
from engine import Validity
from engine.validity import effective
from promotions import engine_input
from promotions.models import Campaign, PromotionTier
from promotions.words import campaign_state

_COLUMNS: Final = (
    "public_id",
    "name",
    "campaign_type",
    "category__name",
    "category__public_id",
    "lifecycle",
    "is_active",
    "deleted_at",
    "starts_at",
    "ends_at",
    "timeframe_interval",
    "timeframe_duration",
    "days_of_week",
    "validity_hours",
    "places",
)
_TIER_COLUMNS: Final = (
    "public_id",
    "campaign",
    "name",
    "is_active",
    "starts_at",
    "ends_at",
    "timeframe_interval",
    "timeframe_duration",
    "days_of_week",
    "validity_hours",
)
# Fields of metadata that say for whom and through which channel a campaign is meant.
_CHANNELS_SAID: Final = ("channel", "channels")
_SEGMENTS_SAID: Final = ("segment", "segments")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """From `since`, before `until`; what is empty does not limit.

    `categories` are wire ids, "" asks for what has none. `places` are words of which something that applies
    there has at least one (`within` makes them), `channel` is an app id: both find also what applies
    everywhere. `segment` and `collection` find what names them. `tiers_of` are the primary keys of campaigns
    whose tiers are wanted, None: of all.
    """

    since: datetime
    until: datetime
    kinds: Collection[str] = ()
    categories: Collection[str] = ()
    places: Collection[str] = ()
    channel: str = ""
    segment: str = ""
    collection: str = ""
    owner: str = ""
    standings: Collection[Standing] = ()
    text: str = ""
    campaigns: Collection[int] | None = None
    tiers_of: Collection[int] | None = ()
    with_scopes: bool = False
    with_owners: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TierBar:
    """A tier with what counts for it: its own limits, and its campaign's where it has none."""

    key: str
    tier_id: int
    campaign_id: int
    public_id: str
    name: str
    standing: Standing
    starts_at: datetime | None
    ends_at: datetime | None
    validity: Validity


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """A campaign. `tiers_count` is that of its tiers, also where `tiers` were not asked for."""

    key: str
    campaign_id: int
    public_id: str
    name: str
    kind: str
    standing: Standing
    starts_at: datetime | None
    ends_at: datetime | None
    validity: Validity
    category_id: str
    category: str
    places: tuple[str, ...]
    scope: Scope = field(default_factory=Scope)
    owner: Owner | None = None
    tiers_count: int = 0
    tiers: tuple[TierBar, ...] = ()
    waiting: tuple[Waiting, ...] = ()

    @property
    def ghosts(self) -> list[tuple[Waiting, Dates]]:
        """Proposed dates, each with its request; of an approved launch to come the time from then on."""
        found = [(one, dates) for one in self.waiting for dates in one.ghosts]
        for one in self.waiting:
            later = one.effective_at
            if one.launches and later is not None and (self.starts_at is None or later > self.starts_at):
                found.append((one, Dates(starts_at=later, ends_at=self.ends_at)))
        return found


def within(place: str) -> frozenset[str]:
    """The words of everything that applies in a store, or somewhere in an area, given as `core.places` says.

    within("area:ar_1") -> area:ar_1, stores:ar_1, some:ar_1
    """
    level, _, name = place.partition(":")
    if level == places.STORE:
        store_id, _, area_id = name.partition("@")
        return places.around(area_id=area_id, store_id=store_id)
    return frozenset({places.area(name), places.all_stores(name), f"{places.SOME}:{name}"})


def is_recurring(validity: Validity) -> bool:
    """Whether it opens and closes within its dates."""
    return any((validity.timeframe, validity.days_of_week, validity.daily_hours))


def bars(asked: Asked, *, now: datetime) -> list[Bar]:
    """What changes in the time that is asked for first, then what runs through it; each by its start.

    A constant number of queries: requests, campaigns, and what `asked` needs of tiers, conditions, owners.
    """
    requests = _by_campaign(waiting.about_campaigns())
    rows = list(_rows(asked, requests))
    wants_scopes = _wants_scopes(asked)
    known = scopes.scopes_of([row.pk for row in rows]) if wants_scopes else {}
    owners: Mapping[str, Owner] = {}
    if asked.with_owners or asked.owner:
        owners = scopes.owners_of([row.public_id for row in rows])
    tiers = _tiers(asked, rows, now)
    found = (
        _bar(row, _scope(row, known) if wants_scopes else Scope(), owners, tiers, requests, now)
        for row in rows
    )
    kept = [bar for bar in found if _is_asked_for(bar, asked)]
    return sorted(kept, key=lambda bar: _order(bar, asked))


def _order(bar: Bar, asked: Asked) -> tuple[Any, ...]:
    begins = bar.starts_at is not None and asked.since <= bar.starts_at < asked.until
    ends = bar.ends_at is not None and asked.since < bar.ends_at <= asked.until
    start = bar.starts_at.timestamp() if bar.starts_at is not None else 0
    return (not (begins or ends), start, bar.name.casefold(), bar.campaign_id)


def _by_campaign(rows: Iterable[Waiting]) -> dict[str, list[Waiting]]:
    found: dict[str, list[Waiting]] = {}
    for row in rows:
        found.setdefault(row.campaign_id, []).append(row)
    return found


def _rows(asked: Asked, requests: Mapping[str, Iterable[Waiting]]) -> QuerySet[Any]:
    """Campaigns that run in the time, tiers of which do, or that would if a request were carried out."""
    proposed = [
        public_id
        for public_id, about in requests.items()
        if any(_meets(dates, asked) for one in about for dates in one.ghosts)
    ]
    own_dates = PromotionTier._base_manager.filter(_meeting(asked), campaign=OuterRef("pk"), deleted_at=None)
    has_tiers_then = own_dates.exclude(starts_at=None, ends_at=None)
    meets = Q(_meeting(asked)) | Q(public_id__in=proposed)
    tiers = PromotionTier._base_manager.filter(campaign=OuterRef("pk"), deleted_at=None)
    counted = tiers.order_by().values("campaign").annotate(number=Count("pk")).values("number")
    rows = (
        Campaign.objects.filter(_wanted(asked), deleted_at=None, released_at=None)
        .annotate(tier_number=Coalesce(Subquery(counted, output_field=IntegerField()), 0))
        .select_related("category")
        .only(*_COLUMNS)
        .order_by("pk")
    )
    then = rows.filter(meets | Q(pk__in=has_tiers_then.values("campaign")))
    if _wants_scopes(asked):
        said = {f"said_{name}": F(f"metadata__{name}") for name in (*_CHANNELS_SAID, *_SEGMENTS_SAID)}
        then = then.annotate(**said)
    return then


def _wants_scopes(asked: Asked) -> bool:
    return bool(asked.with_scopes or asked.segment or asked.collection or asked.channel)


def _meeting(asked: Asked) -> Q:
    begins = Q(starts_at=None) | Q(starts_at__lt=asked.until)
    return begins & (Q(ends_at=None) | Q(ends_at__gt=asked.since))


def _meets(dates: Dates, asked: Asked) -> bool:
    begins = dates.starts_at is None or dates.starts_at < asked.until
    return begins and (dates.ends_at is None or dates.ends_at > asked.since)


def _wanted(asked: Asked) -> Q:
    wanted = Q()
    if asked.kinds:
        wanted &= Q(campaign_type__in=list(asked.kinds))
    if asked.categories:
        ids = [one for one in asked.categories if one]
        of_them = Q(category__public_id__in=ids)
        wanted &= of_them | Q(category=None) if "" in asked.categories else of_them
    if asked.places:
        wanted &= Q(places=[]) | Q(places__overlap=sorted(asked.places))
    if asked.campaigns is not None:
        wanted &= Q(pk__in=list(asked.campaigns))
    for word in asked.text.split():
        wanted &= Q(name__icontains=word) | Q(description__icontains=word)
    return wanted


def _is_asked_for(bar: Bar, asked: Asked) -> bool:
    return (
        (not asked.standings or bar.standing in asked.standings)
        and (not asked.owner or (bar.owner is not None and bar.owner.id == asked.owner))
        and (not asked.segment or asked.segment in bar.scope.segments)
        and (not asked.collection or asked.collection in bar.scope.collections)
        and (not asked.channel or not bar.scope.channels or asked.channel in bar.scope.channels)
    )


def _scope(row: Any, known: Mapping[int, Scope]) -> Scope:
    """What its conditions name, and what its metadata says it is for."""
    found = known.get(row.pk, Scope())

    def said(names: Iterable[str]) -> frozenset[str]:
        return scopes.texts_said(getattr(row, f"said_{name}") for name in names)

    return Scope(
        segments=found.segments | said(_SEGMENTS_SAID),
        collections=found.collections,
        channels=found.channels | said(_CHANNELS_SAID),
    )


def _tiers(asked: Asked, rows: Iterable[Any], now: datetime) -> Mapping[int, list[TierBar]]:
    by_pk = {row.pk: row for row in rows if row.tier_number}
    wanted = by_pk.keys() if asked.tiers_of is None else by_pk.keys() & set(asked.tiers_of)
    if not wanted:
        return {}
    found: dict[int, list[TierBar]] = {}
    parents: dict[int, Validity] = {}
    own = PromotionTier.objects.filter(campaign__in=sorted(wanted), deleted_at=None)
    for tier in own.only(*_TIER_COLUMNS).order_by("hierarchy", "pk"):
        campaign = by_pk[tier.campaign_id]
        tier.campaign = campaign
        if campaign.pk not in parents:
            parents[campaign.pk] = engine_input.validity(campaign)
        found.setdefault(campaign.pk, []).append(_tier(tier, parents[campaign.pk], now))
    return found


def _tier(tier: PromotionTier, parent: Validity, now: datetime) -> TierBar:
    validity = parent
    if _has_own_limits(tier):
        own = engine_input.validity(tier)
        validity = effective(own=own, parent=parent, published_at=None, zone=UTC)
    return TierBar(
        key=f"tier:{tier.pk}",
        tier_id=tier.pk,
        campaign_id=tier.campaign_id,
        public_id=tier.public_id,
        name=tier.name,
        standing=_tier_standing(tier, validity, now),
        starts_at=validity.starts_at,
        ends_at=validity.ends_at,
        validity=validity,
    )


def _has_own_limits(tier: PromotionTier) -> bool:
    return bool(
        tier.starts_at or tier.ends_at or tier.timeframe_interval or tier.days_of_week or tier.validity_hours
    )


def _tier_standing(tier: PromotionTier, validity: Validity, now: datetime) -> Standing:
    """As `promotions.words.tier_state` says it, of limits that are put together already."""
    if not tier.campaign.is_active:
        return standing.of(campaign_state(tier.campaign, now))
    if not tier.is_active:
        return Standing.DISABLED
    if validity.ends_at is not None and validity.ends_at <= now:
        return Standing.ENDED
    is_early = validity.starts_at is not None and validity.starts_at > now
    return Standing.SCHEDULED if is_early else Standing.LIVE


def _bar(
    row: Any,
    scope: Scope,
    owners: Mapping[str, Owner],
    tiers: Mapping[int, list[TierBar]],
    requests: Mapping[str, list[Waiting]],
    now: datetime,
) -> Bar:
    return Bar(
        key=f"campaign:{row.pk}",
        campaign_id=row.pk,
        public_id=row.public_id,
        name=row.name,
        kind=row.campaign_type,
        standing=standing.of(campaign_state(row, now)),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        validity=engine_input.validity(row),
        category_id=row.category.public_id if row.category else "",
        category=row.category.name if row.category else "",
        places=tuple(row.places),
        scope=scope,
        owner=owners.get(row.public_id),
        tiers_count=row.tier_number,
        tiers=tuple(tiers.get(row.pk, ())),
        waiting=tuple(requests.get(row.public_id, ())),
    )
