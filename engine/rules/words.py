"""A judged rule in plain words: what it asks and what was found. Money as 12.00, no currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from engine.rules.families import REGISTRY, Kind
from engine.rules.tree import Operator
from engine.rules.verdict import LeafVerdict, Requirement

_MOST_LISTED = 3
_OPERATORS: Final[Mapping[str, str]] = {
    Operator.IS: "be {}",
    Operator.IS_NOT: "not be {}",
    Operator.IN: "be one of {}",
    Operator.NOT_IN: "be none of {}",
    Operator.MORE_THAN: "be more than {}",
    Operator.LESS_THAN: "be less than {}",
    Operator.MORE_THAN_OR_EQUAL: "be at least {}",
    Operator.LESS_THAN_OR_EQUAL: "be at most {}",
    Operator.STARTS_WITH: "start with {}",
    Operator.ENDS_WITH: "end with {}",
    Operator.CONTAINS: "contain {}",
    Operator.HAS_VALUE: "be known",
    Operator.IS_UNKNOWN: "be unknown",
    Operator.COUNT: "have exactly {} entries",
    Operator.COUNT_MORE: "have more than {} entries",
    Operator.COUNT_LESS: "have fewer than {} entries",
    Operator.NOT_DIFFER: "have exactly the entries {}",
    Operator.NOT_INTERSECT: "have none of the entries {}",
    Operator.FROM: "be from {}",
    Operator.AFTER: "be after {}",
    Operator.BEFORE: "be before {}",
    Operator.MORE_THAN_AGO: "be more than {} days ago",
    Operator.LESS_THAN_AGO: "be less than {} days ago",
    Operator.IS_DAYS_AGO: "be exactly {} days ago",
    Operator.MORE_THAN_FUTURE: "be more than {} days ahead",
    Operator.LESS_THAN_FUTURE: "be less than {} days ahead",
    Operator.IS_DAYS_IN_FUTURE: "be exactly {} days ahead",
    Operator.TIMEFRAME: "be in the recurring window {}",
    Operator.TIMEFRAME_ABSOLUTE: "be between {}",
    Operator.TIMEFRAME_DAILY_HOURS: "be at {}",
    Operator.DAY_OF_WEEK: "be on {}",
}
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_SMALL: Final = {1: "one", 2: "two", 3: "three"}


def money(minor_units: int | Decimal) -> str:
    """1200 -> "12.00"."""
    amount = Decimal(minor_units).scaleb(-2)
    return f"{amount:,.2f}" if minor_units == int(minor_units) else f"{amount:,f}"


def instant(text: str, since: str | None = None) -> str:
    """ "2026-11-27T09:00:00+01:00" -> "Friday 27 November 09:00"; the year when it is not `since`'s."""
    found = datetime.fromisoformat(text)
    is_same_year = since is None or datetime.fromisoformat(since).year == found.year
    year = "" if is_same_year else f" {found.year}"
    seconds = f":{found.second:02}" if found.second else ""
    day = f"{_WEEKDAYS[found.weekday()]} {found.day} {_MONTHS[found.month - 1]}{year}"
    return f"{day} {found.hour:02}:{found.minute:02}{seconds}"


def article(item: Mapping[str, Any]) -> str:
    """What people call an article: its name, else its ids."""
    return str(item.get("name") or item.get("source_id") or item.get("id"))


def either(parts: Sequence[str], word: str = "or") -> str:
    """ "a, b or c"; a long list is cut."""
    shown = list(parts[:_MOST_LISTED])
    if len(parts) > _MOST_LISTED:
        return f"{', '.join(shown)} {word} {len(parts) - _MOST_LISTED} others"
    return f" {word} ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else "".join(shown)


def requirement(leaf: LeafVerdict) -> str:
    """ "order amount must be at least 100.00"."""
    title = REGISTRY[leaf.name].title
    subject = f"{title} '{leaf.property}'" if leaf.property else title
    asked = " and ".join(_asked(one, leaf.kind) for one in leaf.required)
    own = f"{subject} must {asked}" if asked else subject
    below = f" {'or' if ' or ' in leaf.logic else 'and'} ".join(requirement(child) for child in leaf.children)
    return f"{own}, where {below}" if below else own


def finding(leaf: LeafVerdict) -> str:
    """ "it is 88.00"."""
    if leaf.kind == Kind.ITEM:
        lines = leaf.actual.get("lines") or []
        numbers = either([str(line + 1) for line in lines], "and")
        return f"matching order lines: {numbers}" if lines else "no order line matches"
    if not leaf.actual:
        return "it is not known"
    value = leaf.actual["value"]
    if isinstance(value, list) and not value:
        return "there is none"
    if leaf.kind == Kind.TIME:
        return f"it is {instant(value)}"
    if isinstance(value, list):
        return f"it is {either([_shown(element, leaf.kind) for element in value], 'and')}"
    return f"it is {_shown(value, leaf.kind)}"


def count(number: int | Decimal, things: str = "") -> str:
    """ "one more" reads better than "1 more"."""
    words = _SMALL.get(int(number), str(number)) if number == int(number) else str(number)
    return f"{words} {things}".strip()


def _asked(one: Requirement, kind: str) -> str:
    operands = one.operands.get("operands") or []
    if one.operator == Operator.DAY_OF_WEEK:
        shown = [_WEEKDAYS[(int(day) - 1) % 7] for day in operands]
    elif one.operator == Operator.TIMEFRAME:
        return "be in the recurring window '{}', every {} for {}".format(*operands)
    elif one.operator in (Operator.COUNT, Operator.COUNT_MORE, Operator.COUNT_LESS):
        shown = [str(operand) for operand in operands]
    else:
        shown = [_shown(operand, kind) for operand in operands]
    return _OPERATORS[one.operator].format(either(shown))


def _shown(value: Any, kind: str) -> str:
    if isinstance(value, Mapping):
        return article(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if kind == Kind.MONEY and isinstance(value, int | Decimal):
        return money(value)
    return str(value)
