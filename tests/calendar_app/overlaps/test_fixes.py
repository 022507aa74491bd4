"""Ways out: each was applied and asked again, and here it is applied once more."""

from __future__ import annotations

from datetime import datetime

from calendar_app.overlapping import changing
from calendar_app.overlaps import Board, FixKind, Found, Item, Kind, fixes, moved
from engine import Category, SortingRule, StackingRules, StackingType
from engine.items import ItemObject, ItemRef
from tests.calendar_app.overlaps.made import SHOES, TOYS, collection, day, item, percent, segment, world

JOINT = Category(id="cat_j", name="Joint", stacking_type=StackingType.JOINT)
ONE_ONLY = Category(id="cat_o", name="One only")
EXCLUSIVE = Category(id="cat_e", name="Exclusive", stacking_type=StackingType.EXCLUSIVE)
OTHERS = Category(id="cat_x", name="Others", stacking_type=StackingType.EXCLUSIVE)


def only_one(board: Board) -> Found:
    (found,) = board.conflicts()
    return found


def offered(board: Board) -> dict[tuple[FixKind, str], dict[str, object]]:
    return {(fix.kind, fix.key): dict(fix.values) for fix in fixes(only_one(board), board)}


def test_a_draft_moves_to_the_nearest_free_dates() -> None:
    draft = item(1, "Draft", state="DRAFT", starts_at=day(10), ends_at=day(13))
    running = item(2, "Running", starts_at=day(1), ends_at=day(12))
    busy = item(3, "Busy", starts_at=day(14), ends_at=day(16))
    board = Board(world(), [draft, running])

    values = offered(board)[(FixKind.MOVE, "campaign:1")]

    assert values == {
        "campaign": 1,
        "starts_at": day(12).isoformat(),
        "ends_at": day(15).isoformat(),
    }
    there = moved([draft], starts_at=day(12), ends_at=day(15))
    assert board.against(there) == []
    board.put(busy)
    again = next(one for one in board.conflicts() if one.right is not None and one.left.name == "Draft")
    free = next(fix for fix in fixes(again, board) if fix.kind is FixKind.MOVE)
    assert free.values["starts_at"] == day(16).isoformat()
    assert free.sentence == "Move Draft to Mon 16 Mar – Wed 18 Mar, where it collides with nothing"


def test_what_runs_already_is_not_moved() -> None:
    board = Board(world(), [item(1, starts_at=day(1)), item(2, starts_at=day(1), ends_at=day(20))])

    assert not any(kind is FixKind.MOVE for kind, _ in offered(board))


def test_products_of_the_other_are_left_out() -> None:
    shoes = item(1, "Shoes", discount=percent(20, items=True), only=collection(SHOES))
    toys = item(2, "Toys", discount=percent(20, items=True), only=collection(TOYS))
    board = Board(world(), [shoes, toys])

    values = offered(board)[(FixKind.EXCLUDE_PRODUCTS, "campaign:1")]

    assert values == {"campaign": 1, "items": [{"object": "products_collection", "id": TOYS}]}
    without = changing.without_items([ItemRef(object=ItemObject.COLLECTION, id=TOYS)])
    assert board.against(changing.changed([shoes], without)) == []


def test_customers_of_the_other_are_left_out() -> None:
    everybody = item(1, "Everybody")
    vip = item(2, "VIP", when=[segment("seg_vip")])
    board = Board(world(), [everybody, vip])

    found = offered(board)

    assert found[(FixKind.EXCLUDE_CUSTOMERS, "campaign:1")] == {"campaign": 1, "segments": ["seg_vip"]}
    assert (FixKind.EXCLUDE_CUSTOMERS, "campaign:2") not in found
    assert board.against(changing.changed([everybody], changing.without_segments(["seg_vip"]))) == []


def test_one_category_is_offered_where_its_rules_help() -> None:
    limited = StackingRules(applicable_redeemables_per_category_limit=1)
    items = [item(1, category=ONE_ONLY), item(2)]

    helped = offered(Board(world(stacking=limited), items))
    not_helped = offered(Board(world(), items))

    assert helped[(FixKind.SAME_CATEGORY, "campaign:2")] == {"campaign": 2, "category": "cat_o"}
    assert not any(kind is FixKind.SAME_CATEGORY for kind, _ in not_helped)


def test_a_priority_settles_who_goes_first() -> None:
    ranked = StackingRules(redeemables_sorting_rule=SortingRule.CATEGORY_HIERARCHY)
    items = [item(1, category=EXCLUSIVE), item(2, category=OTHERS)]

    found = offered(Board(world(stacking=ranked), items))
    by_request = offered(Board(world(), items))

    assert found[(FixKind.PRIORITY, "campaign:1")] == {"category": "cat_e", "hierarchy": 1}
    assert not any(kind is FixKind.PRIORITY for kind, _ in by_request)


def test_no_fix_is_offered_that_would_not_help() -> None:
    """Whatever is offered for a shared board of many kinds makes its conflict vanish."""
    items = _many()
    board = Board(world(), items)
    of_unit: dict[str, list[Item]] = {}
    for one in items:
        of_unit.setdefault(one.unit, []).append(one)

    for found in board.conflicts():
        for fix in fixes(found, board):
            own = of_unit[f"campaign:{fix.values['campaign']}"]
            after = board.against(_applied(fix.kind, own, dict(fix.values)))
            assert found.key not in {one.key for one in after}, fix.sentence


def _many() -> list[Item]:
    return [
        item(1, category=EXCLUSIVE, starts_at=day(5), ends_at=day(9), state="DRAFT"),
        item(2, discount=percent(30, items=True), only=collection(SHOES), ends_at=day(20)),
        item(3, discount=percent(10, items=True), only=collection(TOYS), when=[segment("seg_vip")]),
        item(4, category=JOINT, starts_at=day(8), ends_at=day(10), state="SCHEDULED"),
    ]


def _applied(kind: FixKind, own: list[Item], values: dict[str, object]) -> list[Item]:
    match kind:
        case FixKind.MOVE:
            starts_at, ends_at = (
                datetime.fromisoformat(str(values[name])) for name in ("starts_at", "ends_at")
            )
            return moved(own, starts_at=starts_at, ends_at=ends_at)
        case FixKind.EXCLUDE_PRODUCTS:
            wire = values["items"]
            assert isinstance(wire, list)
            refs = [ItemRef(object=ItemObject(one["object"]), id=one["id"]) for one in wire]
            return changing.changed(own, changing.without_items(refs))
        case FixKind.EXCLUDE_CUSTOMERS:
            ids = values["segments"]
            assert isinstance(ids, list)
            return changing.changed(own, changing.without_segments(ids))
        case _:
            categories = {one.id: one for one in (JOINT, EXCLUSIVE, ONE_ONLY, OTHERS)}
            return changing.changed(own, changing.in_category(categories[str(values["category"])]))


def test_a_fix_says_what_it_does_to_whom() -> None:
    board = Board(world(), [item(1, "Everybody"), item(2, "VIP", when=[segment("seg_vip")])])

    found = fixes(only_one(board), board)

    assert only_one(board).kind is Kind.DOUBLE_DISCOUNT
    assert [fix.sentence for fix in found] == ["Leave customers in VIP out of Everybody"]
