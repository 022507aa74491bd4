"""Reading what a qualification may offer. Contract: semantics-core 19.1.

Offered to everybody are coupons that are nobody's (of no campaign, or the only one of its campaign),
promotion tiers, and campaigns of codes, each standing for a code that nobody has yet; to one customer the
codes that were published to him. Left out is what only a change of the row itself could bring back: disabled,
in the bin, used up. A constant number of queries, however many rows there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db.models import F, Q, QuerySet

from commerce.models import Customer
from core.prepared import Prepared
from engine import Candidate
from promotions import engine_input
from promotions.models import Campaign, Category, PromotionTier, Voucher
from promotions.redeemables import Found, Requested
from promotions.selectors import holds, offers, validation_rules
from promotions.selectors.offers import CAMPAIGN, PROMOTION_TIER, VOUCHER, Described, Offer

type Pks = Collection[int] | None
"""Primary keys; None = all there are."""

_LIMITS: Final = (
    "starts_at",
    "ends_at",
    "timeframe_interval",
    "timeframe_duration",
    "days_of_week",
    "validity_hours",
)
_TIER_COLUMNS: Final = (
    "pk",
    "public_id",
    "created_at",
    "campaign_id",
    "discount",
    "category_id",
    "metadata",
    "is_active",
    *_LIMITS,
)
_VOUCHER_COLUMNS: Final = (
    *_TIER_COLUMNS,
    "code",
    "type",
    "published_at",
    "publish_count",
    "redemption_quantity",
    "redeemed_quantity",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A row as it is now, ready to be judged and printed."""

    offer: Offer
    found: Found


def generic() -> Q:
    """Vouchers that are nobody's and offered to everybody. A gift card is money: its code is not shown."""
    is_one_for_all = Q(campaign=None) | Q(campaign__type=Campaign.Type.STANDALONE)
    return is_one_for_all & Q(holder=None) & ~Q(type=Voucher.Type.GIFT_VOUCHER)


def offered(*, vouchers: Pks, tiers: Pks, campaigns: Pks) -> Iterator[Described]:
    """What is offered to everybody of these rows."""
    voucher_rows = _read(_vouchers().filter(generic()), vouchers, _VOUCHER_COLUMNS)
    tier_rows = _read(_tiers(), tiers, (*_TIER_COLUMNS, "name"))
    campaign_rows = _campaigns_of([*voucher_rows, *tier_rows], campaigns)
    categories = {row.pk: engine_input.category(row) for row in Category.objects.all()}
    rules = validation_rules.rules_of(
        vouchers=[row.pk for row in voucher_rows],
        tiers=[row.pk for row in tier_rows],
        campaigns=list(campaign_rows),
    )
    parents = {
        pk: offers.parent(row, categories.get(row.category_id or 0), rules.campaign(pk))
        for pk, row in campaign_rows.items()
    }
    for row in voucher_rows:
        above = parents.get(row.campaign_id)
        # The campaign may have been switched off between two queries; the feed will say so.
        if above is not None or row.campaign_id is None:
            yield offers.voucher(row, above, categories.get(row.category_id), rules.voucher(row.pk))
    for row in tier_rows:
        if row.campaign_id in parents:
            above = parents[row.campaign_id]
            yield offers.tier(row, above, categories.get(row.category_id), rules.tier(row.pk))
    for pk, campaign in campaign_rows.items():
        if (campaigns is None or pk in campaigns) and _has_unissued_codes(campaign):
            yield offers.campaign(campaign, parents[pk])


def shown(wanted: Iterable[Offer]) -> dict[int, Shown]:
    """The rows of these offers as they are now, by key; what is not offered any more is missing.

    One query for each kind, for their campaigns, their categories if they have some, and the rules.
    """
    pks: dict[str, list[int]] = {VOUCHER: [], PROMOTION_TIER: [], CAMPAIGN: []}
    for offer in wanted:
        pks[offer.kind].append(offer.pk)
    vouchers = _generic_codes(pks[VOUCHER]) if pks[VOUCHER] else []
    tiers = _enabled_tiers(pks[PROMOTION_TIER]) if pks[PROMOTION_TIER] else []
    return _shown(vouchers, tiers, pks[CAMPAIGN])


def wallet(customer: Customer, now: datetime) -> list[Shown]:
    """The codes that were published to a customer, as free as they are at `now`.

    One query, two more when there are some, and one when validation sessions hold some of them.
    """
    rows = list(_shown(_held_codes(customer.pk, customer.pk), [], ()).values())
    found = holds.with_holds([row.found for row in rows], session_key="", now=now)
    return [
        replace(row, found=replace(entry, candidate=_held(entry.candidate)))
        for row, entry in zip(rows, found, strict=True)
    ]


def _held(candidate: Candidate) -> Candidate:
    return replace(candidate, is_held_by_customer=True)


def tiers_shown(tiers: Sequence[PromotionTier]) -> dict[int, Shown]:
    """These tiers, by key (three queries at most)."""
    return _shown([], tiers, ())


