"""POST /v1/products/bulk/async"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Product
from integrations.models import AsyncAction
from tests.commerce.api.jobs import outcome
from tests.factories.commerce import CREATED_AT, ProductFactory

URL = "/v1/products/bulk/async"


def test_creates_and_merges(api: APIClient, work_off: Any) -> None:
    ProductFactory(source_id="a", name="Old", price=5, metadata={"kept": 1})
    ProductFactory(source_id="bin", deleted_at=CREATED_AT, name="Gone")

    answer = api.post(
        URL,
        [
            {"source_id": "a", "name": "New", "metadata": {"x": 1}},
            {"source_id": "b", "price": 9, "attributes": ["color"]},
            {"source_id": "bin", "name": "Back"},
            {"source_id": "c", "price": -1},
        ],
    )
    work_off()

    rows = {p.source_id: (p.name, p.price, p.attributes, p.metadata) for p in Product.objects.all()}
    assert answer.status_code == 202
    assert rows == {
        "a": ("New", 5, [], {"kept": 1, "x": 1}),
        "b": ("", 9, ["color"], {}),
        "bin": ("Gone", 1000, [], {}),
    }
    result = outcome(api, answer)["result"]
    assert (result["done_count"], result["failed_count"]) == (2, 2)
    assert [(error["source_id"], error["key"]) for error in result["errors"]] == [
        ("bin", "duplicate_found"),
        ("c", "invalid_payload"),
    ]


def test_without_a_body_it_is_an_empty_job(api: APIClient, work_off: Any) -> None:
    answer = api.post(URL)
    work_off()

    assert answer.status_code == 202
    assert outcome(api, answer)["result"]["done_count"] == 0


@pytest.mark.parametrize("body", [{"source_id": "a"}, "text"])
def test_refuses_a_wrong_shape(api: APIClient, body: Any) -> None:
    answer = api.post(URL, body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert not AsyncAction.objects.exists()


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(URL, ["POST"])
