"""`GET /v1/customers/{customerId}/activity`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer
from core import places
from core.models import OutboxEvent
from promotions.selectors import activity
from tests.factories.promotions import CampaignFactory, VoucherFactory

ANNA = {"source_id": "anna"}


@pytest.fixture
def url(api: APIClient) -> str:
    """Anna uses a code of a campaign, brings it back, and leaves a cart; Ben is somebody else."""
    campaign = CampaignFactory(name="Spring")
    code = VoucherFactory(campaign=campaign).code
    for person in (ANNA, {"source_id": "ben"}):
        api.post("/v1/customers", person)
    bought = {"redeemables": [{"object": "voucher", "id": code}], "order": {"amount": 9000}, "customer": ANNA}
    redemption = api.post("/v1/redemptions", bought).json()["redemptions"][0]["id"]
    api.post(f"/v1/redemptions/{redemption}/rollback", {})
    api.post("/v1/events", {"event": "cart_left", "customer": ANNA})
    api.post("/v1/events", {"event": "cart_left", "customer": {"source_id": "ben"}})
    return "/v1/customers/anna/activity"


def types(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [event["type"] for event in answer.json()["data"]]


def test_everything_of_one_customer_newest_first(api: APIClient, url: str) -> None:
    answer = api.get(f"{url}?limit=100")

    assert types(answer) == [
        "customer.custom_event",
        "customer.redemption.rollback.succeeded",
        "customer.order.canceled",
        "customer.order.updated",
        "customer.redemption.succeeded",
        "customer.order.paid",
        "customer.order.created",
        "customer.created",
    ]
    newest = answer.json()["data"][0]
    anna = Customer.objects.get(source_id="anna")
    assert newest == {
        "id": OutboxEvent.objects.filter(entity_id=anna.public_id).latest("pk").public_id,
        "type": "customer.custom_event",
        "data": {
            "data": {
                "customer_id": anna.public_id,
                "custom_event_id": newest["data"]["data"]["custom_event_id"],
                "event": "cart_left",
            },
            "event_source": {
                "channel": "API",
                "api_key": {"name": "server key", "app_id": api.key.app_id},  # type: ignore[attr-defined]
            },
        },
        "customer": {"id": anna.public_id},
        "category": "ACTION",
        "created_at": newest["created_at"],
        "group_id": newest["group_id"],
    }
    assert newest["group_id"].startswith("v-")
    assert api.get("/v1/customers/anna/activities?limit=100").json() == answer.json()
    assert types(api.get("/v1/customers/ben/activity")) == ["customer.custom_event", "customer.created"]


def test_pages(api: APIClient, url: str) -> None:
    first = api.get(f"{url}?limit=3&order=created_at").json()
    rest = api.get(
        f"{url}?limit=100&order=created_at&starting_after_id={first['more_starting_after']}"
    ).json()

    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert [event["type"] for event in first["data"]][0] == "customer.created"
    assert len({event["id"] for event in first["data"] + rest["data"]}) == 8


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("type=customer.redemption.succeeded", 1),
        ("type=customer.segment.entered", 0),
        ("type=nothing", 0),
        ("campaign_type=DISCOUNT_COUPONS", 1),
        ("campaign_type=PROMOTION", 0),
        ("campaign_type=LOYALTY_PROGRAM", 0),
        ("campaign_id=camp_none", 0),
        ("category=ACTION", 8),
        ("category=EFFECT", 0),
        ("start_date=2020-01-01T00:00:00Z&end_date=2099-01-01T00:00:00Z", 8),
        ("start_date=2099-01-01T00:00:00Z", 0),
        ("end_date=2020-01-01T00:00:00Z", 0),
    ],
)
def test_filters(api: APIClient, url: str, query: str, count: int) -> None:
    assert len(types(api.get(f"{url}?limit=100&{query}"))) == count


@pytest.mark.parametrize(
    "query", ["category=BOTH", "campaign_type=SALE", "start_date=soon", "order=name", "limit=0", "type[x]=1"]
)
def test_wrong_queries(api: APIClient, url: str, query: str) -> None:
    answer = api.get(f"{url}?{query}")

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_query_params")


def test_nobody(api: APIClient) -> None:
    assert api.get("/v1/customers/nobody/activity").json()["key"] == "not_found"


def test_cost_does_not_grow(api: APIClient, url: str, count_queries: Callable[..., int]) -> None:
    few = count_queries(lambda: api.get(f"{url}?limit=1"))

    assert count_queries(lambda: api.get(f"{url}?limit=100")) == few
    assert few <= 6


def test_campaigns_out_of_reach_are_not_told(api: APIClient, url: str) -> None:
    anna = Customer.objects.get(source_id="anna")

    with places.limited_to(frozenset({"store:none"})):
        told = [event.name for event in activity.of_customer(anna).order_by("pk")]

    assert told[0] == "customer.created"
    assert "redemption.succeeded" not in told
    assert "redemption.succeeded" in [event.name for event in activity.of_customer(anna)]
