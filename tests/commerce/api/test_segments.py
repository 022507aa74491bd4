"""/v1/segments"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Segment, SegmentMembership
from promotions.models import ValidationRule
from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import CREATED_AT, CustomerFactory, SegmentFactory

URL = "/v1/segments"
POLISH = {"junction": "and", "address.country": {"conditions": {"$is": ["PL"]}}}


def create(api: APIClient, **body: Any) -> Any:
    return api.post(URL, {"name": "S", **body})


def test_makes_a_fixed_list(api: APIClient, audited: Any) -> None:
    anna, bert = CustomerFactory(), CustomerFactory()

    answer = create(api, type="static", customers=[anna.public_id, bert.source_id, anna.public_id])

    body = answer.json()
    assert answer.status_code == 200
    assert list(body) == ["id", "name", "created_at", "type", "filter", "object"]
    assert (body["type"], body["filter"], body["object"]) == ("static", None, "segment")
    members = SegmentMembership.objects.filter(segment__public_id=body["id"])
    assert sorted(members.values_list("customer", flat=True)) == sorted([anna.pk, bert.pk])
    assert audited() == ["segment.created"]


@pytest.mark.parametrize("type", ["passive", "auto-update"])
def test_makes_a_segment_with_a_filter(api: APIClient, type: str) -> None:
    body = create(api, type=type, filter=POLISH).json()

    assert (body["type"], body["filter"]) == (type, POLISH)
    assert api.get(f"{URL}/{body['id']}").json() == body


def test_a_filter_without_a_type_is_passive(api: APIClient) -> None:
    assert create(api, filter=POLISH).json()["type"] == "passive"


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({"name": ""}, "Property .name"),
        ({"name": None}, "Property .name"),
        ({"type": "live"}, "Property .type"),
        ({"type": "passive"}, "required property 'filter'"),
        ({"type": "auto-update", "filter": {}}, "required property 'filter'"),
        ({"type": "passive", "filter": {"junction": "and"}}, "at least one condition"),
        ({"filter": {"junction": "xor", **POLISH, "x": 1}}, "unknown field"),
        ({"filter": {"junction": "xor", "name": {"conditions": {"$is": "x"}}}}, "'and' or 'or'"),
        ({"filter": {"shoe_size": {"conditions": {"$is": 42}}}}, "unknown field"),
        ({"filter": {"name": {"conditions": {"$more_than": 42}}}}, "unknown operator"),
        ({"filter": {"created_at": {"conditions": {"$after": "soon"}}}}, "ISO 8601"),
        ({"filter": {"metadata.at": {"conditions": {"$in_location": "loc_none"}}}}, "no location loc_none"),
        ({"filter": {"birthdate": {"conditions": {"$is_days_ago_md": 400}}}}, "at most 366"),
        ({"filter": []}, "Property .filter"),
        ({"customers": "anna"}, "Property .customers"),
        ({"customers": [1]}, "Property .customers"),
        ({"customers": ["x"] * 20_001}, "Property .customers"),
    ],
)
def test_refuses_what_cannot_be_read(api: APIClient, body: Any, details: str) -> None:
    answer = create(api, **body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert details in answer.json()["details"]
    assert not Segment.objects.exists()


def test_unknown_customers_are_not_found(api: APIClient) -> None:
    check_not_found(
        create(api, type="static", customers=[CustomerFactory().public_id, "who"]), "customer", "who"
    )
    assert not Segment.objects.exists()


def test_at_most_a_hundred_filters(api: APIClient) -> None:
    SegmentFactory.create_batch(99, type="passive", filter=POLISH)

    assert create(api, filter=POLISH).status_code == 200
    refused = create(api, filter=POLISH)
    assert (refused.status_code, refused.json()["key"]) == (400, "segments_limit_exceeded")
    assert create(api, type="static").status_code == 200


def test_lists_newest_first_by_filters(api: APIClient) -> None:
    first, second = SegmentFactory(name="Old"), SegmentFactory(type="passive", filter=POLISH)

    body = api.get(URL).json()
    assert list(body) == ["object", "data_ref", "data", "total"]
    assert [row["id"] for row in body["data"]] == [second.public_id, first.public_id]
    assert body["total"] == 2
    found = api.get(f"{URL}?filters[type][conditions][$is]=static&order=created_at").json()
    assert [row["id"] for row in found["data"]] == [first.public_id]
    assert api.get(f"{URL}?ids[]={second.public_id}").json()["total"] == 1
    assert api.get(f"{URL}?order=name").status_code == 400


def test_a_used_segment_is_not_deleted(api: APIClient) -> None:
    segment = SegmentFactory(name="VIP")
    rules = {"1": {"name": "customer.segment", "conditions": {"$is": [segment.public_id]}}}
    ValidationRule.objects.create(name="For VIPs", rules={**rules, "logic": "1"}, created_at=CREATED_AT)

    answer = api.delete(f"{URL}/{segment.public_id}")

    assert (answer.status_code, answer.json()["key"]) == (400, "resource_in_use")
    assert "Segment VIP is used by conditions For VIPs" in answer.json()["details"]
    assert Segment.objects.filter(pk=segment.pk).exists()


def test_deletes_a_segment_and_keeps_its_customers(api: APIClient, audited: Any) -> None:
    customer = CustomerFactory()
    body = create(api, type="static", customers=[customer.public_id]).json()

    answer = api.delete(f"{URL}/{body['id']}")

    assert (answer.status_code, answer.content) == (204, b"")
    check_not_found(api.get(f"{URL}/{body['id']}"), "segment", body["id"])
    check_not_found(api.delete(f"{URL}/{body['id']}"), "segment", body["id"])
    customer.refresh_from_db()
    assert customer.deleted_at is None
    assert audited()[-1] == "segment.deleted"


@pytest.mark.parametrize("type", ["passive", "auto-update"])
def test_customers_are_listed_by_segment(api: APIClient, type: str) -> None:
    anna = CustomerFactory(country="PL")
    CustomerFactory(country="DE")
    segment = create(api, type=type, filter=POLISH).json()["id"]

    found = api.get(f"/v1/customers?segment_id={segment}").json()

    assert ([row["id"] for row in found["customers"]], found["total"]) == ([anna.public_id], 1)
    assert api.get("/v1/customers?segment_id=seg_none").json()["total"] == 0


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(URL, ["GET", "POST"])
    doors(f"{URL}/{SegmentFactory().public_id}", ["GET", "DELETE"])


def test_cost_does_not_grow(api: APIClient, count_queries: Any) -> None:
    SegmentFactory.create_batch(2)
    api.get(URL)
    few = count_queries(lambda: api.get(f"{URL}?limit=100"))
    SegmentFactory.create_batch(28)

    assert count_queries(lambda: api.get(f"{URL}?limit=100")) == few <= 6
