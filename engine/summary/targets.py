"""What a discount is on, in words: entries with their picks, limits and exclusions. Contract: 5.3 to 5.5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine.applicability import ALL_LINES, Applicability, Entry, Pick, Target
from engine.items import ItemObject
from engine.summary import phrases
from engine.summary.articles import articles
from engine.summary.limits import entry_limits
from engine.summary.names import Names

_NOUNS: Final = {Target.ITEM: "item", Target.UNIT: "unit"}
_SORTED: Final = {
    Pick.EVERY: "",
    Pick.FROM_CHEAPEST: ", the cheapest first",
    Pick.FROM_MOST_EXPENSIVE: ", the most expensive first",
}
_EXTREMES: Final[Mapping[Pick, str]] = {
    Pick.CHEAPEST: "cheapest",
    Pick.MOST_EXPENSIVE: "most expensive",
}
UNKNOWN: Final = "the items that its rule names"
NOTHING: Final = "no item (none is chosen)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Targets:
    """`applicability` None = it is not known here which items are meant.

    `has_prices`: the entries' own prices matter (they beat the one of a fixed price discount).
    """

    applicability: Applicability | None
    names: Names
    has_prices: bool = False

    def __str__(self) -> str:
        """every item from Coffee (at most 2 units per item) and Espresso, but not Decaf"""
        found = self.applicability
        if found is None:
            return UNKNOWN
        entries = list(found.included)
        words = [self._entry(entry, is_other=False) for entry in entries]
        if found.included_all or (found.excluded and not entries):
            words.append(self._entry(ALL_LINES, is_other=bool(entries)))
        if not words:
            return NOTHING
        excluded = articles((entry.item for entry in found.excluded), self.names)
        return phrases.listed(words, phrases.AND) + (f", but not {excluded}" if excluded else "")

    @property
    def has_remarks(self) -> bool:
        """Are there limits in brackets, exceptions or an order of picks behind the items?"""
        return any(sign in str(self) for sign in ("(", ", "))

    def _entry(self, entry: Entry, *, is_other: bool) -> str:
        price = own_price(entry, self.names) if self.has_prices else ()
        more = ", ".join((*price, *entry_limits(entry, self.names)))
        return picked(entry, self.names, is_other=is_other) + (f" ({more})" if more else "")


def picked(entry: Entry, names: Names, *, is_other: bool = False) -> str:
    """every second item from Coffee; the cheapest unit of Espresso"""
    noun = _NOUNS[entry.target]
    every = "every other" if is_other else "every"
    skipped, repeat = entry.skip_initially, entry.repeat
    if entry.pick in _EXTREMES:
        place = f"{phrases.ordinal(skipped + 1)} " if skipped else ""
        return f"the {place}{_EXTREMES[entry.pick]} {noun}{_whose(entry, names)}"
    tail = _SORTED[entry.pick]
    if repeat <= 1:
        after = f" after the first {skipped:,}" if skipped else ""
        if not after and not tail and entry.target is Target.ITEM and _is_article(entry):
            return names.item(entry.item)
        return f"{every} {noun}{_whose(entry, names)}{after}{tail}"
    start = "" if skipped == repeat - 1 else f", beginning with the {phrases.ordinal(skipped + 1)}"
    return f"{every} {phrases.ordinal(repeat)} {noun}{_whose(entry, names)}{start}{tail}"


def own_price(entry: Entry, names: Names) -> tuple[str, ...]:
    """The new price of an entry's units; nothing where the discount's price counts."""
    fixed = "that of the discount" if entry.price is None else names.money(entry.price)
    if entry.price_formula is not None:
        return (f"new price as {entry.price_formula} gives (otherwise {fixed})",)
    return () if entry.price is None else (f"new price {fixed}",)


def _is_article(entry: Entry) -> bool:
    return entry is not ALL_LINES and entry.item.object is not ItemObject.COLLECTION


def _whose(entry: Entry, names: Names) -> str:
    if entry is ALL_LINES:
        return ""
    word = "of" if _is_article(entry) else "from"
    return f" {word} {names.item(entry.item)}"
