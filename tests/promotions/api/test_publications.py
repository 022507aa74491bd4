"""Publications over the API, and what follows from them. Contract: semantics-core 18."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer
from core.actors import Actor, Role
from core.models import ProjectSettings
from core.services import api_keys
from promotions.models import Campaign, Holder, Publication
from tests.conftest import NOW
from tests.factories.promotions import CampaignFactory, VoucherFactory

pytestmark = pytest.mark.django_db

URL = "/v1/publications"
ANNA = {"source_id": "anna", "email": "anna@shop.example"}


@pytest.fixture
def spring() -> Campaign:
    campaign: Campaign = CampaignFactory(name="Spring")
    VoucherFactory.create_batch(4, campaign=campaign)
    return campaign


def test_one_code_is_answered_whole(api: APIClient, spring: Campaign) -> None:
    body = {
        "campaign": {"name": "Spring"},
        "customer": ANNA,
        "source_id": "mail-1",
        "channel": "E-mail",
        "metadata": {"wave": 1},
    }

    answer = api.post(URL, body)

    assert answer.status_code == 200
    customer = Customer.objects.get()
    first = spring.vouchers.order_by("pk")[0]
    given = answer.json()
    voucher = given.pop("voucher")
    assert given.pop("customer")["summary"]["redemptions"]["total_redeemed"] == 0
    assert given == {
        "id": Publication.objects.get().public_id,
        "object": "publication",
        "created_at": given["created_at"],
        "customer_id": customer.public_id,
        "tracking_id": given["tracking_id"],
        "metadata": {"wave": 1},
        "channel": "E-mail",
        "source_id": "mail-1",
        "result": "SUCCESS",
        "vouchers_id": [first.public_id],
    }
    assert given["id"].startswith("pub_")
    assert len(given["id"]) == 36
    assert given["tracking_id"].startswith("track_")
    assert (voucher["code"], voucher["holder_id"]) == (first.code, customer.public_id)
    assert voucher["publish"] == {
        "object": "list",
        "count": 1,
        "url": f"/v1/vouchers/{first.code}/publications?page=1&limit=10",
    }
    assert voucher == api.get(f"/v1/vouchers/{first.code}").json()


def test_of_several_codes_only_the_codes_are_answered(api: APIClient, spring: Campaign) -> None:
    answer = api.post(URL, {"campaign": {"id": spring.public_id, "count": 3}, "customer": ANNA}).json()

    codes = spring.vouchers.order_by("pk")[:3]
    assert answer["vouchers"] == [code.code for code in codes]
    assert answer["vouchers_id"] == [code.public_id for code in codes]
    assert answer["vouchers_count"] == 3
    assert "voucher" not in answer


def test_nulls_of_the_official_clients_are_accepted(api: APIClient) -> None:
    code = VoucherFactory()
    body = {"voucher": code.code, "campaign": None, "channel": None, "metadata": None, "customer": ANNA}

    answer = api.post(f"{URL}?join_once=false", body)

    assert answer.status_code == 200
    assert (answer.json()["channel"], answer.json()["source_id"]) == ("API", None)


def test_a_customer_without_an_id_is_made(api: APIClient, spring: Campaign) -> None:
    answer = api.post(URL, {"campaign": {"name": "Spring"}, "customer": {"email": "new@shop.example"}})

    assert answer.json()["customer"]["email"] == "new@shop.example"
    assert answer.json()["tracking_id"] is None


@pytest.mark.parametrize(
    ("body", "status", "key"),
    [
        ({"customer": ANNA}, 400, "missing_vouchers"),
        ({"customer": ANNA, "campaign": {}}, 400, "missing_vouchers"),
        ({"campaign": {"name": "Spring"}}, 400, "invalid_payload"),
        ({"campaign": {"name": "Spring"}, "customer": "anna"}, 400, "invalid_payload"),
        ({"campaign": {"name": "Spring", "count": 0}, "customer": ANNA}, 400, "invalid_payload"),
        ({"campaign": {"name": "Spring", "count": 1.5}, "customer": ANNA}, 400, "invalid_payload"),
        ({"campaign": {"name": "Spring", "count": 51}, "customer": ANNA}, 400, "too_many_vouchers_requested"),
        ({"campaign": {"name": "Nowhere"}, "customer": ANNA}, 404, "not_found"),
        ({"voucher": "NOWHERE", "customer": ANNA}, 404, "not_found"),
        ({"voucher": ["A"], "customer": ANNA}, 400, "invalid_payload"),
        ({"campaign": {"name": "Spring"}, "customer": ANNA, "metadata": []}, 400, "invalid_payload"),
        ([], 400, "invalid_payload"),
    ],
)
def test_wrong_calls_are_refused(api: APIClient, spring: Campaign, body: Any, status: int, key: str) -> None:
    answer = api.post(URL, body)

    assert (answer.status_code, answer.json()["key"]) == (status, key)
    assert not Publication.objects.exists()
    assert not Customer.objects.exists()


def test_refusals_name_their_key_and_are_listed(api: APIClient) -> None:
    CampaignFactory(name="Empty")
    taken = VoucherFactory(campaign=CampaignFactory())
    api.post(URL, {"voucher": taken.code, "customer": {"source_id": "ben"}})

    empty = api.post(URL, {"campaign": {"name": "Empty"}, "customer": ANNA}).json()
    held = api.post(URL, {"voucher": taken.code, "customer": ANNA}).json()

    assert empty["key"] == "no_voucher_suitable_for_publication"
    assert held["key"] == "voucher_already_published"
    listed = api.get(f"{URL}?result=FAILURE").json()
    assert listed["total"] == 2
    newest, oldest = listed["publications"]
    assert (newest["failure_code"], newest["vouchers"]) == ("voucher_already_published", [taken.code])
    assert oldest["failure_message"].startswith("No voucher suitable for publication. All codes of Empty")
    assert "voucher" not in oldest


def test_who_has_joined_is_told_or_gets_the_same(api: APIClient) -> None:
    campaign = CampaignFactory(name="Club", join_once=True)
    VoucherFactory.create_batch(2, campaign=campaign)
    body = {"campaign": {"name": "Club"}, "customer": ANNA}
    first = api.post(URL, body).json()

    refused = api.post(URL, body)
    again = api.post(f"{URL}?join_once=true", body).json()

    assert refused.status_code == 400
    assert refused.json()["key"] == "voucher_cannot_be_published"
    assert refused.json()["message"] == "Customer already joined program."
    assert (again["id"], again["voucher"]["code"]) == (first["id"], first["voucher"]["code"])


def test_an_idempotency_key_gives_once(api: APIClient, spring: Campaign) -> None:
    body = {"campaign": {"name": "Spring"}, "customer": ANNA}
    headers = {"Idempotency-Key": "once"}

    first, second = (api.post(URL, body, headers=headers) for _ in range(2))

    assert first.content == second.content
    assert second["Idempotent-Replayed"] == "true"
    assert Holder.objects.count() == 1


def test_the_list_filters_and_sorts(api: APIClient, spring: Campaign) -> None:
    other = VoucherFactory()
    cards = CampaignFactory(
        name="Cards",
        campaign_type="GIFT_VOUCHERS",
        discount=None,
        gift={"amount": 500, "effect": "APPLY_TO_ORDER"},
    )
    card = VoucherFactory(
        campaign=cards, type="GIFT_VOUCHER", gift_amount=500, gift_balance=500, gift_effect="APPLY_TO_ORDER"
    )
    for source_id, body in (
        ("p1", {"campaign": {"name": "Spring"}, "customer": ANNA, "channel": "b"}),
        ("p2", {"voucher": other.code, "customer": ANNA, "channel": "c"}),
        ("p3", {"voucher": card.code, "customer": {"source_id": "ben"}, "channel": "a"}),
    ):
        api.post(URL, {**body, "source_id": source_id})

    def found(query: str) -> list[str]:
        answer = api.get(f"{URL}?{query}").json()
        assert answer["data_ref"] == "publications"
        return [row["source_id"] for row in answer["publications"]]

    assert found("") == ["p3", "p2", "p1"]
    assert found("order=channel") == ["p3", "p1", "p2"]
    assert found("order=-id") == ["p3", "p2", "p1"]
    assert found("campaign=Spring") == ["p1"]
    assert found("customer=anna") == ["p2", "p1"]
    assert found(f"voucher={other.code}") == ["p2"]
    assert found("source_id=p3") == ["p3"]
    assert found("voucher_type=gift") == ["p3"]
    assert found("voucher_type=loyalty") == []
    assert found("is_referral_code=true") == []
    assert found("filters[channel][conditions][$in][0]=c") == ["p2"]
    assert found("filters[campaign_name][conditions][$is]=Spring") == ["p1"]
    assert found(f"filters[related_object_id][conditions][$is]={card.public_id}") == ["p3"]
    assert found("filters[failure_code][conditions][$has_value]=") == []


def test_the_list_refuses_what_it_does_not_know(api: APIClient) -> None:
    for query in ("result=MAYBE", "voucher_type=x", "order=name", "limit=0"):
        assert api.get(f"{URL}?{query}").json()["key"] == "invalid_query_params", query
    assert api.get(f"{URL}?page=1001").json()["key"] == "page_over_limit"


def test_reading_many_costs_no_more_than_reading_few(
    api: APIClient, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    def publish(number: int) -> None:
        campaign = CampaignFactory()
        VoucherFactory.create_batch(2, campaign=campaign)
        api.post(
            URL, {"campaign": {"name": campaign.name, "count": 2}, "customer": {"source_id": str(number)}}
        )

    for number in range(2):
        publish(number)
    few = count_queries(lambda: api.get(f"{URL}?limit=50"))
    for number in range(2, 12):
        publish(number)

    assert count_queries(lambda: api.get(f"{URL}?limit=50")) == few


def test_a_voucher_leads_to_its_publications(api: APIClient, spring: Campaign) -> None:
    code = VoucherFactory(code="ALL OF YOU")
    api.post(URL, {"campaign": {"name": "Spring"}, "customer": ANNA})
    for source_id in ("anna", "ben"):
        api.post(URL, {"voucher": code.code, "customer": {"source_id": source_id}})

    answer = api.get("/v1/vouchers/ALL%20OF%20YOU/publications").json()

    assert answer["total"] == 2
    assert [row["customer"]["source_id"] for row in answer["publications"]] == ["ben", "anna"]
    assert api.get("/v1/vouchers/NOWHERE/publications").status_code == 404


def test_integrations_publish_by_address(api: APIClient, spring: Campaign) -> None:
    issued = api_keys.create(
        name="No-code tool", role=Role.USER, is_integration=True, actor=Actor.system("tests"), now=NOW
    )
    tool = APIClient(headers={"X-App-Id": issued.key.app_id, "X-App-Token": issued.token})
    query = "campaign[name]=Spring&customer[source_id]=anna&metadata[wave]=1&source_id=mail-1"

    refused = api.get(f"{URL}/create?{query}")
    answer = tool.get(f"{URL}/create?{query}")

    assert (refused.status_code, refused.json()["key"]) == (403, "integration_api_key_required")
    assert answer.status_code == 200
    assert answer.json()["metadata"] == {"wave": "1"}
    assert answer.json()["customer"]["source_id"] == "anna"
    assert Publication.objects.get().source_id == "mail-1"


def test_browsers_publish_where_the_project_says_so(
    client_api: APIClient, spring: Campaign, settings_row: ProjectSettings
) -> None:
    body = {"customer": ANNA, "channel": "Voucherify.js"}
    refused = client_api.post("/client/v1/publish?campaign=Spring", body)
    settings_row.client_publish_enabled = True
    settings_row.save()

    answer = client_api.post("/client/v1/publish?campaign=Spring", body)

    assert (refused.status_code, refused.json()["key"]) == (403, "forbidden")
    assert answer.status_code == 200
    assert answer.json()["voucher"]["campaign"] == "Spring"
    assert answer.json()["channel"] == "Voucherify.js"
