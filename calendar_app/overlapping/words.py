"""A conflict as one sentence that a marketer understands. English, as all texts of the engine."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from calendar_app.overlapping import when
from calendar_app.overlapping.found import Counts, Found, How, Kind, Purchase
from calendar_app.overlapping.together import LEFT
from engine.rules.words import money
from engine.spans import Span

_ABOUT: Final = {How.EXACT: "", How.ABOUT: "about ", How.MORE_THAN: "more than "}


def sentence(found: Found, counts: Counts | None = None) -> str:
    """Black Friday and VIP week meet on Sat 28 Nov 16:00–22:00 for 412 customers in VIP and 38 products;
    together they take 44 % off: 2 × Arabica for 40.00 becomes 22.40.
    """
    return f"{_who(found)} {_what(found, counts)}."


def _who(found: Found) -> str:
    if found.right is None:
        return found.left.label
    return f"{found.left.label} and {found.right.label}"


def _what(found: Found, counts: Counts | None) -> str:
    if found.kind is Kind.BLACKOUT:
        return _blackout(found)
    if found.kind is Kind.COMPETING_MESSAGES:
        return f"speak to {found.audience} within three days{_when(found)}: {found.why}"
    if found.kind is Kind.SHARED_BUDGET:
        return _budget(found)
    if found.kind is Kind.UNKNOWN:
        return f"may meet{_when(found)}; that depends on {_list(found.opaque)}"
    meeting = f"meet{_when(found)}{_where(found)}{_reach(found, counts)}"
    return f"{meeting}; {_outcome(found)}"


def _outcome(found: Found) -> str:
    if found.kind is Kind.EXCLUSIVE_CLASH:
        if not found.winner:
            return f"only one of them applies, the one that is asked for first: {_lower(found.why)}"
        winner = found.left if found.winner == LEFT else found.right
        name = "" if winner is None else winner.label
        return f"only {name} applies: {_lower(found.why)}"
    if found.kind is Kind.AREA_COLLISION:
        return _lower(found.why)
    text = "both lower the same product" if found.purchase is None else _together(found.purchase)
    return f"{text} ({_lower(found.why)})" if found.why else text


def _together(purchase: Purchase) -> str:
    before, after = money(purchase.before), money(purchase.after)
    if purchase.article:
        what = f"{purchase.units} × {purchase.article} for {before}"
    else:
        what = f"a basket of {before}"
    return f"together they take {purchase.percent} % off: {what} becomes {after}"


def _blackout(found: Found) -> str:
    name = "" if found.closure is None else found.closure.name
    verb = "begins" if found.closure is not None and found.closure.forbids == "BEGIN" else "runs"
    must = "must not" if found.closure is not None and found.closure.is_hard else "should not"
    return f"{verb}{_when(found)}, when it {must}: {name}"


def _budget(found: Found) -> str:
    pools = _list(found.pools)
    text = f"draw on the same budget {pools}{_when(found)}"
    if found.at_stake:
        return f"{text}, and together may want {money(found.at_stake)} more than is left"
    return text


def _when(found: Found) -> str:
    if not found.spans:
        return "" if found.first_at is None else f" on {_instant(found.first_at, found)}"
    text = _span(found.spans[0], found)
    more = len(found.spans) - 1
    if not more:
        return text
    return f"{text} and {more} more times" if more > 1 else f"{text} and once more"


def _span(span: Span, found: Found) -> str:
    """on Sat 28 Nov 16:00–22:00; from Tue 10 Mar to Thu 12 Mar; from Tue 10 Mar on"""
    zone = when.zone_of(found.zone)
    start = span[0].astimezone(zone)
    if span[1] is None:
        return f" from {_day(start, found)} on"
    end = span[1].astimezone(zone)
    last = (span[1] - timedelta(microseconds=1)).astimezone(zone)
    is_whole = not (start.hour or start.minute or end.hour or end.minute)
    if start.date() == last.date():
        if is_whole:
            return f" on {_day(start, found)}"
        until = "24:00" if end.date() != start.date() else f"{end:%H:%M}"
        return f" on {_day(start, found)} {start:%H:%M}–{until}"
    return f" from {_day(start, found)} to {_day(last, found)}"


def _instant(moment: datetime, found: Found) -> str:
    local = moment.astimezone(when.zone_of(found.zone))
    return f"{_day(local, found)} {local:%H:%M}"


def _day(local: datetime, found: Found) -> str:
    """With the year where it is not the one of the first instant."""
    first = found.first_at
    is_other = first is not None and first.astimezone(when.zone_of(found.zone)).year != local.year
    return f"{local:%a} {local.day} {local:%b}{f' {local.year}' if is_other else ''}"


def _where(found: Found) -> str:
    return f" in {found.spot}" if found.spot else ""


def _reach(found: Found, counts: Counts | None) -> str:
    people = _people(found, counts)
    products = _products(counts)
    parts = [part for part in (people, products) if part]
    return f" for {' and '.join(parts)}" if parts else ""


def _people(found: Found, counts: Counts | None) -> str:
    inside = f" in {found.audience}" if found.audience else ""
    if counts is None or counts.customers is None:
        return f"customers{inside}" if inside else ""
    return f"{_count(counts.customers, counts.customers_how, 'customer')}{inside}"


def _products(counts: Counts | None) -> str:
    if counts is None or counts.products is None:
        return ""
    return _count(counts.products, counts.products_how, "product")


def _count(number: int, how: How, noun: str) -> str:
    return f"{_ABOUT.get(how, '')}{number:,} {noun}{'' if number == 1 else 's'}"


def _list(parts: tuple[str, ...]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def _lower(text: str) -> str:
    """As the second half of a sentence; names keep their letters."""
    for word in ("Both ", "One ", "After "):
        if text.startswith(word):
            return text[0].lower() + text[1:]
    return text
