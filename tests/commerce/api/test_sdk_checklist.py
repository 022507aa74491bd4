"""What the official SDK suites do with customers, orders and products (contract: data file 23)."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from tests.commerce.api.jobs import outcome, send_csv


def test_customers(api: APIClient) -> None:
    first = api.post("/v1/customers", {"source_id": "sdk-1"}).json()
    second = api.post("/v1/customers", {"name": "SDK", "email": "sdk@shop.example"}).json()
    gone = api.delete(f"/v1/customers/{first['id']}")

    assert second["name"] == "SDK"
    assert gone.status_code == 204
    assert api.get(f"/v1/customers/{first['id']}").status_code == 404


def test_orders(api: APIClient) -> None:
    body = {"amount": 1000, "currency": "USD", "customer": {"email": "a@shop.example", "name": "A"}}
    order = api.post("/v1/orders", body).json()
    paid = api.put(f"/v1/orders/{order['id']}", {"status": "PAID"}).json()
    listed = api.get("/v1/orders?limit=10").json()

    assert (order["status"], order["amount"]) == ("CREATED", 1000)
    assert (paid["id"], paid["status"]) == (order["id"], "PAID")
    assert 1 <= len(listed["orders"]) <= 10
    assert api.get(f"/v1/orders/{order['id']}").json()["id"] == order["id"]


def test_products_and_skus(api: APIClient, work_off: Any) -> None:
    product = api.post("/v1/products", {"name": "Phone", "attributes": ["color"], "price": 1}).json()
    renamed = api.put(f"/v1/products/{product['id']}", {"name": "Phone 2"}).json()
    sku = api.post(
        f"/v1/products/{product['id']}/skus", {"name": "ignored", "sku": "S", "attributes": {"memory": "1"}}
    ).json()
    changed = api.put(f"/v1/products/{product['id']}/skus/{sku['id']}", {"sku": "S2"}).json()

    assert renamed["name"] == "Phone 2"
    assert changed["sku"] == "S2"
    assert [row["id"] for row in api.get(f"/v1/products/{product['id']}/skus").json()["skus"]] == [sku["id"]]
    assert api.get("/v1/products").json()["products"][0]["id"] == product["id"]
    assert api.delete(f"/v1/products/{product['id']}/skus/{sku['id']}").status_code == 204
    assert api.delete(f"/v1/products/{product['id']}").status_code == 204

    for answer in (
        api.post("/v1/products/bulk/async"),
        api.post("/v1/products/metadata/async", {"product_ids": ["x"], "metadata": {"a": 1}}),
    ):
        assert answer.status_code == 202
        assert answer.json()["async_action_id"].startswith("aa_")
    answer = send_csv(api, "/v1/products/importCSV", "name,source_id,price\nA,a,1\n")
    work_off()
    assert outcome(api, answer)["operation_status"] == "SUCCESS"
