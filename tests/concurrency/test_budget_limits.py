"""A limit that is lowered while a redemption is under way holds for it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from commerce.selectors.order_shapes import OrderSpec
from core.actors import Actor
from promotions.models import Counter
from promotions.redeemables import NotRedeemable, Requested
from promotions.services import budgets, counter_moves, redemptions
from promotions.services.budgets import BudgetSpec
from promotions.services.validations import DecisionSpec
from tests.conftest import NOW
from tests.factories.budgets import BudgetFactory, draw
from tests.factories.promotions import CampaignFactory, VoucherFactory, amount

SYSTEM = Actor.system("tests")


def redeem(code: str) -> None:
    spec = DecisionSpec(redeemables=(Requested(object="voucher", id=code),), order=OrderSpec(amount=10_000))
    redemptions.redeem(spec=spec, actor=SYSTEM, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_a_lowered_limit_holds_for_what_is_decided_already(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = CampaignFactory(discount=amount(300))
    VoucherFactory(code="THREE", campaign=campaign)
    budget = BudgetFactory(limit=1_000)
    draw(budget, campaign)
    four = CampaignFactory(discount=amount(400))
    VoucherFactory(code="FOUR", campaign=four)
    draw(budget, four)
    redeem("FOUR")
    decided, lowered = threading.Event(), threading.Event()
    move, answers = counter_moves.move, []

    def late(*args: Any, **kwargs: Any) -> Any:
        decided.set()
        assert lowered.wait(20)
        return move(*args, **kwargs)

    def redeem_late() -> None:
        try:
            redeem("THREE")
            answers.append("given")
        except NotRedeemable:
            answers.append("refused")
        finally:
            connection.close()

    monkeypatch.setattr(counter_moves, "move", late)
    caller = threading.Thread(target=redeem_late)
    caller.start()
    assert decided.wait(20)
    monkeypatch.setattr(counter_moves, "move", move)
    budgets.update(budget_id=budget.pk, spec=BudgetSpec(values={"limit": 500}), actor=SYSTEM, now=NOW)
    lowered.set()
    caller.join()

    counter = Counter.objects.get(scope=Counter.Scope.BUDGET)
    assert (answers, counter.value, counter.most) == (["refused"], 400, 500)
