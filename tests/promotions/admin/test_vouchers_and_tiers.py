from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import AuditEntry
from promotions.models import Category, PromotionTier, Voucher
from tests.factories.promotions import CampaignFactory, CategoryFactory, PromotionTierFactory, VoucherFactory

NEW_CODE = "/admin/promotions/voucher/add/"
NEW_TIER = "/admin/promotions/promotiontier/add/"


def audited() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_a_code_that_stands_alone(admin_page: Client, db: None) -> None:
    form = {"code": "TEN", "discount_type": "AMOUNT", "amount_off": "10", "redemption_quantity": "5"}

    admin_page.post(NEW_CODE, form)

    voucher = Voucher.objects.get()
    assert (voucher.code, voucher.redemption_quantity) == ("TEN", 5)
    assert voucher.discount == {"type": "AMOUNT", "amount_off": 1000, "effect": "APPLY_TO_ORDER"}
    assert audited() == ["voucher.created"]


def test_a_code_of_a_campaign_has_its_discount(admin_page: Client, db: None) -> None:
    campaign = CampaignFactory(voucher_redemption_quantity=3)

    admin_page.post(NEW_CODE, {"code": "TEN", "campaign": campaign.pk, "discount_type": "PERCENT"})

    voucher = Voucher.objects.get()
    assert (voucher.campaign, voucher.discount, voucher.redemption_quantity) == (campaign, None, 3)


def test_a_taken_code_is_refused(admin_page: Client, db: None) -> None:
    VoucherFactory(code="TEN")

    answer = admin_page.post(NEW_CODE, {"code": "TEN", "discount_type": "PERCENT", "percent_off": "5"})

    assert "Duplicated voucher exists with code TEN" in answer.text
    assert Voucher.objects.count() == 1


def test_changing_a_code_of_a_campaign_keeps_the_lent_discount(admin_page: Client, db: None) -> None:
    voucher = VoucherFactory(campaign=CampaignFactory(), code="TEN")
    address = reverse("admin:promotions_voucher_change", args=[voucher.pk])

    answer = admin_page.post(address, {"percent_off": "10", "redemption_quantity": "7"})

    voucher.refresh_from_db()
    assert answer.status_code == 302, answer.text
    assert (voucher.redemption_quantity, voucher.discount) == (7, None)


def test_a_value_of_its_own_becomes_the_codes_discount(admin_page: Client, db: None) -> None:
    voucher = VoucherFactory(campaign=CampaignFactory(), code="TEN")
    address = reverse("admin:promotions_voucher_change", args=[voucher.pk])

    admin_page.post(address, {"percent_off": "25"})

    voucher.refresh_from_db()
    assert voucher.discount["percent_off"] == 25


def test_buttons_of_a_code(press: Callable[..., Any], db: None) -> None:
    voucher = VoucherFactory()

    press(voucher, "disable")
    press(voucher, "enable")
    press(voucher, "put_away_action")

    voucher.refresh_from_db()
    assert voucher.deleted_at is not None
    assert audited() == ["voucher.disabled", "voucher.enabled", "voucher.deleted"]


def test_chosen_codes_are_disabled_from_the_list(admin_page: Client, db: None) -> None:
    first, second, other = VoucherFactory.create_batch(3)
    chosen = {"action": "disable_chosen", "_selected_action": [first.pk, second.pk]}

    page = admin_page.post("/admin/promotions/voucher/", chosen, follow=True)

    assert list(Voucher.objects.filter(is_active=True)) == [other]
    assert "2 are disabled." in page.text
    assert audited() == ["voucher.disabled", "voucher.disabled"]


