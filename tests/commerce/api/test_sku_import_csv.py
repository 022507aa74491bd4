"""POST /v1/skus/importCSV"""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from commerce.models import Sku
from tests.commerce.api.jobs import outcome, send_csv
from tests.factories.commerce import ProductFactory, SkuFactory

URL = "/v1/skus/importCSV"


def test_imports_skus_of_stored_products(api: APIClient, work_off: Any) -> None:
    product = ProductFactory(source_id="mug", attributes=["color"])
    SkuFactory(product=product, source_id="blue", sku="Old", price=1)
    text = (
        "product_id,source_id,sku,price,attributes,image_url,season\n"
        f"{product.public_id},red,Red,13,\"{{'color':'red'}}\",https://img.example/r.png,spring\n"
        "mug,blue,Blue,2,,,\n"
    )

    answer = send_csv(api, URL, text)
    work_off()

    rows = {s.source_id: (s.sku, s.price, s.attributes, s.metadata) for s in Sku.objects.all()}
    assert answer.status_code == 200
    assert rows == {
        "red": ("Red", 1300, {"color": "red"}, {"season": "spring"}),
        "blue": ("Blue", 200, {}, {}),
    }
    assert outcome(api, answer)["result"]["done_count"] == 2


def test_bad_rows_are_reported_and_stop_nothing(api: APIClient, work_off: Any) -> None:
    product = ProductFactory(source_id="mug", attributes=["color"])
    SkuFactory(source_id="taken")
    text = (
        "product_id,source_id,attributes\n"
        "none,a,\n"
        "mug,,\n"
        "mug,taken,\n"
        "mug,b,\"{'size':'L'}\"\n"
        "mug,c,\"__import__('os')\"\n"
        "mug,good,\n"
    )

    answer = send_csv(api, URL, text)
    work_off()

    result = outcome(api, answer)["result"]
    assert list(product.skus.values_list("source_id", flat=True)) == ["good"]
    assert (result["done_count"], result["failed_count"]) == (1, 5)
    assert [row["row"] for row in result["failed"]] == [1, 2, 3, 4, 5]


def test_needs_the_file(api: APIClient) -> None:
    answer = api.post(URL, {}, format="multipart")

    assert answer.json()["details"] == "Payload should have required property 'file'"


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(URL, ["POST"])
