"""A small shop, made over the API: one of everything, by the names that the contract's paths have."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.contrib.auth.models import Group, User
from django.utils import timezone
from rest_framework.test import APIClient

from commerce.models import Customer, Location
from core.models import ApiKey, ProjectSettings
from integrations.services import export_files
from tests.contract import loyalty_world, referral_world
from tests.contract.endpoints import BRANDING, COUPONS, EVENT_SCHEMA, KEYS
from tests.factories.commerce import SegmentFactory, SegmentMembershipFactory
from tests.factories.integrations import AsyncActionFactory
from tests.factories.promotions import CampaignFactory, CategoryFactory, VoucherFactory, percent

World = dict[str, str]


def build(api: APIClient, management_api: APIClient) -> World:
    """`{"campaignId": "camp_…"}`."""

    def made(path: str, body: Any, caller: APIClient = api) -> Any:
        answer = caller.post(path, body, format="json")
        assert answer.status_code in {200, 202}, (path, answer.json())
        return answer.json()

    # Publishing by GET is for the keys of integrations.
    ApiKey.objects.update(is_integration=True)
    project_id = ProjectSettings.objects.get(pk=1).public_id
    project = f"/management/v1/projects/{project_id}"
    campaign_id = made("/v1/campaigns", COUPONS)["id"]
    code = made(f"/v1/campaigns/{campaign_id}/vouchers", {})["code"]
    product_id = made("/v1/products", {"source_id": "shoe", "name": "Shoe", "price": 9900})["id"]
    sku_id = made(f"/v1/products/{product_id}/skus", {"source_id": "shoe-39", "sku": "Size 39"})["id"]
    customer_id = made("/v1/customers", {"source_id": "anna", "name": "Anna", "email": "anna@shop.example"})[
        "id"
    ]
    world = {
        "projectId": project_id,
        "campaignId": campaign_id,
        "code": code,
        "productId": product_id,
        "skuId": sku_id,
        "customerId": customer_id,
        "resource": "product",
        "promotionId": CampaignFactory(promotion=True).public_id,
        "categoryId": CategoryFactory().public_id,
        "asyncActionId": AsyncActionFactory().public_id,
        "locationId": _location(),
        **_gift_cards(made),
        **_used(made, customer_id),
    }
    of_products = {"type": "STATIC", "name": "Shoes", "products": [{"id": product_id, "object": "product"}]}
    world["productCollectionId"] = made("/v1/product-collections", of_products)["id"]
    world["orderId"] = made("/v1/orders", {"source_id": "order-1", "customer": {"source_id": "anna"}})["id"]
    world |= loyalty_world.build(made, world)
    world |= referral_world.build(made)
    friends = SegmentFactory(name="Old friends")
    SegmentMembershipFactory(segment=friends, customer=Customer.objects.get(public_id=customer_id))
    world["segmentId"] = friends.public_id
    template = {"name": "Kept", "campaign_id": campaign_id}
    world["campaignTemplateId"] = made("/v1/templates/campaigns", template)["id"]
    world["token"] = made("/v1/oauth/token", {"grant_type": "client_credentials", "scope": "api"})[
        "access_token"
    ]
    world |= _export(api, made)
    api.delete(f"/v1/vouchers/{VoucherFactory(code='BINNED').code}")
    world["binEntryId"] = api.get("/v1/trash-bin").json()["data"][0]["id"]

    def managed(noun: str, body: Any) -> str:
        return str(made(f"{project}/{noun}", body, management_api)["id"])

    world["stackingRulesId"] = managed("stacking-rules", {"redeemables_limit": 9})
    schema = {"related_object": "product", "properties": KEYS}
    world["metadataSchemaId"] = managed("metadata-schemas", schema)
    world["customEventSchemaId"] = managed(
        "custom-event-schemas", {"name": "cart_left", "schema": EVENT_SCHEMA}
    )
    hook = {"target_url": "https://hooks.example/here", "events": ["campaign.created"]}
    world["webhookId"] = managed("webhooks", hook)
    world["brandingId"] = managed("branding", BRANDING)
    return world | _people()


def _gift_cards(made: Any) -> World:
    cards = {
        "name": "Gifts",
        "campaign_type": "GIFT_VOUCHERS",
        "type": "STATIC",
        "voucher": {"type": "GIFT_VOUCHER", "gift": {"amount": 5000, "effect": "APPLY_TO_ORDER"}},
    }
    campaign_id = made("/v1/campaigns", cards)["id"]
    code = made(f"/v1/campaigns/{campaign_id}/vouchers", {})["code"]
    made(f"/v1/vouchers/{code}/balance", {"amount": 100})
    return {"giftCampaignId": campaign_id, "giftCode": code}


def _used(made: Any, customer_id: str) -> World:
    """Something of every list: a publication, a redemption, a basket that holds a code."""
    code = VoucherFactory(code="HELD").code
    redeemables = [{"object": "voucher", "id": code}]
    ask = {"redeemables": redeemables, "order": {"amount": 9000}, "customer": {"id": customer_id}}
    made("/v1/validations", {**ask, "session": {"type": "LOCK", "key": "basket-1"}})
    used = VoucherFactory(code="USED", discount=percent(20)).code
    made("/v1/redemptions", {**ask, "redeemables": [{"object": "voucher", "id": used}]})
    made("/v1/publications", {"voucher": VoucherFactory().code, "customer": {"id": customer_id}})
    return {"sessionKey": "basket-1"}


def _export(api: APIClient, made: Any) -> World:
    export_id = made("/v1/exports", {"exported_object": "customer", "parameters": {}})["id"]
    while export_files.write_next(now=timezone.now()):
        pass
    url = api.get(f"/v1/exports/{export_id}").json()["result"]["url"]
    (token,) = parse_qs(urlsplit(url).query)["token"]
    return {"exportId": export_id, "export_Id": export_id, "exportToken": token}


def _location() -> str:
    shape = {"type": "circle", "format": "distance", "distance": {"center": "53.8,-1.5", "radius": "5 km"}}
    return Location.objects.create(name="Leeds", shape=shape, created_at=timezone.now()).public_id


def _people() -> World:
    person = User.objects.create_user("anna", "anna@shop.example", is_staff=True)
    person.groups.add(Group.objects.get(name="Marketer"))
    User.objects.create_user("guest", "guest@shop.example")
    return {"userId": f"user_{person.pk}"}