def _shown(
    vouchers: Sequence[Voucher], tiers: Sequence[PromotionTier], campaign_pks: Sequence[int]
) -> dict[int, Shown]:
    """Left out are rows without their campaign: `_live_campaigns` does not give what is switched off."""
    rows: list[Any] = [*vouchers, *tiers]
    pks = {row.campaign_id for row in rows if row.campaign_id is not None} | set(campaign_pks)
    campaigns = {row.pk: row for row in _live_campaigns(list(pks))} if pks else {}
    category_pks = {row.category_id for row in (*rows, *campaigns.values())} - {None}
    categories = Category.objects.in_bulk(category_pks) if category_pks else {}
    rules = validation_rules.rules_of(
        vouchers=[row.pk for row in vouchers], tiers=[row.pk for row in tiers], campaigns=list(campaigns)
    )
    parents = {}
    for campaign in campaigns.values():
        campaign.category = categories.get(campaign.category_id or 0)
        category = engine_input.category(campaign.category)
        parents[campaign.pk] = offers.parent(campaign, category, rules.campaign(campaign.pk))
    result = {}
    for row in rows:
        above = campaigns.get(row.campaign_id or 0)
        if above is None and row.campaign_id is not None:
            continue  # switched off between two queries
        row.campaign = above
        row.category = categories.get(row.category_id or 0)
        own = engine_input.category(row.category)
        parent = parents.get(row.campaign_id or 0)
        if isinstance(row, Voucher):
            described = offers.voucher(row, parent, own, rules.voucher(row.pk))
        else:
            described = offers.tier(row, parents[row.campaign_id], own, rules.tier(row.pk))
        result[described[0].key] = _found(described, row, above, row.category)
    for pk in campaign_pks:
        if pk in campaigns and _has_unissued_codes(campaigns[pk]):
            described = offers.campaign(campaigns[pk], parents[pk])
            result[described[0].key] = _found(described, campaigns[pk], campaigns[pk], None)
    return result


def _found(described: Described, row: Any, campaign: Campaign | None, category: Category | None) -> Shown:
    offer, candidate = described
    return Shown(
        offer=offer,
        found=Found(
            requested=Requested(object=offer.kind, id=candidate.key),
            candidate=candidate,
            row=row,
            campaign=campaign,
            category=category or (campaign.category if campaign is not None else None),
        ),
    )


# What `_vouchers`, `_tiers` and `_campaigns` say, for the queries of every request.
_USABLE: Final = (
    "is_active AND deleted_at IS NULL AND released_at IS NULL"
    " AND (redemption_quantity IS NULL OR redeemed_quantity < redemption_quantity)"
)
_IS_GENERIC: Final = (
    "holder_id IS NULL AND type <> 'GIFT_VOUCHER' AND (campaign_id IS NULL"
    " OR campaign_id IN (SELECT id FROM promotions_campaign WHERE type = 'STANDALONE'))"
)
_HELD: Final = """
SELECT id FROM promotions_voucher WHERE holder_id = %s
UNION SELECT voucher_id FROM promotions_holder WHERE customer_id = %s
"""
_held_codes: Final = Prepared(
    Voucher,
    # A loyalty card is good for rewards, which somebody has to name.
    f"id IN ({_HELD}) AND {_USABLE} AND type <> 'LOYALTY_CARD'",
)
_generic_codes: Final = Prepared(Voucher, f"id = ANY(%s) AND {_USABLE} AND {_IS_GENERIC}")
_enabled_tiers: Final = Prepared(PromotionTier, "id = ANY(%s) AND is_active AND deleted_at IS NULL")
_live_campaigns: Final = Prepared(Campaign, "id = ANY(%s) AND is_active AND deleted_at IS NULL")


def _vouchers() -> QuerySet[Voucher]:
    uses_left = Q(redemption_quantity=None) | Q(redeemed_quantity__lt=F("redemption_quantity"))
    of_a_live_campaign = Q(campaign=None) | Q(campaign__is_active=True, campaign__deleted_at=None)
    return Voucher.objects.filter(
        uses_left, of_a_live_campaign, is_active=True, deleted_at=None, released_at=None
    )


def _tiers() -> QuerySet[PromotionTier]:
    return PromotionTier.objects.filter(
        is_active=True, deleted_at=None, campaign__is_active=True, campaign__deleted_at=None
    )


def _campaigns() -> QuerySet[Campaign]:
    return Campaign.objects.filter(is_active=True, deleted_at=None)


def _read(rows: QuerySet[Any], pks: Pks, columns: tuple[str, ...]) -> list[Any]:
    if pks is not None:
        if not pks:
            return []
        rows = rows.filter(pk__in=pks)
    return list(rows.values_list(*columns, named=True))


def _campaigns_of(rows: list[Any], pks: Pks) -> Mapping[int, Campaign]:
    campaigns = _campaigns()
    if pks is not None:
        wanted = {row.campaign_id for row in rows} - {None} | set(pks)
        campaigns = campaigns.filter(pk__in=wanted)
    return {row.pk: row for row in campaigns}


def _has_unissued_codes(campaign: Campaign) -> bool:
    """There may be a code that nobody has yet; the only code of a campaign is offered itself.

    Where only the codes have a discount, each its own, the campaign cannot say what it offers.
    """
    is_promotion = campaign.campaign_type == Campaign.CampaignType.PROMOTION
    says_what = bool(campaign.discount or campaign.gift)
    return not is_promotion and campaign.type != Campaign.Type.STANDALONE and says_what
