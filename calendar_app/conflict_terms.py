"""How far a conflict goes, and what makes it more than somebody accepted. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from core import words
from core.instants import format_instant, format_optional, parse_instant

type Window = tuple[datetime, datetime | None]

_MORE_PEOPLE: Final = Decimal("1.1")
"""People come and go by themselves; a tenth more is no other conflict."""


@dataclass(frozen=True, kw_only=True)
class Extent:
    """What somebody looks at who accepts a conflict.

    `since` and `until` (None: open) are those of the time that both have; `windows` the next times at which
    they meet. `percent` is what both give together in the example, `winner` the side (`left`, `right`) that
    applies if only one does. What is None is not known.
    """

    since: datetime | None
    until: datetime | None
    windows: tuple[Window, ...] = ()
    percent: Decimal | None = None
    winner: str = ""
    certainty: str = ""
    customers: int | None = None
    products: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "since": format_optional(self.since),
            "until": format_optional(self.until),
            "windows": [[format_instant(begins), format_optional(ends)] for begins, ends in self.windows],
            "percent": None if self.percent is None else str(self.percent),
        }

    def without_numbers(self) -> Extent:
        """The same, saying nothing of how many customers and products there are."""
        return replace(self, customers=None, products=None)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Extent:
        percent = data.get("percent")
        return cls(
            since=_instant(data.get("since")),
            until=_instant(data.get("until")),
            windows=tuple((parse_instant(one), _instant(end)) for one, end in data.get("windows", ())),
            percent=None if percent is None else Decimal(percent),
            winner=data.get("winner", ""),
            certainty=data.get("certainty", ""),
            customers=data.get("customers"),
            products=data.get("products"),
        )


def digest(*parts: str) -> str:
    """Of the terms of both sides, in their order."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def grown(accepted: Extent, found: Extent, *, now: datetime, names: Mapping[str, str]) -> list[str]:
    """In which ways a conflict is more than what was accepted, as sentences; none: the acceptance holds.

    What time alone does is no reason: it ends sooner, begins later, fewer windows are left. `names` are those
    of its sides.
    """
    return [*_longer(accepted, found, now), *_stronger(accepted, found, names), *_wider(accepted, found)]


def _longer(accepted: Extent, found: Extent, now: datetime) -> Iterator[str]:
    if accepted.until is not None and (found.until is None or found.until > accepted.until):
        ends = "without an end" if found.until is None else f"until {words.when(found.until)}"
        yield f"They meet {ends}, no longer only until {words.when(accepted.until)}."
    began = accepted.since if accepted.since is not None and accepted.since > now else None
    if began is not None and (found.since is None or found.since < began):
        yield f"They meet earlier than {words.when(began)}."
    elif _more_hours(accepted.windows, found.windows, now):
        yield "They meet at more hours than before."


def _more_hours(accepted: Sequence[Window], found: Sequence[Window], now: datetime) -> bool:
    """Whether more of the time that both lists tell of is covered. Lists are bounded: they end somewhere."""
    if not accepted or not found:
        return False
    ends = [windows[-1][1] for windows in (accepted, found)]
    known = [end for end in ends if end is not None]
    if not known:
        return False
    until = min(known)
    return _covered(found, now, until) > _covered(accepted, now, until)


def _covered(windows: Sequence[Window], since: datetime, until: datetime) -> timedelta:
    cut = ((max(begins, since), min(ends or until, until)) for begins, ends in windows)
    return sum((ends - begins for begins, ends in cut if ends > begins), timedelta())


def _stronger(accepted: Extent, found: Extent, names: Mapping[str, str]) -> Iterator[str]:
    if accepted.percent is not None and found.percent is not None and found.percent >= accepted.percent + 1:
        yield f"Together they give {found.percent:g} %, no longer {accepted.percent:g} %."
    if accepted.winner and found.winner and found.winner != accepted.winner:
        yield f"Where only one applies, it is {names.get(found.winner, 'the other one')} now."
    if accepted.certainty and accepted.certainty != found.certainty == "OVERLAPS":
        yield "That they meet is certain now."


def _wider(accepted: Extent, found: Extent) -> Iterator[str]:
    if accepted.products is not None and found.products is not None and found.products > accepted.products:
        before = words.count(accepted.products, "product")
        yield f"They have {words.count(found.products, 'product')} in common, no longer {before}."
    if accepted.customers is None or found.customers is None:
        return
    if found.customers > accepted.customers * _MORE_PEOPLE:
        before = words.count(accepted.customers, "customer")
        yield f"They reach {words.count(found.customers, 'customer')} in common, no longer {before}."


def _instant(value: str | None) -> datetime | None:
    return parse_instant(value) if value else None
