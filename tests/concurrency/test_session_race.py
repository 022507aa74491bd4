"""Sessions hold what they were told, whatever others use meanwhile (PROOFS R12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from promotions.models import Counter as Counted
from promotions.models import HeldCount, Hold, Voucher
from promotions.services import sessions
from tests.concurrency.asking import basket
from tests.concurrency.conftest import Answer
from tests.factories.budgets import BudgetFactory, draw
from tests.factories.gift_cards import GiftCardFactory
from tests.factories.promotions import (
    CampaignFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    amount,
)

pytestmark = pytest.mark.django_db(transaction=True)

Call = Callable[..., Answer]
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]


def hold(call: Call, key: str, *ids: str, **values: Any) -> bool:
    status, wire = call("POST", "/v1/validations", basket(*ids, session=key, **values))
    assert status == 200, wire
    return bool(wire["valid"])


def redeem(call: Call, *ids: str, **values: Any) -> Answer:
    return call("POST", "/v1/redemptions", basket(*ids, **values))


def outcomes(answers: Sequence[Answer]) -> Counter[tuple[int, str]]:
    return Counter((status, wire.get("key", "")) for status, wire in answers)


@pytest.fixture(autouse=True)
def _without_deadlocks(given_up: list[float]) -> Iterator[None]:
    yield
    assert given_up == []


def holders(call: Call, at_once: AtOnce, *ids: str, lockers: int = 20, **values: Any) -> list[str]:
    """Keys of the sessions that got a hold when so many asked at once."""
    keys = [f"s-{number}" for number in range(lockers)]
    got = at_once([lambda key=key: hold(call, key, *ids, **values) for key in keys])
    return [key for key, is_held in zip(keys, got, strict=True) if is_held]


def test_twenty_want_to_hold_four_and_the_four_redeem_although_others_hammer(
    call: Call, at_once: AtOnce
) -> None:
    VoucherFactory(code="FOUR", redemption_quantity=4)

    keys = holders(call, at_once, "FOUR")
    assert len(keys) == 4
    assert Voucher.objects.get().held_quantity == Hold.objects.count() == 4
    others = [lambda: redeem(call, "FOUR")] * 14 + [lambda: redeem(call, "FOUR", session="not-held")] * 14
    mine = [lambda key=key: redeem(call, "FOUR", session=key) for key in keys]
    answers = at_once(mine + others)

    assert outcomes(answers[:4]) == {(200, ""): 4}
    assert outcomes(answers[4:]) == {(400, "quantity_exceeded"): 28}
    code = Voucher.objects.get()
    assert (code.redeemed_quantity, code.held_quantity, Hold.objects.count()) == (4, 0, 0)


@pytest.mark.parametrize("ids", [("CODE",), ("CODE", "CARD")])
def test_what_rules_budgets_and_cards_allow_is_held_too(
    call: Call, at_once: AtOnce, ids: tuple[str, ...]
) -> None:
    """Room for four in each of them: a rule of the campaign, a shared budget, and a card."""
    campaign = CampaignFactory(discount=amount(700))
    VoucherFactory(code="CODE", campaign=campaign)
    leaf = {"1": {"name": "campaign.redemptions.count.daily", "conditions": {"$less_than_or_equal": [4]}}}
    RuleAssignmentFactory(campaign=campaign, rule=ValidationRuleFactory(rules=leaf))
    other = CampaignFactory(discount=amount(700))
    VoucherFactory(code="OTHER", campaign=other)
    budget = BudgetFactory(limit=2_900)
    draw(budget, campaign, other)
    GiftCardFactory(code="CARD", gift_amount=2_500)
    pay = {"credits": {"CARD": 600}}

    keys = holders(call, at_once, *ids, **pay)
    assert len(keys) == 4
    others: list[Callable[[], Answer]] = [lambda: redeem(call, "CODE"), lambda: redeem(call, "OTHER")] * 9
    if "CARD" in ids:
        others += [lambda: redeem(call, "CARD", credits={"CARD": 101})] * 9
    mine = [lambda key=key: redeem(call, *ids, session=key, **pay) for key in keys]
    answers = at_once([*mine, *others])

    assert outcomes(answers[:4]) == {(200, ""): 4}
    assert set(outcomes(answers[4:])) <= {
        (400, "redemption_rules_violated"),
        (400, "budget_exceeded"),
        (400, "gift_amount_exceeded"),
    }
    counter = Counted.objects.get(scope=Counted.Scope.BUDGET)
    assert (counter.value, counter.held) == (2_800, 0)
    card = Voucher.objects.get(code="CARD")
    assert (card.gift_balance, card.gift_held) == (100 if "CARD" in ids else 2_500, 0)
    assert not Hold.objects.exists()
    assert not HeldCount.objects.exists()


def test_one_hold_is_redeemed_once(call: Call, at_once: AtOnce) -> None:
    VoucherFactory(code="TWO", redemption_quantity=2)
    assert hold(call, "mine", "TWO")
    assert hold(call, "theirs", "TWO")

    answers = at_once([lambda: redeem(call, "TWO", session="mine")] * 16)

    assert outcomes(answers) == {(200, ""): 1, (400, "quantity_exceeded"): 15}
    assert redeem(call, "TWO", session="theirs")[0] == 200


def test_a_hold_is_either_redeemed_or_released(call: Call, at_once: AtOnce) -> None:
    """Ten baskets are paid and given up at the same moment; what was given up is there for others."""
    VoucherFactory(code="TEN", redemption_quantity=10)
    keys = holders(call, at_once, "TEN", lockers=10)
    assert len(keys) == 10

    def pay_for(key: str) -> Callable[[], Answer]:
        return lambda: redeem(call, "TEN", session=key)

    def give_up(key: str) -> Callable[[], Answer]:
        return lambda: call("DELETE", f"/v1/vouchers/TEN/sessions/{key}")

    answers = at_once([act(key) for key in keys for act in (pay_for, give_up)])

    # Who gave up first may still have been paid for from what was free again.
    assert set(outcomes(answers[0::2])) <= {(200, ""), (400, "quantity_exceeded")}
    assert {status for status, _ in answers[1::2]} <= {204, 404}
    paid = sum(status == 200 for status, _ in answers[0::2])
    code = Voucher.objects.get()
    assert (code.redeemed_quantity, code.held_quantity) == (paid, 0)
    left = [redeem(call, "TEN")[0] for _ in range(11 - paid)]
    assert left == [200] * (10 - paid) + [400]


def test_a_basket_changes_its_mind_while_both_codes_are_used(call: Call, at_once: AtOnce) -> None:
    """Four baskets hold the one code, then the other, again and again; others use both, or one of them."""
    for code in ("A", "B"):
        VoucherFactory(code=code, redemption_quantity=100, discount=amount(10))

    def change(key: str) -> Callable[[], set[int | bool]]:
        return lambda: {hold(call, key, code) for code in ("A", "B", "A", "B")}

    def use(*codes: str) -> Callable[[], set[int | bool]]:
        return lambda: {redeem(call, *codes)[0] for _ in range(3)}

    users = [use("A", "B"), use("B", "A"), use("A")] * 4
    said = at_once([change(f"s-{number}") for number in range(4)] + users)

    assert said == [{True}] * 4 + [{200}] * 12
    assert sorted(Hold.objects.values_list("voucher__code", flat=True)) == ["B"] * 4


def test_what_is_over_is_there_for_all_while_the_job_tidies_it_away(call: Call, at_once: AtOnce) -> None:
    """Twelve baskets held the whole budget over two codes, for a millisecond."""
    budget = BudgetFactory(limit=1_200)
    for code in ("A", "B"):
        campaign = CampaignFactory(discount=amount(100))
        draw(budget, campaign)
        VoucherFactory(code=code, campaign=campaign, redemption_quantity=6)
    for number in range(12):
        body = basket("AB"[number % 2], session=f"s-{number}")
        body["session"] |= {"ttl": 1, "ttl_unit": "MILLISECONDS"}
        assert call("POST", "/v1/validations", body)[1]["valid"] is True
    later = timezone.now() + timedelta(seconds=1)

    users = [lambda ids=ids: redeem(call, *ids) for ids in ("A", "B", "AB", "BA") * 6]
    job = [lambda: (200, {"tidied": sessions.tidy_away(now=later, batch_size=3)})] * 4
    answers = at_once([*users, *job])[: len(users)]

    assert set(outcomes(answers)) <= {(200, ""), (400, "quantity_exceeded"), (400, "budget_exceeded")}
    rest = [redeem(call, code)[0] for code in "AB" * 6]
    assert set(rest) <= {200, 400}
    assert set(Voucher.objects.values_list("redeemed_quantity", "held_quantity")) == {(6, 0)}
    counter = Counted.objects.get(scope=Counted.Scope.BUDGET)
    assert (counter.value, counter.held) == (1_200, 0)


def test_the_same_session_asked_for_many_times_holds_once(call: Call, at_once: AtOnce) -> None:
    VoucherFactory(code="A", redemption_quantity=3)
    VoucherFactory(code="B", redemption_quantity=3)

    got = at_once([lambda ids=ids: hold(call, "same", *ids) for ids in [("A", "B"), ("B", "A"), ("B",)] * 8])

    assert all(got)
    assert set(Hold.objects.values_list("voucher__code", flat=True)) <= {"A", "B"}
    assert Hold.objects.filter(voucher__code="B").count() == 1
