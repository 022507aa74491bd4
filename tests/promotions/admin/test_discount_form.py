"""Every type and effect of a discount through the form of a campaign; codes and tiers share its fields."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from commerce.models import Product, Sku
from engine import effects
from promotions.models import Campaign
from tests.factories.commerce import ProductFactory, SkuFactory
from tests.factories.promotions import CampaignFactory, PromotionTierFactory, VoucherFactory

ADD = "/admin/promotions/campaign/add/"
FORM = {
    "campaign_type": "DISCOUNT_COUPONS",
    "type": "STANDALONE",
    "code": "HELLO",
    "name": "Spring sale",
}
ITEMS = "APPLY_TO_ITEMS"


@pytest.fixture
def mug(db: None) -> Product:
    return ProductFactory(public_id="prod_mug", name="Mug", source_id="mug")


@pytest.fixture
def blue(mug: Product) -> Sku:
    return SkuFactory(public_id="sku_blue", product=mug, sku="Mug blue")


CASES: list[tuple[dict[str, str], dict[str, Any]]] = [
    (
        {"discount_type": "PERCENT", "percent_off": "12.5", "discount_limit": "20"},
        {"type": "PERCENT", "percent_off": 12.5, "amount_limit": 2000, "effect": "APPLY_TO_ORDER"},
    ),
    (
        {"discount_type": "PERCENT", "percent_off": "20", "applies_to": ITEMS, "total_limit": "10.00"},
        {"type": "PERCENT", "percent_off": 20, "aggregated_amount_limit": 1000, "effect": ITEMS},
    ),
    (
        # What belongs to items does not count for the whole order.
        {"discount_type": "PERCENT", "percent_off": "20", "applies_to": "APPLY_TO_ORDER", "total_limit": "1"},
        {"type": "PERCENT", "percent_off": 20, "effect": "APPLY_TO_ORDER"},
    ),
    *(
        (
            {"discount_type": "AMOUNT", "amount_off": "5", "applies_to": effect, "total_limit": "9.99"},
            {"type": "AMOUNT", "amount_off": 500, "aggregated_amount_limit": 999, "effect": effect},
        )
        for effect in (
            ITEMS,
            "APPLY_TO_ITEMS_BY_QUANTITY",
            "APPLY_TO_ITEMS_PROPORTIONALLY",
            "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY",
        )
    ),
    (
        {"discount_type": "AMOUNT", "amount_off": "5", "formula": "ORDER_AMOUNT * 0.1"},
        {
            "type": "AMOUNT",
            "amount_off": 500,
            "amount_off_formula": "ORDER_AMOUNT * 0.1",
            "effect": "APPLY_TO_ORDER",
        },
    ),
    (
        {"discount_type": "FIXED", "new_price": "49.90"},
        {"type": "FIXED", "fixed_amount": 4990, "effect": "APPLY_TO_ORDER"},
    ),
    (
        {"discount_type": "FIXED", "new_price": "9", "applies_to": ITEMS},
        {"type": "FIXED", "fixed_amount": 900, "effect": ITEMS},
    ),
    (
        {"discount_type": "UNIT", "free_units": "2", "free_item": "product:prod_mug"},
        {"type": "UNIT", "unit_off": 2, "unit_type": "prod_mug", "effect": "ADD_MISSING_ITEMS"},
    ),
    (
        {
            "discount_type": "UNIT",
            "free_units": "1",
            "free_item": "sku:sku_blue",
            "free_how": "ADD_NEW_ITEMS",
        },
        {"type": "UNIT", "unit_off": 1, "unit_type": "sku_blue", "effect": "ADD_NEW_ITEMS"},
    ),
    (
        {"discount_type": "UNIT", "free_units": "1", "free_how": "ADD_SAME_ITEMS"},
        {"type": "UNIT", "unit_off": 1, "effect": "ADD_SAME_ITEMS"},
    ),
    (
        {
            "discount_type": "UNIT",
            "free_units": "3",
            "free_item": "product:prod_mug",
            "free_how": "REPLACE_ITEMS",
        },
        {"type": "UNIT", "unit_off": 3, "unit_type": "prod_mug", "effect": "REPLACE_ITEMS"},
    ),
    (
        {
            "discount_type": "UNITS",
            "free_items-0-units": "1",
            "free_items-0-item": "product:prod_mug",
            "free_items-0-effect": "ADD_NEW_ITEMS",
            "free_items-1-units": "2",
            "free_items-1-item-text": "mug blue",
            "free_items-1-effect": "ADD_MISSING_ITEMS",
        },
        {
            "type": "UNIT",
            "units": [
                {"unit_off": 1, "unit_type": "prod_mug", "effect": "ADD_NEW_ITEMS"},
                {"unit_off": 2, "unit_type": "sku_blue", "effect": "ADD_MISSING_ITEMS"},
            ],
            "effect": "ADD_MANY_ITEMS",
        },
    ),
    (
        {"discount_type": "SHIPPING"},
        {"type": "UNIT", "unit_off": 1, "unit_type": "prod_5h1pp1ng", "effect": "ADD_MISSING_ITEMS"},
    ),
]


@pytest.mark.parametrize(("fields", "stored"), CASES)
def test_every_kind_becomes_the_wires_discount(
    fields: dict[str, str], stored: dict[str, Any], admin_page: Client, blue: Sku
) -> None:
    answer = admin_page.post(ADD, {**FORM, **fields})

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert essence(Campaign.objects.get().discount) == stored


@pytest.mark.parametrize(("fields", "stored"), CASES)
def test_what_is_stored_is_shown_and_kept(
    fields: dict[str, str], stored: dict[str, Any], admin_page: Client, blue: Sku
) -> None:
    tier = PromotionTierFactory(discount=stored)
    address = reverse("admin:promotions_promotiontier_change", args=[tier.pk])
    form = admin_page.get(address).context["adminform"].form
    shown = {name: value for name, value in form.initial.items() if value is not None}
    chosen = {name: value for name, value in fields.items() if name != "free_items-1-item-text"}
    if "free_items-0-units" in fields:
        chosen["free_items-1-item"] = "sku:sku_blue"
    shown |= chosen

    answer = admin_page.post(address, {**shown, "name": "Renamed"})

    tier.refresh_from_db()
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert shown["discount_type"] == form.initial["discount_type"]
    assert (tier.name, tier.discount) == ("Renamed", stored)


def test_the_form_knows_every_discount_that_the_engine_calculates() -> None:
    payments = {"GIFT", "LOYALTY", "POINTS", "LOYALTY_CARD", "GIFT_VOUCHER"}
    drawn = {(stored["type"], stored["effect"]) for _, stored in CASES}

    known = {(kind, effect) for kind, effect in effects.supported() if kind not in payments}
    assert known == drawn


def test_articles_by_the_shops_own_id_are_shown_and_kept(admin_page: Client, blue: Sku) -> None:
    Sku.objects.update(source_id="blue-1")
    unit = {"unit_off": 1, "unit_type": "blue-1", "effect": "ADD_NEW_ITEMS"}
    many = {"type": "UNIT", "effect": "ADD_MANY_ITEMS", "units": [unit]}
    rows = {
        "free_items-0-units": "1",
        "free_items-0-item": "sku:sku_blue",
        "free_items-0-effect": "ADD_NEW_ITEMS",
    }
    for discount, chosen in (({"type": "UNIT", **unit}, {"free_item": "sku:sku_blue"}), (many, rows)):
        tier = PromotionTierFactory(discount=discount)
        address = reverse("admin:promotions_promotiontier_change", args=[tier.pk])
        shown = admin_page.get(address)
        initial = shown.context["adminform"].form.initial
        sent = {name: value for name, value in initial.items() if value and name not in ("free_items",)}

        answer = admin_page.post(address, {**sent, **chosen, "name": "Renamed"})

        tier.refresh_from_db()
        assert answer.status_code == 302, answer.context["adminform"].form.errors
        assert 'value="sku:sku_blue"' in shown.text
        assert (tier.name, tier.discount) == ("Renamed", discount)


@pytest.mark.parametrize(
    ("fields", "field", "text"),
    [
        ({"discount_type": "AMOUNT"}, "amount_off", "Say how much."),
        ({"discount_type": "FIXED"}, "new_price", "Say how much."),
        ({"discount_type": "UNIT"}, "free_units", "Say how many."),
        ({"discount_type": "UNIT", "free_units": "1"}, "free_item", "Choose the item."),
        (
            {"discount_type": "UNIT", "free_units": "1", "free_item-text": "Teapot"},
            "free_item",
            "Choose “Teapot” from the list that opens while you type.",
        ),
        (
            {"discount_type": "UNIT", "free_units": "1", "free_item": "product:prod_gone"},
            "free_item",
            "It is not there any more. Choose another one.",
        ),
        ({"discount_type": "UNITS"}, "free_items", "Name one item at least."),
        (
            {"discount_type": "UNITS", "free_items-0-units": "0", "free_items-0-item": "product:prod_mug"},
            "free_items",
            "Row 1: say how many, from 1 up.",
        ),
        (
            {"discount_type": "PERCENT", "percent_off": "5", "applies_to": "APPLY_TO_ITEMS_BY_QUANTITY"},
            "applies_to",
            "This kind of discount is for the whole order, or for each item.",
        ),
    ],
)
def test_what_is_missing_is_said_at_its_field(
    fields: dict[str, str], field: str, text: str, admin_page: Client, mug: Product
) -> None:
    answer = admin_page.post(ADD, {**FORM, **fields})

    assert answer.context["adminform"].form.errors[field] == [text]
    assert Campaign.objects.count() == 0


def test_a_formula_that_cannot_be_read_is_explained_at_once(admin_page: Client, db: None) -> None:
    fields = {"discount_type": "PERCENT", "percent_off": "5", "formula": "IF(ORDER_AMOUNT > 100;20"}

    answer = admin_page.post(ADD, {**FORM, **fields})

    (error,) = answer.context["adminform"].form.errors["formula"]
    assert "character" in error
    assert Campaign.objects.count() == 0


def test_an_article_is_found_by_its_exact_name_without_the_script(admin_page: Client, mug: Product) -> None:
    fields = {"discount_type": "UNIT", "free_units": "1", "free_item-text": "mug"}

    admin_page.post(ADD, {**FORM, **fields})

    assert Campaign.objects.get().discount["unit_type"] == "prod_mug"


def test_the_kind_of_an_existing_code_stays(admin_page: Client, db: None) -> None:
    voucher = VoucherFactory(campaign=None, discount={"type": "PERCENT", "percent_off": 10})
    address = reverse("admin:promotions_voucher_change", args=[voucher.pk])

    admin_page.post(address, {"discount_type": "AMOUNT", "amount_off": "5", "percent_off": "15"})

    voucher.refresh_from_db()
    assert voucher.discount == {"type": "PERCENT", "percent_off": 15, "effect": "APPLY_TO_ORDER"}


def test_an_emptied_limit_is_gone(admin_page: Client, db: None) -> None:
    discount = {
        "type": "PERCENT",
        "percent_off": 20,
        "amount_limit": 500,
        "aggregated_amount_limit": 1000,
        "effect": ITEMS,
    }
    campaign = CampaignFactory(discount=discount)
    address = reverse("admin:promotions_campaign_change", args=[campaign.pk])

    admin_page.post(address, {"name": campaign.name, "percent_off": "20", "applies_to": ITEMS})

    campaign.refresh_from_db()
    assert campaign.discount == {"type": "PERCENT", "percent_off": 20, "effect": ITEMS}


def test_round_figures_are_written_as_people_write_them(admin_page: Client, db: None) -> None:
    campaign = CampaignFactory(discount={"type": "PERCENT", "percent_off": 20, "effect": "APPLY_TO_ORDER"})

    text = admin_page.get(reverse("admin:promotions_campaign_change", args=[campaign.pk])).text

    assert 'name="percent_off" value="20"' in text


def test_readers_see_the_discount_in_words(page_as: Any, mug: Product) -> None:
    tier = PromotionTierFactory(
        discount={"type": "FIXED", "fixed_amount": 900, "effect": "APPLY_TO_ORDER"}, name="Nine"
    )

    text = page_as("Viewer").get(reverse("admin:promotions_promotiontier_change", args=[tier.pk])).text

    assert "9.00" in text
    assert 'name="new_price"' not in text


def essence(discount: Any) -> dict[str, Any]:
    """Without the articles that the service describes for readers of the wire."""
    units = [essence(unit) for unit in discount.get("units", ())]
    plain = {name: value for name, value in discount.items() if name not in {"product", "sku", "units"}}
    return {**plain, "units": units} if units else plain
