from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import AuditEntry
from promotions.models import Campaign, ValidationRule, ValidationRuleAssignment
from tests.conftest import NOW
from tests.factories.commerce import (
    ProductCollectionFactory,
    ProductFactory,
    SegmentFactory,
    SkuFactory,
)
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    at_least,
)

LIST = "/admin/promotions/validationrule/"
ADD = f"{LIST}add/"
LOOK_UP = f"{LIST}look_up/"
IN_WORDS = f"{LIST}in_words/"
RULES = at_least(5000)


def page(row: Any) -> str:
    return reverse(f"admin:promotions_{row._meta.model_name}_change", args=[row.pk])


def form(**fields: Any) -> dict[str, str]:
    """`form(document={...}, name="…")`: as a browser sends it."""
    document = fields.pop("document", {})
    return {"name": "Big orders", "document": json.dumps(document), **fields}


def test_a_rule_is_made_from_its_rows(admin_page: Client, db: None) -> None:
    targets = {"included": [{"object": "product", "id": "prod_1"}], "excluded": [], "included_all": False}
    document = {"rules": RULES, "applicable_to": targets}

    answer = admin_page.post(ADD, form(document=document, message="Buy more."))

    rule = ValidationRule.objects.get()
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert (rule.name, rule.rules, rule.applicable_to) == ("Big orders", RULES, targets)
    assert (rule.bundle_rules, rule.error) == (None, {"message": "Buy more."})
    assert AuditEntry.objects.get(entity_id=rule.public_id).action == "validation_rule.created"


def test_a_mistake_is_shown_at_its_row_and_nothing_is_made(admin_page: Client, db: None) -> None:
    document = {"rules": {"1": {"name": "order.amount", "conditions": {"$more_than": []}}, "logic": "1"}}

    answer = admin_page.post(ADD, form(document=document))

    widget = answer.context["adminform"].form["document"]
    setup = widget.field.widget.get_context("document", widget.value(), {})["setup"]
    assert setup["mistakes"] == {"rules.1.conditions.$more_than": "Choose or write a value."}
    assert json.dumps(document["rules"]["1"]["conditions"])[1:-1].replace('"', "&quot;") in answer.text
    assert ValidationRule.objects.count() == 0


def test_a_document_that_is_none_is_refused(admin_page: Client, db: None) -> None:
    answer = admin_page.post(ADD, {"name": "Broken", "document": "{"})

    assert answer.status_code == 200
    assert "The conditions cannot be read." in answer.text
    assert ValidationRule.objects.count() == 0


def test_saving_without_a_change_touches_nothing(admin_page: Client, db: None) -> None:
    rules = {
        "1": {"name": "order_amount", "conditions": {"$more_than": [1.5]}},
        "2": {"name": "order.amount", "conditions": {"$less_than": [9]}, "mine": {"a": [1]}},
        "logic": "(1 and 2) or (1 and 2)",
    }
    rule = ValidationRuleFactory(rules=rules, error={"message": "No."})

    answer = admin_page.post(page(rule), form(name=rule.name, document={"rules": rules}, message="No."))

    assert answer.status_code == 302
    assert not AuditEntry.objects.filter(entity_id=rule.public_id).exists()


def test_a_change_replaces_what_was_sent(admin_page: Client, db: None) -> None:
    rule = ValidationRuleFactory(applicable_to={"included_all": True})

    admin_page.post(page(rule), form(document={"rules": at_least(1)}, message=""))

    rule.refresh_from_db()
    assert (rule.rules, rule.applicable_to) == (at_least(1), {})
    assert AuditEntry.objects.get(entity_id=rule.public_id).action == "validation_rule.updated"


def test_the_page_says_the_rule_in_words_and_where_it_is_used(admin_page: Client, db: None) -> None:
    rule = ValidationRuleFactory(name="Big ones")
    campaign, tier = CampaignFactory(name="Spring"), PromotionTierFactory(name="First tier")
    voucher = VoucherFactory(campaign=None, code="ALONE")
    for related in ({"campaign": campaign}, {"promotion_tier": tier}, {"voucher": voucher}):
        RuleAssignmentFactory(rule=rule, **related)

    text = admin_page.get(page(rule)).text

    assert "Order is worth at least 100.00\xa0EUR" in text
    for row, name in ((campaign, "Spring"), (tier, "First tier"), (voucher, "ALONE")):
        assert f'href="{page(row)}">{name}<' in text
    assert "3 objects" in admin_page.get(LIST).text


def test_deleting_lets_its_users_go(admin_page: Client, db: None) -> None:
    assignment = RuleAssignmentFactory(campaign=CampaignFactory())
    address = reverse("admin:promotions_validationrule_delete", args=[assignment.rule_id])

    assert "for everybody" in admin_page.get(address).text
    admin_page.post(address, {"post": "yes"})

    assert (ValidationRule.objects.count(), ValidationRuleAssignment.objects.count()) == (0, 0)
    assert Campaign.objects.count() == 1


