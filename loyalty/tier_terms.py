"""How tiers of a programme are reached and how long they last. Pure. Contract: loyalty 10.2.

The wire's `loyalty_tiers_expiration`, read once:

    {"qualification_type": "POINTS_IN_PERIOD", "qualification_period": "YEAR",
     "start_date": {"type": "IMMEDIATE"}, "expiration_date": {"type": "END_OF_NEXT_PERIOD", "extend": "P7D"}}
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from core.errors import InvalidPayload
from loyalty.expiry import add_months, end_of_unit


class Metric(StrEnum):
    BALANCE = "BALANCE"
    POINTS_IN_PERIOD = "POINTS_IN_PERIOD"


class Starts(StrEnum):
    IMMEDIATE = "IMMEDIATE"
    NEXT_PERIOD = "NEXT_PERIOD"


class Ends(StrEnum):
    BALANCE_DROP = "BALANCE_DROP"
    CUSTOM = "CUSTOM"
    END_OF_PERIOD = "END_OF_PERIOD"
    END_OF_NEXT_PERIOD = "END_OF_NEXT_PERIOD"


class Strategy(StrEnum):
    START = "START"
    END = "END"


PERIODS: Final = {"MONTH": 1, "QUARTER": 3, "HALF_YEAR": 6, "YEAR": 12}
"""In months."""
PARTICULAR_MONTH: Final = "CUSTOM"
LONGEST_MONTHS: Final = 120
LONGEST_DAYS: Final = 3660
_DURATION: Final = re.compile(r"P(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?")


@dataclass(frozen=True, kw_only=True)
class Rounding:
    """Forward to the last day of a unit of so many months, or to the first one of the next.

    `month` (1 to 12) is one particular month, instead.
    """

    strategy: Strategy = Strategy.END
    unit: int = 1
    month: int | None = None


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Without configuration: the balance decides, at once and both ways (contract 10.2).

    `period` in months. `extend` as (months, days).
    """

    metric: Metric = Metric.BALANCE
    period: int = 1
    starts: Starts = Starts.IMMEDIATE
    ends: Ends = Ends.BALANCE_DROP
    extend: tuple[int, int] = (0, 0)
    rounding: Rounding | None = None

    @property
    def starts_at_once(self) -> bool:
        return self.starts is Starts.IMMEDIATE


def read(wire: Mapping[str, Any] | None) -> Terms:
    """The terms of a programme; `wire` passed `check`."""
    if not wire:
        return Terms()
    ends = wire.get("expiration_date") or {}
    metric = Metric(wire["qualification_type"])
    usual = Ends.BALANCE_DROP if metric is Metric.BALANCE else Ends.END_OF_PERIOD
    return Terms(
        metric=metric,
        period=PERIODS[wire.get("qualification_period") or "MONTH"],
        starts=Starts((wire.get("start_date") or {}).get("type") or Starts.IMMEDIATE),
        ends=Ends(ends.get("type") or usual),
        extend=_duration(ends.get("extend")) or (0, 0),
        rounding=_rounding(ends.get("rounding")),
    )


def end_of(terms: Terms, since: date) -> date | None:
    """The last day of a tier that counts from `since`; None: as long as the balance holds it.

    end_of(custom("P3M", MONTH, END), date(2026, 11, 10)) -> date(2027, 2, 28)
    """
    match terms.ends:
        case Ends.BALANCE_DROP:
            return None
        case Ends.CUSTOM:
            ends = since
        case Ends.END_OF_PERIOD:
            ends = end_of_unit(since, terms.period)
        case Ends.END_OF_NEXT_PERIOD:
            ends = end_of_unit(end_of_unit(since, terms.period) + timedelta(days=1), terms.period)
    months, days = terms.extend
    if months:
        ends = _months_later(ends, months, keep_end=terms.ends is not Ends.CUSTOM)
    return _rounded(ends + timedelta(days=days), terms.rounding)


def period_of(terms: Terms, day: date) -> tuple[date, date]:
    """First and last day of the qualification period in which `day` lies."""
    last = end_of_unit(day, terms.period)
    return add_months(last.replace(day=1), 1 - terms.period), last


