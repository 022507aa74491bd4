"""A marketer clicks a segment together, sees who is in it, and a code for it meets exactly these people."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from rest_framework.test import APIClient

from commerce.models import Segment
from tests.factories.commerce import CustomerFactory
from tests.factories.promotions import CampaignFactory, ValidationRuleFactory, VoucherFactory
from tests.journeys.conftest import sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("FANFARE_PICTURES", "")


def picture(tab: Page, name: str) -> None:
    if PICTURES:
        tab.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def add_condition(tab: Page) -> Any:
    tab.get_by_role("button", name="Add a condition").click()
    return tab.locator(".rb-row").last


def test_a_segment_is_clicked_together_and_used(tab: Page, marketer: User, api: APIClient) -> None:
    anna = CustomerFactory(name="Anna", source_id="anna", country="PL", orders_total_amount=12_000)
    CustomerFactory(name="Bert", source_id="bert", country="PL", orders_total_amount=4_000)
    CustomerFactory(name="Carl", source_id="carl", country="DE", orders_total_amount=90_000)
    sign_in(tab)
    tab.goto("/admin/commerce/segment/add/")
    expect(tab.locator("#id_customers")).to_be_hidden()

    tab.fill("#id_name", "Good Poles")
    row = add_condition(tab)
    row.get_by_label("What").select_option(label="Country")
    row.get_by_label("Values").fill("PL")
    expect(tab.get_by_text("2 customers match")).to_be_visible()
    row = add_condition(tab)
    row.get_by_label("What").select_option(label="Spent in paid orders")
    row.get_by_label("How").last.select_option(label="is at least")
    row.get_by_label("Amount").fill("100")
    expect(tab.get_by_text("1 customer matches")).to_be_visible()
    expect(tab.get_by_text("For example Anna")).to_be_visible()
    picture(tab, "segment-new")
    tab.click("[name=_save]")
    tab.wait_for_url("**/admin/commerce/segment/")

    segment = Segment.objects.get()
    assert segment.filter == {
        "junction": "and",
        "address.country": {"conditions": {"$is": "PL"}},
        "summary.orders.total_amount": {"conditions": {"$more_than_equal": 10_000}},
    }
    assert [one.customer_id for one in segment.memberships.all()] == [anna.pk]
    picture(tab, "segment-list")

    rule = ValidationRuleFactory(
        name="Good Poles only",
        rules={
            "1": {"name": "customer.segment", "conditions": {"$is": [segment.public_id]}},
            "logic": "1",
        },
    )
    voucher = VoucherFactory(code="POLES", campaign=CampaignFactory(name="Spring"))
    rule.assignments.create(voucher=voucher, created_at=voucher.created_at)

    def valid(customer: dict[str, Any]) -> bool:
        body = {"redeemables": [{"object": "voucher", "id": "POLES"}], "order": {"amount": 5000}}
        return bool(api.post("/v1/validations", {**body, "customer": customer}).json()["valid"])

    assert valid({"source_id": "anna"})
    assert not valid({"source_id": "bert"})
    assert not valid({"source_id": "anna", "address": {"country": "DE"}})
    assert not valid({"source_id": "new", "address": {"country": "PL"}})

    tab.goto(f"/admin/commerce/segment/{segment.pk}/change/")
    expect(tab.get_by_text("1 customer matches")).to_be_visible()
    picture(tab, "segment-page")
    tab.click(".fanfare-tabs a[href='#members']")
    expect(tab.get_by_role("link", name="Anna")).to_be_visible()
    picture(tab, "segment-members")
    tab.set_viewport_size({"width": 390, "height": 844})
    picture(tab, "segment-page-narrow")
    tab.emulate_media(color_scheme="dark")
    tab.set_viewport_size({"width": 1440, "height": 900})
    tab.goto("/admin/commerce/location/add/")
    expect(tab.locator("#id_outline")).to_be_hidden()
    picture(tab, "location-new-dark")
