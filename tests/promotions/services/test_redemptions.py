"""Redeeming: everything of a request or nothing, with exact amounts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from commerce.models import Customer, Order, OrderItem
from commerce.selectors.orders import ItemSpec, OrderSpec
from core.actors import Actor
from core.errors import NotFound
from core.models import OutboxEvent, ProjectSettings
from engine import Snapshot, evaluate
from promotions.models import Campaign, PromotionTier, Redemption, Voucher
from promotions.redeemables import NotRedeemable, Requested
from promotions.selectors.snapshots import DuplicatedRedeemables, InvalidRedeemables
from promotions.services import redemptions
from promotions.services.redemptions import Redeemed
from promotions.services.validations import DecisionSpec
from tests.promotions.conftest import AMOUNT_500, PERCENT_10, MakeVoucher

pytestmark = pytest.mark.django_db


@pytest.fixture
def redeem(actor: Actor, now: datetime):
    def run(*codes: str, at: datetime = now, **values: Any) -> Redeemed:
        requested = tuple(Requested(object="voucher", id=code) for code in codes)
        spec = DecisionSpec(redeemables=requested, **{"order": OrderSpec(amount=10_000), **values})
        return redemptions.redeem(spec=spec, actor=actor, now=at)

    return run


def test_takes_ten_percent_off_and_pays_the_order(make_voucher: MakeVoucher, redeem) -> None:
    make_voucher("TEN")

    result = redeem("TEN", customer={"source_id": "anna", "name": "Anna"})

    (redemption,) = result.redemptions
    assert result.parent is None
    assert (redemption.result, redemption.status, redemption.discount_amount) == (
        "SUCCESS",
        "SUCCEEDED",
        1000,
    )
    order = Order.objects.get()
    assert (order.status, order.amount, order.total_discount_amount, order.total_amount) == (
        "PAID",
        10_000,
        1000,
        9000,
    )
    assert order.redemptions[redemption.public_id]["related_object_type"] == "voucher"
    assert Voucher.objects.get().redeemed_quantity == 1
    customer = Customer.objects.get(source_id="anna")
    assert (customer.redemptions_succeeded, customer.orders_total_amount) == (1, 9000)


def test_one_use_is_one_use(make_voucher: MakeVoucher, redeem) -> None:
    make_voucher("ONCE")
    redeem("ONCE")

    with pytest.raises(NotRedeemable) as refused:
        redeem("ONCE")

    assert refused.value.key == "quantity_exceeded"
    assert Voucher.objects.get().redeemed_quantity == 1
    assert Order.objects.count() == 1


def test_a_refusal_leaves_one_failure_row_and_no_other_trace(make_voucher: MakeVoucher, redeem) -> None:
    make_voucher("GOOD", redemption_quantity=None)
    make_voucher("OFF", is_active=False)

    with pytest.raises(NotRedeemable) as refused:
        redeem("GOOD", "OFF", customer={"source_id": "new"})

    (failed,) = Redemption.objects.all()
    assert failed.public_id.startswith("rf_")
    assert refused.value.resource_id == failed.public_id
    assert (refused.value.redeemable_id, refused.value.redeemable_type) == ("OFF", "voucher")
    assert (failed.result, failed.status, failed.failure_code) == ("FAILURE", "FAILED", "voucher_disabled")
    assert failed.voucher is not None
    assert failed.voucher.code == "OFF"
    assert Customer.objects.count() == 0
    assert Order.objects.count() == 0
    assert Voucher.objects.get(code="GOOD").redeemed_quantity == 0
    assert list(OutboxEvent.objects.values_list("name", flat=True)) == ["redemption.failed"]


def test_two_codes_make_a_parent_with_two_children(make_voucher: MakeVoucher, redeem) -> None:
    make_voucher("TEN")
    make_voucher("FIVE", discount=AMOUNT_500)

    result = redeem("TEN", "FIVE")

    assert result.parent is not None
    assert [row.discount_amount for row in result.redemptions] == [1000, 500]
    assert [row.parent for row in result.redemptions] == [result.parent, result.parent]
    assert result.parent.discount_amount == 1500
    order = Order.objects.get()
    assert (order.total_discount_amount, order.total_amount) == (1500, 8500)
    assert order.redemptions[result.parent.public_id]["stacked"] == [
        row.public_id for row in result.redemptions
    ]
    names = list(OutboxEvent.objects.order_by("pk").values_list("name", flat=True))
    assert names.count("redemption.succeeded") == 2


def test_lines_are_stored_with_the_order(make_voucher: MakeVoucher, redeem) -> None:
    make_voucher("TEN")
    lines = (
        ItemSpec(source_id="mug", related_object="product", quantity=3, price=1000),
        ItemSpec(source_id="cup", related_object="product", quantity=1, price=505),
    )

    redeem("TEN", order=OrderSpec(source_id="web-1", items=lines))

    order = Order.objects.get(source_id="web-1")
    # 10 % of 35.05 is 3.505: half up.
    assert (order.amount, order.initial_amount, order.discount_amount, order.total_amount) == (
        3505,
        3505,
        351,
        3154,
    )
    assert list(OrderItem.objects.order_by("position").values_list("source_id", "quantity", "amount")) == [
        ("mug", 3, 3000),
        ("cup", 1, 505),
    ]


def test_amounts_of_the_caller_beyond_the_order_are_not_believed(make_voucher: MakeVoucher, redeem) -> None:
    make_voucher("TEN")

    redeem("TEN", order=OrderSpec(amount=10_000, discount_amount=9_999))

    assert Order.objects.get().total_amount == 9000


def test_a_continued_order_keeps_its_earlier_discount(make_voucher: MakeVoucher, redeem) -> None:
    make_voucher("TEN")
    make_voucher("FIVE", discount=AMOUNT_500)
    redeem("TEN", order=OrderSpec(source_id="web-2", amount=10_000))

    result = redeem("FIVE", order=OrderSpec(source_id="web-2"))

    order = Order.objects.get(source_id="web-2")
    assert (order.discount_amount, order.applied_discount_amount, order.total_amount) == (1500, 500, 8500)
    assert len(order.redemptions) == 2
    assert result.redemptions[0].discount_amount == 500


def test_an_unknown_order_id_is_a_404(make_voucher: MakeVoucher, redeem) -> None:
    make_voucher("TEN")

    with pytest.raises(NotFound):
        redeem("TEN", order=OrderSpec(id="ord_nobody"))

    assert Voucher.objects.get().redeemed_quantity == 0


def test_without_an_order_none_is_made(make_voucher: MakeVoucher, redeem) -> None:
    make_voucher("TEN")

    result = redeem("TEN", order=None)

    assert result.order is None
    assert Order.objects.count() == 0
    assert Voucher.objects.get().redeemed_quantity == 1


def test_an_unknown_code_is_on_record_too(redeem) -> None:
    with pytest.raises(NotRedeemable) as refused:
        redeem("NOBODY")

    assert (refused.value.status, refused.value.key) == (404, "not_found")
    failed = Redemption.objects.get()
    assert (failed.voucher_id, failed.voucher_code, failed.failure_code) == (None, "NOBODY", "not_found")


def test_a_code_is_the_same_code_under_another_spelling(make_voucher: MakeVoucher, redeem) -> None:
    ProjectSettings.objects.update(case_insensitive_codes=True)
    make_voucher("Summer", code_key="summer")

    with pytest.raises(DuplicatedRedeemables):
        redeem("SUMMER", "summer")

    assert redeem("sUmMeR").redemptions[0].discount_amount == 1000


def test_case_matters_unless_the_project_says_otherwise(make_voucher: MakeVoucher, redeem) -> None:
    make_voucher("Summer")

    with pytest.raises(NotRedeemable) as refused:
        redeem("SUMMER")

    assert refused.value.key == "not_found"


def test_a_request_may_not_hold_more_than_the_project_allows(redeem) -> None:
    ProjectSettings.objects.update(redeemables_limit=2)

    with pytest.raises(InvalidRedeemables):
        redeem("A", "B", "C")


def test_partial_mode_uses_what_applies(make_voucher: MakeVoucher, redeem) -> None:
    ProjectSettings.objects.update(redeemables_application_mode="PARTIAL")
    make_voucher("TEN")
    make_voucher("OFF", is_active=False)

    result = redeem("OFF", "TEN")

    assert [row.voucher.code for row in result.redemptions] == ["TEN"]
    assert result.parent is None
    assert Voucher.objects.get(code="OFF").redeemed_quantity == 0


def test_partial_mode_with_nothing_applicable_is_refused(make_voucher: MakeVoucher, redeem) -> None:
    ProjectSettings.objects.update(redeemables_application_mode="PARTIAL")
    make_voucher("OFF", is_active=False)

    with pytest.raises(NotRedeemable) as refused:
        redeem("OFF")

    assert refused.value.key == "no_applicable_redeemables"


@pytest.mark.parametrize(
    ("starts", "ends", "key"),
    [
        (timedelta(seconds=1), None, "voucher_not_active"),
        (timedelta(0), None, None),
        (None, timedelta(0), "voucher_expired"),
        (None, timedelta(seconds=1), None),
    ],
)
def test_dates_are_judged_at_the_instant_that_was_passed_in(
    make_voucher, redeem, now, starts, ends, key
) -> None:
    make_voucher(
        "T", starts_at=None if starts is None else now + starts, ends_at=None if ends is None else now + ends
    )

    if key is None:
        assert redeem("T").redemptions[0].redeemed_at == now
    else:
        with pytest.raises(NotRedeemable) as refused:
            redeem("T")
        assert refused.value.key == key


def test_a_codes_campaign_lends_it_discount_and_dates(make_voucher: MakeVoucher, redeem, now) -> None:
    campaign = Campaign.objects.create(
        name="Spring", campaign_type="DISCOUNT_COUPONS", discount=AMOUNT_500, ends_at=now, created_at=now
    )
    make_voucher("OWN", campaign=campaign, discount=None, ends_at=now + timedelta(days=1))
    make_voucher("LENT", campaign=campaign, discount=None)

    assert redeem("OWN").redemptions[0].discount_amount == 500
    with pytest.raises(NotRedeemable) as refused:
        redeem("LENT")
    assert refused.value.key == "voucher_expired"


def test_a_disabled_campaign_disables_its_codes(make_voucher: MakeVoucher, redeem, now) -> None:
    campaign = Campaign.objects.create(
        name="Spring", campaign_type="DISCOUNT_COUPONS", discount=AMOUNT_500, is_active=False, created_at=now
    )
    make_voucher("C", campaign=campaign, discount=None)

    with pytest.raises(NotRedeemable) as refused:
        redeem("C")

    assert refused.value.key == "campaign_not_active"


def test_a_deleted_campaign_takes_its_codes_along_at_once(make_voucher: MakeVoucher, redeem, now) -> None:
    campaign = Campaign.objects.create(
        name="Gone", campaign_type="DISCOUNT_COUPONS", discount=AMOUNT_500, deleted_at=now, created_at=now
    )
    make_voucher("C", campaign=campaign, discount=None)

    with pytest.raises(NotRedeemable) as refused:
        redeem("C")

    assert refused.value.key == "not_found"


def test_a_tier_counts_its_orders(actor, now) -> None:
    campaign = Campaign.objects.create(name="Sale", campaign_type="PROMOTION", created_at=now)
    tier = PromotionTier.objects.create(campaign=campaign, name="10 %", discount=PERCENT_10, created_at=now)
    spec = DecisionSpec(
        redeemables=(Requested(object="promotion_tier", id=tier.public_id),), order=OrderSpec(amount=20_000)
    )

    result = redemptions.redeem(spec=spec, actor=actor, now=now)

    tier.refresh_from_db()
    assert result.redemptions[0].promotion_tier == tier
    assert (tier.redeemed_quantity, tier.orders_total_amount, tier.orders_total_discount_amount) == (
        1,
        20_000,
        2000,
    )


def test_a_stored_decision_can_be_replayed(make_voucher: MakeVoucher, redeem) -> None:
    make_voucher("TEN")
    make_voucher("FRACTION", discount={"type": "PERCENT", "percent_off": 12.5})

    stored = redeem("TEN", "FRACTION").parent

    assert stored is not None
    stored.refresh_from_db()
    again = evaluate(Snapshot.from_json(stored.snapshot))
    assert again.to_json() == stored.outcome
    assert again.order is not None
    assert again.order.total_amount == 7875


def test_facts_of_a_redemption_cannot_be_changed(make_voucher: MakeVoucher, redeem) -> None:
    make_voucher("TEN")
    redemption = redeem("TEN").redemptions[0]

    with pytest.raises(ProgrammingError), transaction.atomic():
        Redemption.objects.filter(pk=redemption.pk).update(discount_amount=1)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Redemption.objects.filter(pk=redemption.pk).delete()
