"""The reader, on tables that a test lays out instead of Parquet files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from demo_store.journey import source
from demo_store.journey.money import NotWholeCents
from demo_store.journey.rows import (
    Campaign,
    CouponKey,
    CouponProduct,
    Household,
    Line,
    Product,
    Redemption,
    Target,
)
from demo_store.journey.source import DataSetMissing, ParquetSource, data_folder

RECEIPT_LINE = {
    "basket_id": 31,
    "household_id": 900,
    "store_id": 330,
    "transaction_timestamp": datetime(2017, 1, 1, 11, 53, 26),
    "product_id": 7,
    "quantity": 1,
    "sales_value": 0.29,
    "retail_disc": 1.776357e-15,
    "coupon_disc": 0.55,
    "coupon_match_disc": 0.45,
}


class Tables(ParquetSource):
    def __init__(self, **tables: list[dict[str, Any]]) -> None:
        super().__init__(Path("nowhere"))
        self._tables = tables

    def _rows(
        self, table: str, columns: Sequence[str], households: Collection[int] | None = None
    ) -> Iterator[tuple[Any, ...]]:
        for row in self._tables[table]:
            if households is None or row["household_id"] in households:
                yield tuple(row[column] for column in columns)


def receipt_line(**changes: Any) -> dict[str, Any]:
    return {**RECEIPT_LINE, **changes}


def test_neighbouring_lines_make_one_receipt_in_cents_and_utc():
    tables = Tables(
        transactions=[
            receipt_line(),
            receipt_line(product_id=8, quantity=2, sales_value=2.78),
            receipt_line(basket_id=32),
        ]
    )

    first, second = tables.baskets()

    assert (first.id, first.household_id, first.store_id) == (31, 900, 330)
    assert first.at == datetime(2017, 1, 1, 11, 53, 26, tzinfo=UTC)
    assert first.lines == (Line(7, 1, 29, 0, 55, 45), Line(8, 2, 278, 0, 55, 45))
    assert first.sales_value == 307
    assert (second.id, len(second.lines)) == (32, 1)


def test_receipts_of_some_households_only():
    tables = Tables(transactions=[receipt_line(), receipt_line(basket_id=32, household_id=901)])

    assert [basket.id for basket in tables.baskets([901])] == [32]


def test_parts_of_a_cent_stop_the_reading():
    tables = Tables(transactions=[receipt_line(sales_value=1.005)])

    with pytest.raises(NotWholeCents, match=r"1\.005"):
        list(tables.baskets())


def test_households_are_those_that_bought_with_what_they_answered():
    answers = dict.fromkeys(source.DEMOGRAPHICS)
    later = receipt_line(basket_id=33, transaction_timestamp=datetime(2017, 2, 1, 12, 0))
    tables = Tables(
        transactions=[receipt_line(), receipt_line(basket_id=32, household_id=2), later],
        demographics=[{**answers, "household_id": 900, "age": "65+", "marital_status": None}],
    )

    first_seen = datetime(2017, 1, 1, 11, 53, 26, tzinfo=UTC)
    assert list(tables.households()) == [
        Household(id=2, demographics={}, first_seen=first_seen),
        Household(id=900, demographics={"age": "65+"}, first_seen=first_seen),
    ]


def test_unknown_attributes_of_a_product_are_absent():
    attributes = {**dict.fromkeys(source.ATTRIBUTES), "department": "GROCERY", "manufacturer_id": 2}
    tables = Tables(products=[{**attributes, "product_id": 7}])

    assert list(tables.products()) == [
        Product(id=7, attributes={"department": "GROCERY", "manufacturer_id": "2"})
    ]


def test_campaigns_with_targets_coupons_and_redemptions():
    coupon = {"coupon_upc": 51380041013, "campaign_id": 26}
    tables = Tables(
        campaign_descriptions=[
            {
                "campaign_id": campaign,
                "campaign_type": "Type B",
                "start_date": datetime(2016, 12, 28),
                "end_date": datetime(2017, 2, 19),
            }
            for campaign in (27, 26)
        ],
        campaigns=[{"campaign_id": 26, "household_id": 900}],
        coupons=[{**coupon, "product_id": 7}],
        coupon_redemptions=[{**coupon, "household_id": 900, "redemption_date": datetime(2017, 1, 1)}],
    )

    campaigns = list(tables.campaigns())

    assert [campaign.id for campaign in campaigns] == [26, 27]
    assert campaigns[0] == Campaign(
        id=26, type="Type B", start_date=date(2016, 12, 28), end_date=date(2017, 2, 19)
    )
    assert list(tables.targets()) == [Target(campaign_id=26, household_id=900)]
    assert list(tables.coupon_products()) == [CouponProduct(upc=51380041013, campaign_id=26, product_id=7)]
    assert list(tables.redemptions()) == [
        Redemption(household_id=900, coupon=CouponKey(51380041013, 26), date=date(2017, 1, 1))
    ]


def test_says_how_to_get_a_data_set_that_is_not_installed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(source, "PACKAGE", "a_package_that_nobody_has")

    with pytest.raises(DataSetMissing, match="make journey"):
        data_folder()
