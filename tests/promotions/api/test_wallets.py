"""What customers hold, and what follows from it: wallets, offers, rules, time and formulas."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer
from promotions.models import Campaign, Holder, Publication
from tests.conftest import NOW
from tests.factories.commerce import CustomerFactory
from tests.factories.promotions import CampaignFactory, VoucherFactory

pytestmark = pytest.mark.django_db

URL = "/v1/publications"
ANNA = {"source_id": "anna", "email": "anna@shop.example"}


@pytest.fixture
def spring() -> Campaign:
    campaign: Campaign = CampaignFactory(name="Spring")
    VoucherFactory.create_batch(4, campaign=campaign)
    return campaign


def test_the_wallet_lists_what_a_customer_holds(api: APIClient, spring: Campaign) -> None:
    generic = VoucherFactory()
    api.post(URL, {"campaign": {"name": "Spring", "count": 2}, "customer": ANNA})
    for source_id in ("anna", "ben"):
        api.post(URL, {"voucher": generic.code, "customer": {"source_id": source_id}})
    lost = spring.vouchers.order_by("pk")[1]
    api.delete(f"/v1/vouchers/{lost.code}")

    answer = api.get("/v1/customers/anna/redeemables").json()

    assert (answer["object"], answer["data_ref"], answer["has_more"]) == ("list", "data", False)
    kept = spring.vouchers.order_by("pk")[0]
    newest, oldest = answer["data"]
    assert newest["redeemable_id"] == generic.public_id
    assert oldest == {
        "id": Holder.objects.get(voucher=kept).public_id,
        "created_at": oldest["created_at"],
        "redeemable_id": kept.public_id,
        "redeemable_object": "voucher",
        "customer_id": Customer.objects.get(source_id="anna").public_id,
        "holder_role": "OWNER",
        "campaign_id": spring.public_id,
        "campaign_type": "DISCOUNT_COUPONS",
        "voucher_type": "DISCOUNT_VOUCHER",
        "redeemable": {
            "type": "voucher",
            "voucher": api.get(f"/v1/vouchers/{kept.code}").json(),
            "status": "ACTIVE",
        },
        "object": "redeemable_holder",
    }
    assert answer["total"] == 2
    assert oldest["id"].startswith("rh_")
    assert len(api.get("/v1/customers/ben/redeemables").json()["data"]) == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, "ACTIVE"),
        ({"is_active": False}, "DISABLED"),
        ({"starts_at": NOW.replace(year=2099)}, "NOT_ACTIVE_YET"),
        ({"ends_at": NOW.replace(year=2020)}, "EXPIRED"),
        ({"redemption_quantity": 0}, "USED"),
    ],
)
def test_the_wallet_says_what_a_code_is_good_for(
    api: APIClient, spring: Campaign, change: dict[str, Any], status: str
) -> None:
    api.post(URL, {"campaign": {"name": "Spring"}, "customer": ANNA})
    spring.vouchers.update(**change)

    (held,) = api.get("/v1/customers/anna/redeemables").json()["data"]

    assert held["redeemable"]["status"] == status


def test_the_wallet_filters_and_pages(api: APIClient, spring: Campaign) -> None:
    api.post(URL, {"campaign": {"name": "Spring", "count": 3}, "customer": ANNA})
    url = "/v1/customers/anna/redeemables"

    first = api.get(f"{url}?limit=2&order=id").json()
    rest = api.get(f"{url}?limit=2&order=id&starting_after_id={first['data'][-1]['id']}").json()

    assert (first["has_more"], len(first["data"]), len(rest["data"])) == (True, 2, 1)
    for name, value, count in (
        ("campaign_id", spring.public_id, 3),
        ("campaign_type", "GIFT_VOUCHERS", 0),
        ("voucher_type", "DISCOUNT_VOUCHER", 3),
        ("holder_role", "REFEREE", 0),
        ("redeemable_object", "voucher", 3),
        ("redeemable_id", first["data"][0]["redeemable_id"], 1),
    ):
        found = api.get(f"{url}?filters[{name}][conditions][$is]={value}").json()
        assert len(found["data"]) == count, name
    assert api.get("/v1/customers/nobody/redeemables").status_code == 404


def test_qualifications_offer_a_generic_code_to_all_its_holders(api: APIClient) -> None:
    """Once it was published it is nobody else's (contract: semantics-core 19.1)."""
    code = VoucherFactory(code="FRIENDS")
    CustomerFactory(source_id="carl")
    for source_id in ("anna", "ben"):
        api.post(URL, {"voucher": "FRIENDS", "customer": {"source_id": source_id}})

    def offered(source_id: str) -> list[str]:
        body = {"customer": {"source_id": source_id}, "order": {"amount": 1000}}
        return [row["id"] for row in api.post("/v1/qualifications", body).json()["redeemables"]["data"]]

    assert [offered(name) for name in ("anna", "ben", "carl")] == [[code.code], [code.code], []]


def test_a_rule_asks_all_holders(api: APIClient) -> None:
    VoucherFactory(code="FRIENDS")
    rule = {
        "name": "Only by holders",
        "rules": {"1": {"name": "publication.redeemable_by_linked_customer", "conditions": {"$is": [True]}}},
    }
    created = api.post("/v1/validation-rules", rule).json()
    api.post(
        f"/v1/validation-rules/{created['id']}/assignments",
        {"voucher": "FRIENDS", "related_object_type": "voucher", "related_object_id": "FRIENDS"},
    )
    for source_id in ("anna", "ben"):
        api.post(URL, {"voucher": "FRIENDS", "customer": {"source_id": source_id}})

    def is_valid(source_id: str) -> bool:
        body = {
            "redeemables": [{"object": "voucher", "id": "FRIENDS"}],
            "customer": {"source_id": source_id},
            "order": {"amount": 1000},
        }
        return bool(api.post("/v1/validations", body).json()["valid"])

    assert [is_valid(name) for name in ("anna", "ben", "carl")] == [True, True, False]


def test_a_code_counts_its_days_from_its_publication(api: APIClient) -> None:
    """`activity_duration_after_publishing`: contract semantics-core 12."""
    campaign = CampaignFactory(name="Short", activity_duration_after_publishing="P1D")
    VoucherFactory(campaign=campaign)
    code = api.post(URL, {"campaign": {"name": "Short"}, "customer": ANNA}).json()["voucher"]["code"]
    body = {"redeemables": [{"object": "voucher", "id": code}], "order": {"amount": 1000}}

    def valid_in(days: int) -> bool:
        at = Publication.objects.get().created_at + timedelta(days=days)
        answer = api.post("/v1/validations", {**body, "options": {"at": at.isoformat()}})
        return bool(answer.json()["valid"])

    assert [valid_in(0), valid_in(2)] == [True, False]


def test_a_formula_reads_what_was_said_when_a_code_was_published(api: APIClient) -> None:
    """PUBLICATION_METADATA: contract semantics-core 5.10. The last publication counts."""
    discount = {
        "type": "AMOUNT",
        "amount_off_formula": 'PUBLICATION_METADATA("euros")',
        "effect": "APPLY_TO_ORDER",
    }
    api.post("/v1/vouchers/FRIENDS", {"type": "DISCOUNT_VOUCHER", "discount": discount})
    for euros in (1, 3):
        body = {"voucher": "FRIENDS", "customer": ANNA, "metadata": {"euros": euros}}
        assert api.post(URL, body).status_code == 200

    answer = api.post(
        "/v1/validations",
        {"redeemables": [{"object": "voucher", "id": "FRIENDS"}], "order": {"amount": 1000}},
    ).json()

    assert answer["order"]["total_discount_amount"] == 300
