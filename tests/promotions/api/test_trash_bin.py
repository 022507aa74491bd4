"""`/v1/trash-bin`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from rest_framework.test import APIClient

from commerce.models import Product, Sku
from commerce.services import products, skus
from core.actors import Actor, ActorKind, Role
from core.models import BinEntry
from promotions.models import Campaign, Redemption, Voucher
from promotions.services import campaigns, vouchers
from tests.conftest import NOW
from tests.factories.commerce import ProductFactory, SkuFactory
from tests.factories.promotions import CampaignFactory, VoucherFactory
from tests.promotions.api.catalogue import PERCENT, refused

URL = "/v1/trash-bin"
BY: Any = {"actor": Actor.system("tests"), "now": NOW}


def filled() -> dict[str, Any]:
    """One of each kind, deleted in this order."""
    campaign = CampaignFactory(name="Spring")
    code = VoucherFactory(code="LONELY", campaign=campaign)
    VoucherFactory(code="GOES-ALONG", campaign=CampaignFactory(name="Autumn"))
    product = ProductFactory(source_id="p", name="Shoe")
    sku = SkuFactory(source_id="s", sku="Shoe 42", product=product)
    vouchers.delete(voucher_id=code.pk, force=False, **BY)
    campaigns.delete(campaign_id=Campaign.objects.get(name="Autumn").pk, force=False, **BY)
    skus.delete(sku_id=sku.pk, force=False, **BY)
    products.delete(product_id=product.pk, force=False, **BY)
    return {"campaign": campaign, "code": code, "product": product, "sku": sku}


def test_lists_what_was_deleted_newest_first(api: APIClient) -> None:
    rows = filled()

    listed = api.get(URL).json()

    kinds = [
        (one["resource_type"], one["resource_name"], one["resource_parent_id"]) for one in listed["data"]
    ]
    assert kinds == [
        ("product", "Shoe", None),
        ("sku", "Shoe 42", rows["product"].public_id),
        ("campaign", "Autumn", None),
        ("voucher", "LONELY", rows["campaign"].public_id),
    ]
    first = BinEntry.objects.order_by("-pk")[0]
    assert listed["data"][0] == {
        "id": first.public_id,
        "created_at": "2026-03-10T12:00:00.000Z",
        "deleted_by_user_id": None,
        "resource_id": rows["product"].public_id,
        "resource_type": "product",
        "resource_name": "Shoe",
        "resource_parent_id": None,
        "object": "product",
    }
    assert (listed["object"], listed["data_ref"], listed["total"], listed["has_more"]) == (
        "list",
        "data",
        4,
        False,
    )


def test_pages_and_filters(api: APIClient) -> None:
    filled()

    page = api.get(f"{URL}?limit=3&order=id").json()
    rest = api.get(f"{URL}?limit=3&order=id&starting_after_id={page['more_starting_after']}").json()
    some = api.get(f"{URL}?filters[resource_type][conditions][$in][0]=sku").json()
    named = api.get(f"{URL}?filters[resource_name][conditions][$starts_with][0]=Shoe").json()

    assert (page["total"], page["has_more"], rest["total"]) == (3, True, 1)
    assert [one["resource_name"] for one in rest["data"]] == ["Shoe"]
    assert [one["resource_name"] for one in some["data"]] == ["Shoe 42"]
    assert len(named["data"]) == 2
    refused(api.get(f"{URL}?limit=101"), 400, "invalid_query_params")
    refused(api.get(f"{URL}?filters[colour][conditions][$is]=red"), 400, "invalid_query_params")


def test_says_which_person_deleted_it(api: APIClient, db: None) -> None:
    person = User.objects.create(username="anna")
    actor = Actor(kind=ActorKind.USER, id=str(person.pk), label="anna", role=Role.ADMIN, channel="ADMIN")
    vouchers.delete(voucher_id=VoucherFactory().pk, force=False, actor=actor, now=NOW)

    assert api.get(URL).json()["data"][0]["deleted_by_user_id"] == str(person.pk)


def test_deleting_frees_names_and_keeps_history(api: APIClient) -> None:
    rows = filled()
    api.post("/v1/vouchers/USED", {"discount": PERCENT})
    used = api.post(
        "/v1/redemptions",
        {"redeemables": [{"object": "voucher", "id": "USED"}], "order": {"amount": 1000}},
    )
    assert used.status_code == 200, used.json()
    api.delete("/v1/vouchers/USED")
    ids = {one["resource_name"]: one["id"] for one in api.get(URL).json()["data"]}

    for name in ("USED", "LONELY", "Autumn", "Shoe 42", "Shoe"):
        assert api.delete(f"{URL}/{ids[name]}").status_code == 204
        refused(api.delete(f"{URL}/{ids[name]}"), 404, "not_found")

    assert api.get(URL).json()["data"] == []
    assert (Product.objects.count(), Sku.objects.count()) == (0, 0)
    assert Voucher.objects.get(code="LONELY").released_at is not None
    for code in ("USED", "LONELY", "GOES-ALONG"):
        assert api.post(f"/v1/vouchers/{code}", {"discount": PERCENT}).status_code == 200
    body = {"name": "Autumn", "voucher": {"type": "DISCOUNT_VOUCHER", "discount": PERCENT}}
    assert api.post("/v1/campaigns", body).status_code == 200
    assert api.post("/v1/products", {"source_id": "p", "name": "Boot"}).status_code == 200
    redemption = Redemption.objects.get(voucher__code="USED")
    assert api.get(f"/v1/redemptions/{redemption.public_id}").json()["voucher"]["code"] == "USED"
    assert rows["code"].pk == Voucher.objects.get(released_at__isnull=False, code="LONELY").pk


def test_what_belongs_to_it_goes_with_it(api: APIClient) -> None:
    filled()
    product = BinEntry.objects.get(resource_type="product")

    api.delete(f"{URL}/{product.public_id}")

    assert not BinEntry.objects.filter(resource_type__in=("product", "sku")).exists()


def test_deleting_by_force_leaves_nothing_in_the_bin(api: APIClient) -> None:
    VoucherFactory(code="A")
    api.delete("/v1/vouchers/A")
    assert BinEntry.objects.count() == 1

    api.delete("/v1/vouchers/A?force=true")

    assert BinEntry.objects.count() == 0


def test_needs_the_right_to_delete_things_of_the_kind(api_as: Callable[[str], APIClient]) -> None:
    filled()
    entry = BinEntry.objects.get(resource_type="voucher")

    for role in (Role.VIEWER, Role.SUPPORT, Role.MERCHANT):
        refused(api_as(role).delete(f"{URL}/{entry.public_id}"), 403, "missing_required_permission")
    assert BinEntry.objects.count() == 4
    assert api_as(Role.USER).delete(f"{URL}/{entry.public_id}").status_code == 204


def test_a_write_protected_campaign_stays(api: APIClient) -> None:
    campaign = CampaignFactory(name="Spring")
    campaigns.delete(campaign_id=campaign.pk, force=False, **BY)
    Campaign.objects.filter(pk=campaign.pk).update(protected=True)
    entry = BinEntry.objects.get()

    refused(api.delete(f"{URL}/{entry.public_id}"), 400, "resource_protected")

    assert BinEntry.objects.count() == 1


def test_the_migration_enters_what_was_in_the_bin_before(api: APIClient) -> None:
    filled()
    before = set(BinEntry.objects.values_list("resource_type", "resource_id", "resource_parent_id"))
    BinEntry.objects.all().delete()
    migration = import_module("promotions.migrations.0015_what_is_in_the_bin")

    with connection.cursor() as cursor:
        cursor.execute(migration._ENTER)
        cursor.execute(migration._ENTER)

    after = set(BinEntry.objects.values_list("resource_type", "resource_id", "resource_parent_id"))
    # A SKU goes with its product: one of them was deleted alone before.
    assert after == {one for one in before if one[0] != "sku"}
