"""Ten cards and everything that can happen to points, at once (PROOFS R8): none is made, none is lost.

5,000 operations with FANFARE_NIGHTLY=1, some hundred by day.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
from django.db.models import F, Sum

from core import dispatch
from core.actors import Actor
from demo_store import wire
from loyalty.models import LoyaltyCard, PointsLot, PointsTransaction
from loyalty.selectors import finance
from loyalty.services import nightly as nights
from tests import nightly
from tests.loyalty.clubs import Club, per
from tests.telling import tell

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ACTOR: Final = Actor.system("race")
CALLERS: Final = 6
OPERATIONS: Final = nightly.times(240, 5_000)
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]


class Shop:
    """What all callers share: a clock that only goes forward, and what can still be taken back."""

    def __init__(self, club: Club, codes: Sequence[str], coin: str) -> None:
        self.club, self.codes, self.coin = club, codes, coin
        self.today = date(2026, 3, 2)
        self.used: list[str] = []
        self.orders: list[str] = []
        self.guard = threading.Lock()
        self.number = 0

    def next(self) -> int:
        with self.guard:
            self.number += 1
            return self.number

    def ask(self, path: str, body: Any) -> tuple[int, Any]:
        found = wire.resolved(path)
        answer = wire.send(found.view, path, body, actor=ACTOR, now=self.now, **found.arguments)
        return answer.status_code, getattr(answer, "data", None)

    @property
    def now(self) -> datetime:
        return datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=UTC)


def earn(shop: Shop, dice: random.Random) -> int:
    number = shop.next()
    item = {
        "source_id": "shoe",
        "related_object": "product",
        "quantity": dice.randint(1, 4),
        "price": dice.randint(100, 9_000),
    }
    buyer = dice.randrange(len(shop.codes))
    sent = {
        "source_id": f"o-{number}",
        "status": "PAID",
        "customer": {"source_id": f"c-{buyer}"},
        "items": [item],
    }
    status, said = shop.ask("/v1/orders", sent)
    shop.orders.append(said["id"])
    return status


def hear(shop: Shop, dice: random.Random) -> int:
    """A courier brings what happened to its subscribers, beside others who do."""
    for delivery_id in dispatch.plan(now=shop.now, batch_size=40):
        dispatch.deliver(delivery_id=delivery_id, now=shop.now)
    return 200


def spend(shop: Shop, dice: random.Random) -> int:
    sent = {"reward": {"id": shop.coin, "points": dice.randint(1, 60)}, "order": {"amount": 50_000}}
    status, said = shop.ask(f"/v1/loyalties/members/{dice.choice(shop.codes)}/redemption", sent)
    if status == 200:
        shop.used.append(said["id"])
    return status


def roll_back(shop: Shop, dice: random.Random) -> int:
    if not shop.used:
        return 0
    return shop.ask(f"/v1/redemptions/{dice.choice(shop.used)}/rollback", {})[0]


def bring_back(shop: Shop, dice: random.Random) -> int:
    if not shop.orders:
        return 0
    line = {"source_id": "shoe", "quantity": 1}
    return shop.ask(f"/v1/orders/{dice.choice(shop.orders)}/returns", {"items": [line]})[0]


def move(shop: Shop, dice: random.Random) -> int:
    taker, *givers = dice.sample(list(shop.codes), k=3)
    sent = [
        {"code": giver, "points": dice.randint(1, 40), "source_id": f"t-{shop.next()}"} for giver in givers
    ]
    return shop.ask(f"{shop.club.path}/members/{taker}/transfers", sent)[0]


def adjust(shop: Shop, dice: random.Random) -> int:
    sent = {"points": dice.choice((-30, -5, 5, 30, 80)), "reason": "race"}
    return shop.ask(f"/v1/loyalties/members/{dice.choice(shop.codes)}/balance", sent)[0]


def night(shop: Shop, dice: random.Random) -> int:
    with shop.guard:
        shop.today += timedelta(days=dice.randint(3, 9))
    nights.run(now=shop.now)
    return 200


ACTIONS: Final = (
    *(earn,) * 5,
    *(hear,) * 5,
    *(spend,) * 5,
    *(move,) * 4,
    *(adjust,) * 2,
    *(bring_back,) * 3,
    *(roll_back,) * 2,
    night,
)


def test_points_are_neither_made_nor_lost(at_once: AtOnce) -> None:
    club = Club(per(100, 1), first=date(2026, 3, 1), points=100, months=1)
    codes = [club.join(f"c-{number}") for number in range(10)]
    shop = Shop(club, codes, club.coin(1, 10))

    def caller(seed: int) -> Counter[tuple[str, int]]:
        dice, seen = random.Random(seed), Counter[tuple[str, int]]()
        for _ in range(OPERATIONS // CALLERS):
            action = dice.choice(ACTIONS)
            seen[action.__name__, action(shop, dice)] += 1
        return seen

    seen = sum(at_once([lambda seed=seed: caller(seed) for seed in range(CALLERS)]), Counter())
    tell(shop.now)
    nights.run(now=shop.now)

    assert [outcome for outcome in seen if outcome[1] not in {0, 200, 400, 404}] == []
    for action in ("earn", "spend", "move", "adjust", "bring_back", "roll_back"):
        assert seen[action, 200], action
    cards = list(LoyaltyCard.objects.filter(campaign=club.campaign))
    for card in cards:
        lines = PointsTransaction.objects.filter(card=card)
        assert lines.aggregate(n=Sum("amount"))["n"] == card.balance >= 0
        assert lines.order_by("pk").last().balance == card.balance
        assert card.lots.aggregate(n=Sum("remaining"))["n"] == card.balance
        assert card.held == 0
    assert not PointsLot.objects.filter(earned__lt=F("remaining") + F("expired")).exists()
    assert PointsTransaction.objects.filter(account="TRANSIT").aggregate(n=Sum("amount"))["n"] == 0
    assert PointsTransaction.objects.filter(type="POINTS_EXPIRATION").exists()
    pk = club.campaign.pk
    (month, *_) = finance.course([pk], shop.today, shop.today)[pk]
    assert month.closing == sum(card.balance for card in cards)
