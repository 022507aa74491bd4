"""A world small enough to be gone through: who may buy, what, how the request says it, and when.

Everything that the drawn promotions ask about is in it, each value that they name and some beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import product
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine import (
    Article,
    Basket,
    Call,
    Candidate,
    Customer,
    Line,
    OrderState,
    Snapshot,
    effects,
    rules,
)
from engine.algebra import Side, Witness, World, as_live, takes
from engine.basket import open_order
from engine.rules import needs as rule_needs
from engine.rules.needs import flat
from engine.situation import Situation

ZONE: Final = "Europe/Warsaw"
ARTICLES: Final = {
    "prod_mug": Article(id="prod_mug", product_id="prod_mug", name="Mug", price=200),
    "prod_shoe": Article(id="prod_shoe", product_id="prod_shoe", name="Shoe", price=500),
    "sku_red": Article(id="sku_red", product_id="prod_shoe", sku_id="sku_red", name="Red shoe", price=600),
    "prod_hat": Article(id="prod_hat", product_id="prod_hat", name="Hat", price=300),
    "prod_pen": Article(id="prod_pen", product_id="prod_pen", name="Pen", price=100),
}
COLLECTIONS: Final = {
    "pc_home": frozenset({"prod_mug", "prod_hat"}),
    "pc_wear": frozenset({"prod_shoe", "prod_hat"}),
    "pc_none": frozenset[str](),
}
WORLD: Final = World(
    zone=ZONE,
    collections=COLLECTIONS,
    articles=ARTICLES,
    single=frozenset(
        {
            ("customer.metadata", "tier"),
            ("order.metadata", "channel"),
            ("redemption.metadata", "channel"),
            ("order.items.metadata", "gift"),
            ("product.metadata", "brand"),
        }
    ),
    excluding=frozenset({frozenset({"seg_new", "seg_vip"})}),
    within={"seg_gold": frozenset({"seg_vip"})},
)
SEGMENTS: Final = ("seg_vip", "seg_new", "seg_gold")
INSTANTS: Final = tuple(
    datetime(2026, 11, day, hour, tzinfo=UTC)
    for day, hour in ((23, 8), (24, 8), (25, 8), (25, 19), (27, 8), (28, 15), (29, 8))
)
SINCE, UNTIL = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)
"""Monday to Sunday."""
DAYS: Final = ("2026-11-20", "2026-11-24", "2026-11-27", "2026-12-02")
TEXTS: Final = ("gold", "silver", "golden", "web shop", "5")
FREE: Final[tuple[Any, ...]] = (
    None, "gold", "silver", "golden", "web shop", "5", 5, 3, 8, True, "2026-11-20", "2026-11-25",
    "2026-11-27T09:00:00Z", "2026-12-02", "x",
)  # fmt: skip
LISTS: Final[tuple[Any, ...]] = (
    ["gold", "silver"], ["gold"], [], ["golden", "web shop", 5], ["silver", "x", "y"], [3, 8],
    ["2026-11-20", "2026-12-02"], ["gold", "silver", "golden", "web shop"],
)  # fmt: skip


def collections_of(product_id: str | None, sku_id: str | None) -> tuple[str, ...]:
    return tuple(sorted(name for name, held in COLLECTIONS.items() if product_id in held or sku_id in held))


def line(product_id: str | None, sku_id: str | None = None, **more: Any) -> Line:
    """A line as the shop sends it, with the collections that hold its article."""
    return Line(product_id=product_id, sku_id=sku_id, collections=collections_of(product_id, sku_id), **more)


type State = tuple[int, int, int, int]
"""Places of the customer, the order, the request and the instant."""


@dataclass(frozen=True)
class Universe:
    """All who may buy, all orders, requests and instants; `baskets` is how many orders are drawn."""

    seed: int = 1
    baskets_drawn: int = 150
    applied: dict[str, dict[State, bool]] = field(default_factory=dict)
    live: dict[str, Candidate] = field(default_factory=dict)
    scenes: dict[State, tuple[OrderState | None, Snapshot]] = field(default_factory=dict)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(ZONE))

    @cached_property
    def customers(self) -> tuple[Customer | None, ...]:
        rng = Random(f"customers {self.seed}")
        segments = [(), ("seg_vip",), ("seg_new",), ("seg_gold", "seg_vip")]
        found: list[Customer | None] = [None]
        for at in range(15):
            held = segments[at % len(segments)]
            metadata = _metadata(rng, "tier", "tags", at)
            tiers = rng.choice([(), ("ltr_a",), ("ltr_a", "ltr_b")])
            found.append(Customer(id=f"cust_{at}", segments=held, loyalty_tiers=tiers, metadata=metadata))
        return tuple(found)

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        rng = Random(f"calls {self.seed}")
        keys = (None, "app_web", "app_pos")
        logins = (None, "ann@shop", "bob@shop")
        return tuple(
            Call(
                api_key=keys[at % 3],
                user_login=logins[at // 3 % 3],
                metadata=_metadata(rng, "channel", "tags", at),
                points_used=rng.choice([None, 0, 3, 5, 8]),
            )
            for at in range(9)
        )

    @cached_property
    def baskets(self) -> tuple[Basket | None, ...]:
        rng = Random(f"baskets {self.seed}")
        found: list[Basket | None] = [None, Basket(), Basket(amount=500)]
        articles = [(one.product_id, one.sku_id) for one in ARTICLES.values()] + [("prod_other", None)]
        at = 0
        for product_id, sku_id in articles:
            for price, units in ((100, 1), (300, 3), (700, 1), (600, 6)):
                found.append(_basket(rng, [(product_id, sku_id, price, units)], at))
                at += 1
        for at in range(self.baskets_drawn):
            count = rng.choice((1, 2, 2, 3, 3, 4))
            lines = [
                (
                    *rng.choice(articles),
                    rng.choice((0, 100, 100, 200, 300, 500, 600, 700, None)),
                    rng.choice((1, 1, 2, 3, 5, 8)),
                )
                for _ in range(count)
            ]
            found.append(_basket(rng, lines, at))
        return tuple(found)

    def both(self, left: Candidate, right: Candidate) -> State | None:
        """A state at which each of them gives something.

        The one that looks at less is asked everywhere, the other only where the first gives something.
        """
        first, second = sorted((left, right), key=lambda one: len(asked_of(one)))
        asked, more = asked_of(first), asked_of(second)
        for state in self._states(asked):
            if self._gives(first, state):
                for other in self._states(more - asked, state):
                    if self._gives(second, other):
                        return other
        return None

    def _states(self, asked: frozenset[str], base: State | None = None) -> Iterator[State]:
        """All that differ in what is asked; the rest is as in `base`, else the first of each."""
        who, what, how, when = base or (1, -1, 0, 0)
        return product(
            range(len(self.customers)) if "customer" in asked else (who,),
            range(len(self.baskets)) if base is None else (what,),
            range(len(self.calls)) if "call" in asked else (how,),
            range(len(INSTANTS)) if "time" in asked else (when,),
        )

    def _gives(self, candidate: Candidate, state: State) -> bool:
        asked = asked_of(candidate)
        who, what, how, when = state
        state = (
            who if "customer" in asked else 1,
            what,
            how if "call" in asked else 0,
            when if "time" in asked else 0,
        )
        known = self.applied.setdefault(candidate.key, {})
        if state not in known:
            known[state] = self._is_given(candidate, state)
        return known[state]

    def _is_given(self, candidate: Candidate, state: State) -> bool:
        """The engine's own judge of rules first, which is quick to refuse; then the whole decision."""
        live = self.live.setdefault(candidate.key, as_live(candidate))
        before, snapshot = self._scene(state)
        situation = Situation(
            snapshot=snapshot,
            candidate=live,
            zone=self.zone,
            before=before,
            lines=() if snapshot.basket is None else snapshot.basket.lines,
        )
        if not all(rules.holds(one, situation) for one in live.rules):
            return False
        witness = Witness(
            customer=snapshot.customer, basket=snapshot.basket, call=snapshot.call, at=snapshot.now
        )
        return takes(live, witness, world=WORLD) is not None

    def _scene(self, state: State) -> tuple[OrderState | None, Snapshot]:
        if state not in self.scenes:
            who, what, how, when = state
            basket = self.baskets[what]
            snapshot = Snapshot(
                now=INSTANTS[when],
                time_zone=ZONE,
                basket=basket,
                customer=self.customers[who],
                call=self.calls[how],
            )
            self.scenes[state] = (None if basket is None else open_order(basket), snapshot)
        return self.scenes[state]


