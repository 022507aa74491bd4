"""Every page of promotions: opens, is shut for strangers, read-only for viewers, constant in queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from promotions.models import Campaign, Category, PromotionStack, PromotionTier, Redemption, Voucher
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    VoucherFactory,
    promotion_stack,
)

MODELS = [Campaign, Voucher, PromotionTier, PromotionStack, Category, Redemption]
EDITABLE = [Campaign, Voucher, PromotionTier, PromotionStack, Category]


@pytest.fixture
def rows(redeem: Callable[..., Redemption]) -> dict[type, Any]:
    """One object of each model."""
    campaign = CampaignFactory(category=CategoryFactory())
    voucher = VoucherFactory(campaign=campaign, code="SPRING-1")
    return {
        Campaign: campaign,
        Voucher: voucher,
        PromotionTier: PromotionTierFactory(),
        PromotionStack: promotion_stack(PromotionTierFactory()),
        Category: campaign.category,
        Redemption: redeem(voucher),
    }


def url(model: type, page: str, *args: Any) -> str:
    return reverse(f"admin:promotions_{model._meta.model_name}_{page}", args=args)  # type: ignore[attr-defined]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_list_and_page_open(model: type, admin_page: Client, rows: dict[type, Any]) -> None:
    assert admin_page.get(url(model, "changelist")).status_code == 200
    assert admin_page.get(url(model, "change", rows[model].pk)).status_code == 200


@pytest.mark.parametrize("model", EDITABLE, ids=lambda model: model.__name__)
def test_form_for_a_new_one_opens(model: type, admin_page: Client, db: None) -> None:
    assert admin_page.get(url(model, "add")).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_strangers_are_sent_to_the_login(model: type, client: Client, rows: dict[type, Any]) -> None:
    address = url(model, "change", rows[model].pk)

    answer = client.get(address)

    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('admin:login')}?next={address}"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_staff_without_a_role_gets_no_page(model: type, client: Client, rows: dict[type, Any]) -> None:
    client.force_login(User.objects.create_user("temp", is_staff=True))

    assert client.get(url(model, "changelist")).status_code == 403


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_viewer_reads_and_cannot_change(
    model: type, page_as: Callable[[str], Client], rows: dict[type, Any]
) -> None:
    browser = page_as("Viewer")
    address = url(model, "change", rows[model].pk)

    assert browser.get(address).status_code == 200
    assert browser.post(address, {"name": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("model", "button"),
    [
        (Campaign, "disable"),
        (Campaign, "to_bin"),
        (Campaign, "add_codes"),
        (Voucher, "disable"),
        (Voucher, "put_away_action"),
        (PromotionTier, "disable"),
        (Redemption, "roll_back"),
    ],
)
def test_viewer_cannot_press_buttons(
    model: type, button: str, page_as: Callable[[str], Client], rows: dict[type, Any]
) -> None:
    address = url(model, button, rows[model].pk)

    assert (
        page_as("Viewer").post(address, {"_form_submitted": "on", "reason": "x", "count": 1}).status_code
        == 403
    )


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_readers_see_words_instead_of_fields_and_json(
    model: type, page_as: Callable[[str], Client], rows: dict[type, Any]
) -> None:
    row = rows[model]
    has_metadata = hasattr(row, "metadata") and model in EDITABLE
    if has_metadata:
        model.objects.filter(pk=row.pk).update(metadata={"season": "spring"})  # type: ignore[attr-defined]

    text = page_as("Viewer").get(url(model, "change", row.pk)).text

    assert "<pre" not in text
    assert "discount_type" not in text
    assert ('<th scope="row">season</th><td>spring</td>' in text) is has_metadata


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_lists_cost_the_same_with_more_rows(
    model: type,
    admin_page: Client,
    rows: dict[type, Any],
    redeem: Callable[..., Redemption],
    count_queries: Callable[..., int],
) -> None:
    few = count_queries(lambda: admin_page.get(url(model, "changelist")))
    for number in range(12):
        campaign = CampaignFactory(category=CategoryFactory())
        redeem(VoucherFactory(campaign=campaign, code=f"MORE-{number}"))
        promotion_stack(PromotionTierFactory())

    assert count_queries(lambda: admin_page.get(url(model, "changelist"))) == few


@pytest.mark.parametrize("model", [Campaign, Voucher], ids=lambda model: model.__name__)
def test_pages_cost_the_same_with_more_redemptions(
    model: type,
    admin_page: Client,
    rows: dict[type, Any],
    redeem: Callable[..., Redemption],
    count_queries: Callable[..., int],
) -> None:
    address = url(model, "change", rows[model].pk)
    few = count_queries(lambda: admin_page.get(address))
    for _ in range(12):
        redeem(rows[Voucher])

    assert count_queries(lambda: admin_page.get(address)) == few


def test_an_empty_list_says_what_to_do(admin_page: Client, db: None) -> None:
    assert "A campaign holds a discount and its codes" in admin_page.get(url(Campaign, "changelist")).text


def test_what_is_in_the_bin_is_not_listed(admin_page: Client, rows: dict[type, Any]) -> None:
    CampaignFactory(name="Thrown away", deleted_at=rows[Campaign].created_at)

    assert "Thrown away" not in admin_page.get(url(Campaign, "changelist")).text
