"""POST /v1/products/importCSV"""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from commerce.models import Product
from tests.commerce.api.jobs import outcome, send_csv
from tests.factories.commerce import ProductFactory

URL = "/v1/products/importCSV"


def test_imports_products_with_prices_in_major_units(api: APIClient, work_off: Any) -> None:
    text = (
        "\ufeffname,source_id,price,attributes,image_url,brand\n"
        'Mug,mug,21,"color,size",https://img.example/m.png,A\n'
        "Tea,,1.5,,,\n"
    )

    answer = send_csv(api, URL, text)
    work_off()

    mug, tea = Product.objects.order_by("name")
    assert (answer.status_code, list(answer.json())) == (200, ["async_action_id"])
    assert (mug.source_id, mug.price, mug.attributes, mug.metadata) == (
        "mug",
        2100,
        ["color", "size"],
        {"brand": "A"},
    )
    assert (tea.source_id, tea.price) == (None, 150)
    action = outcome(api, answer)
    assert (action["type"], action["operation_status"]) == ("PRODUCTS.IMPORT_CSV", "SUCCESS")


def test_of_a_stored_product_only_the_name_changes(api: APIClient, work_off: Any) -> None:
    product = ProductFactory(source_id="mug", name="Old", price=5)

    send_csv(api, URL, "name,source_id,price,brand\nNew,mug,99,A\n")
    work_off()

    product.refresh_from_db()
    assert (product.name, product.price, product.metadata) == ("New", 5, {})


def test_bad_rows_are_reported_and_stop_nothing(api: APIClient, work_off: Any) -> None:
    text = "name,source_id,price\n,a,1\nB,b,dear\nC,c,-1\nD,d,1.005\nE,e,1e400\nF,f,2\n"

    answer = send_csv(api, URL, text)
    work_off()

    result = outcome(api, answer)["result"]
    assert list(Product.objects.values_list("source_id", "price")) == [("f", 200)]
    assert [(row["source_id"], row["row"]) for row in result["failed"]] == [
        ("a", 1),
        ("b", 2),
        ("c", 3),
        ("d", 4),
        ("e", 5),
    ]


def test_needs_the_file(api: APIClient) -> None:
    answer = api.post(URL, {}, format="multipart")

    assert answer.json()["details"] == "Payload should have required property 'file'"


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(URL, ["POST"])
