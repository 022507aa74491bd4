"""GET /v1/customers/{customerId}/segments"""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from tests.factories.commerce import CustomerFactory, SegmentFactory, SegmentMembershipFactory

URL = "/v1/customers"


def test_lists_the_segments_of_a_customer(api: APIClient) -> None:
    customer = CustomerFactory()
    segment = SegmentMembershipFactory(customer=customer, segment__name="VIP").segment
    SegmentFactory(name="Others")

    answer = api.get(f"{URL}/{customer.source_id}/segments")

    assert answer.status_code == 200
    assert answer.json() == {
        "object": "list",
        "data_ref": "data",
        "data": [{"id": segment.public_id, "name": "VIP", "object": "segment"}],
        "total": 1,
    }


def test_somebody_unknown_is_in_none(api: APIClient) -> None:
    answer = api.get(f"{URL}/nobody/segments")

    assert (answer.status_code, answer.json()["data"], answer.json()["total"]) == (200, [], 0)


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(f"{URL}/{CustomerFactory().public_id}/segments", ["GET"])


def test_cost_does_not_grow(api: APIClient, count_queries: Any) -> None:
    customer = CustomerFactory()
    SegmentMembershipFactory.create_batch(2, customer=customer)
    api.get(f"{URL}/{customer.public_id}/segments")
    few = count_queries(lambda: api.get(f"{URL}/{customer.public_id}/segments"))
    SegmentMembershipFactory.create_batch(20, customer=customer)

    assert count_queries(lambda: api.get(f"{URL}/{customer.public_id}/segments")) == few <= 3
