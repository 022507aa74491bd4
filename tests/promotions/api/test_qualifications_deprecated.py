"""The old questions: `POST /v1/promotions/validation`, `/v1/{vouchers,campaigns}/qualification`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from promotions.models import Campaign, PromotionTier, Redemption
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    VoucherFactory,
    amount,
    percent,
)
from tests.promotions.api.catalogue import refused

TIERS = "/v1/promotions/validation"
VOUCHERS = "/v1/vouchers/qualification"
CAMPAIGNS = "/v1/campaigns/qualification"
ORDER = {"order": {"amount": 10000}}


def rule(api: APIClient, related: Any, name: str, conditions: dict[str, Any]) -> None:
    """A validation rule with one condition, on this campaign, tier or code."""
    wire = {"rules": {"1": {"name": name, "conditions": conditions}, "logic": "1"}}
    made = api.post("/v1/validation-rules", {"name": f"{name} {related}", **wire}).json()
    kind = {"Campaign": "campaign", "PromotionTier": "promotion_tier", "Voucher": "voucher"}
    body = {"related_object_id": related.public_id, "related_object_type": kind[type(related).__name__]}
    answer = api.post(f"/v1/validation-rules/{made['id']}/assignments", body)
    assert answer.status_code == 200, answer.json()


def dear(api: APIClient, related: Any) -> None:
    """Only for orders above 500.00 after discounts so far."""
    rule(api, related, "order.initial_amount", {"$more_than": [50000]})


def for_adults(api: APIClient, related: Any) -> None:
    rule(api, related, "customer.metadata", {"$is": ["yes"]})


def test_tiers_that_apply_in_the_order_of_their_hierarchy(api: APIClient, now: datetime) -> None:
    campaign = CampaignFactory(promotion=True)
    second = PromotionTierFactory(campaign=campaign, hierarchy=2, discount=amount(500))
    first = PromotionTierFactory(campaign=campaign, hierarchy=1, discount=percent(10))
    PromotionTierFactory(campaign=campaign, ends_at=now - timedelta(days=1))
    dear(api, PromotionTierFactory(campaign=campaign))
    VoucherFactory()

    body = api.post(TIERS, {**ORDER, "customer": {"source_id": "anna"}}).json()

    assert (body["valid"], body["tracking_id"][:6]) == (True, "track_")
    assert [entry["id"] for entry in body["promotions"]] == [first.public_id, second.public_id]
    assert [entry["order"]["total_amount"] for entry in body["promotions"]] == [9000, 9500]
    assert [entry["discount_amount"] for entry in body["promotions"]] == [1000, 500]
    entry = body["promotions"][0]
    assert (entry["valid"], entry["object"], entry["name"]) == (True, "promotion_tier", first.name)
    assert entry["campaign"]["id"] == campaign.public_id
    assert entry["discount"]["percent_off"] == 10


def test_tiers_of_one_promotion_or_with_some_metadata(api: APIClient) -> None:
    one = PromotionTierFactory(metadata={"shop": "web"})
    other = PromotionTierFactory(campaign=one.campaign)
    PromotionTierFactory(metadata={"shop": "till"})

    def ids(filters: str) -> set[str]:
        return {entry["id"] for entry in api.post(f"{TIERS}?{filters}", ORDER).json()["promotions"]}

    of_promotion = f"filters[promotion_id][conditions][$is][0]={one.campaign.public_id}"
    assert ids(of_promotion) == {one.public_id, other.public_id}
    assert ids("filters[metadata.shop][conditions][$is][0]=web") == {one.public_id}
    refused(api.post(f"{TIERS}?filters[name][conditions][$is]=x", {}), 400, "invalid_query_params")
    refused(api.post(f"{TIERS}?filters=x", {}), 400, "invalid_query_params")


def test_no_tier_is_said_too(api: APIClient) -> None:
    assert api.post(TIERS, ORDER).json() == {"valid": False, "promotions": []}


def test_codes_that_fit(api: APIClient, now: datetime) -> None:
    old = VoucherFactory(code="OLD", created_at=now - timedelta(days=2))
    new = VoucherFactory(code="NEW", created_at=now - timedelta(days=1))
    VoucherFactory(code="OFF", is_active=False)
    dear(api, VoucherFactory(code="DEAR"))
    PromotionTierFactory()

    body = api.post(VOUCHERS, {**ORDER, "customer": {"source_id": "anna"}}).json()

    assert (body["object"], body["data_ref"], body["total"]) == ("list", "data", 2)
    assert body["data"][0] == {**api.get("/v1/vouchers").json()["vouchers"][0], **body["data"][0]}
    assert [entry["id"] for entry in body["data"]] == [new.public_id, old.public_id]
    assert body["tracking_id"].startswith("track_")
    assert body["created_at"]


def test_codes_in_other_orders_and_numbers(api: APIClient, now: datetime) -> None:
    for place, code in enumerate(("B", "A", "C")):
        VoucherFactory(code=code, created_at=now - timedelta(days=place))

    def codes(query: str) -> str:
        return "".join(entry["code"] for entry in api.post(f"{VOUCHERS}?{query}", ORDER).json()["data"])

    assert codes("order=code") == "ABC"
    assert codes("order=-code&limit=2") == "CB"
    assert codes("order=created_at") == "CAB"
    assert codes("limit=1") == "B"


def test_campaigns_of_which_a_code_would_fit(api: APIClient, now: datetime) -> None:
    fits = CampaignFactory(name="Fits", category=CategoryFactory(name="Loud"))
    CampaignFactory(name="Over", ends_at=now - timedelta(days=1))
    dear(api, CampaignFactory(name="Dear"))
    VoucherFactory(campaign=fits)

    body = api.post(CAMPAIGNS, ORDER).json()

    assert [(entry["id"], entry["object"]) for entry in body["data"]] == [(fits.public_id, "campaign")]
    assert (body["total"], body["data"][0]["category"]) == (1, "Loud")


def test_the_audience_alone(api: APIClient) -> None:
    """With `audienceRulesOnly`, what the order lacks does not matter."""
    dear(api, tier := PromotionTierFactory())
    dear(api, voucher := VoucherFactory())
    dear(api, campaign := CampaignFactory())

    def asked(url: str, only: str) -> list[str]:
        body = api.post(f"{url}?audienceRulesOnly={only}", ORDER).json()
        return [entry["id"] for entry in body.get("promotions", body.get("data"))]

    for url, row in ((TIERS, tier), (VOUCHERS, voucher), (CAMPAIGNS, campaign)):
        assert (asked(url, "false"), asked(url, "true")) == ([], [row.public_id])


@pytest.mark.parametrize("order", ["name", "category", "campaign", "type", "code", "-updated_at"])
def test_campaigns_in_other_orders(api: APIClient, order: str) -> None:
    for name in ("B", "A"):
        CampaignFactory(name=name, category=CategoryFactory(name=name))

    answer = api.post(f"{CAMPAIGNS}?order={order}", ORDER)

    if order == "name":
        refused(answer, 400, "invalid_query_params")
    else:
        found = [entry["name"] for entry in answer.json()["data"]]
        assert found == (["A", "B"] if order in {"category", "campaign", "code"} else found)
        assert sorted(found) == ["A", "B"]


@pytest.mark.parametrize("url", [VOUCHERS, CAMPAIGNS])
@pytest.mark.parametrize(
    "query", ["limit=0", "limit=51", "limit=x", "limit=1.5", "order=size", "audienceRulesOnly=perhaps"]
)
def test_refuses_wrong_questions(api: APIClient, url: str, query: str) -> None:
    refused(api.post(f"{url}?{query}", {}), 400, "invalid_query_params")


@pytest.mark.parametrize("url", [TIERS, VOUCHERS, CAMPAIGNS])
def test_refuses_wrong_bodies_and_writes_nothing(api: APIClient, url: str) -> None:
    refused(api.post(url, {"order": {"amount": "1"}}), 400, "invalid_payload")
    refused(api.post(url, [1]), 400, "invalid_payload")
    refused(api.post(url, {"order": {"id": "ord_unknown"}}), 404, "not_found")
    assert api.post(url, {}).status_code == 200
    assert not Redemption.objects.exists()


@pytest.mark.parametrize("url", [TIERS, VOUCHERS, CAMPAIGNS])
def test_cost_does_not_grow(api: APIClient, url: str, count_queries: Callable[[Any], int]) -> None:
    def some(count: int) -> None:
        for _ in range(count):
            VoucherFactory(campaign=CampaignFactory(category=CategoryFactory()))
            PromotionTierFactory(campaign=CampaignFactory(promotion=True, category=CategoryFactory()))

    some(3)
    api.post(url, ORDER)  # the first call builds the index
    few = count_queries(lambda: api.post(url, ORDER))
    some(6)
    api.post(url, ORDER)  # and the next one hears of the changes

    assert count_queries(lambda: api.post(url, ORDER)) == few
    assert Campaign.objects.count() == 18
    assert PromotionTier.objects.count() == 9
