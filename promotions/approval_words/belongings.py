"""What belongs to a campaign, and what draws on a budget: lists of things, matched by their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from django.utils.formats import date_format

from core import words
from core.exact import exact
from promotions import budget_words
from promotions.approval_words.lines import MISSING, Content, Line, Telling, lower, quoted, raw
from promotions.models import Budget
from promotions.words import discount

type Tell = Callable[[Any, Any, Telling], list[Line]]
type TellOne = Callable[[Content, Content, Telling], list[Line]]
type TellNew = Callable[[Content, Telling], list[Line]]
type Named = dict[tuple[str, int], Content]

_BUDGET_COLUMNS: Final = ("measure", "limit", "period", "per", "channels", "stores")
_LIMIT: Final = "Limit"
_SHOWN_ENTRIES: Final = 20


def tiers(tell: TellOne, whole: TellNew) -> Tell:
    """Tier “Gold” is new: 20 % off the order; Tier “Silver”, discount: 10 % becomes 15 %"""

    def tell_all(before: Any, after: Any, telling: Telling) -> list[Line]:
        was, will = _named(before), _named(after)
        called = _renamed(was, will)
        lines: list[Line] = []
        for key, tier in will.items():
            old = was.get(key) or was.get(called.get(key, key))
            if old is None:
                verb = "" if telling.is_new else " is new"
                said = "; ".join(line.inside() for line in whole(tier, telling))
                lines.append(Line(text=f"{_tier(key)}{verb}: {said}"))
            else:
                subject = _tier(called.get(key, key))
                lines += [Line(text=line.about(subject)) for line in tell(old, tier, telling)]
        gone = [key for key in was if key not in will and key not in called.values()]
        return [*lines, *(Line(text=f"{_tier(key)} is taken away") for key in gone)]

    return tell_all


def stacks(before: Any, after: Any, telling: Telling) -> list[Line]:
    was, will = _named(before), _named(after)
    lines: list[Line] = []
    for key, stack in will.items():
        said, old = _together(stack), was.get(key)
        if old is None:
            lines.append(Line(text=f"Stack {quoted(key[0])}: {said}"))
        elif said != _together(old):
            lines.append(Line(text=f"Stack {quoted(key[0])}: {_together(old)} becomes {said}"))
    gone = [key for key in was if key not in will]
    return [*lines, *(Line(text=f"Stack {quoted(key[0])} is taken away") for key in gone)]


def budgets(tell: TellOne) -> Tell:
    """Budget “Summer”: 10,000.00 EUR becomes 15,000.00 EUR"""

    def tell_all(before: Any, after: Any, telling: Telling) -> list[Line]:
        was, will = _named(before), _named(after)
        lines: list[Line] = []
        for key, budget in will.items():
            subject, old = f"Budget {quoted(key[0])}", was.get(key)
            if old is None:
                lines.append(Line(text=f"{subject} limits it: {limit(budget)}"))
                continue
            for line in tell(old, budget, telling):
                is_limit = line.label == _LIMIT
                lines.append(Line(text=f"{subject}: {line.text}" if is_limit else line.about(subject)))
        gone = [key for key in was if key not in will]
        return [*lines, *(Line(text=f"Budget {quoted(key[0])} does not limit it any more") for key in gone)]

    return tell_all


def own_discounts(before: Content, after: Content, telling: Telling) -> list[Line]:
    """Codes that give something else than their campaign: 3 codes give 50 % off the order of their own"""
    was, will = _counted(before, telling), _counted(after, telling)
    lines = [
        Line(text=_own(will[said], said))
        if said not in was
        else Line(label=f"Codes with {said} of their own", text=f"{was[said]:,} becomes {will[said]:,}")
        for said in will
        if was.get(said) != will[said]
    ]
    lines += [Line(text=f"No code gives {said} of its own any more") for said in was if said not in will]
    more = after.get("other_discounts")
    keys = ("other_discounts", "other_discounts_sha256")
    if more and any(before.get(key) != after.get(key) for key in keys):
        lines.append(Line(text=f"{words.count(more, 'more discount')} of codes, not listed here"))
    return lines


def _own(number: int, said: str) -> str:
    return f"1 code gives {said} of its own" if number == 1 else f"{number:,} codes give {said} of their own"


def _counted(content: Content, telling: Telling) -> dict[str, int]:
    found: Counter[str] = Counter()
    for one in content.get("own_discounts", ()):
        found[discount(exact(one["discount"]), known=telling.known)] += one["codes"]
    return found


def campaigns(before: Any, after: Any, telling: Telling) -> list[Line]:
    """Those that draw on a budget."""
    was, will = (set() if one is MISSING else set(one) for one in (before, after))
    return [
        *(Line(text=f"Campaign {quoted(name)} draws on it") for name in sorted(will - was)),
        *(Line(text=f"Campaign {quoted(name)} does not draw on it any more") for name in sorted(was - will)),
    ]


def plan(before: Any, after: Any, telling: Telling) -> list[Line]:
    """Planned for March 2026: 100.00 EUR becomes 200.00 EUR"""
    was, will = ({} if one is MISSING else one for one in (before, after))
    return [
        Line(
            label=f"Planned for {date_format(date.fromisoformat(month), 'F Y')}",
            text=telling.becomes(*(f"{side[month]:,}" if month in side else "" for side in (was, will))),
        )
        for month in sorted({*was, *will})
        if was.get(month) != will.get(month)
    ]


def entries(before: Content, after: Content, telling: Telling) -> list[Line]:
    """Changes 500 codes; what becomes of the first of them."""
    count = after.get("codes")
    if not count or count == before.get("codes"):
        return []
    found = [plain(entry) for entry in after.get("entries", ())]
    lines = [Line(text=f"Changes {words.count(count, 'code')}")]
    for entry in found[:_SHOWN_ENTRIES]:
        said = {name: value for name, value in entry.items() if name != "code"}
        lines += raw(f"Code {entry.get('code')}", {}, said, Telling(is_new=True))
    more = count - len(found[:_SHOWN_ENTRIES])
    return [*lines, Line(text=f"And {words.count(more, 'more code')}")] if more else lines


def limit(content: Content) -> str:
    """at most 5,000.00 EUR of discounts, each month"""
    budget = Budget(**{name: content[name] for name in _BUDGET_COLUMNS if name in content})
    return lower(budget_words.sentence(budget).removesuffix("."))


def plain(value: Any) -> Any:
    """Arguments as the codec keeps them, without its tags and without what is not set."""
    if isinstance(value, Mapping):
        if "$" in value:
            return plain(value["value"])
        return {name: said for name, one in value.items() if (said := plain(one)) not in (None, "", [], {})}
    return [plain(one) for one in value] if isinstance(value, list) else value


def _named(value: Any) -> Named:
    """By the name, and which of that name it is."""
    seen: Counter[str] = Counter()
    found: Named = {}
    for one in () if value is MISSING else value:
        name = one["name"]
        found[name, seen[name]] = one
        seen[name] += 1
    return found


def _renamed(was: Named, will: Named) -> dict[tuple[str, int], tuple[str, int]]:
    """New name -> old name of what stands at the same place as one that is gone."""
    gone = {one.get("hierarchy"): key for key, one in was.items() if key not in will}
    come = {one.get("hierarchy"): key for key, one in will.items() if key not in was}
    return {key: gone[place] for place, key in come.items() if place in gone}


def _tier(key: tuple[str, int]) -> str:
    return f"Tier {quoted(key[0])}"


def _together(stack: Content) -> str:
    category = f", category {stack['category']}" if stack["category"] else ""
    return f"{words.shown(list(stack['tiers']))}{category}"