_ASKED: Final[dict[int, tuple[Candidate, frozenset[str]]]] = {}


def asked_of(candidate: Candidate) -> frozenset[str]:
    """Which of customer, call and time the promotion looks at; anything that may, does."""
    if id(candidate) not in _ASKED:
        _ASKED[id(candidate)] = (candidate, _asked_of(candidate))
    return _ASKED[id(candidate)][1]


def _asked_of(candidate: Candidate) -> frozenset[str]:
    found: set[str] = set()
    names = {rule.name for one in candidate.rules for rule in flat(one.rules)}
    facts = frozenset().union(*(rule_needs(one).facts for one in candidate.rules))
    if any(name.startswith("customer.") for name in names) or any(
        one.startswith("customer") for one in facts
    ):
        found.add("customer")
    if any(name.startswith("redemption.") for name in names):
        found.add("call")
    if "redemption.date" in names or candidate.validity != type(candidate.validity)():
        found.add("time")
    if any("metadata" in name for name in names) and _has_relative_dates(candidate):
        found.add("time")
    if _has_formula(candidate):
        found |= {"customer", "call", "time"}
    return frozenset(found)


def _has_relative_dates(candidate: Candidate) -> bool:
    return any(
        "ago" in condition.operator.value or "future" in condition.operator.value
        for one in candidate.rules
        for rule in flat(one.rules)
        for condition in rule.conditions
    )


def _has_formula(candidate: Candidate) -> bool:
    return candidate.discount is not None and effects.is_dynamic(candidate.discount)


def _metadata(rng: Random, single: str, free: str, at: int) -> dict[str, Any]:
    """One fact that is never a list and one that may be."""
    found: dict[str, Any] = {}
    own = FREE[at % len(FREE)]
    other = rng.choice([*FREE, *LISTS, *LISTS])
    if own is not None:
        found[single] = own
    if other is not None:
        found[free] = other
    return found


def _basket(rng: Random, lines: Sequence[tuple[Any, Any, int | None, int]], at: int) -> Basket:
    return Basket(
        lines=tuple(
            line(
                product_id,
                sku_id,
                price=price,
                quantity=units,
                metadata=_metadata(rng, "gift", "tags", rng.randrange(15)),
                product_metadata=_metadata(rng, "brand", "tags", rng.randrange(15)),
            )
            for product_id, sku_id, price, units in lines
        ),
        metadata=_metadata(rng, "channel", "tags", at),
    )


def side(candidate: Candidate) -> Side:
    return Side(key=candidate.key, candidate=candidate)