def check(wire: Any, *, at: str = "loyalty_tiers_expiration") -> None:
    """Refuse what `read` cannot read, or what would mean nothing.

    :raises InvalidPayload: with what is wrong and what would do.
    """
    if wire is None:
        return
    if not isinstance(wire, Mapping):
        raise InvalidPayload(f"{at} must be an object, or null for tiers that follow the balance.")
    metric = _choice(wire, "qualification_type", Metric, at=at, required=True)
    starts = _part(wire, "start_date", at)
    ends = _part(wire, "expiration_date", at)
    if metric == Metric.BALANCE:
        _choice(starts, "type", (Starts.IMMEDIATE,), at=f"{at}.start_date")
        allowed: tuple[Ends, ...] = (Ends.BALANCE_DROP, Ends.CUSTOM)
    else:
        _choice(wire, "qualification_period", PERIODS, at=at, required=True)
        _choice(starts, "type", Starts, at=f"{at}.start_date")
        allowed = (Ends.END_OF_PERIOD, Ends.END_OF_NEXT_PERIOD)
    ends_at = f"{at}.expiration_date"
    kind = _choice(ends, "type", allowed, at=ends_at)
    _check_extend(ends, ends_at, needed=kind == Ends.CUSTOM)
    _check_rounding(ends, f"{ends_at}.rounding")


def _months_later(day: date, months: int, *, keep_end: bool) -> date:
    """The end of a period stays the end of a month: 28 February and a month is 31 March."""
    later = add_months(day, months)
    return end_of_unit(later, 1) if keep_end else later


def _rounded(day: date, rounding: Rounding | None) -> date:
    if rounding is None:
        return day
    if rounding.month is None:
        end = end_of_unit(day, rounding.unit)
        return end if rounding.strategy is Strategy.END else end + timedelta(days=1)
    first = date(day.year, rounding.month, 1)
    if rounding.strategy is Strategy.START:
        return first if first >= day else first.replace(year=day.year + 1)
    end = end_of_unit(first, 1)
    return end if end >= day else end_of_unit(first.replace(year=day.year + 1), 1)


def _duration(text: Any) -> tuple[int, int] | None:
    """Months and days of an ISO duration; None: it is none."""
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if found is None or not any(found.groups()):
        return None
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    return years * 12 + months, weeks * 7 + days


def _rounding(wire: Mapping[str, Any] | None) -> Rounding | None:
    if not wire or not wire.get("type"):
        return None
    strategy = Strategy(wire.get("strategy") or Strategy.END)
    if wire["type"] == PARTICULAR_MONTH:
        return Rounding(strategy=strategy, month=wire["value"] + 1)
    return Rounding(strategy=strategy, unit=PERIODS[wire["type"]])


def _check_extend(ends: Mapping[str, Any], at: str, *, needed: bool) -> None:
    text = ends.get("extend")
    if text is None and not needed:
        return
    extend = _duration(text)
    if extend is None or extend[0] > LONGEST_MONTHS or extend[1] > LONGEST_DAYS:
        raise InvalidPayload(
            f"{at}.extend must be an ISO 8601 duration in months or days, such as P3M or P7D."
        )
    if needed and extend == (0, 0):
        raise InvalidPayload(f"{at}.extend must be longer than nothing.")


def _check_rounding(ends: Mapping[str, Any], at: str) -> None:
    rounding = _part(ends, "rounding", at.removesuffix(".rounding"))
    if not rounding:
        return
    kind = _choice(rounding, "type", (*PERIODS, PARTICULAR_MONTH), at=at, required=True)
    _choice(rounding, "strategy", Strategy, at=at)
    value = rounding.get("value")
    is_month = not isinstance(value, bool) and isinstance(value, int) and 0 <= value <= 11
    if kind == PARTICULAR_MONTH and not is_month:
        raise InvalidPayload(f"{at}.value must be a month from 0 (January) to 11 (December).")


def _part(wire: Mapping[str, Any], name: str, at: str) -> Mapping[str, Any]:
    part = wire.get(name)
    if part is None:
        return {}
    if not isinstance(part, Mapping):
        raise InvalidPayload(f"{at}.{name} must be an object.")
    return part


def _choice(
    wire: Mapping[str, Any],
    name: str,
    allowed: Collection[str] | type[StrEnum],
    *,
    at: str,
    required: bool = False,
) -> str | None:
    value = wire.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str) or value not in list(allowed):
        raise InvalidPayload(f"{at}.{name} must be one of: {', '.join(allowed)}.")
    return value
