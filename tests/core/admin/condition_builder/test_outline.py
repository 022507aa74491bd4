from __future__ import annotations

from typing import Any

import pytest

from core.admin.condition_builder.outline import outline

RULE = {"name": "order.amount", "conditions": {"$more_than": [1]}}


def drawn(node: dict[str, Any]) -> Any:
    """("and", "1", ("or", "2", "3"))"""
    return node["key"] if "key" in node else (node["join"], *map(drawn, node["of"]))


@pytest.mark.parametrize(
    ("logic", "tree"),
    [
        ("", ("and", "1", "2", "3")),
        ("1 and 2 and 3", ("and", "1", "2", "3")),
        ("3 or 1 or 2", ("or", "3", "1", "2")),
        ("1 AND (2 OR 3)", ("and", "1", ("or", "2", "3"))),
        ("1 or 2 and 3", ("or", "1", ("and", "2", "3"))),
        ("(1 and (2)) or ((3))", ("or", ("and", "1", "2"), "3")),
    ],
)
def test_a_logic_is_drawn_as_groups(logic: str, tree: Any) -> None:
    found = outline({"1": RULE, "2": RULE, "3": RULE, "logic": logic})

    assert drawn(found) == tree
    assert found["kept"] is None


@pytest.mark.parametrize(
    "logic",
    [
        pytest.param("(1 and 2) or (1 and 3)", id="a rule twice"),
        pytest.param("1 and 2", id="a rule is left out"),
        pytest.param("1 and", id="not readable"),
    ],
)
def test_what_is_no_tree_of_rows_is_kept_and_its_rows_are_listed(logic: str) -> None:
    found = outline({"1": RULE, "2": RULE, "3": RULE, "logic": logic})

    assert found["kept"] == logic
    assert drawn(found) == ("and", "1", "2", "3")


def test_one_rule_and_no_rule_have_a_group_around_them() -> None:
    assert drawn(outline({"7": RULE, "logic": "7"})) == ("and", "7")
    assert drawn(outline({})) == ("and",)
    assert drawn(outline(None)) == ("and",)


def test_subrules_have_their_own_outline() -> None:
    items = {"name": "order.items.any", "rules": {"1": RULE, "2": RULE, "logic": "1 or 2"}}

    (found,) = outline({"1": items, "logic": "1"})["of"]

    assert drawn(found["below"]) == ("or", "1", "2")


def test_rows_stand_in_the_order_of_their_numbers() -> None:
    assert drawn(outline(dict.fromkeys(("10", "b", "9", "1"), RULE))) == ("and", "1", "9", "10", "b")
