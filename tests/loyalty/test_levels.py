"""Rules that ask which loyalty tier a customer holds. Contract: semantics-core 11.2."""

from __future__ import annotations

from datetime import date

import pytest

from promotions import loyalty_tiers, rule_words
from promotions.admin import pickers
from promotions.models import Voucher
from tests.conftest import NOW
from tests.factories.commerce import CustomerFactory
from tests.factories.promotions import RuleAssignmentFactory, ValidationRuleFactory, VoucherFactory
from tests.loyalty.members import holds, member, programme, tier

pytestmark = pytest.mark.django_db


@pytest.fixture
def gold():
    return tier(programme(), "Gold", 5000)


def only_for(*tiers, operator: str = "$is"):
    condition = {
        "name": "customer.loyalty_tier",
        "conditions": {operator: [one.public_id for one in tiers]},
    }
    return {"1": condition, "logic": "1"}


def is_valid(api, code: str, customer) -> bool:
    answer = api.post(
        "/v1/validations",
        {
            "customer": {"id": customer.public_id},
            "order": {"amount": 10_000},
            "redeemables": [{"object": "voucher", "id": code}],
        },
    )
    assert answer.status_code == 200, answer.json()
    return bool(answer.json()["valid"])


def holder_of(card):
    return Voucher.objects.select_related("holder").get(pk=card.pk).holder


def test_a_coupon_only_for_holders_of_a_tier(api, gold):
    voucher = VoucherFactory(code="FORGOLD")
    RuleAssignmentFactory(voucher=voucher, rule=ValidationRuleFactory(rules=only_for(gold)))
    card = member(gold.campaign, "A")
    holds(card, gold, since=date(2026, 1, 1))
    silver = tier(gold.campaign, "Silver", 100, 4999)
    other = member(gold.campaign, "B")
    holds(other, silver, since=date(2026, 1, 1))

    assert is_valid(api, "FORGOLD", holder_of(card))
    assert not is_valid(api, "FORGOLD", holder_of(other))
    assert not is_valid(api, "FORGOLD", CustomerFactory())


def test_a_tier_whose_end_has_passed_counts_no_longer_whether_the_night_was_done_or_not(api, gold):
    voucher = VoucherFactory(code="FORGOLD")
    RuleAssignmentFactory(voucher=voucher, rule=ValidationRuleFactory(rules=only_for(gold)))
    card = member(gold.campaign, "A")
    holds(card, gold, since=date(2026, 1, 1), until=date(2026, 1, 31))

    assert not is_valid(api, "FORGOLD", holder_of(card))


def test_is_asked_only_if_a_rule_asks(api, gold, count_queries):
    card = member(gold.campaign, "A")
    customer = holder_of(card)
    VoucherFactory(code="PLAIN")
    asking = VoucherFactory(code="ASKING")
    plain_rule = ValidationRuleFactory()
    RuleAssignmentFactory(voucher=Voucher.objects.get(code="PLAIN"), rule=plain_rule)
    RuleAssignmentFactory(voucher=asking, rule=ValidationRuleFactory(rules=only_for(gold)))
    is_valid(api, "PLAIN", customer)

    plain = count_queries(lambda: is_valid(api, "PLAIN", customer))
    asked = count_queries(lambda: is_valid(api, "ASKING", customer))

    assert asked >= plain + 1


def test_many_customers_are_one_question(gold, count_queries):
    holders = []
    for number in range(4):
        card = member(gold.campaign, f"C{number}")
        holds(card, gold, since=date(2026, 1, 1))
        holders.append(holder_of(card).pk)

    def ask():
        return loyalty_tiers.held_by_each(holders, [gold.public_id], now=NOW)

    assert ask() == {pk: frozenset({gold.public_id}) for pk in holders}
    assert count_queries(ask) <= 2


def test_rules_are_told_with_the_tier_s_name(gold):
    text = rule_words.paragraph({"rules": only_for(gold)})

    assert "Gold (Club)" in text
    assert gold.public_id not in text


def test_people_pick_a_tier_by_its_name(gold):
    tier(programme("Gone"), "Golden", 1).delete()

    (hit,) = pickers.search([pickers.Kind.LOYALTY_TIER], "gol")

    assert (hit.id, hit.name, hit.note) == (gold.public_id, "Gold", "Tier of Club")
