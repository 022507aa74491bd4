"""What a formula reads of a code is the same in a validation and in a qualification."""

from __future__ import annotations

from datetime import datetime

import pytest

from commerce.selectors.orders import OrderSpec
from core.actors import Actor
from promotions.redeemables import Requested
from promotions.services import qualifications, validations
from promotions.services.qualifications import QualificationSpec
from promotions.services.validations import DecisionSpec
from tests.factories.promotions import VoucherFactory, amount

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("formula", "off"),
    [
        ("VOUCHER_PUBLISH_COUNT", 300),
        ("VOUCHER_REDEMPTION_QUANTITY", 700),
        ("VOUCHER_REDEEMED_QUANTITY", 200),
        ('REDEEMABLE_METADATA("worth")', 400),
    ],
)
def test_formulas_about_the_code(formula: str, off: int, now: datetime) -> None:
    code = VoucherFactory(
        discount={**amount(1), "amount_off_formula": formula},
        publish_count=3,
        redemption_quantity=7,
        redeemed_quantity=2,
        metadata={"worth": 4},
    ).code
    actor, order = Actor.system("tests"), OrderSpec(amount=10_000)
    requested = (Requested(object="voucher", id=code),)

    decision = validations.validate(
        spec=DecisionSpec(redeemables=requested, order=order), actor=actor, now=now
    )
    qualified = qualifications.qualify(spec=QualificationSpec(order=order), actor=actor, now=now)

    (step,) = decision.outcome.steps
    (hit,) = qualified.hits
    assert step.order is not None
    assert step.order.total_applied_discount_amount == off
    assert hit.step.order == step.order
