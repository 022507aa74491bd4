"""Adding and giving away units of an article. Contract: 5.9."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.basket import Line
from engine.draft import Draft
from engine.money import half_up

if TYPE_CHECKING:
    from engine.effects.turn import Turn
    from engine.snapshot import Article


def find(turn: Turn, name: str) -> Line:
    """The facts of the article that a discount names; one that nobody knows has an id and no price."""
    for article in turn.situation.snapshot.articles:
        if article.id == name:
            return _facts(article)
    if name.startswith("sku_"):
        return Line(quantity=0, initial_quantity=0, sku_id=name, related_object="sku")
    return Line(quantity=0, initial_quantity=0, product_id=name, related_object="product")


def facts_at(turn: Turn, index: int) -> Line:
    """The facts of a line, also of one that this step has added."""
    known = turn.situation.lines
    return known[index] if index < len(known) else turn.draft.added[index - len(known)]


def line_of(turn: Turn, article: Line) -> int | None:
    """The first line with exactly this article."""
    return next((index for index in _indices(turn) if _is_same(facts_at(turn, index), article)), None)


def paid_lines(turn: Turn, article: Line) -> list[int]:
    """Lines whose units count as units of the article: its own, then those of SKUs of the product."""
    exact, variants = [], []
    for index in _indices(turn):
        facts = facts_at(turn, index)
        if _is_same(facts, article):
            exact.append(index)
        elif _is_variant(facts, article):
            variants.append(index)
    return exact + variants


def add(turn: Turn, article: Line, units: int) -> tuple[int, int]:
    """Add `units` to the article's line, or to a new one at the end; the line's index and their value."""
    index = line_of(turn, article)
    if index is None:
        index = turn.draft.append(article)
    return index, add_at(turn.draft, index, units, article.price)


def add_at(draft: Draft, index: int, units: int, price: int | None) -> int:
    """Add `units` to a line at its own price, else at `price`; their value."""
    row = draft.row(index)
    own = row.price if row.price is not None else price
    if own is None and row.amount and row.quantity:
        value = half_up(row.amount * units, row.quantity)
    else:
        value = 0 if own is None or row.amount is None else own * units
    draft.add_units(index, units, value)
    return value


def _facts(article: Article) -> Line:
    return Line(
        quantity=0,
        initial_quantity=0,
        price=article.price,
        product_id=article.product_id,
        sku_id=article.sku_id,
        source_id=article.source_id,
        related_object="sku" if article.sku_id else "product",
        product_source_id=article.product_source_id,
        sku_source_id=article.sku_source_id,
        name=article.name,
        collections=article.collections,
    )


def _indices(turn: Turn) -> range:
    return range(turn.draft.lines_count)


def _is_same(line: Line, article: Line) -> bool:
    if article.sku_id is not None or article.sku_source_id is not None:
        return _names(line.sku_id, line.sku_source_id, article.sku_id, article.sku_source_id)
    if line.sku_id is not None or line.sku_source_id is not None:
        return False
    return _is_product(line, article)


def _is_variant(line: Line, article: Line) -> bool:
    is_sku = article.sku_id is not None or article.sku_source_id is not None
    return not is_sku and _is_product(line, article)


def _is_product(line: Line, article: Line) -> bool:
    return _names(line.product_id, line.product_source_id, article.product_id, article.product_source_id)


def _names(own: str | None, source: str | None, wanted: str | None, wanted_source: str | None) -> bool:
    return (own is not None and own == wanted) or (source is not None and source == wanted_source)