def test_a_rule_of_a_protected_campaign_stays(admin_page: Client, db: None) -> None:
    assignment = RuleAssignmentFactory(campaign=CampaignFactory(name="Guarded", protected=True))
    address = reverse("admin:promotions_validationrule_delete", args=[assignment.rule_id])

    answer = admin_page.post(address, {"post": "yes"}, follow=True)

    assert "The write-protected campaign Guarded uses this rule." in answer.text
    assert ValidationRule.objects.count() == 1


def test_viewers_read_and_change_nothing(page_as: Callable[..., Client], db: None) -> None:
    rule = ValidationRuleFactory(error={"message": "Buy more."})
    viewer = page_as("Viewer")

    text = viewer.get(page(rule)).text

    assert "Order is worth at least 100.00\xa0EUR" in text
    assert "Buy more." in text
    assert "data-condition-builder" not in text
    assert viewer.post(page(rule), form()).status_code == 403
    assert viewer.post(ADD, form()).status_code == 403


def test_the_list_costs_the_same_with_more_rows(admin_page: Client, db: None) -> None:
    RuleAssignmentFactory(campaign=CampaignFactory())
    admin_page.get(LIST)
    with CaptureQueriesContext(connection) as few:
        admin_page.get(LIST)
    for _ in range(12):
        RuleAssignmentFactory(campaign=CampaignFactory())

    with CaptureQueriesContext(connection) as many:
        admin_page.get(LIST)

    assert len(many) == len(few)


# The scripts of the page ----------------------------------------------------------------------------------
def test_names_are_looked_up_by_a_part_of_them(admin_page: Client, db: None) -> None:
    mug = ProductFactory(name="Coffee mug", price=890)
    blue = SkuFactory(product=mug, sku="Blue", price=None)
    ProductFactory(name="Tea")
    coffee = ProductCollectionFactory(name="Coffee")
    SegmentFactory(name="Coffee lovers")

    found = admin_page.get(LOOK_UP, {"kinds": "product,sku,products_collection,nonsense", "q": "COFF"}).json()

    assert found == {
        "results": [
            {"kind": "product", "id": mug.public_id, "name": "Coffee mug", "note": "Product, 8.90\xa0EUR"},
            {"kind": "sku", "id": blue.public_id, "name": "Blue", "note": "SKU of Coffee mug"},
            {"kind": "products_collection", "id": coffee.public_id, "name": "Coffee", "note": "Collection"},
        ]
    }


def test_the_shops_own_id_finds_an_article(admin_page: Client, db: None) -> None:
    ProductFactory(name="Coffee mug", source_id="SHOP-1")

    found = admin_page.get(LOOK_UP, {"kinds": "product", "q": "SHOP-1"}).json()["results"]

    assert [hit["name"] for hit in found] == ["Coffee mug"]


def test_what_is_in_the_bin_is_not_offered(admin_page: Client, db: None) -> None:
    ProductFactory(name="Coffee mug", deleted_at=NOW)

    assert admin_page.get(LOOK_UP, {"kinds": "product", "q": "mug"}).json() == {"results": []}


def test_the_page_asks_for_the_rule_in_words(admin_page: Client, db: None) -> None:
    answer = admin_page.post(IN_WORDS, {"document": json.dumps({"rules": RULES})}).json()

    assert answer["mistakes"] == 0
    assert [line["text"] for line in answer["lines"]] == [
        "Order is worth at least 50.00\xa0EUR after earlier discounts"
    ]


@pytest.mark.parametrize("document", ["{", json.dumps({"rules": {"1": {"name": ""}}})])
def test_what_is_not_complete_has_no_words(document: str, admin_page: Client, db: None) -> None:
    assert admin_page.post(IN_WORDS, {"document": document}).json() == {"lines": [], "mistakes": 1}


# Choosing conditions --------------------------------------------------------------------------------------
@pytest.fixture(params=["campaign", "voucher", "promotiontier"])
def related(request: pytest.FixtureRequest, db: None) -> Any:
    if request.param == "campaign":
        return CampaignFactory(name="Spring")
    if request.param == "voucher":
        return VoucherFactory(campaign=None, code="ALONE")
    return PromotionTierFactory(name="First tier")


def unchanged(browser: Client, row: Any) -> dict[str, Any]:
    """What a browser sends from a page where nothing was touched."""
    initial = browser.get(page(row)).context["adminform"].form.initial
    return {name: value for name, value in initial.items() if value is not None and name != "metadata"}


