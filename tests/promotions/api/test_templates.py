"""`/v1/templates/campaigns` and the templates of the management API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Product, ProductCollection, Segment
from commerce.services import products
from core.actors import Actor
from core.models import MetadataSchema, ProjectSettings
from promotions.models import Campaign, CampaignTemplate, ValidationRule
from promotions.services import campaigns
from promotions.services.campaigns import CampaignSpec
from tests.conftest import NOW
from tests.factories.commerce import ProductFactory
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    at_least,
    percent,
)
from tests.promotions.api.catalogue import audited, refused, told

URL = "/v1/templates/campaigns"
BY: Any = {"actor": Actor.system("tests"), "now": NOW}
NOT_SUPPORTED = "campaign_type_is_not_supported_by_campaign_template"


def kept(api: APIClient, **body: Any) -> dict[str, Any]:
    answer = api.post(URL, {"name": "Ten percent", **body})
    assert answer.status_code == 200, answer.json()
    return answer.json()  # type: ignore[no-any-return]


@pytest.fixture
def shoes(db: None) -> ProductCollection:
    product = ProductFactory(source_id="shoe-1", name="Shoe")
    collection = ProductCollection.objects.create(name="Shoes", created_at=NOW)
    collection.items.create(position=1, product=product)
    return collection


@pytest.fixture
def source(shoes: ProductCollection) -> Campaign:
    """Coupons for members who buy shoes for 100 or more."""
    filter_ = {"junction": "and", "email": {"conditions": {"$has_value": [""]}}}
    members = Segment.objects.create(
        name="Members", type=Segment.Type.PASSIVE, filter=filter_, created_at=NOW
    )
    campaign: Campaign = CampaignFactory(
        name="Source",
        description="For members.",
        category=CategoryFactory(),
        voucher_redemption_quantity=1,
        vouchers_count=50,
        metadata={"season": "spring"},
        protected=True,
    )
    rule = ValidationRuleFactory(
        name="Members buy shoes",
        rules={
            **at_least(10_000),
            "2": {"name": "customer.segment", "conditions": {"$is": [members.public_id]}},
            "logic": "1 and 2",
        },
        applicable_to={"included": [{"object": "products_collection", "id": shoes.public_id}]},
    )
    RuleAssignmentFactory(campaign=campaign, rule=rule)
    return campaign


def test_prints_what_it_is(api: APIClient, source: Campaign) -> None:
    made = kept(api, campaign_id=source.public_id, description="For later")

    template = CampaignTemplate.objects.get()
    assert made == {
        "id": template.public_id,
        "name": "Ten percent",
        "description": "For later",
        "campaign_type": "DISCOUNT_COUPONS",
        "created_at": made["created_at"],
        "object": "campaign_template",
    }
    assert api.get(f"{URL}/{made['id']}").json() == made
    assert told() == audited() == ["campaign_template.created"]


def test_holds_settings_conditions_and_what_they_name(api: APIClient, source: Campaign) -> None:
    made = kept(api, campaign_id="Source")

    content = api.get(f"{URL}/{made['id']}?expand=json_template").json()["json_template"]
    assert content["discount"] == percent(10)
    assert content["metadata"] == {"season": "spring"}
    assert content["conditions"]["name"] == "Members buy shoes"
    assert [one["object"] for one in content["resources"]] == ["product", "products_collection", "segments"]
    assert "Source" not in str(content)
    kept_settings = {"description", "type", "join_once", "return_policy", "code_config"}
    assert kept_settings < set(content["settings"])
    assert {"category", "vouchers_count", "protected"}.isdisjoint(content["settings"])
    refused(api.get(f"{URL}/{made['id']}?expand=more"), 400, "invalid_query_params")


def test_makes_a_campaign_that_reuses_what_is_as_it_was(api: APIClient, source: Campaign) -> None:
    made = kept(api, campaign_id=source.public_id)

    answer = api.post(
        f"{URL}/{made['id']}/campaign-setup",
        {"name": "Summer", "vouchers_count": 3, "voucher": {"redemption": {"quantity": 5}}},
    )

    assert answer.status_code == 200, answer.json()
    setup = answer.json()
    rule = ValidationRule.objects.order_by("-pk")[0]
    assert list(setup) == ["created_resources", "campaign", "object"]
    assert setup["created_resources"] == [{"id": rule.public_id, "object": "validation_rules"}]
    assert setup["object"] == "campaign_setup"
    campaign = Campaign.objects.get(name="Summer")
    assert setup["campaign"]["id"] == campaign.public_id
    assert setup["campaign"]["active"] is True
    assert campaign.vouchers.count() == 3
    assert (campaign.voucher_redemption_quantity, campaign.category) == (5, None)
    assert (campaign.description, campaign.metadata) == ("For members.", {"season": "spring"})
    assert campaign.protected is False
    assert campaign.discount == percent(10)
    assert rule.rules == source.rule_assignment.rule.rules
    assert rule.pk != source.rule_assignment.rule_id


def test_makes_anew_what_is_gone_or_has_changed(
    api: APIClient, source: Campaign, shoes: ProductCollection
) -> None:
    made = kept(api, campaign_id=source.public_id)
    shoes.items.all().delete()
    products.delete(product_id=Product.objects.get().pk, force=True, **BY)

    setup = api.post(f"{URL}/{made['id']}/campaign-setup", {"name": "Summer"}).json()

    product, collection = Product.objects.get(), ProductCollection.objects.order_by("-pk")[0]
    assert setup["created_resources"][1:] == [
        {"id": product.public_id, "object": "product"},
        {"id": collection.public_id, "object": "products_collection"},
    ]
    assert collection.pk != shoes.pk
    assert collection.items.get().product == product
    targets = Campaign.objects.get(name="Summer").rule_assignment.rule.applicable_to["included"]
    assert targets[0]["id"] == collection.public_id
    assert (product.source_id, product.name) == ("shoe-1", "Shoe")


def test_a_product_in_the_bin_stands_in_the_way(api: APIClient, source: Campaign) -> None:
    made = kept(api, campaign_id=source.public_id)
    products.delete(product_id=Product.objects.get().pk, force=False, **BY)

    answer = api.post(f"{URL}/{made['id']}/campaign-setup", {"name": "Summer"})

    refused(answer, 409, "campaign_template_not_usable", "Shoe is in the bin")
    assert not Campaign.objects.filter(name="Summer").exists()
    assert ValidationRule.objects.count() == 1


def test_a_name_that_is_taken_leaves_nothing_behind(
    api: APIClient, source: Campaign, shoes: ProductCollection
) -> None:
    made = kept(api, campaign_id=source.public_id)
    shoes.items.all().delete()

    refused(api.post(f"{URL}/{made['id']}/campaign-setup", {"name": "Source"}), 409, "duplicate_found")

    assert ValidationRule.objects.count() == 1
    assert ProductCollection.objects.exclude(public_id="pc_all").count() == 1


def test_makes_a_tier_of_coupons_and_coupons_of_a_tier(api: APIClient, source: Campaign) -> None:
    tier = PromotionTierFactory(banner="Ten off", metadata={"a": 1}, discount=percent(15))
    of_campaign = kept(api, campaign_id=source.public_id)
    of_tier = kept(api, name="Of a tier", promotion_tier_id=tier.public_id)

    setup = api.post(
        f"{URL}/{of_campaign['id']}/tier-setup",
        {"campaign_id": tier.campaign.public_id, "name": "Second", "banner": "Shoes!"},
    ).json()
    api.post(f"{URL}/{of_tier['id']}/campaign-setup", {"name": "Coupons"})

    assert list(setup) == ["created_resources", "promotion_tier", "object"]
    assert setup["object"] == "promotion_tier_setup"
    assert [one["object"] for one in setup["created_resources"]] == ["validation_rules"]
    second = tier.campaign.tiers.get(name="Second")
    assert (second.banner, second.discount, second.metadata) == (
        "Shoes!",
        percent(10),
        {"season": "spring"},
    )
    assert of_tier["campaign_type"] == "DISCOUNT_COUPONS"
    coupons = Campaign.objects.get(name="Coupons")
    assert (coupons.campaign_type, coupons.discount, coupons.metadata) == (
        "DISCOUNT_COUPONS",
        percent(15),
        {"a": 1},
    )


def test_gift_cards_make_no_tier(api: APIClient) -> None:
    spec = CampaignSpec(values={"name": "Cards", "gift": {"amount": 2500, "effect": "APPLY_TO_ORDER"}})
    campaigns.create(spec=spec, **BY)
    promotion = CampaignFactory(promotion=True)
    made = kept(api, campaign_id="Cards")

    body = {"campaign_id": promotion.public_id, "name": "Tier"}
    refused(api.post(f"{URL}/{made['id']}/tier-setup", body), 400, "invalid_campaign", "gift cards")
    api.post(f"{URL}/{made['id']}/campaign-setup", {"name": "More cards", "vouchers_count": 2})

    assert made["campaign_type"] == "GIFT_VOUCHERS"
    cards = Campaign.objects.get(name="More cards")
    assert list(cards.vouchers.values_list("gift_balance", flat=True)) == [2500, 2500]


def test_a_period_that_is_over_begins_anew(api: APIClient) -> None:
    starts = NOW - timedelta(days=400)
    CampaignFactory(name="Old", starts_at=starts, ends_at=starts + timedelta(days=10))
    made = kept(api, campaign_id="Old")

    setup = api.post(f"{URL}/{made['id']}/campaign-setup", {"name": "New"}).json()

    campaign = Campaign.objects.get(name="New")
    assert campaign.ends_at is not None
    assert campaign.starts_at is not None
    assert campaign.ends_at - campaign.starts_at == timedelta(days=10)
    assert campaign.starts_at == campaign.created_at
    assert setup["campaign"]["active"] is True


def test_metadata_of_another_type_by_now_stands_in_the_way(api: APIClient, source: Campaign) -> None:
    season = {"type": "string", "array": False, "optional": True}
    schema = MetadataSchema.objects.create(
        related_object="campaign", properties={"season": season}, created_at=NOW
    )
    made = kept(api, campaign_id=source.public_id)
    schema.properties = {"season": {**season, "type": "number"}}
    schema.save()

    answer = api.post(f"{URL}/{made['id']}/campaign-setup", {"name": "Summer"})
    refused(answer, 409, "campaign_template_not_usable", "season")
    schema.delete()
    assert api.post(f"{URL}/{made['id']}/campaign-setup", {"name": "Summer"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "key"),
    [
        ({}, 400, "invalid_payload"),
        ({"campaign_id": "x", "promotion_tier_id": "y"}, 400, "invalid_payload"),
        ({"campaign_id": "nothing"}, 404, "not_found"),
        ({"promotion_tier_id": "promo_nothing"}, 404, "not_found"),
        ({"campaign_id": "Promotion"}, 400, NOT_SUPPORTED),
        ({"campaign_id": "Draft"}, 400, "invalid_payload"),
        ({"campaign_id": "Source", "name": ""}, 400, "invalid_payload"),
    ],
)
def test_refuses_what_cannot_be_kept(
    api: APIClient, source: Campaign, body: dict[str, Any], status: int, key: str
) -> None:
    CampaignFactory(name="Promotion", promotion=True)
    spec = CampaignSpec(values={"name": "Draft", "discount": percent(5)}, is_draft=True)
    campaigns.create(spec=spec, **BY)

    refused(api.post(URL, {"name": "Any", **body}), status, key)

    assert CampaignTemplate.objects.count() == 0


def test_refuses_conditions_about_keys_and_fixed_lists(api: APIClient) -> None:
    vips = Segment.objects.create(name="VIPs", created_at=NOW)
    for name, operand in (("customer.segment", vips.public_id), ("redemption.api_key", "key")):
        campaign = CampaignFactory(name=name)
        rule = ValidationRuleFactory(rules={"1": {"name": name, "conditions": {"$is": [operand]}}})
        RuleAssignmentFactory(campaign=campaign, rule=rule)

        refused(api.post(URL, {"name": "Any", "campaign_id": campaign.public_id}), 400, "invalid_payload")

    assert CampaignTemplate.objects.count() == 0


def test_name_and_description_can_be_changed(api: APIClient, source: Campaign) -> None:
    first = kept(api, campaign_id="Source")
    kept(api, campaign_id="Source", name="Second")

    changed = api.put(f"{URL}/{first['id']}", {"name": "First", "description": "Better"}).json()
    refused(api.put(f"{URL}/{first['id']}", {"name": "Second"}), 409, "duplicate_found")
    refused(api.post(URL, {"name": "Second", "campaign_id": "Source"}), 409, "duplicate_found")

    assert (changed["name"], changed["description"]) == ("First", "Better")
    assert "updated_at" in changed
    assert api.put(f"{URL}/{first['id']}", {"description": None}).json().get("description") is None


def test_is_deleted_for_good(api: APIClient, source: Campaign) -> None:
    made = kept(api, campaign_id="Source")

    assert api.delete(f"{URL}/{made['id']}").status_code == 204
    refused(api.delete(f"{URL}/{made['id']}"), 404, "not_found")
    refused(api.post(f"{URL}/{made['id']}/campaign-setup", {"name": "X"}), 404, "not_found")


def test_lists_page_by_page(api: APIClient, source: Campaign, count_queries: Any) -> None:
    names = [f"Template {number}" for number in range(5)]
    ids = [kept(api, campaign_id="Source", name=name)["id"] for name in names]

    page = api.get(f"{URL}?limit=2&order=id&include_total=true").json()
    rest = api.get(f"{URL}?limit=10&order=id&starting_after_id={page['more_starting_after']}").json()
    found = api.get(f"{URL}?filters[name][conditions][$contains][0]=4").json()

    assert [one["id"] for one in page["data"]] == ids[:2]
    assert (page["object"], page["data_ref"], page["total"], page["has_more"]) == ("list", "data", 5, True)
    assert [one["id"] for one in rest["data"]] == ids[2:]
    assert "total" not in rest
    assert rest["has_more"] is False
    assert [one["name"] for one in found["data"]] == ["Template 4"]
    assert count_queries(lambda: api.get(URL)) == count_queries(lambda: api.get(f"{URL}?limit=1"))


def test_the_management_api_lists_and_copies(
    api: APIClient, management_api: APIClient, source: Campaign, settings_row: ProjectSettings
) -> None:
    made = kept(api, campaign_id="Source", description="Kept")
    url = f"/management/v1/projects/{settings_row.public_id}/templates/campaigns"

    listed = management_api.get(url).json()
    body = {"name": "Copy", "destination_project_id": settings_row.public_id}
    copied = management_api.post(f"{url}/{made['id']}/copy", body).json()

    assert [one["id"] for one in listed["data"]] == [made["id"]]
    assert (copied["name"], copied["description"]) == ("Copy", "Kept")
    contents = CampaignTemplate.objects.order_by("pk").values_list("content", flat=True)
    assert contents[0] == contents[1]
    refused(management_api.post(f"{url}/{made['id']}/copy", body), 409, "duplicate_found")
    elsewhere = {"name": "Other", "destination_project_id": "proj_other"}
    refused(management_api.post(f"{url}/{made['id']}/copy", elsewhere), 404, "not_found")
