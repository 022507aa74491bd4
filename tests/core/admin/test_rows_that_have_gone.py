"""Addresses of rows that are not there: a 404 or the list, never a crash."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db

KEYS = ["999999", "no-key"]


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "name",
    ["core_apikey", "core_outboxevent", "commerce_customer", "commerce_order", "promotions_campaign"]
    + ["promotions_voucher", "promotions_promotiontier", "promotions_redemption"],
)
def test_the_page_leads_back(root: Client, name: str, key: str) -> None:
    assert root.get(reverse(f"admin:{name}_change", args=[key])).status_code in {302, 404}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "button",
    ["core_apikey_rotate", "core_apikey_block", "core_apikey_unblock", "core_eventdelivery_try_again"]
    + ["commerce_customer_erase"],
)
def test_the_button_leads_nowhere(root: Client, button: str, key: str) -> None:
    answer = root.post(reverse(f"admin:{button}", args=[key]), {"_form_submitted": "on"})

    assert answer.status_code == 404
