"""Uses of codes and tiers and the summaries of customers: every one that lies is found, and no other."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import F

from commerce.models import Customer
from commerce.selectors.orders import OrderSpec
from commerce.services import orders
from core.actors import Actor
from promotions.models import PromotionTier, Redemption, Voucher
from promotions.redeemables import NotRedeemable, Requested
from promotions.selectors import reconcile
from promotions.selectors.reconcile import Difference
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
    VoucherFactory(code="EXTRA")
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
    redeem("EXTRA", customer="carl", order="3", minutes=2)
    take_back(single)
    take_back(both)
    for number, status in enumerate(("CREATED", "PAID", "FULFILLED", "CANCELED")):
        spec = OrderSpec(
            source_id=f"own-{number}", amount=500 + number, status=status, customer={"source_id": "dora"}
        )
        orders.upsert(spec=spec, actor=actor, now=now + timedelta(hours=number))


def differences() -> list[Difference]:
    return list(reconcile.differences(now=NOW, only={"vouchers", "tiers", "customers"}))


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert Redemption.objects.filter(status="ROLLED_BACK").count() == 5
    assert differences() == []


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


def test_every_planted_lie_is_found_and_no_other() -> None:
    planted = {plant(*lie) for lie in PLANTED}

    found = differences()

    assert len(found) == len(planted) == 20
    assert {(one.noun, one.id, one.column) for one in found} == planted
    assert all(one.stored != one.counted for one in found)


@pytest.mark.parametrize(
    ("target", "name", "counter", "value"), PLANTED, ids=[f"{p[1]} {p[2]}" for p in PLANTED]
)
def test_one_planted_lie_is_found_alone(target: Any, name: str, counter: str, value: Any) -> None:
    planted = plant(target, name, counter, value)

    (found,) = differences()

    assert (found.noun, found.id, found.column) == planted