def test_too_many_at_once_are_refused(admin_page: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("promotions.admin.switches.MOST_AT_ONCE", 1)
    codes = VoucherFactory.create_batch(2)
    chosen = {"action": "disable_chosen", "_selected_action": [code.pk for code in codes]}

    page = admin_page.post("/admin/promotions/voucher/", chosen, follow=True)

    assert "Choose 1 at most" in page.text
    assert Voucher.objects.filter(is_active=False).count() == 0


def test_list_of_codes_finds_by_beginning(admin_page: Client, db: None) -> None:
    VoucherFactory(code="SPRING-1")
    VoucherFactory(code="AUTUMN-1")

    found = admin_page.get("/admin/promotions/voucher/?q=SPR").context["cl"].result_list

    assert [voucher.code for voucher in found] == ["SPRING-1"]


def test_a_tier_is_added_at_its_place(admin_page: Client, db: None) -> None:
    first = PromotionTierFactory(hierarchy=1)
    form = {
        "campaign": first.campaign_id,
        "name": "Better",
        "hierarchy": "1",
        "discount_type": "PERCENT",
        "percent_off": "20",
    }

    answer = admin_page.post(NEW_TIER, form)

    first.refresh_from_db()
    assert answer.status_code == 302, answer.text
    assert PromotionTier.objects.get(name="Better").hierarchy == 1
    assert first.hierarchy == 2


def test_the_form_offers_the_next_place(admin_page: Client, db: None) -> None:
    tier = PromotionTierFactory(hierarchy=4)

    form = admin_page.get(f"{NEW_TIER}?campaign={tier.campaign_id}").context["adminform"].form

    assert form.initial["hierarchy"] == 5


def test_a_tier_is_changed_and_switched(admin_page: Client, press: Callable[..., Any], db: None) -> None:
    tier = PromotionTierFactory(hierarchy=1)
    address = reverse("admin:promotions_promotiontier_change", args=[tier.pk])
    form = {"name": "New name", "hierarchy": "1", "discount_type": "AMOUNT", "amount_off": "3"}

    admin_page.post(address, form)
    press(tier, "disable")

    tier.refresh_from_db()
    assert (tier.name, tier.discount["amount_off"], tier.is_active) == ("New name", 300, False)
    assert audited() == ["promotion_tier.updated", "promotion_tier.disabled"]


def test_categories_go_through_their_service(admin_page: Client, db: None) -> None:
    admin_page.post("/admin/promotions/category/add/", {"name": "Seasonal", "hierarchy": "2"})
    category = Category.objects.get()
    address = reverse("admin:promotions_category_change", args=[category.pk])
    admin_page.post(address, {"name": "Seasonal", "hierarchy": "1", "stacking_type": "EXCLUSIVE"})
    admin_page.post(reverse("admin:promotions_category_delete", args=[category.pk]), {"post": "yes"})

    assert audited() == ["category.created", "category.updated", "category.deleted"]
    assert Category.objects.count() == 0


def test_stacking_rules_of_a_category_are_set_on_its_page(admin_page: Client, db: None) -> None:
    category = CategoryFactory(name="Seasonal")
    address = reverse("admin:promotions_category_change", args=[category.pk])
    form = {"name": "Seasonal", "hierarchy": "1", "stacking_type": "JOINT", "applicable_limit": "2"}
    form |= {"no_effect_rule": "SKIP", "calculation_mode": "INITIAL_AMOUNT"}

    page = admin_page.get(address).text
    wrong = admin_page.post(address, {**form, "applicable_limit": "11"})
    admin_page.post(address, form)

    assert "Only where this category differs" in page
    assert "less than or equal to 10" in wrong.text
    category.refresh_from_db()
    assert (category.applicable_limit, category.no_effect_rule) == (2, "SKIP")
    assert (category.stacking_type, category.calculation_mode) == ("JOINT", "INITIAL_AMOUNT")

    admin_page.post(address, {"name": "Seasonal", "hierarchy": "1"})
    category.refresh_from_db()
    assert (category.applicable_limit, category.no_effect_rule, category.calculation_mode) == (None, "", "")


def test_a_taken_category_name_is_explained(admin_page: Client, db: None) -> None:
    CategoryFactory(name="Seasonal")

    answer = admin_page.post("/admin/promotions/category/add/", {"name": "Seasonal", "hierarchy": "2"})

    assert "already exists" in answer.text
    assert Category.objects.count() == 1
