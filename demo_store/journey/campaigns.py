"""Campaigns with their coupons, product lists and targeted households: one transaction a campaign."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from commerce.models import ProductCollection, ProductCollectionItem, Segment, SegmentMembership
from core import audit, project
from core.ids import new_id
from core.models import ProjectSettings
from demo_store.journey import rows, shaping
from demo_store.journey.clock import Shift
from demo_store.journey.context import Context
from demo_store.journey.copying import copy_rows, reserve_ids
from demo_store.journey.coupons import CouponBook
from demo_store.journey.report import Tally
from demo_store.journey.rows import CouponKey
from demo_store.journey.values import CouponValue
from engine.effects import DiscountEffect, DiscountType
from promotions.models import Campaign, Voucher
from promotions.services import versions


@dataclass(frozen=True, kw_only=True)
class CampaignTallies:
    campaigns: Tally
    targets: Tally
    coupons: Tally
    coupon_products: Tally


def stored_shift() -> Shift | None:
    """By how many weeks the year was moved when its campaigns were written; None: nothing is loaded yet."""
    weeks = (
        Campaign.objects.filter(metadata__data_set=shaping.DATA_SET)
        .values_list("metadata__shift_weeks", flat=True)
        .order_by("pk")
        .first()
    )
    return None if weeks is None else Shift(weeks=int(weeks))


def load_campaigns(
    context: Context,
    *,
    coupons: CouponBook,
    values: Mapping[CouponKey, CouponValue],
    customers: Mapping[int, int],
    products: Mapping[int, int],
) -> CampaignTallies:
    """Write the campaigns that are not there yet, each with all that belongs to it, and missing targets.

    A campaign that is there (by name) is complete: it was written with its coupons in one transaction.
    Customers of its segment are added one by one, since a smaller run may have known fewer households.
    """
    tallies = CampaignTallies(
        campaigns=Tally(kind="campaigns"),
        targets=Tally(kind="segment members"),
        coupons=Tally(kind="coupons"),
        coupon_products=Tally(kind="coupon products"),
    )
    targeted: dict[int, list[int]] = defaultdict(list)
    for target in context.source.targets():
        targeted[target.campaign_id].append(target.household_id)
    by_campaign: dict[int, list[CouponKey]] = defaultdict(list)
    for key in coupons.products:
        by_campaign[key.campaign_id].append(key)
    tallies.coupon_products.reject("says again what an earlier row said", coupons.repeated_rows)
    tallies.coupon_products.read = coupons.repeated_rows
    settings = project.current()
    with context.progress.stage(tallies.campaigns):
        for campaign in context.source.campaigns():
            writer = _CampaignWriter(context, campaign, settings, tallies)
            with transaction.atomic():
                stored = writer.campaign(by_campaign[campaign.id], coupons, values, products)
                writer.targets(stored, targeted[campaign.id], customers)
            context.progress.at(tallies.campaigns)
    for part in (tallies.targets, tallies.coupons, tallies.coupon_products):
        part.seconds = tallies.campaigns.seconds
    return tallies


class _CampaignWriter:
    """Writes one campaign; a new one for each, so that its instants and names are worked out once."""

    def __init__(
        self, context: Context, row: rows.Campaign, settings: ProjectSettings, tallies: CampaignTallies
    ) -> None:
        self._context = context
        self._row = row
        self._settings = settings
        self._tallies = tallies
        self._starts_at: datetime = context.shift.day_start(row.start_date)
        self._ends_at: datetime = context.shift.day_start(row.end_date + timedelta(days=1))

    def campaign(
        self,
        keys: list[CouponKey],
        coupons: CouponBook,
        values: Mapping[CouponKey, CouponValue],
        products: Mapping[int, int],
    ) -> Campaign | None:
        """The stored campaign with its coupons, written if missing; None in a dry run that would write it."""
        tallies = self._tallies
        name = shaping.campaign_name(self._row)
        stored = Campaign.objects.filter(name=name, released_at=None).first()
        unlisted = sum(product not in products for key in keys for product in coupons.products[key])
        listed = sum(len(coupons.products[key]) for key in keys) - unlisted
        tallies.campaigns.read += 1
        tallies.coupons.read += len(keys)
        tallies.coupon_products.read += listed + unlisted
        tallies.coupon_products.reject("the product is not in the catalogue", unlisted)
        if stored is not None:
            tallies.campaigns.present += 1
            tallies.coupons.present += len(keys)
            tallies.coupon_products.present += listed
            return stored
        tallies.campaigns.written += 1
        tallies.coupons.written += len(keys)
        tallies.coupon_products.written += listed
        if self._context.dry_run:
            return None
        return self._write(name, keys, coupons, values, products)

    def _write(
        self,
        name: str,
        keys: list[CouponKey],
        coupons: CouponBook,
        values: Mapping[CouponKey, CouponValue],
        products: Mapping[int, int],
    ) -> Campaign:
        context, row = self._context, self._row
        segment = Segment.objects.create(name=shaping.segment_name(row), created_at=self._starts_at)
        campaign = Campaign.objects.create(
            name=name,
            description=f"Campaign {row.id} of the data set, {row.type}.",
            campaign_type=Campaign.CampaignType.DISCOUNT_COUPONS,
            type=Campaign.Type.STATIC,
            starts_at=self._starts_at,
            ends_at=self._ends_at,
            vouchers_count=len(keys),
            metadata={
                "data_set": shaping.DATA_SET,
                "campaign": row.id,
                "type": row.type,
                "segment": segment.public_id,
                "shift_weeks": context.shift.weeks,
            },
            created_at=self._starts_at,
        )
        collections = self._collections(keys, coupons, products)
        made = Voucher.objects.bulk_create(
            self._voucher(campaign, key, coupons.codes[key], values[key], collections[key]) for key in keys
        )
        by: dict[str, Any] = {"actor": context.actor, "now": self._starts_at}
        versions.note(campaign, **by)
        versions.note_all(Voucher, [voucher.pk for voucher in made], **by)
        audit.log(
            context.actor,
            "campaign.created",
            campaign,
            now=self._starts_at,
            after={"name": name, "vouchers": len(keys)},
        )
        return campaign

    def _collections(
        self, keys: list[CouponKey], coupons: CouponBook, products: Mapping[int, int]
    ) -> dict[CouponKey, str]:
        """Product lists of the coupons; their public ids by coupon."""
        ids = dict(zip(keys, reserve_ids(ProductCollection, len(keys)), strict=True))
        public_ids = {key: new_id("pc") for key in keys}
        copy_rows(
            ProductCollection,
            ("id", "public_id", "name", "type", "created_at"),
            (
                (
                    ids[key],
                    public_ids[key],
                    shaping.collection_name(coupons.codes[key]),
                    ProductCollection.Type.STATIC.value,
                    self._starts_at,
                )
                for key in keys
            ),
        )
        copy_rows(
            ProductCollectionItem,
            ("collection_id", "position", "product_id"),
            (
                (ids[key], position, product)
                for key in keys
                for position, product in enumerate(
                    products[n] for n in coupons.products[key] if n in products
                )
            ),
        )
        return public_ids

    def _voucher(
        self, campaign: Campaign, key: CouponKey, code: str, value: CouponValue, collection: str
    ) -> Voucher:
        return Voucher(
            code=code,
            code_key=project.code_key(code, self._settings),
            campaign=campaign,
            discount=discount(value),
            metadata={
                "data_set": shaping.DATA_SET,
                "printed_code": str(key.upc),
                "value": value.origin.value,
                "product_collection": collection,
            },
            created_at=self._starts_at,
        )

    def targets(self, campaign: Campaign | None, households: list[int], customers: Mapping[int, int]) -> None:
        """Put the targeted households into the campaign's segment, those that are not in it yet."""
        tally = self._tallies.targets
        known = [customers[household] for household in households if household in customers]
        tally.read += len(households)
        if not self._context.dry_run:
            tally.reject("the household is not a customer", len(households) - len(known))
        if campaign is None:
            tally.written += len(households)
            return
        segment = Segment.objects.get(public_id=campaign.metadata["segment"])
        inside = set(
            SegmentMembership.objects.filter(segment=segment, customer__in=known).values_list(
                "customer_id", flat=True
            )
        )
        missing = [customer for customer in known if customer not in inside]
        tally.present += len(inside)
        tally.written += len(missing)
        if not self._context.dry_run:
            copy_rows(
                SegmentMembership,
                ("segment_id", "customer_id", "entered_at"),
                ((segment.pk, customer, self._starts_at) for customer in missing),
            )


def discount(value: CouponValue) -> dict[str, Any]:
    """The wire form of a coupon's discount: so many cents off the order."""
    return {
        "type": DiscountType.AMOUNT.value,
        "effect": DiscountEffect.APPLY_TO_ORDER.value,
        "amount_off": value.cents,
    }