def rule_of(row: Any) -> ValidationRule | None:
    column = "promotion_tier" if row._meta.model_name == "promotiontier" else row._meta.model_name
    found = ValidationRuleAssignment.objects.filter(**{column: row}).select_related("rule").first()
    return found.rule if found else None


def test_conditions_are_chosen_changed_and_taken_away(admin_page: Client, related: Any) -> None:
    first, second = ValidationRuleFactory(name="First"), ValidationRuleFactory(name="Second")
    sent = unchanged(admin_page, related)

    admin_page.post(page(related), {**sent, "conditions": f"validation_rule:{first.public_id}"})
    assert rule_of(related) == first
    shown = admin_page.get(page(related)).text
    assert "Order is worth at least 100.00\xa0EUR after earlier discounts" in shown

    admin_page.post(page(related), {**sent, "conditions-text": "second"})
    assert rule_of(related) == second

    admin_page.post(page(related), {**sent, "conditions": f"validation_rule:{second.public_id}"})
    assert AuditEntry.objects.filter(action="validation_rule.assignment.created").count() == 2

    admin_page.post(page(related), {**sent, "conditions": "", "conditions-text": ""})
    assert rule_of(related) is None
    assert "For everybody and every order." in admin_page.get(page(related)).text


def test_readers_see_the_conditions_and_no_way_to_make_some(
    page_as: Callable[..., Client], related: Any
) -> None:
    viewer = page_as("Viewer")
    without = viewer.get(page(related)).text
    column = "promotion_tier" if related._meta.model_name == "promotiontier" else related._meta.model_name
    RuleAssignmentFactory(rule=ValidationRuleFactory(name="Big ones"), **{column: related})

    text = viewer.get(page(related)).text

    assert "For everybody and every order." in without
    assert "Make new conditions" not in without
    assert "Big ones" in text
    assert "Order is worth at least 100.00\xa0EUR" in text


def test_the_offer_names_the_items_of_the_conditions(admin_page: Client, db: None) -> None:
    coffee = ProductCollectionFactory(name="Coffee")
    targets = {"included": [{"object": "products_collection", "id": coffee.public_id}]}
    discount = {"type": "PERCENT", "percent_off": 20, "effect": "APPLY_TO_ITEMS"}
    campaign = CampaignFactory(discount=discount)
    RuleAssignmentFactory(campaign=campaign, rule=ValidationRuleFactory(applicable_to=targets))
    code = VoucherFactory(campaign=campaign, discount=None)
    tier = PromotionTierFactory(discount=discount)
    RuleAssignmentFactory(promotion_tier=tier, rule=ValidationRuleFactory(applicable_to=targets))

    for row in (campaign, code, tier):
        assert "20 % off every item from Coffee" in admin_page.get(page(row)).text


def test_conditions_that_nobody_knows_are_refused(admin_page: Client, related: Any) -> None:
    sent = unchanged(admin_page, related)

    answer = admin_page.post(page(related), {**sent, "conditions-text": "Unheard of"})

    assert answer.status_code == 200
    assert "Choose “Unheard of” from the list" in answer.text
    assert rule_of(related) is None


def test_a_new_campaign_is_made_with_its_conditions(admin_page: Client, db: None) -> None:
    rule = ValidationRuleFactory()
    fields = {
        "campaign_type": "DISCOUNT_COUPONS",
        "type": "STANDALONE",
        "code": "HELLO",
        "name": "Spring sale",
        "discount_type": "AMOUNT",
        "amount_off": "5",
        "conditions": f"validation_rule:{rule.public_id}",
    }

    admin_page.post("/admin/promotions/campaign/add/", fields)

    assert rule_of(Campaign.objects.get()) == rule


def test_new_conditions_go_to_what_they_were_made_for(admin_page: Client, related: Any) -> None:
    link = admin_page.get(page(related)).text.partition(f'href="{ADD}')[2].partition('"')[0]
    initial = admin_page.get(f"{ADD}{link}").context["adminform"].form.initial

    answer = admin_page.post(ADD, form(document={"rules": RULES}, **initial))

    rule = rule_of(related)
    assert answer.headers["Location"] == page(related)
    assert rule is not None
    assert (rule.name, rule.rules) == (
        f"Conditions of {initial['name'].removeprefix('Conditions of ')}",
        RULES,
    )


@pytest.mark.parametrize("nonsense", ["campaign:0", "campaign:x", "user:1", "", "campaign"])
def test_conditions_for_nothing_stand_alone(nonsense: str, admin_page: Client, db: None) -> None:
    answer = admin_page.post(ADD, form(document={"rules": RULES}, assign_to=nonsense))

    assert answer.headers["Location"] == LIST
    assert ValidationRuleAssignment.objects.count() == 0
