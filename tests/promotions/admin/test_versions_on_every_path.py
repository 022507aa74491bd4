"""No form and no button of the admin forgets the version of the terms that it changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import reverse

from promotions.models import Campaign, Version, Voucher
from promotions.selectors import versions as known
from tests.factories.promotions import at_least
from tests.promotions.versioned_shop import Shop, opened, switch_off

pytestmark = pytest.mark.django_db

NEW_RULE: Final = {"name": "New", "document": json.dumps({"rules": at_least(7)}), "message": ""}


class Browser:
    """Fills in forms and presses buttons in a shop."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.shop: Shop = opened()

    def press(self, row: Any, button: str, **fields: Any) -> None:
        self._post(row, f"{button}", {"_form_submitted": "on", **fields})

    def fill_in(self, row: Any, **fields: Any) -> None:
        initial = self.client.get(_page(row, "change")).context["adminform"].form.initial
        sent = {name: value for name, value in initial.items() if value is not None and name != "metadata"}
        self._post(row, "change", {**sent, **fields})

    def add(self, model: type[Any], **fields: Any) -> None:
        answer = self.client.post(f"/admin/promotions/{model._meta.model_name}/add/", fields)
        assert answer.status_code == 302, answer.context["errors"]

    def choose(self, *rows: Any, action: str) -> None:
        fields = {"action": action, "_selected_action": [row.pk for row in rows]}
        self.client.post(f"/admin/promotions/{rows[0]._meta.model_name}/", fields)

    def _post(self, row: Any, page: str, fields: dict[str, Any]) -> None:
        answer = self.client.post(_page(row, page), fields)
        assert answer.status_code in (200, 204, 302), answer.text


def _page(row: Any, page: str) -> str:
    return reverse(f"admin:promotions_{row._meta.model_name}_{page}", args=[row.pk])


def _enabled(button: str, row: Callable[[Shop], Any]) -> Callable[[Browser], None]:
    def enable(browser: Browser) -> None:
        switch_off()
        browser.press(row(browser.shop), button)

    return enable


def _rule_of(rule: Any) -> str:
    return f"validation_rule:{rule.public_id}"


STEPS: Final[dict[str, Callable[[Browser], None]]] = {
    "campaign form": lambda b: b.fill_in(b.shop.campaign, percent_off="15", category=""),
    "new campaign": lambda b: b.add(
        Campaign, campaign_type="DISCOUNT_COUPONS", type="STATIC", name="New", discount_type="PERCENT",
        percent_off="12.5", codes_wanted="2", pattern="NEW-#####", charset="easy",
    ),
    "new promotion": lambda b: b.add(
        Campaign, campaign_type="PROMOTION", type="STATIC", name="New", discount_type="PERCENT",
        percent_off="12.5",
    ),
    "campaign's conditions": lambda b: b.fill_in(b.shop.campaign, conditions=_rule_of(b.shop.other)),
    "no conditions": lambda b: b.fill_in(b.shop.campaign, conditions=""),
    "disable campaign": lambda b: b.press(b.shop.campaign, "disable"),
    "enable campaign": _enabled("enable", lambda shop: shop.campaign),
    "campaign into the bin": lambda b: b.press(b.shop.campaign, "to_bin"),
    "disable chosen campaigns": lambda b: b.choose(
        b.shop.campaign, b.shop.promotion, action="disable_chosen"
    ),
    "code form": lambda b: b.fill_in(b.shop.alone, percent_off="6", redemption_quantity="9"),
    "code form of a campaign": lambda b: b.fill_in(
        Voucher.objects.get(code="PLAIN"), redemption_quantity="9"
    ),
    "new code": lambda b: b.add(Voucher, code="NEW", discount_type="PERCENT", percent_off="5"),
    "code's conditions": lambda b: b.fill_in(b.shop.alone, conditions=_rule_of(b.shop.other)),
    "disable code": lambda b: b.press(b.shop.alone, "disable"),
    "enable code": _enabled("enable", lambda shop: shop.alone),
    "code into the bin": lambda b: b.press(b.shop.alone, "put_away_action"),
    "disable chosen codes": lambda b: b.choose(
        b.shop.alone, Voucher.objects.get(code="PLAIN"), action="disable_chosen"
    ),
    "tier form": lambda b: b.fill_in(b.shop.tier, amount_off="9"),
    "tier's conditions": lambda b: b.fill_in(b.shop.tier, conditions=_rule_of(b.shop.other)),
    "new tier": lambda b: b.add(
        type(b.shop.tier), campaign=b.shop.promotion.pk, name="New", hierarchy="2", discount_type="PERCENT",
        percent_off="5",
    ),
    "disable tier": lambda b: b.press(b.shop.tier, "disable"),
    "enable tier": _enabled("enable", lambda shop: shop.tier),
    "delete tier": lambda b: b.press(b.shop.tier, "put_away_action"),
    "conditions form": lambda b: b.fill_in(b.shop.rule, **NEW_RULE),
    "new conditions": lambda b: b.add(type(b.shop.rule), **NEW_RULE),
    "new conditions for a code": lambda b: b.add(
        type(b.shop.rule), **NEW_RULE, assign_to=f"voucher:{Voucher.objects.get(code='PLAIN').pk}"
    ),
    "delete conditions": lambda b: b.press(b.shop.rule, "delete", post="yes"),
    "delete category": lambda b: b.press(b.shop.category, "delete", post="yes"),
}  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
def test_the_admin_forgets_no_version(step: str, admin_page: Client) -> None:
    browser = Browser(admin_page)
    before = Version.objects.count()

    STEPS[step](browser)

    assert Version.objects.count() > before
    assert list(known.drift()) == []
