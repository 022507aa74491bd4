"""The panel "Test it": its question and its answer on the page of a rule."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from promotions.models import Redemption, ValidationRule
from tests.factories.commerce import (
    CustomerFactory,
    OrderFactory,
    OrderItemFactory,
    ProductFactory,
    SegmentFactory,
)
from tests.factories.promotions import at_least

pytestmark = pytest.mark.django_db
TEST = "/admin/promotions/validationrule/test/"


def ask(page: Client, rules: Any, **question: Any) -> dict[str, Any]:
    body = {"document": json.dumps({"rules": rules}), "question": json.dumps(question)}
    found: dict[str, Any] = page.post(TEST, body).json()
    return found


def test_a_basket_is_tried(admin_page: Client) -> None:
    product = ProductFactory(name="Espresso", price=2000)
    line = {"item": f"product:{product.public_id}", "units": "2"}

    found = ask(admin_page, at_least(5000), lines=[line])

    assert (found["holds"], found["verdict"]) == (False, "Does not hold: 0 of 1 conditions are met.")
    (row,) = found["rows"]
    assert row["holds"] is False
    assert row["text"].startswith("Order is worth at least 50.00")
    assert "40.00" in row["found"]
    assert row["remedy"] == "Add 10.00 more"
    assert ask(admin_page, at_least(5000), lines=[{**line, "units": "3"}])["holds"] is True
    assert ask(admin_page, at_least(5000), amount="50,00")["holds"] is True
    assert ValidationRule.objects.count() == Redemption.objects.count() == 0


def test_a_past_order_and_a_customer_are_tried(admin_page: Client) -> None:
    item = OrderItemFactory(order=OrderFactory(source_id="past", amount=6000), price=6000)
    vip = SegmentFactory(name="VIP")
    rules = {**at_least(5000), "2": {"name": "customer.segment", "conditions": {"$is": [vip.public_id]}}}
    rules["logic"] = "1 and 2"
    customer = CustomerFactory()

    found = ask(admin_page, rules, order="past", who=f"customer:{customer.public_id}")
    assert [row["holds"] for row in found["rows"]] == [True, False]
    vip.memberships.create(customer=customer, entered_at=item.order.created_at)
    assert ask(admin_page, rules, order="past", who=f"customer:{customer.public_id}")["holds"] is True


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"order": "ord_none"}, "ord_none"),
        ({"amount": "much"}, "Write an amount"),
        ({"at": "soon"}, "Enter a valid date/time."),
        ({"lines": [{"item": "product:prod_1", "units": "0"}]}, "Say how many units, from 1 up."),
        ({"lines": [{"item": "customer:cust_1", "units": "1"}]}, "Choose the products of the basket"),
    ],
)
def test_what_cannot_be_asked_is_said(admin_page: Client, question: Any, said: str) -> None:
    assert said in ask(admin_page, at_least(1), **question)["refusal"]


def test_rows_that_are_not_complete_are_not_tried(admin_page: Client) -> None:
    half = {"1": {"name": "order.amount", "conditions": {"$is": []}}}

    assert ask(admin_page, half) == {"refusal": "Some rows are not complete yet: complete them first."}
    assert "cannot be read" in admin_page.post(TEST, {"document": "{"}).json()["refusal"]
    broken = admin_page.post(TEST, {"document": "{}", "question": "["}).json()
    assert "The question cannot be read" in broken["refusal"]
    assert ask(admin_page, at_least(1))["rows"][0]["remedy"] == "Put something into the basket"
    assert ask(admin_page, {})["verdict"] == "There is no condition: it holds for everybody."
