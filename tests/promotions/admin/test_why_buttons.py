"""The button "Why?" on the pages of codes, tiers, customers and refusals fills in the question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client
from django.urls import reverse

from promotions.models import Redemption
from tests.factories.commerce import CustomerFactory
from tests.factories.promotions import PromotionTierFactory, RuleAssignmentFactory, VoucherFactory

URL = "/admin/promotions/why/"


def test_the_button_of_a_code_asks_for_its_holder(admin_page: Client) -> None:
    anna = CustomerFactory(name="Anna Arendt")
    voucher = VoucherFactory(code="A&B 1", holder=anna)

    page = admin_page.get(reverse("admin:promotions_voucher_change", args=[voucher.pk]))
    question = prefilled(admin_page, "voucher", voucher)

    assert "/why/" in page.text
    assert question == {"codes": ["A&B 1"], "customer": [f"customer:{anna.public_id}"]}


def test_the_button_of_a_customer_and_of_a_tier(admin_page: Client) -> None:
    anna, tier = CustomerFactory(), PromotionTierFactory()

    assert prefilled(admin_page, "customer", anna) == {"customer": [f"customer:{anna.public_id}"]}
    assert prefilled(admin_page, "promotiontier", tier) == {"offer": [f"promotion_tier:{tier.public_id}"]}


def test_the_button_of_a_refusal_asks_for_that_moment(
    admin_page: Client, redeem: Callable[..., Redemption]
) -> None:
    voucher = VoucherFactory(code="HUNDRED")
    RuleAssignmentFactory(voucher=voucher)
    refused, granted = redeem(voucher, amount=500), redeem(voucher, amount=20_000)
    pages = [
        admin_page.get(reverse("admin:promotions_redemption_change", args=[row.pk])).text
        for row in (refused, granted)
    ]

    question = prefilled(admin_page, "redemption", refused)

    assert [f"/{row.pk}/why/" in page for row, page in zip((refused, granted), pages, strict=True)] == [
        True,
        False,
    ]
    assert question["codes"] == ["HUNDRED"]
    assert [card.look for card in admin_page.get(URL, question).context["answers"][0].cards] == ["bad"]


def prefilled(browser: Client, model: str, row: Any) -> dict[str, list[str]]:
    """What the button "Why?" of a page fills in."""
    app = row._meta.app_label
    answer = browser.get(f"/admin/{app}/{model}/{row.pk}/why/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{URL}?")
    return parse_qs(urlsplit(answer.headers["Location"]).query)
