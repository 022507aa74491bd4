"""What operations stopped. Goes beyond the contract.

A candidate that is stopped as such comes here with a `reason`. What no discount may touch is known only when
an effect was calculated: the lines of stopped articles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Final

from engine.basket import Line, OrderState
from engine.codec import Data
from engine.reasons import Reason, ReasonKey
from engine.rules.words import instant

REMEDY: Final = "It works again when operations restore it"


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleStop(Data):
    """No discount may touch a line of these products, or of what is in these collections, by id."""

    id: str
    since: datetime
    products: frozenset[str] = field(default_factory=frozenset)
    collections: frozenset[str] = field(default_factory=frozenset)

    def covers(self, line: Line) -> bool:
        return line.product_id in self.products or not self.collections.isdisjoint(line.collections)


def refusal(
    order: OrderState | None,
    lines: Sequence[Line],
    stops: Sequence[ArticleStop],
    *,
    label: str,
    now: datetime,
    zone: tzinfo,
) -> Reason | None:
    """Why an effect is refused that led to `order`; None when it touched nothing that is stopped.

    `lines` are the facts of the order's lines, `label` is what people call the redeemable.
    """
    for line in _touched(order, lines):
        for stop in stops:
            if stop.covers(line):
                text = f"{label} would discount an article that is"
                return stopped(text, stop=stop.id, since=stop.since, now=now, zone=zone)
    return None


def stopped(text: str, *, stop: str, since: datetime, now: datetime, zone: tzinfo) -> Reason:
    """`text` is the beginning of the details: "SUMMER is". Why operations stopped it is not said."""
    at = _when(since, now, zone)
    return Reason(
        key=ReasonKey.EMERGENCY_STOP,
        message=f"Stopped by operations since {at}",
        details=f"{text} stopped by operations since {at}",
        remedy=REMEDY,
        resource_id=stop,
        resource_type="emergency_stop",
    )


def _touched(order: OrderState | None, lines: Sequence[Line]) -> Iterator[Line]:
    """Lines that a step made cheaper or changed; a discount of the whole order touches each of them."""
    if order is None:
        return
    for line, state in zip(lines, order.lines, strict=True):
        own = (state.applied_discount_amount, state.applied_discount_quantity, state.applied_quantity)
        if order.applied_discount_amount or any(own):
            yield line


def _when(since: datetime, now: datetime, zone: tzinfo) -> str:
    """14:02, or Friday 27 November 14:02 when that was another day."""
    local, today = since.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return instant(local.isoformat(), today.isoformat())
