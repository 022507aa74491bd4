"""What came back of an order, as the order's page shows it."""

from __future__ import annotations

from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from commerce.admin.rows import article_link
from commerce.models import Order, OrderItem
from core import words
from core.admin.pages import Panel
from engine.returning.quotes import LineQuote, ReturnQuote
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
        headers=("When", "What", "Paid back", "Why so much"),
        rows=[_row(row, lines) for row in known.of_order(order)[:_SHOWN]],
        empty="Nothing of this order came back.",
    )


def _row(row: OrderReturn, lines: dict[int, OrderItem]) -> tuple[str, ...]:
    quote = ReturnQuote.from_json(row.quote)
    when = format_html('{}<div class="fanfare-muted">{}</div>', words.when(row.returned_at), row.reason)
    items = _stacked([_item(line, lines) for line in quote.lines])
    return when, items, _paid_back(quote), _stacked([*quote.texts])


def _item(line: LineQuote, lines: dict[int, OrderItem]) -> str:
    if line.position is None:
        return f"{words.money(line.quantity)} of the order"
    stored = lines.get(line.position)
    name = article_link(stored.product, stored.sku, stored.source_id) if stored else f"line {line.position}"
    return format_html("{} × {}", f"{line.quantity:,}", name)


def _paid_back(quote: ReturnQuote) -> SafeString:
    """Money, and what went back to cards."""
    cards = [
        f"{words.money(one.taken_back.refund)} to {one.label}"
        for one in quote.redeemables
        if one.taken_back.refund
    ]
    return _stacked([words.money(quote.money), *cards])


def _stacked(texts: list[str]) -> SafeString:
    return format_html_join("", "<div>{}</div>", ((text,) for text in texts))
