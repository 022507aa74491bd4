"""What people change in commerce goes through services, and is written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from commerce.models import Customer, Product, Sku
from core.models import AuditEntry
from tests.factories.commerce import (
    CustomerFactory,
    ProductCollectionFactory,
    ProductFactory,
    SkuFactory,
    own_collections,
)


def audited() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def page(row: Any, name: str = "change") -> str:
    return reverse(f"admin:commerce_{row._meta.model_name}_{name}", args=[row.pk])


def test_a_customer_is_added(admin_page: Client, db: None) -> None:
    form = {
        "source_id": "c-1",
        "name": "Anna Arendt",
        "city": "Gdynia",
        "metadata-0-key": "vip",
        "metadata-0-kind": "boolean",
        "metadata-0-value": "yes",
    }

    admin_page.post("/admin/commerce/customer/add/", form)

    customer = Customer.objects.get()
    assert (customer.source_id, customer.name, customer.city) == ("c-1", "Anna Arendt", "Gdynia")
    assert customer.metadata == {"vip": True}
    assert customer.channel == "ADMIN"
    assert audited() == ["customer.created"]


def test_a_customer_is_changed_and_a_key_taken_out(admin_page: Client, db: None) -> None:
    customer = CustomerFactory(metadata={"vip": True, "size": 3}, source_id="c-1")
    form = {
        "name": "Other",
        "metadata-0-key": "size",
        "metadata-0-kind": "number",
        "metadata-0-value": "4",
    }

    answer = admin_page.post(page(customer), form)

    customer.refresh_from_db()
    assert answer.status_code == 302
    assert (customer.name, customer.source_id, customer.metadata) == ("Other", "c-1", {"size": 4})
    assert audited() == ["customer.updated"]


def test_a_customer_is_deleted_and_keeps_the_row(admin_page: Client, db: None) -> None:
    customer = CustomerFactory()

    admin_page.post(page(customer, "delete"), {"post": "yes"})

    customer.refresh_from_db()
    assert customer.deleted_at is not None
    assert audited() == ["customer.deleted"]


def test_personal_data_is_erased_only_by_post(admin_page: Client, db: None) -> None:
    customer = CustomerFactory(name="Anna Arendt")

    admin_page.get(page(customer, "erase"))
    customer.refresh_from_db()
    before = customer.name
    admin_page.post(page(customer, "erase"), {"_form_submitted": "on"})

    customer.refresh_from_db()
    assert (before, customer.name) == ("Anna Arendt", "")
    assert audited() == ["customer.erased"]


def test_a_product_gets_a_price_in_whole_units(admin_page: Client, db: None) -> None:
    form = {"source_id": "p-1", "name": "Beans", "price": "12.30", "attributes": "colour, size"}

    admin_page.post("/admin/commerce/product/add/", form)

    product = Product.objects.get()
    assert (product.name, product.price, product.attributes) == ("Beans", 1230, ["colour", "size"])
    assert audited() == ["product.created"]


@pytest.mark.parametrize("price", ["x", "-1", "1.234", "1e20", "NaN"])
def test_a_wrong_price_is_explained(price: str, admin_page: Client, db: None) -> None:
    answer = admin_page.post("/admin/commerce/product/add/", {"name": "Beans", "price": price})

    assert "Write an amount" in answer.text
    assert Product.objects.count() == 0


def test_a_product_and_its_skus_go_into_the_bin(admin_page: Client, db: None) -> None:
    sku = SkuFactory()

    admin_page.post(page(sku.product, "delete"), {"post": "yes"})

    sku.refresh_from_db()
    assert sku.deleted_at is not None
    assert Product.objects.present().count() == 0


def test_a_sku_is_added_to_its_product(admin_page: Client, db: None) -> None:
    product = ProductFactory()
    form = {
        "product": product.pk,
        "source_id": "s-1",
        "sku": "Beans, 1 kg",
        "attributes-0-key": "size",
        "attributes-0-kind": "text",
        "attributes-0-value": "1 kg",
    }

    admin_page.post("/admin/commerce/sku/add/", form)

    sku = Sku.objects.get()
    assert (sku.product, sku.sku, sku.attributes) == (product, "Beans, 1 kg", {"size": "1 kg"})


def test_a_collection_is_made_of_ids_of_the_shop(admin_page: Client, db: None) -> None:
    products = [ProductFactory(source_id=f"p-{number}") for number in range(2)]

    admin_page.post(
        "/admin/commerce/productcollection/add/",
        {"name": "Beans", "kind": "STATIC", "products": "p-1\np-0\np-1"},
    )

    items = own_collections().get().items.order_by("position")
    assert [item.product for item in items] == [products[1], products[0]]


def test_unknown_ids_of_a_collection_are_named(admin_page: Client, db: None) -> None:
    answer = admin_page.post(
        "/admin/commerce/productcollection/add/", {"name": "Beans", "kind": "STATIC", "products": "nothing"}
    )

    assert "Not in the catalogue: nothing." in answer.text
    assert own_collections().count() == 0


def test_a_collection_is_renamed_and_forgotten(admin_page: Client, db: None) -> None:
    collection = ProductCollectionFactory()

    admin_page.post(page(collection), {"name": "Other"})
    admin_page.post(page(collection, "delete"), {"post": "yes"})

    assert audited() == ["product_collection.updated", "product_collection.deleted"]


def test_viewer_may_not_erase(page_as: Callable[[str], Client], db: None) -> None:
    customer = CustomerFactory(name="Anna Arendt")

    answer = page_as("Viewer").post(page(customer, "erase"), {"_form_submitted": "on"})

    customer.refresh_from_db()
    assert (answer.status_code, customer.name) == (403, "Anna Arendt")
