from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from commerce.models import Customer
from commerce.selectors.order_shapes import OrderSpec
from core.actors import Actor
from promotions.models import Redemption, Rollback
from promotions.redeemables import Requested
from promotions.services import redemptions
from promotions.services.validations import DecisionSpec
from tests.factories.promotions import VoucherFactory, amount

LIST = "/admin/promotions/redemption/"
SPACE = "\N{NO-BREAK SPACE}"


def page(redemption: Redemption) -> str:
    return reverse("admin:promotions_redemption_change", args=[redemption.pk])


def test_page_says_what_happened(admin_page: Client, redeem: Callable[..., Redemption]) -> None:
    text = admin_page.get(page(redeem(VoucherFactory(code="TEN"), amount=10000))).text

    assert f"An order of 100.00{SPACE}EUR became 90.00{SPACE}EUR: 10.00{SPACE}EUR off." in text
    assert "Code TEN" in text
    assert f"Took 10.00{SPACE}EUR off; 90.00{SPACE}EUR were left to pay." in text


def test_page_says_why_it_was_refused(admin_page: Client, redeem: Callable[..., Redemption]) -> None:
    refused = redeem(VoucherFactory(code="OFF", is_active=False))

    text = admin_page.get(page(refused)).text

    assert "The code is disabled. Nothing was changed." in text
    assert "Somebody was refused: the code is disabled." in text


def test_filter_by_reason(admin_page: Client, redeem: Callable[..., Redemption]) -> None:
    redeem(VoucherFactory(code="TEN"))
    refused = redeem(VoucherFactory(code="OFF", is_active=False))

    found = admin_page.get(f"{LIST}?failure_code=voucher_disabled").context["cl"].result_list

    assert list(found) == [refused]


def test_take_back_needs_a_reason(press: Callable[..., Any], redeem: Callable[..., Redemption]) -> None:
    redemption = redeem(VoucherFactory(code="TEN"))

    answer = press(redemption, "roll_back", reason="")

    assert "This field is required" in answer.text
    assert Rollback.objects.count() == 0


def test_take_back_gives_the_use_back(
    admin_page: Client, press: Callable[..., Any], redeem: Callable[..., Redemption]
) -> None:
    voucher = VoucherFactory(code="TEN", redemption_quantity=1)
    redemption = redeem(voucher)

    press(redemption, "roll_back", reason="goods returned")

    voucher.refresh_from_db()
    assert voucher.redeemed_quantity == 0
    assert Rollback.objects.get().reason == "goods returned"
    assert "Reason: goods returned." in admin_page.get(page(redemption)).text


def test_take_back_of_one_takes_back_the_whole_request(
    admin_page: Client, press: Callable[..., Any], actor: Actor, db: None
) -> None:
    codes = [VoucherFactory(code="TEN"), VoucherFactory(code="FIVE", discount=amount(500))]
    spec = DecisionSpec(
        redeemables=tuple(Requested(object="voucher", id=voucher.code) for voucher in codes),
        order=OrderSpec(amount=10000),
    )
    first, second = redemptions.redeem(spec=spec, actor=actor, now=timezone.now()).redemptions

    press(second, "roll_back", reason="goods returned")

    statuses = set(Redemption.objects.values_list("status", flat=True))
    assert statuses == {Redemption.Status.ROLLED_BACK}
    assert {row.pk for row in admin_page.get(LIST).context["cl"].result_list} == {first.pk, second.pk}


def test_merchants_take_back_and_viewers_do_not(
    page_as: Callable[[str], Client], redeem: Callable[..., Redemption]
) -> None:
    redemption = redeem(VoucherFactory(code="TEN"))
    address = reverse("admin:promotions_redemption_roll_back", args=[redemption.pk])
    sent = {"_form_submitted": "on", "reason": "goods returned"}

    refused = page_as("Viewer").post(address, sent)
    before = Rollback.objects.count()
    page_as("Merchant").post(address, sent)

    assert (refused.status_code, before, Rollback.objects.count()) == (403, 0, 1)


def test_a_refusal_to_take_back_is_told(
    admin_page: Client, press: Callable[..., Any], redeem: Callable[..., Redemption]
) -> None:
    redemption = redeem(VoucherFactory(code="TEN"))
    press(redemption, "roll_back", reason="goods returned")

    press(redemption, "roll_back", reason="again")

    assert "was rolled back before" in admin_page.get(page(redemption)).text
    assert Rollback.objects.count() == 1


def test_facts_cannot_be_changed_even_by_superusers(
    admin_page: Client, redeem: Callable[..., Redemption]
) -> None:
    redemption = redeem(VoucherFactory(code="TEN"))

    assert admin_page.post(page(redemption), {"voucher_code": "X"}).status_code == 403
    assert admin_page.get(reverse("admin:promotions_redemption_add")).status_code == 403


def test_customer_page_shows_codes_and_redemptions(
    admin_page: Client, redeem: Callable[..., Redemption]
) -> None:
    redeem(VoucherFactory(code="TEN"))
    customer = Customer.objects.get()
    VoucherFactory(code="MINE", holder=customer)

    text = admin_page.get(reverse("admin:commerce_customer_change", args=[customer.pk])).text

    assert "Anna Arendt" in text
    assert "MINE" in text
    assert f"10.00{SPACE}EUR" in text


def test_order_page_shows_what_was_redeemed(admin_page: Client, redeem: Callable[..., Redemption]) -> None:
    redemption = redeem(VoucherFactory(code="TEN"))

    panels = admin_page.get(reverse("admin:commerce_order_change", args=[redemption.order_id])).context[
        "page_panels"
    ]

    shown = [(panel.title, len(list(panel.rows))) for panel in panels]
    assert shown == [("Lines", 0), ("Redeemed on it", 1), ("Returned", 0), ("Points", 0)]
