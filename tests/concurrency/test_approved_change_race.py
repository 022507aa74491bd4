"""An approved change and somebody else's change of the same thing: neither is overwritten unseen."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pytest

from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest, Decision
from approvals.services import decisions
from core.actors import Actor
from core.errors import DomainError
from promotions.models import Budget, Voucher
from promotions.services import budgets, vouchers
from promotions.services.budgets import BudgetSpec
from promotions.services.vouchers import VoucherSpec
from tests.approvals.world import acting, person, policy
from tests.factories.budgets import BudgetFactory
from tests.factories.promotions import VoucherFactory

pytestmark = pytest.mark.django_db(transaction=True)

AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
ROUNDS, ASKED, OTHER = 8, 2_000, 3_000


def tried(call: Callable[[], Any]) -> str:
    try:
        call()
    except ApprovalRequired as asked:
        asked.settle()
        return asked.key
    except DomainError as refusal:
        return refusal.key
    return "done"


def race(at_once: AtOnce, change: Callable[..., Any], target: str, group: str, now: datetime) -> None:
    """`change(value, actor)` is asked for, then approved while a task makes another one."""
    mara, olga = acting(person(f"mara-{target}", "Marketer")), acting(person(f"olga-{target}", group))
    assert tried(lambda: change(ASKED, mara)) == "approval_required"
    request = ApprovalRequest.objects.get(target_id=target)
    said = {"request_id": request.pk, "verdict": Decision.Verdict.APPROVE, "revision": 1, "comment": ""}
    approve = functools.partial(decisions.decide, **said, actor=olga, now=now)
    task = Actor.system("tests", channel="TASK")

    answers = at_once([functools.partial(tried, approve), lambda: tried(lambda: change(OTHER, task))])

    assert answers[1] == "done"
    state = str(ApprovalRequest.objects.get(pk=request.pk).state)
    # Who decides on what is no longer so is told, and the request waits or is over.
    assert (answers[0], state == "APPLIED") in {("done", True), ("done", False), ("approval_outdated", False)}


def test_budgets(at_once: AtOnce, now: datetime) -> None:
    policy("Finance", name="Limits")
    for number in range(ROUNDS):
        budget = BudgetFactory(name=f"B{number}", limit=1_000)

        def change(limit: int, actor: Actor, pk: int = budget.pk) -> None:
            spec = BudgetSpec(values={"limit": limit})
            budgets.update(budget_id=pk, spec=spec, actor=actor, now=now)

        race(at_once, change, budget.public_id, "Finance", now)

        # Whichever came first: the change about which nobody was asked is seen, or comes last.
        assert Budget.objects.get(pk=budget.pk).limit == OTHER


def test_codes(at_once: AtOnce, now: datetime) -> None:
    policy("Reviewer", name="Uses")
    for _ in range(ROUNDS):
        voucher = VoucherFactory(redemption_quantity=1_000)

        def change(uses: int, actor: Actor, pk: int = voucher.pk) -> None:
            spec = VoucherSpec(values={"redemption_quantity": uses})
            vouchers.update(voucher_id=pk, spec=spec, actor=actor, now=now)

        race(at_once, change, voucher.public_id, "Reviewer", now)

        assert Voucher.objects.get(pk=voucher.pk).redemption_quantity == OTHER
