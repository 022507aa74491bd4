"""The sample cart of the contract (5.6) and one discount on it. Helpers, no tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from engine import effects
from engine.applicability import Applicability, Entry
from engine.basket import Basket, Line, OrderState, open_order
from engine.bundles import Bundle
from engine.effect_run import Effected, run
from engine.items import ItemObject, ItemRef
from engine.rules.tree import RuleSet
from engine.situation import Situation
from engine.snapshot import Article, Candidate, Credits, Snapshot
from engine.stacking_rules import CalculationMode

NOW = datetime(2026, 11, 25, tzinfo=UTC)
DISCOUNTED = CalculationMode.DISCOUNTED_AMOUNT
INITIAL = CalculationMode.INITIAL_AMOUNT

ADV = ItemRef(object=ItemObject.COLLECTION, id="pc_adv")
EVERYTHING = Applicability(included_all=True)


def line(name: str, price: int | None, quantity: int, *collections: str, **facts: Any) -> Line:
    return Line(
        product_id=f"prod_{name}", name=name, price=price, quantity=quantity, collections=collections, **facts
    )


MUG = line("mug", 1000, 2, "pc_adv")
POSTER = line("poster", 1500, 3, "pc_adv")
SHIRT = line("shirt", 2000, 3, "pc_adv")
BOTTLE = line("bottle", 2500, 2)
CART = Basket(lines=(MUG, POSTER, SHIRT, BOTTLE))


def product(name: str) -> ItemRef:
    return ItemRef(object=ItemObject.PRODUCT, id=f"prod_{name}")


def entry(item: ItemRef = ADV, **options: Any) -> Entry:
    return Entry(item=item, **options)


def only(*entries: Entry) -> Applicability:
    return Applicability(included=entries or (entry(),))


def article(name: str, price: int | None) -> Article:
    return Article(id=f"prod_{name}", product_id=f"prod_{name}", name=name, price=price)


def situation(
    wire: Mapping[str, Any],
    *,
    basket: Basket | None = CART,
    before: OrderState | None = None,
    lines: tuple[Line, ...] | None = None,
    targets: Applicability | None = None,
    bundle: Bundle | None = None,
    articles: tuple[Article, ...] = (),
    credits: Credits | None = None,
    **facts: Any,
) -> Situation:
    """A candidate with the discount `wire` in front of `basket`, or of the running order `before`."""
    rules = ()
    if targets is not None or bundle is not None:
        rules = (RuleSet(applicable_to=targets or Applicability(), bundle=bundle),)
    candidate = Candidate(key="CODE", discount=effects.parse(wire), rules=rules, credits=credits, **facts)
    snapshot = Snapshot(now=NOW, basket=basket, candidates=(candidate,), articles=articles)
    if before is None and basket is not None:
        before = open_order(basket)
    known = basket.lines if basket is not None else ()
    return Situation(
        snapshot=snapshot,
        candidate=candidate,
        zone=UTC,
        before=before,
        lines=known if lines is None else lines,
    )


def discount(
    wire: Mapping[str, Any],
    *,
    mode: CalculationMode = DISCOUNTED,
    barred: frozenset[int] = frozenset(),
    **facts: Any,
) -> Effected:
    """`run` on that situation."""
    return run(situation(wire, **facts), mode=mode, barred_lines=barred)


def after(effected: Effected) -> OrderState:
    """The order; the test fails if the discount was refused."""
    assert effected.refusal is None
    assert effected.order is not None
    return effected.order


def taken(effected: Effected) -> list[int]:
    """What this step took off each line."""
    return [line.applied_discount_amount for line in after(effected).lines]


def in_turn(basket: Basket, *steps: Mapping[str, Any]) -> list[OrderState]:
    """The order after each step; a step is `{"wire": ..., "targets": ..., ...}` as for `discount`."""
    orders = [open_order(basket)]
    lines = basket.lines
    for step in steps:
        facts = dict(step)
        effected = discount(facts.pop("wire"), basket=basket, before=orders[-1], lines=lines, **facts)
        orders.append(after(effected))
        lines += effected.added
    return orders
