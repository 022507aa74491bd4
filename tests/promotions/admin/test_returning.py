"""The page "Return items" of orders: nothing is taken back that nobody has looked at."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from commerce.models import Order
from core.models import AuditEntry
from promotions.models import OrderReturn, Redemption, Voucher
from tests.factories.gift_cards import GiftCardFactory
from tests.factories.promotions import VoucherFactory, amount
from tests.promotions.api.returning import back, buy, nothing_was_written

SPACE = "\N{NO-BREAK SPACE}"


@pytest.fixture
def bought(api: APIClient) -> Order:
    """Three tees and a mug for 50.00, of which a code and a card pay 30.00."""
    VoucherFactory(code="TEN", discount=amount(1_000))
    GiftCardFactory(code="GIFT", gift_amount=2_000)
    buy(api, "TEN", "GIFT")
    return Order.objects.get()


def url() -> str:
    return reverse("admin:commerce_order_return_items", args=[Order.objects.get().pk])


def hidden(text: str, name: str) -> str:
    """What the page sends along."""
    field = re.search(rf'<input[^>]*name="{name}"[^>]*>', text)
    assert field is not None
    value = re.search(r'value="([^"]*)"', field.group())
    return value.group(1) if value else ""


def look(browser: Client, **units: Any) -> dict[str, Any]:
    """Ask what would be paid back; what is sent to confirm it."""
    sent = {"once": "0123456789abcdef", "reason": "too small", **units}
    text = browser.post(url(), {**sent, "_look": ""}).text
    return {**sent, "seen": hidden(text, "seen"), "_return": ""}


def test_it_says_what_is_paid_back_before_it_takes_anything(admin_page: Client, bought: Order) -> None:
    page = admin_page.get(url()).text
    assert "See what is paid back" in page
    assert 'data-left="3"' in page

    text = admin_page.post(url(), {"once": "x", "units_0": "2", "_look": ""}).text

    assert f"8.00{SPACE}EUR" in text
    assert "Back to the card GIFT" in text
    assert "2 of 3 units, 16.00 of 24.00 paid" in text
    assert "What is kept keeps its part of TEN: 6.00" in text
    assert "Take back" in text
    assert nothing_was_written()


def test_what_was_looked_at_is_taken_back_and_once_only(admin_page: Client, bought: Order) -> None:
    confirmed = look(admin_page, units_0="2")

    answer = admin_page.post(url(), confirmed, follow=True)
    again = admin_page.post(url(), confirmed, follow=True)

    row = OrderReturn.objects.get()
    assert (row.refund_amount, row.credits_amount, row.reason) == (800, 800, "too small")
    assert row.channel_type == "USER"
    assert f"Taken back: 8.00{SPACE}EUR is to be paid back, 8.00{SPACE}EUR went back to cards." in answer.text
    assert "It was taken back already." in again.text
    entry = AuditEntry.objects.get(action="order.return.created")
    assert (entry.actor_kind, entry.channel) == ("user", "ADMIN")
    assert Voucher.objects.get(code="GIFT").gift_balance == 800


def test_a_second_click_on_the_same_page_finds_it_done(
    admin_page: Client, bought: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed = look(admin_page, units_0="1")
    admin_page.post(url(), confirmed)
    # Both came in together: the look before finds nothing yet.
    monkeypatch.setattr("promotions.admin.returning.is_answered", lambda **_: False)
    monkeypatch.setattr("promotions.admin.returning._digest", lambda *_: confirmed["seen"])

    answer = admin_page.post(url(), confirmed, follow=True)

    assert "It was taken back already." in answer.text
    assert OrderReturn.objects.count() == 1


def test_changed_after_the_look_it_has_to_be_looked_at_again(admin_page: Client, bought: Order) -> None:
    confirmed = look(admin_page, units_0="1")

    text = admin_page.post(url(), {**confirmed, "units_0": "3"}).text

    assert "Something is different from what you looked at" in text
    assert nothing_was_written()


def test_all_of_it_rolls_the_redemptions_back(admin_page: Client, bought: Order) -> None:
    confirmed = look(admin_page, units_0="3", units_1="1")
    order_page = reverse("admin:commerce_order_change", args=[bought.pk])
    assert "return_items" in admin_page.get(order_page).text

    admin_page.post(url(), confirmed)

    assert OrderReturn.objects.get().is_complete
    assert not Redemption.objects.filter(status=Redemption.Status.SUCCEEDED).exists()
    assert "return_items" not in admin_page.get(order_page).text
    assert "All came back" in admin_page.get(url()).text


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ({"units_0": "0"}, "Say how many units of which line come back."),
        ({"units_0": "4"}, "Only 3 can still come back."),
        ({"units_0": "-1"}, "At least 0."),
        ({"units_0": "x"}, "Enter a whole number."),
    ],
)
def test_what_cannot_come_back_is_said(
    admin_page: Client, bought: Order, units: dict[str, str], said: str
) -> None:
    text = admin_page.post(url(), {"once": "x", **units, "_return": "", "seen": ""}).text

    assert said in text
    assert nothing_was_written()


def test_less_is_left_after_an_earlier_return(admin_page: Client, api: APIClient, bought: Order) -> None:
    back(api, {"tee": 2})

    text = admin_page.get(url()).text

    assert 'data-left="1"' in text
    assert "(2 came back before)" in text


def test_of_an_order_without_lines_an_amount_comes_back(admin_page: Client, api: APIClient) -> None:
    VoucherFactory(code="TEN", discount=amount(1_000))
    buy(api, "TEN", order={"source_id": "o-1", "amount": 10_000})
    confirmed = look(admin_page, amount="50.00")

    admin_page.post(url(), confirmed)

    assert OrderReturn.objects.get().refund_amount == 4_500


def test_what_was_not_paid_says_so(admin_page: Client, bought: Order) -> None:
    Order.objects.update(status=Order.Status.CANCELED)

    text = admin_page.post(url(), {"once": "x", "units_0": "1", "_look": ""}).text

    assert "The order was canceled: there is nothing left to pay back." in text
    order_page = admin_page.get(reverse("admin:commerce_order_change", args=[bought.pk])).text
    assert "return_items" not in order_page


@pytest.mark.parametrize(
    ("who", "status"), [("Viewer", 403), ("Finance", 403), ("Support", 200), ("User", 200)]
)
def test_whoever_takes_redemptions_back_may(
    page_as: Callable[[str], Client], bought: Order, who: str, status: int
) -> None:
    browser = page_as(who)

    assert browser.get(url()).status_code == status
    text = browser.get(reverse("admin:commerce_order_change", args=[bought.pk])).text
    assert ("return_items" in text) == (status == 200)
