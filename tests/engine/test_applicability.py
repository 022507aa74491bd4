from __future__ import annotations

import pytest

from engine.applicability import ALL_LINES, Applicability, Entry, groups
from engine.basket import Line
from engine.items import ItemObject, ItemRef

MUG = ItemRef(object=ItemObject.PRODUCT, id="prod_mug", source_id="mug-1")
RED = ItemRef(object=ItemObject.SKU, id="sku_red")
SALE = ItemRef(object=ItemObject.COLLECTION, id="pc_sale")
LINES = (
    Line(product_id="prod_mug", sku_id="sku_red", collections=("pc_sale",)),
    Line(product_id="prod_mug", sku_id="sku_blue", collections=("pc_sale",)),
    Line(product_source_id="mug-1"),
    Line(product_id="prod_cap", collections=("pc_sale",)),
    Line(product_id="prod_coat"),
)


def entries(*items: ItemRef) -> tuple[Entry, ...]:
    return tuple(Entry(item=item) for item in items)


def found(applicability: Applicability, barred: frozenset[int] = frozenset()) -> list[tuple[str, list[int]]]:
    return [
        ("*" if group.entry is ALL_LINES else group.entry.item.id, list(group.indices))
        for group in groups(applicability, LINES, barred)
    ]


@pytest.mark.parametrize(
    ("applicability", "expected"),
    [
        (Applicability(), []),
        (Applicability(included=entries(MUG)), [("prod_mug", [0, 1, 2])]),
        (Applicability(included=entries(RED)), [("sku_red", [0])]),
        (Applicability(included=entries(SALE)), [("pc_sale", [0, 1, 3])]),
        # The most specific entry has the line, wherever it is listed.
        (
            Applicability(included=entries(SALE, MUG, RED)),
            [("pc_sale", [3]), ("prod_mug", [1, 2]), ("sku_red", [0])],
        ),
        # Equally specific: the first.
        (Applicability(included=entries(MUG, MUG)), [("prod_mug", [0, 1, 2]), ("prod_mug", [])]),
        (Applicability(included_all=True), [("*", [0, 1, 2, 3, 4])]),
        (Applicability(included_all=True, included=entries(MUG)), [("prod_mug", [0, 1, 2]), ("*", [3, 4])]),
        (Applicability(included_all=True, excluded=entries(SALE)), [("*", [2, 4])]),
        # Exclusions alone mean everything else.
        (Applicability(excluded=entries(MUG)), [("*", [3, 4])]),
        (Applicability(included=entries(MUG), excluded=entries(RED, SALE)), [("prod_mug", [2])]),
        (
            Applicability(included=entries(MUG, SALE), excluded=entries(MUG)),
            [("prod_mug", []), ("pc_sale", [3])],
        ),
    ],
)
def test_lines_of_every_entry(applicability: Applicability, expected: list[tuple[str, list[int]]]) -> None:
    assert found(applicability) == expected


@pytest.mark.parametrize("included", [entries(MUG), entries(MUG, SALE)])
def test_barred_lines_stand_nowhere(included: tuple[Entry, ...]) -> None:
    assert found(Applicability(included=included), frozenset({0, 2}))[0] == ("prod_mug", [1])
