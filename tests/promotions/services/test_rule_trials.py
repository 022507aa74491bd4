"""A rule that is stored nowhere is judged as a validation would judge it, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from commerce.models import Customer, Product, Segment
from commerce.selectors.orders import ItemSpec, OrderSpec
from core.actors import Actor
from core.errors import NotFound
from engine.rules import RuleSyntaxError
from promotions.models import Counter, Redemption
from promotions.redeemables import Requested
from promotions.services import rule_trials, validations
from promotions.services.rule_trials import Tried
from promotions.services.validations import DecisionSpec
from tests.conftest import NOW
from tests.factories.commerce import CustomerFactory, ProductFactory, SegmentFactory
from tests.factories.promotions import CampaignFactory, ValidationRuleFactory, VoucherFactory

pytestmark = pytest.mark.django_db
SATURDAY = datetime(2026, 3, 14, 12, tzinfo=UTC)


def condition(name: str, operator: str, *operands: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "conditions": {operator: list(operands)}, **more}


@pytest.fixture
def espresso() -> Product:
    return ProductFactory(name="Espresso", source_id="espresso", price=2000)


@pytest.fixture
def vip() -> Segment:
    return SegmentFactory(name="VIP")


@pytest.fixture
def vera(vip: Segment) -> Customer:
    customer = CustomerFactory(source_id="vera", metadata={"age": 30})
    vip.memberships.create(customer=customer, entered_at=NOW)
    return customer


@pytest.fixture
def ask(actor: Actor) -> Callable[..., Tried]:
    def asked(*conditions: dict[str, Any], logic: str = "", now: datetime = NOW, **question: Any) -> Tried:
        rules: dict[str, Any] = {str(number): one for number, one in enumerate(conditions, 1)}
        return rule_trials.ask(
            document={"rules": {**rules, "logic": logic}},
            spec=DecisionSpec(redeemables=(), **question),
            actor=actor,
            now=now,
        )

    return asked


def test_each_condition_says_what_it_found_and_what_would_help(
    ask: Callable[..., Tried], vip: Segment, vera: Customer, espresso: Product
) -> None:
    rules = (
        condition("customer.segment", "$is", vip.public_id),
        condition("order.amount", "$more_than_or_equal", 5000),
        condition("order.items.count", "$more_than_or_equal", 3),
    )
    order = OrderSpec(items=(ItemSpec(product_id=espresso.public_id, quantity=2),))

    found = ask(*rules, logic="1 and (2 or 3)", customer={"id": vera.public_id}, order=order)

    assert found.holds is False
    assert [one.holds for one in found.conditions] == [True, False, False]
    assert found.conditions[0].text == "Customer is in segment VIP"
    assert found.conditions[0].found == "it is VIP"
    assert "40.00" in found.conditions[1].found
    assert found.conditions[1].remedy == "Add 10.00 more"
    assert not found.counters
    more = OrderSpec(items=(ItemSpec(product_id=espresso.public_id, quantity=3),))
    assert ask(*rules, logic="1 and (2 or 3)", customer={"id": vera.public_id}, order=more).holds
    assert not ask(*rules, logic="1 and (2 or 3)", order=more).holds


def test_the_moment_and_the_store_are_those_of_the_question(ask: Callable[..., Tried]) -> None:
    weekend = condition("redemption.date", "$dow", 0, 6)
    here = condition("redemption.metadata", "$is", "berlin-1", property="store")

    assert ask(weekend, now=SATURDAY).holds
    assert not ask(weekend, now=NOW).holds
    assert ask(here, metadata={"store": "berlin-1"}).holds
    assert not ask(here, metadata={"store": "berlin-2"}).holds


def test_uses_are_none_yet_and_nothing_is_written(ask: Callable[..., Tried], vera: Customer) -> None:
    limits = (
        condition("redemption.count.per_customer", "$less_than_or_equal", 1),
        condition("campaign.redemptions.count", "$less_than_or_equal", 0),
    )

    found = ask(*limits, customer={"id": vera.public_id})

    assert found.counters
    assert [one.holds for one in found.conditions] == [True, False]
    assert not Counter.objects.exists()
    assert not Redemption.objects.exists()


def test_what_cannot_be_asked_is_said(ask: Callable[..., Tried]) -> None:
    with pytest.raises(RuleSyntaxError):
        ask(condition("order.amount", "$is"))
    with pytest.raises(NotFound):
        ask(condition("order.amount", "$is", 1), order=OrderSpec(id="ord_none"))


@pytest.mark.parametrize("logic", ["1 and 2", "1 or 2", "(1 or 2) and 3", "3 or (1 and 2)"])
def test_a_trial_and_a_validation_agree(
    ask: Callable[..., Tried], actor: Actor, vip: Segment, vera: Customer, espresso: Product, logic: str
) -> None:
    conditions = (
        condition("customer.segment", "$is", vip.public_id),
        condition("order.amount", "$more_than", 3000),
        condition("customer.metadata", "$more_than", 20, property="age"),
    )
    rule = ValidationRuleFactory(
        rules={**{str(number): one for number, one in enumerate(conditions, 1)}, "logic": logic}
    )
    voucher = VoucherFactory(code="TRY", campaign=CampaignFactory())
    rule.assignments.create(voucher=voucher, created_at=NOW)
    paul = CustomerFactory(source_id="paul", metadata={"age": 10})

    for customer in (vera, paul):
        for units in (1, 2):
            question: dict[str, Any] = {
                "customer": {"id": customer.public_id},
                "order": OrderSpec(items=(ItemSpec(product_id=espresso.public_id, quantity=units),)),
            }
            spec = DecisionSpec(redeemables=(Requested(object="voucher", id="TRY"),), **question)
            decided = validations.validate(spec=spec, actor=actor, now=NOW)

            assert ask(*conditions, logic=logic, **question).holds == decided.outcome.valid
