"""`manage.py check_counters`: finds every counter that lies, and none that does not."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from commerce.models import Customer
from commerce.selectors.orders import OrderSpec
from commerce.services import orders
from core.actors import Actor
from promotions.models import PromotionTier, Redemption, Voucher
from promotions.redeemables import NotRedeemable, Requested
from promotions.selectors import counters
from promotions.services import redemptions, rollbacks
from promotions.services.rollbacks import RollbackSpec
from promotions.services.validations import DecisionSpec
from tests.conftest import NOW
from tests.factories.promotions import PromotionTierFactory, VoucherFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def business(db: None, actor: Actor, now: datetime) -> None:
    """Single uses, stacks, refusals, rollbacks, an order paid by two, one canceled, one never paid for."""
    VoucherFactory(code="OPEN")
    VoucherFactory(code="TWICE", redemption_quantity=2)
    VoucherFactory(code="UNUSED")
    tier = PromotionTierFactory(name="Spring")
    PromotionTierFactory(name="Idle", campaign=tier.campaign)

    def redeem(*ids: str, customer: str, order: str, amount: int = 10_000, minutes: int = 0) -> str | None:
        spec = DecisionSpec(
            redeemables=tuple(
                Requested(object="promotion_tier" if name.startswith("promo_") else "voucher", id=name)
                for name in ids
            ),
            order=OrderSpec(source_id=order, amount=amount),
            customer={"source_id": customer},
        )
        try:
            done = redemptions.redeem(spec=spec, actor=actor, now=now + timedelta(minutes=minutes))
        except NotRedeemable:
            return None
        return (done.parent or done.redemptions[0]).public_id

    def take_back(redemption_id: str | None) -> None:
        assert redemption_id is not None
        rollbacks.roll_back(
            redemption_id=redemption_id, spec=RollbackSpec(), actor=actor, now=now, stacked=True
        )

    single = redeem("OPEN", customer="anna", order="1")
    redeem("OPEN", customer="anna", order="2", amount=333, minutes=5)
    both = redeem("OPEN", "TWICE", tier.public_id, customer="bea", order="3")
    redeem("TWICE", tier.public_id, customer="bea", order="4", minutes=1)
    assert redeem("TWICE", customer="bea", order="5") is None
    assert redeem("MISSING", customer="anna", order="6") is None
    redeem("OPEN", customer="carl", order="3", minutes=2)
    take_back(single)
    take_back(both)
    for number, status in enumerate(("CREATED", "PAID", "FULFILLED", "CANCELED")):
        spec = OrderSpec(
            source_id=f"own-{number}", amount=500 + number, status=status, customer={"source_id": "dora"}
        )
        orders.upsert(spec=spec, actor=actor, now=now + timedelta(hours=number))


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert Redemption.objects.filter(status="ROLLED_BACK").count() == 5
    assert list(counters.differences()) == []

    out = StringIO()
    call_command("check_counters", stdout=out)

    assert out.getvalue() == "All counters agree with their rows.\n"


VOUCHER = ("voucher", Voucher, "code")
TIER = ("promotion tier", PromotionTier, "name")
CUSTOMER = ("customer", Customer, "source_id")
PLANTED: list[tuple[Any, str, str, Any]] = [
    (VOUCHER, "OPEN", "redeemed_quantity", F("redeemed_quantity") + 1),
    (VOUCHER, "TWICE", "redeemed_quantity", 0),
    (VOUCHER, "UNUSED", "redeemed_quantity", 7),
    (TIER, "Spring", "redeemed_quantity", F("redeemed_quantity") - 1),
    (TIER, "Spring", "orders_total_amount", F("orders_total_amount") + 1),
    (TIER, "Spring", "orders_total_discount_amount", 0),
    (TIER, "Idle", "redeemed_quantity", 1),
    (TIER, "Idle", "orders_total_amount", 1),
    (TIER, "Idle", "orders_total_discount_amount", 1),
    (CUSTOMER, "anna", "redemptions_succeeded", F("redemptions_succeeded") - 1),
    (CUSTOMER, "anna", "redemptions_failed", 0),
    (CUSTOMER, "anna", "rollbacks_succeeded", F("rollbacks_succeeded") + 1),
    (CUSTOMER, "bea", "orders_count", F("orders_count") + 1),
    (CUSTOMER, "bea", "orders_total_amount", F("orders_total_amount") - 1),
    (CUSTOMER, "bea", "last_order_amount", 1),
    (CUSTOMER, "carl", "last_order_at", None),
    (CUSTOMER, "carl", "orders_count", 0),
    (CUSTOMER, "dora", "last_order_at", NOW),
    (CUSTOMER, "dora", "redemptions_succeeded", 1),
    (CUSTOMER, "dora", "rollbacks_succeeded", 1),
]


def plant(target: Any, name: str, counter: str, value: Any) -> tuple[str, str, str]:
    noun, model, key = target
    row = model.objects.get(**{key: name})
    assert model.objects.filter(pk=row.pk).update(**{counter: value}) == 1
    return noun, row.public_id, counter


@pytest.mark.parametrize(
    ("target", "name", "counter", "value"), PLANTED, ids=[f"{p[1]} {p[2]}" for p in PLANTED]
)
def test_one_planted_lie_is_found_alone(target: Any, name: str, counter: str, value: Any) -> None:
    planted = plant(target, name, counter, value)

    (found,) = counters.differences()

    assert (found.noun, found.public_id, found.counter) == planted
    assert found.stored != found.counted


def test_all_lies_are_named_and_the_command_fails() -> None:
    planted = {plant(*lie) for lie in PLANTED}
    assert len(planted) == 20
    errors = StringIO()

    with pytest.raises(CommandError, match="^20 counters differ from their rows.$"):
        call_command("check_counters", stderr=errors)

    lines = errors.getvalue().splitlines()
    assert len(lines) == 20
    for noun, public_id, counter in planted:
        assert [line.startswith(f"{noun} {public_id}: {counter} is ") for line in lines].count(True) == 1


def test_only_as_many_lines_as_asked_for_but_all_are_counted() -> None:
    for lie in PLANTED:
        plant(*lie)
    errors = StringIO()

    with pytest.raises(CommandError, match="^20 counters"):
        call_command("check_counters", limit=3, stderr=errors)

    assert len(errors.getvalue().splitlines()) == 3


def test_cost_does_not_grow_with_the_rows(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        list(counters.differences())
