"""PUT /v1/product-collections/{productCollectionId}"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import ProductCollectionFactory, own_collections

URL = "/v1/product-collections"
CHEAP = {"junction": "and", "price": {"conditions": {"$less_than": [1000]}}}
DEAR = {"junction": "or", "price": {"conditions": {"$more_than": [1000]}}}


def test_renames_and_refilters(api: APIClient, audited: Any) -> None:
    collection = ProductCollectionFactory(type="AUTO_UPDATE", filter=CHEAP)

    body = api.put(f"{URL}/{collection.public_id}", {"name": "Dear", "filter": DEAR}).json()

    assert (body["name"], body["filter"]) == ("Dear", DEAR)
    assert body["updated_at"].endswith("Z")
    assert audited() == ["product_collection.updated"]


def test_the_filter_stays_when_only_the_name_is_sent(api: APIClient) -> None:
    collection = ProductCollectionFactory(type="AUTO_UPDATE", filter=CHEAP)

    assert api.put(f"{URL}/{collection.public_id}", {"name": "N"}).json()["filter"] == CHEAP


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("AUTO_UPDATE", {"filter": {"price": {"conditions": {"$is": [1]}}}}),
        ("AUTO_UPDATE", {"filter": {"junction": "and", "nope": {"conditions": {"$is": [1]}}}}),
        ("AUTO_UPDATE", {"name": ""}),
        ("AUTO_UPDATE", {"name": None}),
        ("STATIC", {"filter": CHEAP}),
        ("STATIC", []),
    ],
)
def test_refuses_a_wrong_shape(api: APIClient, kind: str, body: Any) -> None:
    collection = ProductCollectionFactory(type=kind, filter=CHEAP if kind == "AUTO_UPDATE" else None)

    answer = api.put(f"{URL}/{collection.public_id}", body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert own_collections().get().updated_at is None


def test_unknown_ones_are_not_found(api: APIClient) -> None:
    check_not_found(api.put(f"{URL}/pc_none", {"name": "N"}), "product_collection", "pc_none")
