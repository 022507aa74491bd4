"""One order, one customer and one candidate that the formula tests read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine import effects, formula
from engine.basket import Basket, Line, open_order
from engine.draft import Draft
from engine.situation import Situation
from engine.snapshot import Call, Candidate, Customer, RedeemableObject, Snapshot, Uses
from engine.validity import Validity

# 23:30 in UTC is already the next day in Warsaw.
NOW = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Warsaw")
DISCOUNT = effects.parse({"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ORDER"})

LINES = (
    Line(
        quantity=2,
        price=1000,
        product_id="prod_mug",
        metadata={"engraved": True, "text": "Anna"},
        product_metadata={"margin": Decimal("12.5"), "colours": ["red", "blue"]},
    ),
    Line(quantity=3, price=1500, product_metadata={"margin": 30}),
    Line(quantity=1, amount=600),
    Line(quantity=5),
)
CUSTOMER = Customer(
    metadata={
        "points": 150,
        "level": "gold",
        "digits": "7",
        "ratio": Decimal("0.25"),
        "vip": True,
        "tags": ["new", "vip", 3],
        "joined": "2025-11-20",
        "seen": "2026-11-25T22:30:00Z",
        "nothing": None,
        "address": {"city": "Warsaw"},
        "huge": 10**80,
    },
    birth_date=date(1990, 2, 28),
)
CANDIDATE = Candidate(
    key="CODE",
    discount=DISCOUNT,
    metadata={"rate": 3},
    publication_metadata={"year": 2026},
    uses=Uses(quantity=100, used=40),
    publish_count=2,
    validity=Validity(starts_at=datetime(2026, 11, 1, 9, tzinfo=UTC)),
    campaign_validity=Validity(ends_at=datetime(2026, 12, 24, tzinfo=UTC)),
)
TIER = Candidate(
    key="tier",
    object=RedeemableObject.PROMOTION_TIER,
    discount=DISCOUNT,
    validity=Validity(ends_at=datetime(2026, 11, 30, tzinfo=UTC)),
)


def situation(
    candidate: Candidate = CANDIDATE, *, lines: tuple[Line, ...] = LINES, **values: Any
) -> Situation:
    """The sample order after an earlier discount of 5.00 off the first line."""
    basket = Basket(lines=lines, metadata={"shop": "west"})
    order = open_order(basket)
    if lines:
        draft = Draft(order)
        draft.take_line(0, 500)
        discounted = draft.close()
        assert discounted is not None
        order = discounted
    facts: dict[str, Any] = {
        "now": NOW,
        "time_zone": "Europe/Warsaw",
        "basket": basket,
        "customer": CUSTOMER,
        "candidates": (candidate,),
        "call": Call(metadata={"store": "A1"}),
        **values,
    }
    return Situation(snapshot=Snapshot(**facts), candidate=candidate, zone=ZONE, before=order, lines=lines)


EMPTY = Situation(
    snapshot=Snapshot(now=NOW, candidates=(Candidate(key="CODE", discount=DISCOUNT),)),
    candidate=Candidate(key="CODE", discount=DISCOUNT),
    zone=UTC,
)
"""Nobody bought anything."""


def worth(text: str, line: int | None = None, where: Situation | None = None) -> Decimal | None:
    return formula.evaluate(formula.parse(text), formula.Scope(where or situation(), line))


def is_true(condition: str) -> bool | None:
    """None: the condition has no value here."""
    found = worth(f"IF({condition};1;0)")
    return None if found is None else found == 1
