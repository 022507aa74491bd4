"""`GET /v1/vouchers/{code}`: by code or id."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from rest_framework.test import APIClient

from tests.factories.commerce import CustomerFactory
from tests.factories.promotions import CampaignFactory, CategoryFactory, VoucherFactory, amount
from tests.promotions.api.catalogue import refused


def test_finds_by_code_and_by_id(api: APIClient) -> None:
    voucher = VoucherFactory(code="SUMMER")

    by_code = api.get("/v1/vouchers/SUMMER").json()

    assert by_code["id"] == voucher.public_id
    assert api.get(f"/v1/vouchers/{voucher.public_id}").json() == by_code


def test_an_id_beats_a_code_that_looks_like_one(api: APIClient) -> None:
    voucher = VoucherFactory(code="FIRST")
    VoucherFactory(code=voucher.public_id)

    assert api.get(f"/v1/vouchers/{voucher.public_id}").json()["code"] == "FIRST"


def test_own_values_beat_the_campaigns_field_by_field(api: APIClient) -> None:
    campaign = CampaignFactory(
        category=CategoryFactory(name="Theirs"),
        starts_at="2026-01-01T00:00:00Z",
        ends_at="2026-02-01T00:00:00Z",
        days_of_week=[1],
    )
    VoucherFactory(code="OWN", campaign=campaign, discount=amount(700), ends_at="2026-03-01T00:00:00Z")

    body = api.get("/v1/vouchers/OWN").json()

    assert body["discount"]["amount_off"] == 700
    assert body["start_date"] == "2026-01-01T00:00:00.000Z"
    assert body["expiration_date"] == "2026-03-01T00:00:00.000Z"
    assert body["validity_day_of_week"] == [1]
    assert body["category"] == "Theirs"


def test_shows_the_holder(api: APIClient) -> None:
    customer = CustomerFactory()
    VoucherFactory(code="HELD", holder=customer)

    assert api.get("/v1/vouchers/HELD").json()["holder_id"] == customer.public_id


def test_the_bin_is_out_of_sight(api: APIClient, now: datetime) -> None:
    VoucherFactory(code="GONE", deleted_at=now)
    VoucherFactory(code="WITH", campaign=CampaignFactory(deleted_at=now))

    for code in ("GONE", "WITH"):
        refused(api.get(f"/v1/vouchers/{code}"), 404, "not_found")


def test_cost_is_constant(api: APIClient, count_queries: Callable[[Any], int]) -> None:
    VoucherFactory(code="ONE", campaign=CampaignFactory(category=CategoryFactory()))
    api.get("/v1/vouchers/ONE")  # the first call of a key is also noted
    few = count_queries(lambda: api.get("/v1/vouchers/ONE"))
    VoucherFactory.create_batch(20, campaign=CampaignFactory())

    assert count_queries(lambda: api.get("/v1/vouchers/ONE")) == few <= 6
