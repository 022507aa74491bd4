"""POST /v1/products/metadata/async"""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from commerce.models import Product
from tests.commerce.api.jobs import outcome
from tests.factories.commerce import ProductFactory

URL = "/v1/products/metadata/async"


def test_the_same_metadata_for_all(api: APIClient, work_off: Any) -> None:
    ProductFactory(source_id="a", metadata={"kept": 1})

    answer = api.post(URL, {"source_ids": ["a", "new"], "metadata": {"season": "spring"}})
    work_off()

    rows = dict(Product.objects.values_list("source_id", "metadata"))
    assert answer.status_code == 202
    assert rows == {"a": {"kept": 1, "season": "spring"}, "new": {"season": "spring"}}
    assert outcome(api, answer)["result"]["done_count"] == 2


def test_an_unknown_key_makes_an_empty_job(api: APIClient, work_off: Any) -> None:
    answer = api.post(URL, {"product_ids": ["a"]})
    work_off()

    assert answer.status_code == 202
    assert outcome(api, answer)["operation_status"] == "SUCCESS"
    assert not Product.objects.exists()


def test_refuses_a_wrong_shape(api: APIClient) -> None:
    assert api.post(URL, {"source_ids": {"a": 1}}).json()["key"] == "invalid_payload"


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(URL, ["POST"])
