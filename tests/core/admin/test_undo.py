"""What was switched is switched back by one click beside the message, through the same door."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from core import undo
from core.models import AuditEntry
from promotions.models import Voucher
from tests.factories.promotions import VoucherFactory

CONFIRMED = {"_form_submitted": "on"}


def page_of(voucher: Voucher) -> str:
    return f"/admin/promotions/voucher/{voucher.pk}/change/"


def buttons(browser: Client, address: str) -> list[str]:
    """Where the undo buttons of a page lead."""
    return re.findall(r'class="fanfare-undo" hx-post="([^"]+)"', browser.get(address).text)


@pytest.mark.parametrize(("is_active", "button"), [(True, "disable"), (False, "enable")])
def test_a_switch_is_taken_back(is_active: bool, button: str, admin_page: Client) -> None:
    voucher = VoucherFactory(is_active=is_active)
    admin_page.post(f"/admin/promotions/voucher/{voucher.pk}/{button}/", CONFIRMED)
    assert Voucher.objects.get().is_active is not is_active

    found = buttons(admin_page, page_of(voucher))
    assert len(found) == 1
    admin_page.post(found[0], CONFIRMED)

    assert Voucher.objects.get().is_active is is_active
    assert AuditEntry.objects.filter(entity_id=voucher.public_id).count() == 2


def test_it_is_offered_once(admin_page: Client) -> None:
    voucher = VoucherFactory()
    admin_page.post(f"/admin/promotions/voucher/{voucher.pk}/disable/", CONFIRMED)

    assert len(buttons(admin_page, page_of(voucher))) == 1
    assert buttons(admin_page, page_of(voucher)) == []


def test_what_was_refused_offers_nothing(admin_page: Client) -> None:
    voucher = VoucherFactory()
    browser = Client(raise_request_exception=False)

    browser.post(f"/admin/promotions/voucher/{voucher.pk}/disable/", CONFIRMED)

    assert Voucher.objects.get().is_active
    assert buttons(admin_page, page_of(voucher)) == []


@pytest.mark.parametrize(
    "tags", [None, "", "success", "undo:", "undo://elsewhere/", "undo:https://elsewhere/"]
)
def test_only_addresses_of_this_site_are_offered(tags: str | None) -> None:
    assert undo.url_in(tags) == ""


def test_an_address_comes_back_from_its_tag() -> None:
    assert undo.url_in(undo.by("/admin/x/1/enable/")) == "/admin/x/1/enable/"
