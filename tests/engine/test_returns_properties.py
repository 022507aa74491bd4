"""What holds for every order and every way to send it back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Basket, Candidate, Credits, Line, Snapshot, Status, effects, evaluate
from engine.basket import open_order
from engine.returning.policy import ReturnPolicy
from engine.returning.purchase import Share
from engine.returning.quotes import Returned, ReturnQuote
from engine.returning.rest import Kept, decide_again
from tests.engine import effect_strategies, strategies
from tests.engine.return_cases import Case, Step, cases, keep, sequences
from tests.nightly import times

NOW = datetime(2026, 11, 30, tzinfo=UTC)
KEPT = cases(policy=keep)
AGAIN = st.just(ReturnPolicy.REEVALUATE)
plain = strategies.of(
    strategies.candidate_lists(most=3, discounts=effect_strategies.order_wires.map(effects.parse))
)


def units_of(share: Share) -> int:
    return sum(part.units for part in share.step.units if part.entry.unit_limits)


@settings(max_examples=times(day=30, night=60))
@given(st.data())
def test_everything_sent_back_gives_exactly_what_was_paid_and_taken(data: st.DataObject) -> None:
    case = data.draw(cases())
    bought = case.bought

    quotes = case.send_back(data.draw(sequences(case)))

    total = Returned.by(quotes)
    assert [quote.is_complete for quote in quotes] == [False] * (len(quotes) - 1) + [True]
    assert sum(quote.refund for quote in quotes) == bought.paid == total.refunded
    assert total.money == (case.order.total_amount or 0)
    for share in bought.shares:
        back = total.taken_back[share.name]
        assert back.discount == share.discount
        assert back.order_value == share.order_value
        assert back.credits == (share.step.credits_taken or 0)
        assert back.refund == (sum(share.parts) if share.is_payment else 0)
        assert sum(part.units for part in back.units) == units_of(share)


@settings(max_examples=times(day=30, night=60))
@given(st.data())
def test_no_refund_is_negative_and_no_sum_exceeds_what_was_paid(data: st.DataObject) -> None:
    case = data.draw(cases())
    bought, so_far = case.bought, []

    for step in data.draw(sequences(case)):
        quote = case.quote(step, so_far)
        assert quote.refunded_before == Returned.by(so_far).refunded
        so_far.append(quote)
        total = Returned.by(so_far)

        figures = [quote.refund, quote.money, quote.uncovered, *(line.refund for line in quote.lines)]
        for one in quote.redeemables:
            back = one.taken_back
            figures += [back.discount, back.order_value, back.credits, back.refund, one.kept_discount]
            figures += [part.units for part in back.units]
        assert min(figures) >= 0
        assert quote.refund == quote.money + sum(one.taken_back.refund for one in quote.redeemables)
        assert quote.refund == sum(line.refund for line in quote.lines)
        assert total.refunded <= bought.paid
        assert total.money <= (case.order.total_amount or 0)
        for share in bought.shares:
            back = total.taken_back[share.name]
            assert back.discount <= share.discount
            assert back.order_value <= share.order_value
            assert back.credits <= (share.step.credits_taken or 0)
            assert sum(part.units for part in back.units) <= units_of(share)


@settings(max_examples=times(day=20, night=40))
@given(st.data())
def test_with_keep_nothing_depends_on_the_order_of_returns(data: st.DataObject) -> None:
    case = data.draw(KEPT)
    steps = data.draw(sequences(case))
    some = steps[: data.draw(st.integers(1, len(steps)))]
    shuffled = data.draw(st.permutations(some))
    together: dict[int, int] = {}
    for units, _ in some:
        for position, number in units.items():
            together[position] = together.get(position, 0) + number
    at_once = (together, sum(amount for _, amount in some))

    one_way, another, once = (case.send_back(way) for way in (some, shuffled, [at_once]))

    assert Returned.by(one_way) == Returned.by(another) == Returned.by(once)
    assert all(quote.uncovered == 0 for quote in one_way)


@settings(max_examples=times(day=50, night=100))
@given(st.data())
def test_with_keep_cards_get_the_same_back_in_any_order(data: st.DataObject) -> None:
    """Two cards and money on few cents: where rounding could go astray."""
    lines = data.draw(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 4)), min_size=1, max_size=2))
    cards = tuple(
        Candidate(
            key=f"GIFT-{number}",
            discount=effects.parse({"type": "GIFT"}),
            credits=Credits(balance=data.draw(st.integers(0, 20))),
        )
        for number in range(2)
    )
    snapshot = Snapshot(now=NOW, basket=_basket(lines), candidates=cards)
    case = data.draw(cases(snapshots=st.just(snapshot), policy=keep, most_requests=1))
    steps: list[Step] = [({at: 1}, 0) for at, (quantity, _) in enumerate(lines) for _ in range(quantity)]
    some = data.draw(st.permutations(steps))[: data.draw(st.integers(1, len(steps)))]

    one_way, another = case.send_back(some), case.send_back(data.draw(st.permutations(some)))

    assert Returned.by(one_way) == Returned.by(another)


@settings(max_examples=times(day=20, night=40))
@given(st.data())
def test_with_keep_a_line_pays_back_its_own_part_only(data: st.DataObject) -> None:
    case = data.draw(KEPT)

    quotes = case.send_back(data.draw(sequences(case)))

    for quote in quotes:
        for line in quote.lines:
            after = line.returned_before + line.quantity
            expected = line.paid * after // line.of - line.paid * line.returned_before // line.of
            assert line.share == line.refund == expected


@settings(max_examples=times(day=20, night=40))
@given(st.data())
def test_more_units_back_never_mean_less_money_with_keep(data: st.DataObject) -> None:
    case = data.draw(KEPT)
    first = data.draw(sequences(case))[0]
    less = {position: number - 1 for position, number in first[0].items()}
    fewer = (less, max(0, first[1] - 1))
    if not any(less.values()) and not fewer[1]:
        return

    assert case.quote(fewer).refund <= case.quote(first).refund


@settings(max_examples=times(day=20, night=40))
@given(st.data())
def test_a_quote_survives_json(data: st.DataObject) -> None:
    case = data.draw(cases())
    quote = case.quote(data.draw(sequences(case))[0])

    text = json.dumps(quote.to_json())

    assert ReturnQuote.from_json(json.loads(text)) == quote


@settings(max_examples=times(day=30, night=60))
@given(cases(snapshots=strategies.snapshots))
def test_deciding_again_about_everything_changes_nothing(case: Case) -> None:
    for index, decision in enumerate(case.decisions):
        units = {position: line.quantity for position, line in enumerate(case.order.lines)}

        again = decide_again(
            case.decisions, index, Kept(order=case.order, units=units, returned=(0, case.order.amount or 0))
        )

        basket = decision.snapshot.basket
        assert basket is not None
        if not all(line.quantity for line in basket.lines) or not any(
            line.initial_quantity != 0 for line in basket.lines
        ):
            continue  # lines without a unit are left out of the rest
        for step in decision.outcome.with_status(Status.APPLICABLE):
            found = again[step.object, step.key]
            assert found.step is not None
            assert found.applies
            if len(case.decisions) == 1:
                assert found.discount == (step.order.total_applied_discount_amount if step.order else 0)


@settings(max_examples=times(day=30, night=60))
@given(st.data())
def test_evaluated_again_the_rest_costs_what_it_would_have_cost_alone(data: st.DataObject) -> None:
    """Against the engine itself: plain discounts off the order, one request, an ordinary basket."""
    lines = data.draw(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 3000)), min_size=1, max_size=4))
    snapshot = replace(data.draw(plain), basket=_basket(lines))
    case = data.draw(cases(snapshots=st.just(snapshot), policy=AGAIN, most_requests=1))
    returned = {position: data.draw(st.integers(0, quantity)) for position, (quantity, _) in enumerate(lines)}
    kept = [(quantity - returned[at], price) for at, (quantity, price) in enumerate(lines)]
    if not any(returned.values()) or not any(quantity for quantity, _ in kept):
        return
    alone = _alone(case.decisions[0].snapshot, case, kept)
    expected = case.bought.paid - alone

    quote = case.quote((returned, 0))

    assert quote.refund - quote.uncovered == expected


def _basket(lines: list[tuple[int, int]]) -> Basket:
    return Basket(
        lines=tuple(
            Line(quantity=quantity, price=price, product_id=f"prod_{at}")
            for at, (quantity, price) in enumerate(lines)
            if quantity
        )
    )


def _alone(snapshot: Snapshot, case: Case, kept: list[tuple[int, int]]) -> int:
    """What the kept units cost with those that applied, each one that fails left out; never more off than
    before.
    """
    applied = {
        (step.object, step.key): step for step in case.decisions[0].outcome.with_status(Status.APPLICABLE)
    }
    basket = _basket(kept)
    candidates = tuple(one for one in snapshot.candidates if (one.object, one.key) in applied)
    total = open_order(basket).total_amount or 0
    outcome = evaluate(replace(snapshot, basket=basket, candidates=candidates))
    for step in outcome.with_status(Status.APPLICABLE):
        recorded = applied[step.object, step.key].order
        assert step.order is not None
        assert recorded is not None
        total -= min(step.order.total_applied_discount_amount, recorded.total_applied_discount_amount)
    return total
