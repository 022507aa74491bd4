"""The one builder of conditions: groups by dragging and by keyboard, tried on the page, read over the API."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect
from rest_framework.test import APIClient

from commerce.models import ProductCollection, Segment
from core.models import MetadataSchema
from promotions.models import ValidationRule
from tests.conftest import NOW
from tests.factories.commerce import CustomerFactory, ProductFactory, SegmentFactory, own_collections
from tests.factories.promotions import ValidationRuleFactory
from tests.journeys import axe
from tests.journeys.conftest import sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("FANFARE_PICTURES", "")
LIST = "/admin/promotions/validationrule/"
ADD = f"{LIST}add/"


def picture(tab: Page, name: str) -> None:
    if PICTURES:
        tab.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def pick(tab: Page, field: Locator, typed: str, name: str) -> None:
    field.click()
    field.press_sequentially(typed, delay=20)
    tab.locator(".promo-options li", has_text=name).first.click()


def row(tab: Page, what: str) -> Locator:
    """The condition about `what`, wherever it stands."""
    return tab.locator(f".rb-row:has(select[aria-label=What] option:checked:text-is('{what}'))")


def add(tab: Page, within: Locator, what: str) -> Locator:
    within.locator("> .rb-foot").get_by_role("button", name="Add a condition").click()
    made = within.locator("> .rb-item > .rb-row").last
    made.get_by_label("What").first.select_option(label=what)
    return made


def document(tab: Page) -> Any:
    return json.loads(tab.locator("[data-rule-document]").input_value())


def drag(tab: Page, handle: Locator, to: Locator, *, below: bool) -> None:
    """To the upper or lower edge of something, as a hand does: in steps."""
    start, end = handle.bounding_box(), to.bounding_box()
    assert start is not None
    assert end is not None
    tab.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    tab.mouse.down()
    tab.mouse.move(end["x"] + 20, end["y"] + end["height"] / 2, steps=5)
    tab.mouse.move(end["x"] + 4, end["y"] + (end["height"] - 1 if below else 1), steps=5)
    tab.mouse.up()


def test_a_nested_rule_by_hand_tried_saved_and_read(tab: Page, marketer: User, api: APIClient) -> None:
    vip = SegmentFactory(name="VIP")
    vera = CustomerFactory(name="Vera", source_id="vera")
    vip.memberships.create(customer=vera, entered_at=NOW)
    ProductFactory(name="Espresso", source_id="espresso", price=2000)
    sign_in(tab, at=LIST)
    tab.goto(ADD)
    tab.fill("#id_name", "Big ones of VIPs")
    root = tab.locator(".rb-part > .rb-level > .rb-group").first

    add(tab, root, "Amount of the order").get_by_label("Amount", exact=True).fill("50")
    add(tab, root, "Number of units").get_by_label("Number").fill("3")
    pick(tab, add(tab, root, "Segment of the customer").get_by_label("Add by name"), "vi", "VIP")
    root.get_by_role("button", name="Add a group").click()
    group = tab.locator(".rb-nested")
    assert document(tab)["rules"]["logic"] == "1 and 2 and 3"

    # By mouse: the amount into the group, then the units behind it.
    drag(tab, row(tab, "Amount of the order").locator(".rb-handle"), group.locator(".rb-foot"), below=False)
    expect(group.locator(".rb-row")).to_have_count(1)
    drag(tab, row(tab, "Number of units").locator(".rb-handle"), row(tab, "Amount of the order"), below=True)
    expect(group.locator(".rb-row")).to_have_count(2)
    assert document(tab)["rules"]["logic"] == "1 and (2 or 3)"
    assert document(tab)["rules"]["1"]["name"] == "customer.segment"
    expect(tab.locator("[data-rule-words]")).to_contain_text("Customer is in segment VIP")

    # By keyboard: the units before the amount, out of the group, and back again.
    units = row(tab, "Number of units")
    units.locator(".rb-handle").focus()
    tab.keyboard.press("ArrowUp")
    expect(tab.locator("[data-rule-said]")).to_contain_text("Moved to place 1 of 2 in the group")
    expect(units.locator(".rb-handle")).to_be_focused()
    assert document(tab)["rules"]["2"]["name"] == "order.items.count"
    tab.keyboard.press("ArrowUp")
    assert document(tab)["rules"]["logic"] == "1 and 2 and 3"
    tab.keyboard.press("ArrowDown")
    assert document(tab)["rules"]["logic"] == "1 and (2 or 3)"

    # What is taken out comes back.
    units.get_by_role("button", name="Take the condition out").click()
    expect(row(tab, "Number of units")).to_have_count(0)
    tab.get_by_role("button", name="Undo").click()
    assert document(tab)["rules"]["logic"] == "1 and (2 or 3)"
    assert document(tab)["rules"]["2"]["conditions"] == {"$more_than_or_equal": [3]}

    # Tried: as the production evaluator decides, condition by condition.
    trial = tab.locator("[data-rule-trial]")
    pick(tab, trial.get_by_label("Customer"), "Ver", "Vera")
    trial.get_by_role("button", name="Add a product").click()
    pick(tab, trial.get_by_label("Product or SKU"), "esp", "Espresso")
    trial.get_by_label("Units").fill("2")
    trial.get_by_role("button", name="Test", exact=True).click()
    expect(trial).to_contain_text("Does not hold: 1 of 3 conditions are met.")
    expect(trial.locator(".rb-found li")).to_have_count(3)
    picture(tab, "rule-builder")
    row(tab, "Number of units").get_by_label("Number").fill("2")
    expect(trial).to_contain_text("Holds: 2 of 3 conditions are met.")

    tab.click("[name=_save]")
    expect(tab.get_by_text("was added successfully")).to_be_visible()
    stored = ValidationRule.objects.get()
    wire = api.get(f"/v1/validation-rules/{stored.public_id}").json()["rules"]
    assert wire == {
        "1": {"name": "customer.segment", "conditions": {"$is": [vip.public_id]}},
        "2": {"name": "order.items.count", "conditions": {"$more_than_or_equal": [2]}},
        "3": {"name": "order.amount", "conditions": {"$more_than_or_equal": [5000]}},
        "logic": "1 and (2 or 3)",
    }


def test_a_rule_of_the_api_is_shown_and_not_rewritten(tab: Page, marketer: User) -> None:
    MetadataSchema.objects.create(
        related_object="customer", properties={"age": {"type": "number"}}, created_at=NOW
    )
    targets = {
        "included": [
            {
                "object": "sku",
                "id": "sku_x",
                "quantity_limit": 5,
                "quantity_limit_formula": "ORDER_UNITS_QUANTITY / 2",
                "aggregated_quantity_limit_formula": 'IF(ORDER_AMOUNT > 50;3;CUSTOMER_METADATA("p"))',
            }
        ],
        "excluded": [],
        "included_all": False,
        "mine": [1.5],
    }
    rules = {
        "3": {"name": "customer.metadata", "property": "age", "conditions": {"$more_than": [17]}},
        "1": {"name": "customer_segment", "conditions": {"$is": ["seg_gone"]}, "mine": {"a": None}},
        "logic": "3 OR (1)",
    }
    rule = ValidationRuleFactory(rules=rules, applicable_to=targets)
    sign_in(tab, at=LIST)
    tab.goto(f"/admin/promotions/validationrule/{rule.pk}/change/")

    sent = tab.locator("[data-rule-document]").input_value()
    age = row(tab, "Metadata of the customer")
    offered = age.get_by_label("How").locator("option").all_inner_texts()
    assert "more than" in offered
    assert not {"contains", "after", "between these hours"} & set(offered)
    assert tab.locator("[data-rule-document]").input_value() == sent
    limit = tab.get_by_label("Calculated from: Discounted units of each item")
    expect(limit).to_have_value("ORDER_UNITS_QUANTITY")
    expect(tab.get_by_label("By how much: Discounted units of each item")).to_have_value("2")
    expect(tab.get_by_text("that is kept as it is")).to_contain_text("IF(ORDER_AMOUNT > 50")
    tab.get_by_label("By how much: Discounted units of each item").fill("3")
    age.get_by_label("Number").fill("20")
    tab.click("[name=_continue]")
    expect(tab.get_by_text("was changed successfully")).to_be_visible()

    rule.refresh_from_db()
    rules["3"]["conditions"] = {"$more_than": [20]}  # type: ignore[index]
    targets["included"][0]["quantity_limit_formula"] = "ORDER_UNITS_QUANTITY / 3"  # type: ignore[index]
    assert rule.rules == rules
    assert rule.applicable_to == targets
    tab.set_viewport_size({"width": 390, "height": 844})
    assert tab.evaluate("document.documentElement.scrollWidth") == 390
    picture(tab, "rule-builder-narrow")


def test_a_segment_and_a_collection_are_built_by_the_same(tab: Page, marketer: User) -> None:
    CustomerFactory(name="Anna", country="PL", orders_total_amount=12_000)
    CustomerFactory(name="Bert", country="PL", orders_total_amount=4_000)
    ProductFactory(name="Red shoe", price=9900)
    ProductFactory(name="Blue shoe", price=1000)
    sign_in(tab, at=LIST)

    tab.goto("/admin/commerce/segment/add/")
    tab.fill("#id_name", "Good Poles")
    root = tab.locator(".rb-group").first
    add(tab, root, "Country").get_by_label("Values").fill("PL")
    spent = add(tab, root, "Spent in paid orders")
    spent.get_by_label("How").select_option(label="is at least")
    spent.get_by_label("Amount").fill("100")
    expect(tab.get_by_text("1 customer matches")).to_be_visible()
    expect(tab.locator("[data-rule-words]")).to_contain_text("Spent in paid orders is at least 100.00 EUR")
    trial = tab.locator("[data-rule-trial]")
    pick(tab, trial.get_by_label("Customer"), "Ber", "Bert")
    trial.get_by_role("button", name="Test", exact=True).click()
    expect(trial).to_contain_text("Bert does not belong to it: 1 of 2 conditions are met.")
    expect(trial.locator(".rb-found")).to_contain_text("Found: 40.00")
    tab.get_by_label("How the conditions are joined").select_option(label="At least one of these")
    expect(tab.get_by_text("2 customers match")).to_be_visible()
    expect(trial).to_contain_text("Bert belongs to it: 1 of 2 conditions are met.")
    picture(tab, "segment-builder")
    tab.click("[name=_save]")
    tab.wait_for_url("**/admin/commerce/segment/")
    assert Segment.objects.get().filter == {
        "junction": "or",
        "address.country": {"conditions": {"$is": "PL"}},
        "summary.orders.total_amount": {"conditions": {"$more_than_equal": 10_000}},
    }

    tab.goto("/admin/commerce/productcollection/add/")
    tab.fill("#id_name", "Dear shoes")
    price = add(tab, tab.locator(".rb-group").first, "Price")
    price.get_by_label("How").select_option(label="is at least")
    price.get_by_label("Amount").fill("50")
    price.get_by_role("button", name="and also").click()
    expect(price.get_by_label("How").last).to_have_value("$less_than_equal")
    price.get_by_label("Amount").last.fill("100")
    expect(tab.get_by_text("1 product and 0 SKUs match")).to_be_visible()
    trial = tab.locator("[data-rule-trial]")
    pick(tab, trial.get_by_label("Product or SKU"), "blue", "Blue shoe")
    trial.get_by_role("button", name="Test", exact=True).click()
    expect(trial).to_contain_text("Blue shoe does not belong to it: 1 of 2 conditions are met.")
    tab.click("[name=_save]")
    tab.wait_for_url("**/admin/commerce/productcollection/")
    made: ProductCollection = own_collections().get()
    assert made.filter == {
        "junction": "and",
        "price": {"conditions": {"$more_than_equal": 5000, "$less_than_equal": 10_000}},
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_used_by_everybody(tab: Page, marketer: User, scheme: Any) -> None:
    script = axe.installed()
    vip = SegmentFactory(name="VIP")
    CustomerFactory(name="Vera")
    rule = ValidationRuleFactory(
        rules={
            "1": {"name": "customer.segment", "conditions": {"$is": [vip.public_id]}},
            "2": {"name": "redemption.date", "conditions": {"$dow": [6]}, "error": {"message": "Weekends."}},
            "3": {
                "name": "order.items.any",
                "conditions": {"$is": [{"object": "product", "id": "prod_x"}]},
                "rules": {"1": {"name": "order.items.aggregated_quantity", "conditions": {"$is": [2]}}},
            },
            "4": {"name": "customer.metadata", "property": "age", "conditions": {"$more_than": [17]}},
            "logic": "1 and (2 or (3 and 4))",
        },
        applicable_to={
            "included": [{"object": "sku", "id": "sku_x", "quantity_limit_formula": "ORDER_UNITS_QUANTITY"}],
            "included_all": False,
        },
        bundle_rules={
            "limit": 1,
            "1": {"name": "order.items.any", "conditions": {"$is": [{"object": "product", "id": "prod_x"}]}},
        },
    )
    tab.emulate_media(color_scheme=scheme)
    sign_in(tab, at=LIST)
    tab.goto(f"{LIST}{rule.pk}/change/")
    trial = tab.locator("[data-rule-trial]")
    trial.get_by_role("button", name="Add a product").click()
    pick(tab, trial.get_by_label("Customer"), "Ver", "Vera")
    trial.get_by_role("button", name="Test", exact=True).click()
    expect(trial.locator(".rb-found li").first).to_be_visible()
    tab.locator(".rb-row").first.get_by_role("button", name="Take the condition out").click()
    tab.get_by_label("Add by name").first.click()
    expect(tab.locator(".promo-options")).to_be_visible()
    picture(tab, f"rule-builder-{scheme}")

    assert findings(tab, script) == []
    tab.goto("/admin/commerce/segment/add/")
    tab.get_by_role("button", name="Add a condition").click()
    assert findings(tab, script) == []


def findings(tab: Page, script: str) -> list[Any]:
    """What is serious in the builder itself; the page around it has a test of its own."""
    tab.evaluate(script)
    found = tab.evaluate("axe.run('[data-condition-builder]', { resultTypes: ['violations'] })")
    return [
        (one["id"], node["html"])
        for one in found["violations"]
        if one["impact"] in axe.GRAVE
        for node in one["nodes"]
    ]
