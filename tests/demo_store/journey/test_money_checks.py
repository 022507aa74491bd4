"""`manage.py check_money` on a small year."""

from __future__ import annotations

from typing import Any

import pytest

from core.actors import Actor
from core.models import IdempotencyKey
from demo_store.journey import money_checks
from promotions.models import OrderReturn, Redemption
from promotions.services import returns
from tests.demo_store.journey.year import load, year

pytestmark = pytest.mark.django_db
TILL = Actor.system("load_journey")


def test_repeated_calls_change_nothing() -> None:
    load(year())

    found = money_checks.repeat(TILL)

    assert (found.calls, found.unlike, found.changed) == (3, [], [])
    assert found.holds


def test_calls_whose_keys_were_forgotten_are_noticed() -> None:
    load(year())
    IdempotencyKey.objects.all().delete()

    found = money_checks.repeat(TILL)

    assert not found.holds
    assert len(found.unlike) == 3
    assert "promotions_redemption" in found.changed  # a refused attempt leaves its row
    assert Redemption.objects.filter(result="SUCCESS").count() == 3


def test_random_returns_conserve_money_and_are_undone() -> None:
    load(year())

    found = money_checks.give_back(TILL, count=50, seed=7)

    assert found.holds
    assert found.orders == 3
    assert 0 < found.refunded <= found.paid
    assert not OrderReturn.objects.exists()


def test_money_that_is_lost_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    load(year())
    create = returns.create

    def short(**values: Any) -> OrderReturn:
        made = create(**values)
        made.refund_amount -= 1
        return made

    monkeypatch.setattr(returns, "create", short)

    found = money_checks.give_back(TILL, count=50, seed=7)

    assert not found.holds


def test_the_command_says_what_it_saw(capsys: pytest.CaptureFixture[str]) -> None:
    from django.core.management import call_command

    load(year())

    call_command("check_money", returns=20)

    said = capsys.readouterr().out
    assert "3 redemptions repeated, 0 answered anew" in said
    assert said.endswith("Money adds up.\n")
