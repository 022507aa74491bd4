"""A marketer clicks a conditional promotion together, and the shop gets exactly these amounts.

20 % off Coffee for VIP customers who take two units or more, at most 10.00 in all.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect

from commerce.models import Product, ProductCollection, Segment
from core.actors import Actor
from core.services import api_keys
from promotions.models import Campaign, ValidationRule
from tests.conftest import NOW
from tests.factories.commerce import (
    CustomerFactory,
    ProductCollectionFactory,
    ProductFactory,
    SegmentFactory,
)
from tests.factories.promotions import CampaignFactory, ValidationRuleFactory
from tests.journeys.conftest import sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def espresso() -> Product:
    return ProductFactory(name="Espresso", source_id="espresso", price=2000)


@pytest.fixture
def coffee(espresso: Product) -> ProductCollection:
    return ProductCollectionFactory(name="Coffee", products=[espresso])


@pytest.fixture
def vip() -> Segment:
    return SegmentFactory(name="VIP")


def pick(tab: Page, field: Any, typed: str, name: str) -> None:
    """Type a part of a name, click what the list offers."""
    field.click()
    field.press_sequentially(typed, delay=20)
    tab.locator(".promo-options li", has_text=name).first.click()


def add_condition(tab: Page, what: str) -> Any:
    tab.get_by_role("button", name="Add a condition").last.click()
    row = tab.locator(".rb-part > .rb-level > .rb-group > .rb-item > .rb-row").last
    row.get_by_label("What").first.select_option(label=what)
    return row


def test_a_conditional_promotion_by_clicking_only(
    tab: Page, marketer: User, espresso: Product, coffee: ProductCollection, vip: Segment
) -> None:
    sign_in(tab)

    tab.goto("/admin/promotions/campaign/add/")
    tab.fill("#id_name", "Coffee for VIPs")
    tab.select_option("#id_type", "STANDALONE")
    tab.fill("#id_code", "COFFEE20")
    tab.fill("#id_percent_off", "20")
    tab.select_option("#id_applies_to", label="Each item of the conditions")
    tab.fill("#id_total_limit", "10.00")
    tab.get_by_role("button", name="Launch at once").click()
    tab.get_by_role("link", name="Make new conditions").click()

    pick(tab, add_condition(tab, "Segment of the customer").get_by_label("Add by name"), "vi", "VIP")
    items = add_condition(tab, "At least one item is")
    pick(tab, items.get_by_label("Add by name"), "coff", "Coffee")
    items.get_by_role("button", name="Say how many").click()
    items.locator(".rb-below").get_by_label("What").select_option(label="Units of these items together")
    items.locator(".rb-below").get_by_label("Number").fill("2")
    tab.get_by_role("button", name="Add items").click()
    pick(tab, tab.get_by_label("Which item"), "coff", "Coffee")
    words = tab.locator("[data-rule-words]")
    expect(words).to_contain_text("Customer is in segment VIP")
    expect(words).to_contain_text("At least 2 units from Coffee")
    expect(words).to_contain_text("Discounts on items are for every item from Coffee")
    tab.click("[name=_save]")
    expect(tab.get_by_text("Coffee for VIPs has the conditions")).to_be_visible()
    expect(tab.get_by_text("Customer is in segment VIP").first).to_be_visible()

    rule = Campaign.objects.get().rule_assignment.rule
    assert rule.rules == {
        "1": {"name": "customer.segment", "conditions": {"$is": [vip.public_id]}},
        "2": {
            "name": "order.items.any",
            "conditions": {"$is": [{"id": coffee.public_id, "object": "products_collection"}]},
            "rules": {
                "1": {"name": "order.items.aggregated_quantity", "conditions": {"$more_than_or_equal": [2]}},
                "logic": "1",
            },
        },
        "logic": "1 and 2",
    }
    shop = Shop(vip)
    # Coffee only: 20 % of 40.00; tea stays dear.
    assert shop.asks("vera", espresso=2, tea=1) == {
        "valid": True, "amount": 5000, "discount": 800, "total": 4200, "lines": [800, 0],
    }  # fmt: skip
    # 20 % of 60.00 would be 12.00.
    assert shop.asks("vera", espresso=3) == {
        "valid": True, "amount": 6000, "discount": 1000, "total": 5000, "lines": [1000],
    }  # fmt: skip
    assert shop.asks("vera", espresso=1) == {"valid": False, "key": "order_rules_violated"}
    assert shop.asks("paul", espresso=2) == {"valid": False, "key": "customer_rules_violated"}


def test_what_is_missing_is_marked_in_its_row(tab: Page, marketer: User, vip: Segment) -> None:
    sign_in(tab)
    tab.goto("/admin/promotions/validationrule/add/")
    tab.fill("#id_name", "Half done")
    pick(tab, add_condition(tab, "Segment of the customer").get_by_label("Add by name"), "vi", "VIP")
    add_condition(tab, "Amount of the order")
    tab.click("[name=_save]")

    wrong = tab.locator(".rb-wrong")
    expect(wrong).to_have_count(1)
    expect(wrong).to_contain_text("Choose or write a value.")
    wrong.get_by_label("Amount", exact=True).fill("30")
    expect(tab.locator(".rb-wrong")).to_have_count(0)
    tab.click("[name=_save]")

    expect(tab.get_by_text("was added successfully")).to_be_visible()
    assert ValidationRule.objects.get().rules == {
        "1": {"name": "customer.segment", "conditions": {"$is": [vip.public_id]}},
        "2": {"name": "order.amount", "conditions": {"$more_than_or_equal": [3000]}},
        "logic": "1 and 2",
    }


def test_groups_are_joined_as_they_are_drawn(tab: Page, marketer: User) -> None:
    sign_in(tab)
    tab.goto("/admin/promotions/validationrule/add/")
    tab.fill("#id_name", "Groups")
    add_condition(tab, "Amount of the order").get_by_label("Amount", exact=True).fill("12,5")
    tab.get_by_role("button", name="Add a group").click()
    group = tab.locator(".rb-nested")
    for number in ("1", "2"):
        group.get_by_role("button", name="Add a condition").click()
        row = group.locator(".rb-row").last
        row.get_by_label("What").select_option(
            label="Uses per day" if number == "1" else "Time of the redemption"
        )
    group.get_by_label("Number").fill("7")
    group.get_by_label("Friday").check()
    group.get_by_role("button", name="Write a message").first.click()
    group.get_by_label("Message for customers", exact=True).fill("Come back tomorrow.")
    tab.click("[name=_save]")

    expect(tab.get_by_text("was added successfully")).to_be_visible()
    assert ValidationRule.objects.get().rules == {
        "1": {"name": "order.amount", "conditions": {"$more_than_or_equal": [1250]}},
        "2": {
            "name": "redemption.count.daily",
            "conditions": {"$less_than_or_equal": [7]},
            "error": {"message": "Come back tomorrow."},
        },
        "3": {"name": "redemption.date", "conditions": {"$dow": [5]}},
        "logic": "1 and (2 or 3)",
    }


def test_a_rule_of_the_api_survives_a_change_of_its_name(tab: Page, marketer: User) -> None:
    rules = {
        "1": {"name": "order_amount", "conditions": {"$more_than": [100]}, "mine": [1.5]},
        "2": {
            "name": "customer.metadata",
            "property": "age",
            "conditions": {"$more_than": [17], "$less_than": [66]},
        },
        "9": {"name": "redemption.date", "conditions": {"$timeframe": ["2026-01-01", "P1M", "P2DT3H"]}},
        "logic": "(1 and 2) OR (1 and 9)",
    }
    targets = {
        "included": [{"object": "sku", "id": "sku_x", "quantity_limit_formula": "ORDER_AMOUNT", "repeat": 2}],
        "excluded": [],
        "included_all": False,
    }
    rule = ValidationRuleFactory(rules=rules, applicable_to=targets)
    sign_in(tab)

    tab.goto(f"/admin/promotions/validationrule/{rule.pk}/change/")
    expect(tab.get_by_text("(1 and 2) OR (1 and 9)")).to_be_visible()
    tab.fill("#id_name", "Renamed")
    tab.click("[name=_continue]")
    expect(tab.get_by_text("was changed successfully")).to_be_visible()
    tab.locator(".rb-row").first.get_by_label("Amount", exact=True).fill("2.00")
    tab.click("[name=_continue]")
    expect(tab.get_by_text("was changed successfully")).to_be_visible()

    rule.refresh_from_db()
    rules["1"]["conditions"] = {"$more_than": [200]}  # type: ignore[index]
    assert rule.name == "Renamed"
    assert rule.rules == rules
    assert rule.applicable_to == targets


def test_bundles_and_limits_become_the_wires_parts(
    tab: Page, marketer: User, espresso: Product, coffee: ProductCollection
) -> None:
    sign_in(tab)
    tab.goto("/admin/promotions/validationrule/add/")
    tab.fill("#id_name", "Two and one")
    tab.get_by_role("button", name="Add items").click()
    target = tab.locator(".rb-part").nth(1)
    pick(tab, target.get_by_label("Which item"), "coff", "Coffee")
    target.get_by_label("Which of them").select_option(label="from the cheapest on")
    target.get_by_text("Limits and order").click()
    target.get_by_label("Counted by").select_option(label="single units")
    target.get_by_label("Only every n-th").fill("2")
    target.get_by_label("Largest discount of all of them").fill("9.50")
    target.get_by_label("Units in the campaign, per customer", exact=True).fill("3")
    pick(tab, target.get_by_label("Add by name"), "esp", "Espresso")
    tab.get_by_text("Bundle", exact=True).click()
    tab.get_by_role("button", name="Add a part").click()
    tab.get_by_label("How many").fill("2")
    part = tab.locator(".rb-part").nth(2)
    pick(tab, part.get_by_label("Which item"), "esp", "Espresso")
    part.get_by_label("Which item").fill("something else")
    part.get_by_label("Bundles that count in one order").fill("5")
    expect(part.get_by_label("Which item")).to_have_value("Espresso")
    tab.click("[name=_save]")

    expect(tab.get_by_text("was added successfully")).to_be_visible()
    rule = ValidationRule.objects.get()
    assert rule.rules == {}
    assert rule.applicable_to == {
        "included": [
            {
                "object": "products_collection",
                "id": coffee.public_id,
                "effect": "APPLY_FROM_CHEAPEST",
                "target": "UNIT",
                "repeat": 2,
                "aggregated_amount_limit": 950,
                "product_customer_campaign_quantity_limit": 3,
            }
        ],
        "excluded": [{"object": "product", "id": espresso.public_id}],
        "included_all": False,
    }
    assert rule.bundle_rules == {
        "limit": 5,
        "1": {
            "name": "order.items.any",
            "conditions": {"$is": [{"id": espresso.public_id, "object": "product"}]},
            "rules": {"1": {"name": "order.items.aggregated_quantity", "conditions": {"$is": [2]}}},
        },
    }


def test_conditions_are_chosen_by_name(tab: Page, marketer: User) -> None:
    rule = ValidationRuleFactory(name="Orders from 100")
    campaign = CampaignFactory(name="Spring sale")
    sign_in(tab)

    tab.goto(f"/admin/promotions/campaign/{campaign.pk}/change/")
    pick(tab, tab.locator("#id_conditions"), "from", "Orders from 100")
    tab.click("[name=_continue]")
    expect(tab.get_by_text("Order is worth at least 100.00")).to_be_visible()

    assert Campaign.objects.get().rule_assignment.rule == rule


def test_each_kind_of_discount_shows_its_own_fields(tab: Page, marketer: User, espresso: Product) -> None:
    sign_in(tab)
    tab.goto("/admin/promotions/campaign/add/")
    fields = {
        "percent_off": "#id_percent_off", "amount_off": "#id_amount_off", "new_price": "#id_new_price",
        "units": "#id_free_units", "item": "#id_free_item", "rows": "[data-rows]", "to": "#id_applies_to",
    }  # fmt: skip
    shown = {
        "Percentage off": {"percent_off", "to"},
        "Amount off": {"amount_off", "to"},
        "New price": {"new_price", "to"},
        "Free items": {"units", "item"},
        "Several free items": {"rows"},
        "Free shipping": set(),
    }

    for kind, names in shown.items():
        tab.select_option("#id_discount_type", label=kind)
        for name, selector in fields.items():
            field = tab.locator(selector).first
            (expect(field).to_be_visible if name in names else expect(field).to_be_hidden)()

    tab.select_option("#id_discount_type", label="Amount off")
    tab.select_option("#id_applies_to", label="Each unit of these items")
    tab.select_option("#id_discount_type", label="Percentage off")
    expect(tab.locator("#id_applies_to")).to_have_value("APPLY_TO_ORDER")

    tab.select_option("#id_discount_type", label="Several free items")
    for _ in range(2):
        tab.get_by_role("button", name="Add an item").click()
    last = tab.locator("[data-rows] tbody tr").last
    last.get_by_label("How many").fill("2")
    pick(tab, last.get_by_label("Item"), "esp", "Espresso")
    tab.fill("#id_name", "Gifts")
    tab.fill("#id_codes_wanted", "1")
    tab.get_by_role("button", name="Launch at once").click()
    expect(tab.get_by_text("Gifts is launched.")).to_be_visible()

    (unit,) = Campaign.objects.get().discount["units"]
    assert (unit["unit_off"], unit["unit_type"]) == (2, espresso.public_id)


class Shop:
    """What the shop's server asks the API: COFFEE20 for two customers, one of them a VIP."""

    def __init__(self, vip: Segment) -> None:
        CustomerFactory(source_id="paul")
        vera = CustomerFactory(source_id="vera")
        vip.memberships.create(customer=vera, entered_at=NOW)
        ProductFactory(name="Tea", source_id="tea", price=1000)
        issued = api_keys.create(name="Shop", actor=Actor.system("tests"), now=NOW)
        self.headers = {"X-App-Id": issued.key.app_id, "X-App-Token": issued.token}

    def asks(self, customer: str, **baskets: int) -> dict[str, Any]:
        body = {
            "redeemables": [{"object": "voucher", "id": "COFFEE20"}],
            "customer": {"source_id": customer},
            "order": {
                "items": [
                    {"source_id": name, "related_object": "product", "quantity": units}
                    for name, units in baskets.items()
                ]
            },
        }
        answer = (
            Client()
            .post("/v1/validations", json.dumps(body), content_type="application/json", headers=self.headers)
            .json()
        )
        (first,) = answer.get("redeemables") or answer["inapplicable_redeemables"]
        if not answer["valid"]:
            return {"valid": False, "key": first["result"]["error"]["key"]}
        order = answer["order"]
        return {
            "valid": True,
            "amount": order["amount"],
            "discount": order["total_applied_discount_amount"],
            "total": order["total_amount"],
            "lines": [item.get("discount_amount", 0) for item in order["items"]],
        }
