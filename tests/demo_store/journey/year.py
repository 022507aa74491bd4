"""A year of two households and three receipts, and a run over it."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

from commerce.models import Customer, Order, OrderItem, Product, ProductCollection, Segment
from core.actors import Actor
from core.models import AuditEntry, OutboxEvent, ProjectSettings
from demo_store.journey.report import Progress, Tally
from demo_store.journey.rows import Campaign as CampaignRow
from demo_store.journey.rows import CouponProduct, Household, Target
from demo_store.journey.rows import Product as ProductRow
from demo_store.journey.run import Result, run
from promotions.models import Campaign, Redemption, Voucher
from tests.demo_store.journey.rows import RowsSource, basket, line, redemption

ICE_COUPON = 51380041076
CHEESE_COUPON = 10000085320
ICE, CHEESE, BOOKKEEPING, UNKNOWN = 7, 8, 5978656, 999
NOON = datetime(2017, 3, 15, 16, 0, tzinfo=UTC)


def year() -> RowsSource:
    return RowsSource(
        household_rows=[
            Household(id=1, demographics={"age": "45-54", "income": "50-74K"}, first_seen=NOON),
            Household(id=2, demographics={}, first_seen=NOON + timedelta(days=5, hours=6)),
        ],
        product_rows=[
            ProductRow(
                id=ICE, attributes={"department": "GROCERY", "product_type": "ICE", "package_size": "22 LB"}
            ),
            ProductRow(id=CHEESE, attributes={"department": "DELI", "brand": "Private"}),
        ],
        campaign_rows=[
            CampaignRow(id=1, type="Type B", start_date=date(2017, 3, 1), end_date=date(2017, 3, 31)),
            CampaignRow(id=2, type="Type A", start_date=date(2017, 3, 13), end_date=date(2017, 4, 30)),
        ],
        target_rows=[Target(1, 1), Target(2, 1), Target(2, 2)],
        coupon_rows=[
            CouponProduct(ICE_COUPON, 1, ICE),
            CouponProduct(ICE_COUPON, 1, ICE),
            CouponProduct(ICE_COUPON, 2, ICE),
            CouponProduct(ICE_COUPON, 2, CHEESE),
            CouponProduct(CHEESE_COUPON, 2, CHEESE),
            CouponProduct(CHEESE_COUPON, 2, UNKNOWN),
        ],
        redemption_rows=[
            redemption(ICE_COUPON, campaign=1, household=1, day=date(2017, 3, 15)),
            redemption(CHEESE_COUPON, campaign=2, household=2, day=date(2017, 3, 20)),
            redemption(ICE_COUPON, campaign=2, household=1, day=date(2017, 4, 1)),
        ],
        basket_rows=[
            basket(
                101,
                line(ICE, 300, retail=20, coupon=100),
                line(CHEESE, 500, quantity=3),
                line(BOOKKEEPING, 0, quantity=0, coupon=25),
                household=1,
                at=NOON,
            ),
            basket(
                102,
                line(CHEESE, 250, quantity=2),
                line(UNKNOWN, 75),
                household=2,
                at=NOON + timedelta(days=5, hours=6),
            ),
            basket(103, line(ICE, 60), household=1, at=NOON + timedelta(days=17)),
        ],
    )


def load(source: RowsSource, **options: Any) -> Result:
    return run(
        source=source,
        actor=Actor.system("load_journey"),
        now=datetime(2026, 11, 24, 20, 0, tzinfo=UTC),
        progress=Progress(io.StringIO().write, terminal=False),
        **options,
    )


def counts(result: Result) -> dict[str, tuple[int, int, int, int]]:
    """read, written, already there, rejected by kind."""
    return {tally.kind: _counted(tally) for tally in result.tallies}


def _counted(tally: Tally) -> tuple[int, int, int, int]:
    return tally.read, tally.written, tally.present, sum(tally.rejected.values())


def digest() -> dict[str, list[dict[str, Any]]]:
    """Everything that a second run might change."""
    models = (Customer, Product, Order, OrderItem, Campaign, Voucher, Segment, ProductCollection, Redemption)
    others = (OutboxEvent, AuditEntry, ProjectSettings)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in (*models, *others)}
