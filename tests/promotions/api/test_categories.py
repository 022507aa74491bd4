"""`/v1/categories` and `/v1/categories/{categoryId}`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from promotions.models import Campaign, Category
from tests.factories.promotions import CampaignFactory, CategoryFactory, VoucherFactory
from tests.promotions.api.catalogue import audited, refused

URL = "/v1/categories"


def test_creates(api: APIClient) -> None:
    answer = api.post(URL, {"name": "Loud", "hierarchy": 5, "unknown": 1})

    category = Category.objects.get()
    assert answer.status_code == 200
    assert list(answer.json().items()) == [
        ("id", category.public_id),
        ("name", "Loud"),
        ("hierarchy", 5),
        ("object", "category"),
        ("created_at", answer.json()["created_at"]),
    ]
    assert category.public_id.startswith("cat_")
    assert audited() == ["category.created"]


def test_lists_newest_first(api: APIClient, now: datetime) -> None:
    for age in range(3):
        CategoryFactory(name=f"C{age}", created_at=now - timedelta(days=age))

    body = api.get(URL, {"limit": 2}).json()

    assert list(body) == ["object", "data_ref", "data", "total"]
    assert (body["data_ref"], body["total"]) == ("data", 3)
    assert [category["name"] for category in body["data"]] == ["C0", "C1"]


def test_list_cost_does_not_grow(api: APIClient, count_queries: Callable[[Any], int]) -> None:
    CategoryFactory()
    api.get(URL)  # the first call of a key is also noted
    few = count_queries(lambda: api.get(URL, {"limit": 100}))
    CategoryFactory.create_batch(20)

    assert count_queries(lambda: api.get(URL, {"limit": 100})) == few <= 4


def test_reads_one(api: APIClient) -> None:
    category = CategoryFactory(name="Loud", stacking_type=Category.StackingType.JOINT)

    body = api.get(f"{URL}/{category.public_id}").json()

    assert (body["name"], body["stacking_rules_type"]) == ("Loud", "JOINT")
    assert "updated_at" not in body


def test_changes(api: APIClient) -> None:
    category = CategoryFactory(name="Loud")

    body = api.put(
        f"{URL}/{category.public_id}",
        {"name": "Quiet", "hierarchy": 0, "stacking_rules_type": "EXCLUSIVE"},
    ).json()

    assert (body["name"], body["hierarchy"], body["stacking_rules_type"]) == ("Quiet", 0, "EXCLUSIVE")
    assert body["updated_at"]
    assert audited() == ["category.updated"]


def test_a_name_exists_once(api: APIClient) -> None:
    CategoryFactory(name="Loud")
    other = CategoryFactory(name="Quiet")
    body = {"name": "Loud", "hierarchy": 1}

    refused(api.post(URL, body), 409, "duplicate_found", "Loud")
    refused(api.put(f"{URL}/{other.public_id}", body), 409, "duplicate_found")
    assert api.put(f"{URL}/{other.public_id}", {"name": "Quiet", "hierarchy": 9}).status_code == 200
    assert Category.objects.count() == 2


@pytest.mark.parametrize(
    "body",
    [
        {"name": "Loud"},
        {"hierarchy": 1},
        {"name": "", "hierarchy": 1},
        {"name": "x" * 201, "hierarchy": 1},
        {"name": "Loud", "hierarchy": -1},
        {"name": "Loud", "hierarchy": "1"},
        {"name": "Loud", "hierarchy": 2**31},
        {"name": 5, "hierarchy": 1},
        {"name": "Loud", "hierarchy": 1, "stacking_rules_type": "OTHER"},
    ],
)
def test_needs_name_and_hierarchy(api: APIClient, body: dict[str, Any]) -> None:
    category = CategoryFactory(name="Old")

    refused(api.post(URL, body), 400, "invalid_payload")
    refused(api.put(f"{URL}/{category.public_id}", body), 400, "invalid_payload")
    assert Category.objects.get().name == "Old"


def test_deletes_and_what_was_in_it_goes_on(api: APIClient) -> None:
    category = CategoryFactory()
    CampaignFactory(category=category)
    VoucherFactory(code="A", category=category)

    answer = api.delete(f"{URL}/{category.public_id}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert Campaign.objects.get().category is None
    assert api.get("/v1/vouchers/A").json()["category_id"] is None
    assert audited() == ["category.deleted"]


def test_stacking_rules_keep_their_categories(api: APIClient) -> None:
    category = CategoryFactory(stacking_type=Category.StackingType.EXCLUSIVE)
    path = f"{URL}/{category.public_id}"

    body = refused(api.delete(path), 400, "resource_in_use", "remove_from_stacking_rules")
    refused(api.delete(f"{path}?remove_from_stacking_rules=perhaps"), 400, "invalid_query_params")

    assert body["resource_id"] == category.public_id
    assert Category.objects.exists()
    assert api.delete(f"{path}?remove_from_stacking_rules=true").status_code == 204
    assert not Category.objects.exists()
