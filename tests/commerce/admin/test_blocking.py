"""Blocking customers on their page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from commerce.models import Customer
from tests.factories.commerce import CREATED_AT, CustomerFactory

pytestmark = pytest.mark.django_db


def page(customer: Customer, name: str = "change") -> str:
    return reverse(f"admin:commerce_customer_{name}", args=[customer.pk])


def test_a_customer_is_blocked_for_a_reason_and_unblocked(admin_page: Client) -> None:
    customer = CustomerFactory(name="Rita")

    admin_page.post(page(customer, "block"), {"_form_submitted": "on", "reason": " "})
    customer.refresh_from_db()
    assert customer.blocked_at is None
    admin_page.post(page(customer, "block"), {"_form_submitted": "on", "reason": "Two accounts"})
    customer.refresh_from_db()
    assert (customer.blocked_at is not None, customer.blocked_reason) == (True, "Two accounts")
    text = admin_page.get(page(customer)).content.decode()
    assert "Two accounts" in text
    assert page(customer, "unblock") in text
    assert page(customer, "block") not in text

    admin_page.post(page(customer, "unblock"), {"_form_submitted": "on"})
    customer.refresh_from_db()
    assert customer.blocked_at is None
    text = admin_page.get(page(customer)).content.decode()
    assert page(customer, "block") in text
    assert page(customer, "unblock") not in text


def test_the_list_shows_who_is_blocked(admin_page: Client) -> None:
    CustomerFactory(name="Rita", blocked_at=CREATED_AT, blocked_reason="Bot")
    CustomerFactory(name="Paul")
    url = reverse("admin:commerce_customer_changelist")

    blocked = admin_page.get(url, {"blocked": "yes"}).content.decode()
    others = admin_page.get(url, {"blocked": "no"}).content.decode()

    assert ("Rita" in blocked, "Paul" in blocked) == (True, False)
    assert ("Rita" in others, "Paul" in others) == (False, True)


@pytest.mark.parametrize("group", ["Support", "Viewer", "Merchant"])
def test_who_may_not_change_customers_blocks_nobody(page_as: Callable[[str], Client], group: str) -> None:
    customer = CustomerFactory()

    answer = page_as(group).post(page(customer, "block"), {"_form_submitted": "on", "reason": "Bot"})

    customer.refresh_from_db()
    assert (answer.status_code, customer.blocked_at) == (403, None)
