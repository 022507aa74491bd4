"""The club of the demo shop: tiers, earning rules, four rewards, and seven weeks of members who use them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from django.db.models import QuerySet

from commerce.models import Customer, Product, ProductCollection
from core.actors import Actor
from core.models import OutboxEvent
from demo_store import wire
from demo_store.points_days import PointsDays
from loyalty.models import Earning
from promotions.models import Campaign, Voucher

NAME: Final = "Harbour Club"
MEMBERS: Final = 18
_JOINED_BEFORE: Final = 50
_USED_SINCE: Final = 30
_GIFT_ENDS_BEFORE: Final = 20
_PAID_WITH: Final = 40
_CODES: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CLUB: Final = {
    "name": NAME,
    "description": "A point for every euro, more for coffee at the weekend; points stay for a quarter.",
    "type": "AUTO_UPDATE",
    "category": "Always on",
    "voucher": {
        "type": "LOYALTY_CARD",
        "loyalty_card": {
            "points": 0,
            "expiration_rules": {
                "period_type": "MONTH",
                "period_value": 3,
                "rounding_type": "END_OF_MONTH",
            },
        },
        "code_config": {"pattern": "CLUB-####-####", "charset": _CODES},
    },
}
_TIERS_EXPIRATION: Final = {
    "qualification_type": "POINTS_IN_PERIOD",
    "qualification_period": "QUARTER",
    "start_date": {"type": "IMMEDIATE"},
    "expiration_date": {"type": "END_OF_NEXT_PERIOD"},
}
_COUPONS: Final = {
    "name": "Club treat",
    "description": "Fifteen percent, for points of the club.",
    "campaign_type": "DISCOUNT_COUPONS",
    "type": "AUTO_UPDATE",
    "category": "Service",
    "voucher": {
        "type": "DISCOUNT_VOUCHER",
        "discount": {"type": "PERCENT", "percent_off": 15, "effect": "APPLY_TO_ORDER"},
        "redemption": {"quantity": 1},
        "code_config": {"pattern": "TREAT-####-####", "charset": _CODES},
    },
}


def load(*, people: Sequence[Customer], today: datetime, actor: Actor) -> None:
    """The club, and its members, before the shop's history begins. `today` is midnight of the project."""
    made_at = today - timedelta(days=_JOINED_BEFORE + 10)

    def ask(path: str, body: Any, method: str = "POST") -> Any:
        return wire.ask(method, path, body, actor=actor, now=made_at)

    club = ask("/v1/loyalties", _CLUB)["id"]
    ask(f"/v1/loyalties/{club}", {"loyalty_tiers_expiration": _TIERS_EXPIRATION}, "PUT")
    point, *_ = ask(f"/v1/loyalties/{club}/earning-rules", _rules())
    prices = _rewards(club, ask)
    ask(f"/v1/loyalties/{club}/tiers", _tiers(point["id"], prices))
    for number, customer in enumerate(people[:MEMBERS]):
        joined_at = today - timedelta(days=_JOINED_BEFORE, minutes=-number * 7)
        sent = {"customer": {"id": customer.public_id}, "channel": "Till" if number % 3 else "App"}
        card = wire.ask("POST", f"/v1/loyalties/{club}/members", sent, actor=actor, now=joined_at)["code"]
        if number % 3 == 0:
            gift = {
                "points": 50,
                "reason": "A gift to the first members, to be used within a month",
                "expiration_type": "CUSTOM_DATE",
                "expiration_date": (today - timedelta(days=_GIFT_ENDS_BEFORE)).date().isoformat(),
            }
            wire.ask("POST", f"/v1/loyalties/members/{card}/balance", gift, actor=actor, now=joined_at)


def _rules() -> list[dict[str, Any]]:
    coffee = ProductCollection.objects.get(name="Coffee").public_id
    return [
        {
            "event": "order.paid",
            "loyalty": {
                "type": "PROPORTIONAL",
                "calculation_type": "ORDER_TOTAL_AMOUNT",
                "order": {"total_amount": {"every": 100, "points": 1}},
            },
            "source": {"banner": "A point for every euro"},
        },
        {
            "event": "order.paid",
            "loyalty": {
                "type": "PROPORTIONAL",
                "calculation_type": "ORDER_ITEMS_SUBTOTAL_AMOUNT",
                "order_items": {
                    "subtotal_amount": {
                        "every": 100,
                        "points": 1,
                        "applicable_to": [{"object": "products_collection", "id": coffee}],
                    }
                },
            },
            "validity_day_of_week": [0, 6],
            "expiration_rules": {"period_type": "MONTH", "period_value": 1},
            "source": {"banner": "Coffee weekend: twice the points"},
        },
        {
            "event": "order.paid",
            "loyalty": {"type": "FIXED", "points": 10},
            "pending_points": {"period_type": "DAY", "period_value": 14},
            "source": {"banner": "Ten points once the time for returns is over"},
        },
        {
            "event": "customer.loyalty.tier.upgraded",
            "loyalty_tier": {"id": "__ANY__"},
            "loyalty": {"type": "FIXED", "points": 25},
            "source": {"banner": "Welcome to the next deck"},
        },
    ]


