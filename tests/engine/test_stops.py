"""What operations stopped: no discount touches it, and the refusal says since when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine import (
    Article,
    ArticleStop,
    Basket,
    Candidate,
    Credits,
    Line,
    Outcome,
    ReasonKey,
    RedeemableObject,
    Snapshot,
    Status,
    Strategy,
    Uses,
    effects,
    evaluate,
    rules,
    stops,
)
from engine.explain import explain

NOW = datetime(2026, 11, 27, 14, 30, tzinfo=UTC)
SINCE = NOW - timedelta(minutes=28)
STOP = ArticleStop(id="stop_1", since=SINCE, products=frozenset({"prod_toy"}))
BASKET = Basket(
    lines=(
        Line(product_id="prod_toy", quantity=1, price=3000),
        Line(product_id="prod_tea", quantity=2, price=500, collections=("pc_drinks",)),
    )
)
ON_ORDER = {"type": "PERCENT", "percent_off": 10}
ON_ITEMS = {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ITEMS"}


def target(*products: str) -> Any:
    """A rule that aims an item discount at these products."""
    items = [{"object": "product", "id": name, "effect": "APPLY_TO_EVERY"} for name in products]
    return rules.parse({"id": "val_1", "rules": {}, "applicable_to": {"included": items}})


def candidate(discount: dict[str, Any], *products: str, **facts: Any) -> Candidate:
    rule_sets = (target(*products),) if products else ()
    parsed = effects.parse(discount, targets_items=bool(products))
    return Candidate(key="SUMMER", discount=parsed, rules=rule_sets, **facts)


def snapshot(*candidates: Candidate, stop: ArticleStop = STOP, **facts: Any) -> Snapshot:
    return Snapshot(now=NOW, basket=BASKET, candidates=candidates, stops=(stop,), **facts)


def refused(found: Snapshot) -> str:
    (step,) = evaluate(found).steps
    return "" if step.reason is None else step.reason.key.value


@pytest.mark.parametrize(
    ("discount", "products", "expected"),
    [
        (ON_ORDER, (), "emergency_stop"),
        (ON_ITEMS, ("prod_toy",), "emergency_stop"),
        (ON_ITEMS, ("prod_toy", "prod_tea"), "emergency_stop"),
        (ON_ITEMS, ("prod_tea",), ""),
    ],
)
def test_a_discount_may_not_touch_a_stopped_product(
    discount: dict[str, Any], products: tuple[str, ...], expected: str
) -> None:
    assert refused(snapshot(candidate(discount, *products))) == expected


@pytest.mark.parametrize(("collection", "expected"), [("pc_drinks", "emergency_stop"), ("pc_food", "")])
def test_nor_what_is_in_a_stopped_collection(collection: str, expected: str) -> None:
    stop = ArticleStop(id="stop_1", since=SINCE, collections=frozenset({collection}))

    assert refused(snapshot(candidate(ON_ITEMS, "prod_tea"), stop=stop)) == expected


@pytest.mark.parametrize(("product", "expected"), [("prod_cup", ""), ("prod_toy", "emergency_stop")])
def test_nor_give_one_away(product: str, expected: str) -> None:
    discount = {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": product}
    articles = tuple(Article(id=name, product_id=name, price=900) for name in ("prod_cup", "prod_toy"))
    empty = Basket(lines=(Line(product_id="prod_tea", quantity=1, price=500),))
    found = replace(snapshot(candidate(discount), articles=articles), basket=empty)

    assert refused(found) == expected


def test_a_card_still_pays_for_it() -> None:
    card = candidate({"type": "GIFT", "effect": "APPLY_TO_ORDER"}, credits=Credits(balance=1000))

    (step,) = evaluate(snapshot(card)).steps

    assert (step.status, step.credits_taken) == (Status.APPLICABLE, 1000)


def test_without_the_stop_nothing_is_refused() -> None:
    found = snapshot(candidate(ON_ORDER))

    assert refused(replace(found, stops=())) == ""


def test_the_best_set_does_without_it() -> None:
    on_order = replace(candidate(ON_ORDER), key="ALL")
    on_tea = replace(candidate(ON_ITEMS, "prod_tea"), key="TEA")

    outcome = evaluate(snapshot(on_order, on_tea, strategy=Strategy.BEST_FOR_CUSTOMER))

    assert [(step.key, step.status) for step in outcome.steps] == [
        ("ALL", Status.INAPPLICABLE),
        ("TEA", Status.APPLICABLE),
    ]
    assert outcome.order is not None
    assert outcome.order.total_applied_discount_amount == 100


@pytest.mark.parametrize(
    ("since", "zone", "said"),
    [
        (SINCE, "UTC", "14:02"),
        (SINCE, "Europe/Berlin", "15:02"),
        (SINCE - timedelta(days=1), "UTC", "Thursday 26 November 14:02"),
        # It was yesterday in the project's zone.
        (datetime(2026, 11, 26, 23, 30, tzinfo=UTC), "UTC", "Thursday 26 November 23:30"),
        (datetime(2026, 11, 26, 23, 30, tzinfo=UTC), "Europe/Berlin", "00:30"),
    ],
)
def test_the_refusal_says_since_when_and_not_why(since: datetime, zone: str, said: str) -> None:
    found = snapshot(candidate(ON_ORDER), stop=replace(STOP, since=since), time_zone=zone)

    (step,) = evaluate(found).steps

    assert step.reason is not None
    assert step.reason.message == f"Stopped by operations since {said}"
    assert step.reason.details == (
        f"SUMMER would discount an article that is stopped by operations since {said}"
    )
    assert (step.reason.remedy, step.reason.resource_id) == (stops.REMEDY, "stop_1")


def stopped_candidate(**facts: Any) -> Candidate:
    reason = stops.stopped("SUMMER is", stop="stop_1", since=SINCE, now=NOW, zone=UTC)
    return replace(candidate(ON_ORDER), reason=reason, **facts)


@pytest.mark.parametrize("facts", [{"is_active": False}, {"uses": Uses(quantity=1, held=1, granted=True)}])
def test_a_stop_is_said_before_anything_else_and_beats_a_hold(facts: dict[str, Any]) -> None:
    assert refused(replace(snapshot(stopped_candidate(**facts)), stops=())) == "emergency_stop"


@pytest.mark.parametrize("found", [snapshot(candidate(ON_ORDER)), snapshot(stopped_candidate())])
def test_it_is_explained(found: Snapshot) -> None:
    (told,) = explain(found, evaluate(found))

    assert told.sentence.startswith("SUMMER cannot be used: it ")
    assert told.sentence.endswith(
        "stopped by operations since 14:02. It works again when operations restore it."
    )
    assert [(one.id, one.holds, one.found) for one in told.conditions] == [
        ("stopped", False, "stopped by operations since 14:02"),
        ("enabled", True, "it is enabled"),
    ]


def test_a_stored_decision_stays_what_it_was() -> None:
    """What was stopped then stays stopped; an older snapshot does not know of stops at all."""
    found = snapshot(candidate(ON_ORDER, object=RedeemableObject.VOUCHER))
    stored, outcome = found.to_json(), evaluate(found)
    older = {name: value for name, value in replace(found, stops=()).to_json().items() if name != "stops"}

    again = evaluate(Snapshot.from_json(stored))

    assert again == outcome == Outcome.from_json(outcome.to_json())
    assert Snapshot.from_json(stored) == found
    assert [step.reason and step.reason.key for step in again.steps] == [ReasonKey.EMERGENCY_STOP]
    assert evaluate(Snapshot.from_json(older)).valid
