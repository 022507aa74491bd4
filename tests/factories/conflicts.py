"""Conflicts of the calendar, and a board that finds what a test says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from calendar_app.models import Conflict
from calendar_app.overlaps import Counts, Found, How, Item, Kind, Severity
from calendar_app.selectors import traces
from promotions.models import Campaign
from tests.conftest import NOW

DAY = timedelta(days=1)
WINDOW = (NOW + DAY, NOW + 3 * DAY)


def conflict(left: Campaign, right: Campaign | None = None, **values: Any) -> Conflict:
    """An open one of two campaigns, or of one and a blackout; or what `values` say."""
    right_unit = f"campaign:{right.pk}" if right is not None else "blackout:1"
    right_name = right.name if right is not None else "Stocktaking"
    kind = Conflict.Kind.DOUBLE_DISCOUNT if right is not None else Conflict.Kind.BLACKOUT
    begins, ends = values.get("starts_at", WINDOW[0]), values.get("ends_at", WINDOW[1])
    usual = {
        "kind": kind,
        "severity": Conflict.Severity.MEDIUM,
        "certainty": Conflict.Certainty.OVERLAPS,
        "left_unit": f"campaign:{left.pk}",
        "right_unit": right_unit,
        "left_key": f"campaign:{left.pk}",
        "right_key": right_unit,
        "left_campaign": left,
        "right_campaign": right,
        "starts_at": begins,
        "ends_at": ends,
        "spans": [[begins.isoformat(), ends and ends.isoformat()]],
        "sentence": f"{left.name} and {right_name} meet.",
        "facts": {"left_name": left.name, "right_name": right_name, "left": {}, "right": {}},
        "terms": "t" * 64,
        "found_at": NOW,
        "seen_at": NOW,
        "counted_at": NOW,
    }
    made = {**usual, **values}
    key = f"{made['kind']}:campaign:{left.pk}|{right_unit}"
    return Conflict.objects.create(**{"key": key, **made})


def item(campaign: Campaign, *, owner: Any = None, digest: str = "", **values: Any) -> Item:
    """A campaign of codes on the calendar."""
    return Item(
        key=f"campaign:{campaign.pk}",
        unit=f"campaign:{campaign.pk}",
        campaign_id=campaign.pk,
        public_id=campaign.public_id,
        name=campaign.name,
        owner_id=str(owner.pk) if owner is not None else "",
        digest=digest or f"as made {campaign.pk}",
        **values,
    )


def found(left: Item, right: Item, **values: Any) -> Found:
    """Both meet for two days from tomorrow on, shown by an example."""
    usual = {
        "kind": Kind.DOUBLE_DISCOUNT,
        "severity": Severity.HIGH,
        "spans": (WINDOW,),
        "first_at": WINDOW[0],
    }
    made = {**usual, **values}
    key = f"{made['kind'].value}:{left.unit}|{right.unit}"
    return Found(**{"key": key, "left": left, "right": right, **made})


@dataclass
class Shelf:
    """Stands in for the board of the process: `items` lie on it, `conflicts` is what it finds.

    `asked` counts how often it was.
    """

    items: dict[str, Item] = field(default_factory=dict)
    conflicts: list[Found] = field(default_factory=list)
    counts: dict[str, Counts] = field(default_factory=dict)
    counted: list[str] = field(default_factory=list)
    asked: int = 0
    world_digest: str = "world"

    def put(self, *items: Item) -> None:
        self.items.update((one.key, one) for one in items)

    def meet(self, left: Item, right: Item, **values: Any) -> Found:
        """Both lie on it and are found to meet."""
        self.put(left, right)
        one = found(left, right, **values)
        self.conflicts = [*(other for other in self.conflicts if other.key != one.key), one]
        return one

    def part(self, one: Found) -> None:
        """They meet no longer, because the left one was changed."""
        self.conflicts = [other for other in self.conflicts if other.key != one.key]
        self.put(replace(self.items[one.left.key], digest=f"{one.left.digest}, and parted"))

    def at_work(self, monkeypatch: Any) -> Shelf:
        """From now on refreshers find what lies here."""
        from calendar_app.services import refreshing

        shelf, look = self, traces.trace

        class Board:
            world = type("World", (), {"rules": None, "digest": "world"})()
            left_out: Final = {"campaign:1": 3, "campaign:2": 1}

            def conflicts(self) -> list[Found]:
                shelf.asked += 1
                return list(shelf.conflicts)

        @contextmanager
        def current(now: datetime) -> Iterator[Any]:
            world = type("World", (), {"rules": None, "digest": shelf.world_digest})()
            yield type("Kept", (), {"board": Board(), "items": dict(shelf.items), "world": world})()

        def counts(wanted: Sequence[Found], *, now: datetime) -> dict[str, Counts]:
            shelf.counted += [one.key for one in wanted]
            usual = Counts(
                customers=412, customers_how=How.EXACT, products=38, products_how=How.EXACT, cost=900
            )
            return {one.key: shelf.counts.get(one.key, usual) for one in wanted}

        monkeypatch.setattr(refreshing.boards, "current", current)
        monkeypatch.setattr(refreshing.common_reach, "counts", counts)
        monkeypatch.setattr(refreshing, "fixes", lambda one, board: ())
        monkeypatch.setattr(refreshing.traces, "trace", lambda: f"{look()} {hash(self)}")
        return self

    def __hash__(self) -> int:
        """What a change of a row would be to the trace."""
        return hash((tuple((one.key, one.digest) for one in self.items.values()), self.world_digest))
