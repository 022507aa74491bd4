"""`GET /v1/vouchers`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from promotions.selectors import vouchers as selectors
from tests.bench import copies
from tests.factories.commerce import CustomerFactory
from tests.factories.promotions import CampaignFactory, CategoryFactory, VoucherFactory
from tests.promotions.api.catalogue import refused

URL = "/v1/vouchers"


def codes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [voucher["code"] for voucher in answer.json()["vouchers"]]


def test_lists_newest_first_in_the_envelope(api: APIClient, now: datetime) -> None:
    for age in range(3):
        VoucherFactory(code=f"C{age}", created_at=now - timedelta(days=age))

    body = api.get(URL, {"limit": 2}).json()

    assert list(body) == ["object", "data_ref", "vouchers", "total"]
    assert (body["object"], body["data_ref"], body["total"]) == ("list", "vouchers", 3)
    assert [voucher["code"] for voucher in body["vouchers"]] == ["C0", "C1"]
    assert "validation_rules_assignments" not in body["vouchers"][0]
    assert body["vouchers"][0]["categories"] == []
    assert codes(api.get(URL, {"limit": 2, "page": 2})) == ["C2"]


def test_leaves_the_bin_out(api: APIClient, now: datetime) -> None:
    VoucherFactory(deleted_at=now)
    VoucherFactory(campaign=CampaignFactory(deleted_at=now))

    assert api.get(URL).json()["total"] == 0


def test_filters_by_the_simple_parameters(api: APIClient) -> None:
    category = CategoryFactory(name="Loud")
    campaign = CampaignFactory(name="Spring", category=category)
    customer = CustomerFactory(source_id="anna")
    first = VoucherFactory(code="A", campaign=campaign, holder=customer)
    second = VoucherFactory(code="B")

    for query in (
        {"campaign": "Spring"},
        {"campaign_id": campaign.public_id},
        {"category": "Loud"},
        {"category": category.public_id},
        {"customer": "anna"},
        {"customer": customer.public_id},
        {"code": "A"},
        {"ids[]": [first.public_id]},
    ):
        assert codes(api.get(URL, query)) == ["A"], query
    assert codes(api.get(URL, {"ids": [first.public_id, second.public_id], "order": "code"})) == ["A", "B"]
    assert codes(api.get(URL, {"campaign_id": campaign.public_id, "limit": 1})) == ["A"]
    assert codes(api.get(URL, {"campaign_id": "camp_0"})) == []


def test_orders_by_what_the_contract_names(api: APIClient, now: datetime) -> None:
    VoucherFactory(code="B", created_at=now, updated_at=now)
    VoucherFactory(code="A", created_at=now + timedelta(1), updated_at=now + timedelta(1))

    for order, expected in (
        ("code", ["A", "B"]),
        ("-code", ["B", "A"]),
        ("created_at", ["B", "A"]),
        ("-created_at", ["A", "B"]),
        ("updated_at", ["B", "A"]),
        ("-updated_at", ["A", "B"]),
    ):
        assert codes(api.get(URL, {"order": order})) == expected


def test_an_unknown_campaign_or_this_code_finds_exactly_one(api: APIClient) -> None:
    VoucherFactory(code="WANTED")
    VoucherFactory(code="OTHER")

    answer = api.get(
        f"{URL}?filters[junction]=OR&filters[campaign_ids][conditions][%24in][0]=does-not-exist"
        "&filters[code][conditions][$is]=WANTED"
    )

    assert codes(answer) == ["WANTED"]
    assert answer.json()["total"] == 1


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ("[code][conditions][$starts_with]=US", ["USED"]),
        ("[code][conditions][$is_not]=USED", ["ENDED", "OFF", "SOON"]),
        ("[campaigns][conditions][$is]=Spring", ["USED"]),
        ("[campaigns][conditions][$is_unknown]=", ["ENDED", "OFF", "SOON"]),
        ("[categories][conditions][$is]=Loud", ["USED"]),
        ("[category_ids][conditions][$has_value]=", ["USED"]),
        ("[active][conditions][$is]=$active", ["USED"]),
        ("[active][conditions][$is]=$expired", ["ENDED"]),
        ("[active][conditions][$disabled]=", ["OFF"]),
        ("[active][conditions][$enabled]=", ["ENDED", "SOON", "USED"]),
        ("[type][conditions][$is]=DISCOUNT_VOUCHER", ["ENDED", "OFF", "SOON", "USED"]),
        ("[is_referral_code][conditions][$is]=TRUE", []),
        ("[is_referral_code][conditions][$is]=FALSE", ["ENDED", "OFF", "SOON", "USED"]),
        ("[holder_id][conditions][$has_value]=", ["USED"]),
        ("[published_for_customer_id][conditions][$has_value]=", ["USED"]),
        ("[start_date][conditions][$after]=2099-01-01", ["SOON"]),
        ("[expiration_date][conditions][$before]=2001-01-01", ["ENDED"]),
        ("[validity_timeframe][conditions][$has_value]=", ["SOON", "USED"]),
        ("[validity_timeframe][conditions][$is]=P2D", ["SOON"]),
        ("[validity_day_of_week][conditions][$is]=3", ["USED"]),
        ("[validity_hours][conditions][$has_value]=", ["ENDED"]),
        ("[created_at][conditions][$after]=2026-03-05", ["OFF"]),
        ("[redemption.redeemed_quantity][conditions][$more_than]=1", ["USED"]),
        ("[redemption.quantity][conditions][$is]=5", ["USED"]),
        ("[publish.count][conditions][$more_than_equal]=1", ["USED"]),
        ("[metadata.lang][conditions][$is]=en", ["OFF"]),
    ],
)
def test_filters_by_conditions(api: APIClient, filters: str, expected: list[str]) -> None:
    spring = CampaignFactory(
        name="Spring",
        category=CategoryFactory(name="Loud"),
        starts_at=datetime(2020, 1, 1, tzinfo=UTC),
        timeframe_interval="P1D",
        timeframe_duration="PT4H",
        days_of_week=[3],
    )
    VoucherFactory(
        code="USED",
        campaign=spring,
        redemption_quantity=5,
        redeemed_quantity=2,
        publish_count=1,
        holder=CustomerFactory(),
    )
    VoucherFactory(
        code="ENDED",
        ends_at=datetime(2000, 1, 1, tzinfo=UTC),
        validity_hours={"daily": [{"days_of_week": [1], "start_time": "09:00"}]},
    )
    VoucherFactory(
        code="SOON",
        starts_at=datetime(2100, 1, 1, tzinfo=UTC),
        timeframe_interval="P2D",
        timeframe_duration="P1D",
    )
    VoucherFactory(
        code="OFF", is_active=False, metadata={"lang": "en"}, created_at=datetime(2026, 3, 6, tzinfo=UTC)
    )

    assert codes(api.get(f"{URL}?order=code&filters{filters}")) == expected


def test_the_campaigns_end_counts_where_the_code_has_none(api: APIClient) -> None:
    over = CampaignFactory(ends_at=datetime(2000, 1, 1, tzinfo=UTC))
    VoucherFactory(code="INHERITS", campaign=over)
    VoucherFactory(code="OWN", campaign=over, ends_at=datetime(2100, 1, 1, tzinfo=UTC))

    assert codes(api.get(f"{URL}?filters[active][conditions][$expired]=")) == ["INHERITS"]


@pytest.mark.parametrize(
    "query",
    [
        "page=100",
        "limit=101",
        "limit=0",
        "page=x",
        "order=price",
        "created_at[before]=soon",
        "filters[price][conditions][$is]=1",
        "filters[code][conditions][$wat]=1",
        "filters[junction]=xor",
        "code[a]=b",
        "campaign[]=a&campaign[]=b",
    ],
)
def test_refuses_wrong_questions(api: APIClient, query: str) -> None:
    key = "page_over_limit" if query == "page=100" else "invalid_query_params"

    refused(api.get(f"{URL}?{query}"), 400, key)


def test_cost_does_not_grow(api: APIClient, count_queries: Callable[[Any], int]) -> None:
    def some(count: int) -> None:
        for _ in range(count):
            VoucherFactory(
                campaign=CampaignFactory(category=CategoryFactory()),
                category=CategoryFactory(),
                holder=CustomerFactory(),
            )

    some(2)
    api.get(URL, {"limit": 100})  # the first call of a key is also noted
    few = count_queries(lambda: api.get(URL, {"limit": 100}))
    some(20)

    assert count_queries(lambda: api.get(URL, {"limit": 100})) == few <= 5


def test_a_page_of_many_comes_from_the_index(api: APIClient, now: datetime) -> None:
    """One page reads some rows of the index on `created_at`, not the table."""
    aged = {
        "public_id": "'v_' || at",
        "code": "'C' || at",
        "code_key": "'C' || at",
        "created_at": "source.created_at - at * interval '1 second'",
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no notes in the feed of changes
        copies.insert(VoucherFactory(created_at=now), aged, "generate_series(1, 19999) AS at", {})
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("ANALYZE promotions_voucher")

    page = selectors.listed(selectors.printable(selectors.present())).order_by("-created_at", "-pk")[:10]
    plan = page.explain(analyze=True)
    answer = api.get(URL)

    assert "voucher_newest" in plan
    assert "Seq Scan on promotions_voucher" not in plan
    assert answer.json()["total"] == 20_000
