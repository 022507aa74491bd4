"""What came back of an order, as the order's page shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from commerce.admin.rows import article_link
from commerce.models import Order, OrderItem
from core import words
from core.admin.pages import Panel
from engine.returning.quotes import LineQuote, RedeemableQuote, ReturnQuote
from promotions.models import OrderReturn
from promotions.selectors import returns as known

_SHOWN: Final = 50


def panel(order: Order) -> Panel:
    """Every return with its reason, its items, what was paid back, and why so much."""
    lines = {
        line.position: line for line in OrderItem.objects.filter(order=order).select_related("product", "sku")
    }
    return Panel(
        key="returns",
        title="Returned",
        headers=("Paid back", "For what"),
        rows=[_row(row, lines) for row in known.of_order(order)[:_SHOWN]],
        empty="Nothing of this order came back.",
    )


@dataclass(frozen=True, kw_only=True)
class ShownQuote:
    """What would be paid back: sums with their names, and why so much, line by line."""

    sums: list[tuple[str, str]]
    lines: list[str]


def quoted(quote: ReturnQuote, lines: Sequence[OrderItem]) -> ShownQuote:
    by_position = {line.position: line for line in lines}
    sums = [("To pay back", words.money(quote.money))]
    sums += [
        (f"Back to the card {one.label}", words.money(one.taken_back.refund))
        for one in quote.redeemables
        if one.taken_back.refund
    ]
    if quote.uncovered:
        sums.append(("Of lost discounts, not asked back", words.money(quote.uncovered)))
    said: list[str] = [_item(line, by_position) for line in quote.lines]
    said += [one.text for one in quote.redeemables if one.text]
    if quote.is_complete:
        said.append("Nothing is left with the customer: what was redeemed on the order is rolled back.")
    return ShownQuote(sums=sums, lines=said)


def _row(row: OrderReturn, lines: dict[int, OrderItem]) -> tuple[SafeString, SafeString]:
    quote = ReturnQuote.from_json(row.quote)
    items = [_item(line, lines) for line in quote.lines]
    discounts = [_muted(one.text) for one in quote.redeemables if one.text and one.policy is not None]
    return (
        _stacked([*_amounts(quote), _muted(words.when(row.returned_at))]),
        _stacked([*items, *discounts, *([_muted(f"Reason: {row.reason}")] if row.reason else [])]),
    )


def _item(line: LineQuote, lines: dict[int, OrderItem]) -> SafeString:
    if line.position is None:
        what = f"{words.money(line.quantity)} of the order"
    else:
        stored = lines.get(line.position)
        name = (
            article_link(stored.product, stored.sku, stored.source_id) if stored else f"line {line.position}"
        )
        what = format_html("{} × {}", words.number(line.quantity), name)
    return format_html("{}: {}", what, _muted(line.text))


def _amounts(quote: ReturnQuote) -> list[str]:
    """Money, and what went back to cards; what lost discounts would have taken beyond that."""
    cards = [one for one in quote.redeemables if one.taken_back.refund]
    found: list[str] = [format_html("<b>{}</b>", words.money(quote.money))]
    found += [_to_card(one) for one in cards]
    if quote.uncovered:
        found.append(_muted(f"{words.money(quote.uncovered)} of lost discounts is not asked back"))
    return found


def _to_card(one: RedeemableQuote) -> SafeString:
    return format_html(
        '<b>{}</b> to <span class="fanfare-code">{}</span>', words.money(one.taken_back.refund), one.label
    )


def _muted(text: str) -> SafeString:
    return format_html('<span class="fanfare-muted">{}</span>', text)


def _stacked(texts: Iterable[str]) -> SafeString:
    return format_html_join("", "<div>{}</div>", ((text,) for text in texts))