def _rewards(club: str, ask: Any) -> dict[str, str]:
    """The ids of the assignments, by what is given."""
    coupons = ask("/v1/campaigns", _COUPONS)["id"]
    cards = Campaign.objects.get(name="Harbour gift cards").public_id
    mug = Product.objects.get(source_id="mug-enamel").public_id
    made: tuple[tuple[str, dict[str, Any], int | None], ...] = (
        ("15 % off the next order", {"parameters": {"campaign": {"id": coupons}}}, 150),
        ("5.00 on a gift card", {"parameters": {"campaign": {"id": cards, "balance": 500}}}, 100),
        (
            "An enamel deck mug",
            {
                "parameters": {"product": {"id": mug}},
                "stock": 25,
                "attributes": {"description": "Handed over at the counter."},
            },
            240,
        ),
        ("Pay with points", {"parameters": {"coin": {"exchange_ratio": 1, "points_ratio": 20}}}, None),
    )
    found = {}
    for name, parameters, price in made:
        reward = ask("/v1/rewards", {"name": name, **parameters})["id"]
        terms = {} if price is None else {"parameters": {"loyalty": {"points": price}}}
        found[name] = ask(f"/v1/rewards/{reward}/assignments", {"campaign": club, **terms})["id"]
    return found


def _tiers(point: str, prices: dict[str, str]) -> list[dict[str, Any]]:
    """Higher decks earn faster, and pay less for the treat."""
    treat = prices["15 % off the next order"]
    return [
        {"name": "Deckhand", "points": {"from": 0, "to": 299}},
        {
            "name": "Navigator",
            "points": {"from": 300, "to": 799},
            "earning_rules": {point: {"type": "MULTIPLY", "multiplier": 1.5}},
        },
        {
            "name": "Captain",
            "points": {"from": 800},
            "earning_rules": {point: {"type": "MULTIPLY", "multiplier": 2}},
            "rewards": {treat: {"type": "CUSTOM", "points": 120}},
        },
    ]


def load_uses(*, today: datetime, now: datetime, actor: Actor) -> None:
    """What the shop's history brought the members, day by day, and what they did with it."""
    club = Campaign.objects.get(name=NAME)
    random = Random(20261201)
    days = PointsDays(begins_at=today - timedelta(days=_JOINED_BEFORE))
    members = list(_cards(club).values_list("holder__public_id", flat=True))
    orders = OutboxEvent.objects.filter(
        name__startswith="customer.order.", payload__customer_id__in=members
    ).order_by("created_at", "pk")
    next_use = today - timedelta(days=_USED_SINCE)
    for event in list(orders):
        while event.created_at > next_use:
            days.go_to(next_use)
            _use(club, random, actor, next_use)
            next_use += timedelta(hours=random.randrange(40, 80))
        days.go_to(event.created_at)
        days.hear(event)
    days.go_to(now)
    _by_hand(club, actor, now)
    days.hear()


def _cards(club: Campaign) -> QuerySet[Voucher]:
    """The members' cards, those with the most points first."""
    return club.vouchers.exclude(loyalty_card=None).order_by("-loyalty_card__balance", "pk")


def _use(club: Campaign, random: Random, actor: Actor, at: datetime) -> None:
    """One of the members with the most points takes something that he can afford."""
    code, balance = random.choice(list(_cards(club).values_list("code", "loyalty_card__balance")[:12]))
    path = f"/v1/loyalties/members/{code}"
    offers = wire.ask("GET", f"{path}/rewards?affordable_only=true", actor=actor, now=at)["data"]
    if not offers:
        return
    chosen = random.choice(offers)["reward"]
    sent: dict[str, Any] = {"reward": {"id": chosen["id"]}}
    if chosen["type"] == "COIN":
        points = min(_PAID_WITH, balance)
        order = {"source_id": f"demo-club-{at:%m%d-%H}", "amount": 2490, "status": "PAID"}
        sent = {"reward": {"id": chosen["id"], "points": points}, "order": order}
    wire.ask("POST", f"{path}/redemption", sent, actor=actor, now=at)


def _by_hand(club: Campaign, actor: Actor, now: datetime) -> None:
    """What people of the shop did: a gift, a correction, points within a family, goods that came back."""
    first, second, third = _cards(club).values_list("code", flat=True)[:3]
    for code, points, reason in (
        (second, 30, "Sorry for the late parcel"),
        (first, -5, "Booked on the wrong card"),
    ):
        path = f"/v1/loyalties/members/{code}/balance"
        wire.ask("POST", path, {"points": points, "reason": reason}, actor=actor, now=now)
    moved = [{"code": first, "points": 15, "reason": "One family, one card", "source_id": "family-1"}]
    path = f"/v1/loyalties/{club.public_id}/members/{third}/transfers"
    wire.ask("POST", path, moved, actor=actor, now=now)
    paid = Earning.objects.filter(
        card__voucher__code=first, cause_type=Earning.Cause.ORDER, order__status="PAID"
    ).latest("pk")
    back = {"items": [{"position": 0, "quantity": 1}], "reason": "Broken in transit"}
    assert paid.order is not None  # noqa: S101 - the order it was given for
    wire.ask("POST", f"/v1/orders/{paid.order.public_id}/returns", back, actor=actor, now=now)
