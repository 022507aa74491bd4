"""Which promotions collide, how, what it costs, how to get out of it. Pure; the door of `overlapping`.

`Board` keeps all conflicts of a calendar, `against` asks about one campaign that is changed or drafted.
"""

from __future__ import annotations

from calendar_app.overlapping.board import Board, against, between
from calendar_app.overlapping.fixes import fixes
from calendar_app.overlapping.found import Counts, Fix, FixKind, Found, How, Kind, Purchase, Severity
from calendar_app.overlapping.items import Channel, Item, Message, Pool, moved
from calendar_app.overlapping.words import sentence
from calendar_app.overlapping.world import Closed, Spot, World
from engine.algebra import Answer

__all__ = [
    "Answer",
    "Board",
    "Channel",
    "Closed",
    "Counts",
    "Fix",
    "FixKind",
    "Found",
    "How",
    "Item",
    "Kind",
    "Message",
    "Pool",
    "Purchase",
    "Severity",
    "Spot",
    "World",
    "against",
    "between",
    "fixes",
    "moved",
    "sentence",
]
