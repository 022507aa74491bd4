"""A club told over the API, at instants that a test chooses; its nights come when the test says so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from core.actors import Actor
from demo_store import wire
from loyalty.models import LoyaltyCard, PointsTransaction
from loyalty.services import nightly
from promotions.models import Campaign
from tests.telling import tell

ACTOR = Actor.system("tests")
PER_TEN = {"type": "PROPORTIONAL", "calculation_type": "ORDER_TOTAL_AMOUNT"}


def at(day: date, hour: int = 12) -> datetime:
    """An instant of a day of the project, which counts in UTC in tests."""
    return datetime.combine(day, time(hour), UTC)


def per(every: int, points: int, **more: Any) -> dict[str, Any]:
    """An earning rule: so many points for every so much of what is paid."""
    metric = {"every": every, "points": points}
    return {
        "event": "order.paid",
        "loyalty": {**PER_TEN, "order": {"total_amount": metric}},
        "source": {"banner": "Points"},
        **more,
    }


class Club:
    """`months` points stay; 0: for ever. `first` is the day on which it begins."""

    def __init__(
        self, *rules: Mapping[str, Any], first: date, name: str = "Club", points: int = 0, months: int = 0
    ) -> None:
        card: dict[str, Any] = {"points": points}
        if months:
            card["expiration_rules"] = {"period_type": "MONTH", "period_value": months}
        self.now = at(first, 1)
        voucher = {"type": "LOYALTY_CARD", "loyalty_card": card}
        self.id = self.ask("/v1/loyalties", {"name": name, "type": "AUTO_UPDATE", "voucher": voucher})["id"]
        self.path = f"/v1/loyalties/{self.id}"
        self.rules = self.ask(f"{self.path}/earning-rules", list(rules)) if rules else []

    @property
    def campaign(self) -> Campaign:
        return Campaign.objects.get(public_id=self.id)

    def ask(self, path: str, body: Any = None, *, on: date | datetime | None = None, method: str = "") -> Any:
        """What the API answers; whatever happens by it reaches its subscribers at once."""
        if on is not None:
            self.now = on if isinstance(on, datetime) else at(on)
        method = method or ("GET" if body is None else "POST")
        said = wire.ask(method, path, body, actor=ACTOR, now=self.now)
        tell(self.now)
        return said

    def tiers(self, *tiers: Mapping[str, Any], terms: Mapping[str, Any] | None = None) -> list[Any]:
        if terms is not None:
            self.ask(self.path, {"loyalty_tiers_expiration": terms}, method="PUT")
        return list(self.ask(f"{self.path}/tiers", list(tiers)))

    def reward(self, parameters: Mapping[str, Any], price: int | None = None, **more: Any) -> str:
        """The reward's id; it is assigned to the club at that price."""
        made = self.ask("/v1/rewards", {"name": "Reward", "parameters": parameters, **more})["id"]
        terms = {} if price is None else {"parameters": {"loyalty": {"points": price}}}
        self.ask(f"/v1/rewards/{made}/assignments", {"campaign": self.id, **terms})
        return str(made)

    def coin(self, exchange: str | int, points: int) -> str:
        return self.reward({"coin": {"exchange_ratio": str(exchange), "points_ratio": str(points)}})

    def join(self, who: str = "anna") -> str:
        """The code of a new member's card."""
        return str(self.ask(f"{self.path}/members", {"customer": {"source_id": who}})["code"])

    def pay(self, number: str, amount: int, *, who: str = "anna", on: date | None = None, **more: Any) -> Any:
        sent = {"source_id": number, "status": "PAID", "customer": {"source_id": who}, **more}
        return self.ask("/v1/orders", sent if "items" in more else {**sent, "amount": amount}, on=on)

    def add(self, code: str, points: int, *, on: date | None = None, **more: Any) -> Any:
        return self.ask(f"/v1/loyalties/members/{code}/balance", {"points": points, **more}, on=on)

    def spend(self, code: str, reward: str, points: int | None = None, **more: Any) -> Any:
        chosen = {"id": reward} if points is None else {"id": reward, "points": points}
        return self.ask(f"/v1/loyalties/members/{code}/redemption", {"reward": chosen, **more})

    def night(self, day: date) -> None:
        """The first moments of a day."""
        self.now = at(day, 0)
        nightly.run(now=self.now)
        tell(self.now)

    def card(self, code: str) -> LoyaltyCard:
        return LoyaltyCard.objects.get(voucher__code=code)

    def balance(self, code: str) -> int:
        return self.card(code).balance

    def lines(self, code: str) -> list[tuple[str, int]]:
        rows = PointsTransaction.objects.filter(voucher__code=code).order_by("pk")
        return [(kind.removeprefix("POINTS_"), amount) for kind, amount in rows.values_list("type", "amount")]

    def buckets(self, code: str) -> list[tuple[str, int]]:
        found = self.ask(f"{self.path}/members/{code}/points-expiration")["data"]
        return [(row.get("expires_at"), row["bucket"]["total_points"]) for row in found]
