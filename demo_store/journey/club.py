"""The year of orders once more, through a loyalty programme, by the services that the API and the night use.

One point for each whole dollar, tiers at 1,000 and 5,000 points of the calendar year, points stay for twelve
months. On three mornings every household spends half of what it has. Then another year of nights passes in
which nobody shops, so that the last point has expired. `club_proof` says from the orders what must have come
of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import batched
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Max, Min

from commerce.models import Order
from core import project
from core.actors import Actor
from core.models import OutboxEvent
from demo_store import wire
from demo_store.journey import club_proof
from demo_store.journey.club_proof import Facts
from demo_store.journey.report import Check, Progress, Tally
from demo_store.journey.shaping import DATA_SET
from loyalty import subscribers
from loyalty.models import LoyaltyCard
from loyalty.services import nightly
from promotions.models import Campaign

NAME: Final = "Journey club"
SILVER: Final = 1_000
GOLD: Final = 5_000
MONTHS: Final = 12
_BATCH: Final = 200
_DAY: Final = timedelta(days=1)
_MORNING: Final = time(6)
# The first days of quarters, after the one in which the year of orders begins.
_MORNINGS: Final = ((4, 1), (7, 1), (10, 1))
_CLUB: Final = {
    "name": NAME,
    "description": "A point for every dollar of the Complete Journey.",
    "type": "AUTO_UPDATE",
    "auto_join": True,
    "metadata": {"data_set": DATA_SET},
    "voucher": {
        "type": "LOYALTY_CARD",
        "loyalty_card": {
            "points": 0,
            "expiration_rules": {"period_type": "MONTH", "period_value": MONTHS},
        },
    },
}
_TIERS_EXPIRATION: Final = {
    "qualification_type": "POINTS_IN_PERIOD",
    "qualification_period": "YEAR",
    "start_date": {"type": "IMMEDIATE"},
    "expiration_date": {"type": "END_OF_PERIOD"},
}
_RULE: Final = {
    "event": "order.paid",
    "loyalty": {
        "type": "PROPORTIONAL",
        "calculation_type": "ORDER_TOTAL_AMOUNT",
        "order": {"total_amount": {"every": 100, "points": 1}},
    },
    "source": {"banner": "A point for every dollar"},
}
_TIERS: Final = [
    {"name": "Silver", "points": {"from": SILVER, "to": GOLD - 1}},
    {"name": "Gold", "points": {"from": GOLD}},
]


class NothingToReplay(RuntimeError):
    """There are no orders of the data set."""


class AlreadyReplayed(RuntimeError):
    """There is a club already; its year is over."""


@dataclass(frozen=True, kw_only=True)
class Result:
    tallies: Sequence[Tally]
    checks: Sequence[Check]

    @property
    def holds(self) -> bool:
        return all(check.holds for check in self.checks)


def replay(*, actor: Actor, progress: Progress) -> Result:
    """Make the club, let the year and the nights after it pass, and compare with the orders.

    :raises NothingToReplay: the data set is not loaded.
    :raises AlreadyReplayed: this was done before.
    """
    if Campaign.objects.filter(name=NAME, deleted_at=None).exists():
        raise AlreadyReplayed(f"The campaign “{NAME}” is there already: delete it for good to begin anew.")
    zone = project.current().zone
    span = _orders().aggregate(first=Min("paid_at"), last=Max("paid_at"))
    if span["first"] is None:
        raise NothingToReplay("There are no orders of the Complete Journey: load them first (make journey).")
    first, last = (span[name].astimezone(zone).date() for name in ("first", "last"))
    club = _found_club(actor, datetime.combine(first - _DAY, _MORNING, zone))
    mornings = [date(first.year, month, day) for month, day in _MORNINGS]
    year = _Year(club=club, actor=actor, mornings=mornings, today=first - _DAY, zone=zone)

    earned, nights = Tally(kind="orders"), Tally(kind="nights")
    with progress.stage(earned):
        for batch in batched(_stream(), _BATCH):
            with transaction.atomic():
                for order in batch:
                    paid_at = _paid_at(order)
                    year.go_to(paid_at.astimezone(zone).date())
                    subscribers.order_paid(_told(order), paid_at)
                    earned.read += 1
            earned.written = LoyaltyCard.objects.filter(campaign=club).count()
            progress.at(earned)
    _analyze()
    with progress.stage(nights):
        while year.today <= last.replace(year=last.year + 1) + 2 * _DAY:
            year.go_to(year.today + _DAY)
            nights.read += 1
            progress.at(nights)
    facts = Facts(programme=club.pk, zone=zone.key, mornings=mornings, silver=SILVER, gold=GOLD)
    return Result(tallies=[earned, nights], checks=club_proof.checks(facts))


def _told(order: Order) -> OutboxEvent:
    """The event that bulk rows do not tell: the programme hears it as if the shop had reported the order."""
    said = {"order_id": order.public_id}
    return OutboxEvent(name=subscribers.PAID, payload=said, created_at=_paid_at(order))


def _paid_at(order: Order) -> datetime:
    assert order.paid_at is not None  # noqa: S101 - only paid ones are replayed
    return order.paid_at


def _orders() -> Any:
    return Order.objects.filter(metadata__data_set=DATA_SET, status=Order.Status.PAID)


def _stream() -> Iterator[Order]:
    """Oldest first. Their keys at once, the rows as they are needed: each batch commits."""
    keys = list(_orders().order_by("paid_at", "pk").values_list("pk", flat=True))
    for part in batched(keys, _BATCH):
        rows = Order.objects.select_related("customer").in_bulk(part)
        yield from (rows[pk] for pk in part)


def _found_club(actor: Actor, now: datetime) -> Campaign:
    def ask(path: str, body: Any, method: str = "POST") -> Any:
        return wire.ask(method, path, body, actor=actor, now=now)

    club = ask("/v1/loyalties", _CLUB)["id"]
    ask(f"/v1/loyalties/{club}", {"loyalty_tiers_expiration": _TIERS_EXPIRATION}, "PUT")
    ask(f"/v1/loyalties/{club}/earning-rules", [_RULE])
    ask(f"/v1/loyalties/{club}/tiers", _TIERS)
    return Campaign.objects.get(public_id=club)


@dataclass(kw_only=True)
class _Year:
    """The clock: each new day begins with its night, and three of them with spending."""

    club: Campaign
    actor: Actor
    mornings: Sequence[date]
    today: date
    zone: Any

    def go_to(self, day: date) -> None:
        while self.today < day:
            self.today += _DAY
            nightly.run(now=datetime.combine(self.today, time.min, self.zone))
            if self.today in self.mornings:
                self._spend(datetime.combine(self.today, _MORNING, self.zone))

    def _spend(self, now: datetime) -> None:
        cards = LoyaltyCard.objects.filter(campaign=self.club, balance__gte=2).order_by("pk")
        for code, balance in list(cards.values_list("voucher__code", "balance")):
            path = f"/v1/loyalties/members/{code}/balance"
            sent = {"points": -(balance // 2), "reason": "Half of it, every quarter"}
            wire.ask("POST", path, sent, actor=self.actor, now=now)


def _analyze() -> None:
    """The tables have grown from nothing: let PostgreSQL count them before the nights ask."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE loyalty_loyaltycard, loyalty_pointstransaction, loyalty_pointslot, loyalty_earning"
        )
