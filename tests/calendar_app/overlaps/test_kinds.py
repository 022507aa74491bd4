"""Every kind of conflict, and what is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from calendar_app.closures import Closure, Forbids
from calendar_app.overlaps import (
    Answer,
    Board,
    Channel,
    Found,
    Item,
    Kind,
    Message,
    Pool,
    Severity,
    World,
    against,
    between,
    sentence,
)
from engine import Category, CategoryLimit, Credits, SortingRule, StackingRules, StackingType
from tests.calendar_app.overlaps.made import (
    NOW,
    SHOES,
    TOYS,
    amount,
    collection,
    day,
    item,
    order_of,
    percent,
    segment,
    spots,
    world,
)

EXCLUSIVE = Category(id="cat_e", name="Exclusive", hierarchy=1, stacking_type=StackingType.EXCLUSIVE)
LATER = Category(id="cat_l", name="Later", hierarchy=2, stacking_type=StackingType.EXCLUSIVE)
LOYALTY = Category(id="cat_y", name="Loyalty")


def kinds(found: list[Found]) -> list[Kind]:
    return [one.kind for one in found]


def test_two_common_ones_take_the_same_product_twice() -> None:
    spring = item(1, "Spring", discount=percent(20, items=True), only=collection(SHOES))
    vip = item(2, "VIP week", discount=percent(30), when=[segment("seg_vip"), order_of(8_000)])

    (found,) = between([spring], [vip], world())

    assert found.kind is Kind.DOUBLE_DISCOUNT
    assert found.severity is Severity.HIGH
    assert found.purchase is not None
    assert (found.before, found.after, found.together_percent) == (10_000, 5_000, 50)
    assert sentence(found) == (
        "Spring and VIP week meet from Sun 1 Mar on for customers in VIP; "
        "together they take 50 % off: 1 × Boot for 100.00 becomes 50.00."
    )
    assert found.witness is not None
    assert found.witness.customer is not None
    assert found.witness.customer.segments == ("seg_vip",)


def test_whoever_is_asked_for_first_wins_among_exclusive_ones() -> None:
    left, right = item(1, "A", category=EXCLUSIVE), item(2, "B", category=EXCLUSIVE)

    (found,) = between([left], [right], world())

    assert found.kind is Kind.EXCLUSIVE_CLASH
    assert found.winner == ""
    assert found.severity is Severity.HIGH
    assert "the one that is asked for first" in sentence(found)


def test_an_order_of_categories_settles_it() -> None:
    by_rank = StackingRules(redeemables_sorting_rule=SortingRule.CATEGORY_HIERARCHY)
    left, right = item(1, category=EXCLUSIVE), item(2, category=LATER)

    assert between([left], [right], world(stacking=by_rank)) == []
    assert kinds(between([left], [right], world())) == [Kind.EXCLUSIVE_CLASH]


@pytest.mark.parametrize(
    "stacking",
    [
        StackingRules(applicable_redeemables_category_limits=(CategoryLimit(category_id="cat_y", limit=1),)),
        StackingRules(applicable_redeemables_limit=1),
    ],
)
def test_a_limit_on_how_many_apply_was_set_on_purpose(stacking: StackingRules) -> None:
    left, right = item(1, category=LOYALTY), item(2, category=LOYALTY)

    assert between([left], [right], world(stacking=stacking)) == []


def test_where_one_lowers_the_order_below_what_the_other_asks_for_a_larger_order_shows_both() -> None:
    one = item(1, discount=amount(3_000), when=[order_of(10_000)])
    other = item(2, discount=amount(2_000), when=[order_of(10_000)])

    (found,) = between([one], [other], world())

    assert found.kind is Kind.DOUBLE_DISCOUNT
    assert (found.before, found.after) == (40_000, 35_000)


def test_two_that_want_the_order_as_it_is_clash_by_their_conditions() -> None:
    exact = {"name": "order.amount", "conditions": {"$is": [10_000]}}
    one = item(1, "One", discount=amount(3_000), when=[exact])
    other = item(2, "Other", discount=amount(2_000), when=[exact])

    (found,) = between([one], [other], world())

    assert (found.kind, found.winner) == (Kind.EXCLUSIVE_CLASH, "")
    assert "after the one the other is refused: " in sentence(found)


def test_a_gift_card_pays_and_is_no_discount() -> None:
    card = item(1, discount={"type": "GIFT", "effect": "APPLY_TO_ORDER"})
    assert card.candidate is not None
    card = replace(card, candidate=replace(card.candidate, credits=Credits(balance=500)))

    assert between([card], [item(2)], world()) == []


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"ends_at": day(10)}, {"starts_at": day(10)}),
        (
            {"only": collection(SHOES), "discount": percent(9, items=True)},
            {
                "only": {"included": [{"object": "product", "id": "prod_tea"}]},
                "discount": percent(9, items=True),
            },
        ),
        ({"when": [segment("seg_vip")]}, {"when": [segment("seg_vip", operator="$is_not")]}),
        ({"places": frozenset({"area:ar_b"})}, {"places": frozenset({"area:ar_t"})}),
        (
            {"when": [{"name": "redemption.api_key", "conditions": {"$is": ["app_web"]}}]},
            {"when": [{"name": "redemption.api_key", "conditions": {"$is": ["app_till"]}}]},
        ),
    ],
)
def test_what_never_meets_is_no_conflict(left: dict[str, Any], right: dict[str, Any]) -> None:
    assert between([item(1, **left)], [item(2, **right)], world(spots=spots())) == []


def test_what_nobody_can_look_into_is_said() -> None:
    hidden = item(1, "Hidden", discount=percent(10, items=True), only=collection("pc_filter"))
    tea = {"included": [{"object": "product", "id": "prod_tea"}]}
    other = item(2, "Tea", discount=percent(10, items=True), only=tea)

    (found,) = between([hidden], [other], world())

    assert found.kind is Kind.UNKNOWN
    assert found.certainty is Answer.UNKNOWN
    assert found.opaque
    assert sentence(found).startswith("Hidden and Tea may meet from Sun 1 Mar on; that depends on ")


def test_the_worst_pair_of_tiers_stands_for_two_campaigns() -> None:
    small = item(1, "Sale", tier=11, discount=percent(5), daily_cost=100)
    large = item(1, "Sale", tier=12, discount=percent(40), daily_cost=5_000)
    other = item(2, "Other", discount=percent(10))

    (found,) = between([small, large], [other], world())

    assert found.left.key == "tier:12"
    assert found.key == "DOUBLE_DISCOUNT:campaign:1|campaign:2"


def test_tiers_of_one_campaign_are_not_held_against_each_other() -> None:
    board = Board(world(), [item(1, tier=11), item(1, tier=12)])

    assert board.conflicts() == []


def test_a_ghost_is_not_held_against_its_own_campaign() -> None:
    ghost = item(1, "Spring", key="proposal:apr_1:campaign:1", unit="proposal:apr_1", is_ghost=True)
    board = Board(world(), [item(1, "Spring"), ghost, item(2, "Other")])

    pairs = {(one.left.unit, one.right.unit if one.right else "") for one in board.conflicts()}

    assert pairs == {("campaign:1", "campaign:2"), ("campaign:2", "proposal:apr_1")}


@pytest.mark.parametrize("state", ["PAUSED", "ENDED", "ARCHIVED", "DISABLED", "REJECTED"])
def test_what_cannot_reach_anybody_collides_with_nothing(state: str) -> None:
    assert between([item(1, state=state)], [item(2)], world()) == []


@pytest.mark.parametrize("state", ["DRAFT", "IN_REVIEW", "APPROVED", "SCHEDULED", "CHANGES_REQUESTED"])
def test_what_may_still_reach_somebody_collides(state: str) -> None:
    assert kinds(between([item(1, state=state)], [item(2)], world())) == [Kind.DOUBLE_DISCOUNT]


def local(number: int, owner: str, figure: int) -> Item:
    return item(
        number,
        discount=percent(figure, items=True),
        only=collection(SHOES),
        places=frozenset({"area:ar_b"}),
        owner=owner,
        owner_id=owner,
    )


def test_two_owners_with_different_terms_for_the_same_products_in_one_area() -> None:
    found = between([local(1, "Ann", 10)], [local(2, "Ben", 20)], world(spots=spots()))

    assert kinds(found) == [Kind.DOUBLE_DISCOUNT, Kind.AREA_COLLISION]
    assert sentence(found[1]).endswith("Ann made one, Ben the other, with different terms.")
    assert found[1].spot == "Berlin"


@pytest.mark.parametrize(("owner", "figure"), [("Ann", 20), ("Ben", 10)])
def test_one_owner_or_the_same_terms_are_no_area_collision(owner: str, figure: int) -> None:
    found = between([local(1, "Ann", 10)], [local(2, owner, figure)], world(spots=spots()))

    assert kinds(found) == [Kind.DOUBLE_DISCOUNT]


def pools(left: int) -> tuple[Pool, ...]:
    return (Pool(id=7, name="Spring pool", left=left),)


def test_a_shared_budget_is_told_with_what_is_lacking() -> None:
    tea = {"included": [{"object": "product", "id": "prod_tea"}]}
    ends = NOW + timedelta(days=10)
    left = item(1, "A", discount=percent(5, items=True), only=tea, ends_at=ends, budgets=pools(15_000))
    shoes = collection(SHOES)
    right = item(2, "B", discount=percent(5, items=True), only=shoes, ends_at=ends, budgets=pools(15_000))

    (found,) = Board(world(), [left, right]).conflicts()

    assert found.kind is Kind.SHARED_BUDGET
    assert found.severity is Severity.HIGH
    assert found.at_stake == 5_000
    assert sentence(found) == (
        "A and B draw on the same budget Spring pool from Sun 1 Mar to Tue 10 Mar, "
        "and together may want 50.00 more than is left."
    )


def test_a_shared_budget_with_enough_left_weighs_little() -> None:
    tea = {"included": [{"object": "product", "id": "prod_tea"}]}
    left = item(1, discount=percent(5, items=True), only=tea, budgets=pools(10**9))
    right = item(2, discount=percent(5, items=True), only=collection(SHOES), budgets=pools(10**9))

    (found,) = Board(world(), [left, right]).conflicts()

    assert (found.kind, found.severity, found.at_stake) == (Kind.SHARED_BUDGET, Severity.LOW, None)


def mail(number: int, at: datetime | None, segment_id: str = "seg_vip", trigger: str = "") -> Item:
    note = Message(
        id=f"distr_{number}",
        name=f"Mail {number}",
        channel=Channel.DISTRIBUTION,
        segment=segment_id,
        at=at,
        trigger=trigger,
    )
    tea = {"included": [{"object": "product", "id": "prod_tea"}]}
    only = tea if number == 1 else collection(TOYS)
    return item(number, discount=percent(5, items=True), only=only, messages=(note,))


def test_two_messages_to_one_segment_within_three_days_compete() -> None:
    (found,) = Board(world(), [mail(1, day(5, hour=9)), mail(2, day(7, hour=9))]).conflicts()

    assert (found.kind, found.severity) == (Kind.COMPETING_MESSAGES, Severity.LOW)
    assert sentence(found) == (
        "Campaign 1 and Campaign 2 speak to VIP within three days from Thu 5 Mar to Sat 7 Mar: "
        "“Mail 1” and “Mail 2” both go to VIP."
    )


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (mail(1, day(5)), mail(2, day(9))),
        (mail(1, day(5)), mail(2, day(5), "seg_new")),
        (mail(1, NOW - timedelta(days=2)), mail(2, NOW - timedelta(days=1))),
        (mail(1, day(5)), mail(2, None, trigger="customer.order.paid")),
    ],
)
def test_other_messages_do_not(left: Item, right: Item) -> None:
    assert Board(world(), [left, right]).conflicts() == []


def test_messages_at_the_same_event_compete() -> None:
    paid = "customer.order.paid"

    (found,) = Board(world(), [mail(1, None, trigger=paid), mail(2, None, trigger=paid)]).conflicts()

    assert found.kind is Kind.COMPETING_MESSAGES


def closed(*, is_hard: bool = True, forbids: Forbids = Forbids.RUN, **values: Any) -> World:
    closure = Closure(
        id="blk_1",
        pk=1,
        name="Stocktaking",
        reason="",
        is_hard=is_hard,
        zone=ZoneInfo("UTC"),
        forbids=forbids,
        first_day=day(10).date(),
        last_day=day(11).date(),
        **values,
    )
    return world(closures=(closure,))


def test_running_on_a_closed_day_is_told() -> None:
    (found,) = Board(closed(), [item(1, "Spring", ends_at=day(20))]).conflicts()

    assert found.key == "BLACKOUT:blk_1|campaign:1"
    assert (found.kind, found.severity, found.right) == (Kind.BLACKOUT, Severity.HIGH, None)
    assert found.spans == ((day(10), day(12)),)
    assert found.at_stake == 2_000
    assert sentence(found) == ("Spring runs from Tue 10 Mar to Wed 11 Mar, when it must not: Stocktaking.")


@pytest.mark.parametrize(
    ("own", "around"),
    [
        ({"ends_at": day(10)}, closed()),
        ({}, closed(campaign_types=frozenset({"PROMOTION"}))),
        ({"starts_at": day(5)}, closed(forbids=Forbids.BEGIN)),
    ],
)
def test_other_times_and_other_kinds_are_not_closed(own: dict[str, Any], around: World) -> None:
    assert Board(around, [item(1, **own)]).conflicts() == []


def test_beginning_on_a_day_on_which_nothing_may_begin_is_told() -> None:
    around = closed(forbids=Forbids.BEGIN, is_hard=False)

    (found,) = Board(around, [item(1, "Spring", starts_at=day(11, hour=8))]).conflicts()

    assert found.severity is Severity.MEDIUM
    assert found.first_at == day(11, hour=8)
    assert "begins on Wed 11 Mar 08:00" in sentence(found)


def test_a_draft_is_asked_about_without_being_kept() -> None:
    board = Board(world(), [item(1), item(2, when=[segment("seg_vip")])])
    before = board.conflicts()

    found = against(item(3, "Draft", state="DRAFT"), board)

    assert {one.key for one in found} == {
        "DOUBLE_DISCOUNT:campaign:1|campaign:3",
        "DOUBLE_DISCOUNT:campaign:2|campaign:3",
    }
    assert board.conflicts() == before


def test_times_are_utc() -> None:
    (found,) = between([item(1)], [item(2)], world(zone="Europe/Berlin"))

    assert found.first_at == NOW
    assert found.first_at.tzinfo == UTC
