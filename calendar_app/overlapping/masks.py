"""Which of many entries may meet one: bitmaps, one bit an entry. What they rule out is proved apart.

A day, an hour of the week, a place, a product or a segment is enough to rule a pair out; what is not known of
one of them rules out nothing. So of a million pairs only those are looked at that could be.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from calendar_app.overlapping.entries import Entry


class _Groups[Key]:
    """Entries by what they have in one respect; few different ones are compared instead of all entries."""

    def __init__(self) -> None:
        self.masks: Final[dict[Key, int]] = {}

    def add(self, key: Key, bit: int) -> None:
        self.masks[key] = self.masks.get(key, 0) | bit

    def drop(self, key: Key, bit: int) -> None:
        left = self.masks.get(key, 0) & ~bit
        if left:
            self.masks[key] = left
        else:
            self.masks.pop(key, None)


class Masks:
    """Entries in slots. `meeting(entry)` works for entries that are not in it, too."""

    def __init__(self) -> None:
        self.entries: Final[dict[int, Entry]] = {}
        self._free: list[int] = []
        self._days: _Groups[int] = _Groups()
        self._hours: _Groups[int] = _Groups()
        self._spots: _Groups[int] = _Groups()
        self._scopes: _Groups[frozenset[str] | None] = _Groups()
        self._inside: _Groups[frozenset[str]] = _Groups()
        self._outside: _Groups[str] = _Groups()
        self._campaigns: _Groups[int] = _Groups()
        self._by_product: dict[str, set[frozenset[str]]] = {}
        self._all = 0

    def add(self, entry: Entry) -> None:
        entry.slot = self._free.pop() if self._free else len(self.entries)
        self.entries[entry.slot] = entry
        self._all |= 1 << entry.slot
        self._change(entry, 1 << entry.slot, is_new=True)

    def remove(self, entry: Entry) -> None:
        del self.entries[entry.slot]
        self._free.append(entry.slot)
        self._all &= ~(1 << entry.slot)
        self._change(entry, 1 << entry.slot, is_new=False)
        entry.slot = -1

    def meeting(self, entry: Entry) -> int:
        """The slots of those that could be had by one customer, in one place, at one time, for one product.

        Those of the same campaign are left out.
        """
        found = self._all & ~self._campaigns.masks.get(entry.item.campaign_id, 0)
        found &= self._touching(self._hours, entry.hours)
        found &= self._touching(self._spots, entry.spots)
        found &= self._touching(self._days, entry.days)
        found &= self._sharing(entry.products)
        for wanted in entry.audience.inside:
            found &= ~self._refusing(wanted)
        if entry.audience.outside:
            found &= ~self._refused_by(entry.audience.outside)
        return found

    def each(self, mask: int) -> Iterator[Entry]:
        while mask:
            low = mask & -mask
            yield self.entries[low.bit_length() - 1]
            mask ^= low

    @staticmethod
    def _touching(groups: _Groups[int], own: int) -> int:
        found = 0
        for key, mask in groups.masks.items():
            if key & own:
                found |= mask
        return found

    def _sharing(self, products: frozenset[str] | None) -> int:
        if products is None:
            return self._all
        found = self._scopes.masks.get(None, 0)
        scopes: set[frozenset[str]] = set()
        for product in products:
            scopes |= self._by_product.get(product, _NONE)
        for scope in scopes:
            found |= self._scopes.masks[scope]
        return found

    def _refusing(self, wanted: frozenset[str]) -> int:
        """Those that refuse everybody who could be wanted."""
        found = self._all
        for segment in wanted:
            found &= self._outside.masks.get(segment, 0)
        return found

    def _refused_by(self, outside: frozenset[str]) -> int:
        found = 0
        for wanted, mask in self._inside.masks.items():
            if wanted <= outside:
                found |= mask
        return found

    def _change(self, entry: Entry, bit: int, *, is_new: bool) -> None:
        def put[Key](groups: _Groups[Key], key: Key) -> None:
            (groups.add if is_new else groups.drop)(key, bit)

        put(self._days, entry.days)
        put(self._hours, entry.hours)
        put(self._spots, entry.spots)
        put(self._scopes, entry.products)
        if entry.item.campaign_id:
            put(self._campaigns, entry.item.campaign_id)
        for wanted in entry.audience.inside:
            put(self._inside, wanted)
        for refused in entry.audience.outside:
            put(self._outside, refused)
        if entry.products is not None:
            self._list(entry.products)

    def _list(self, products: frozenset[str]) -> None:
        """Which scopes hold a product; a scope that nobody has any more is forgotten."""
        is_used = products in self._scopes.masks
        for product in products:
            known = self._by_product.setdefault(product, set())
            (known.add if is_used else known.discard)(products)
            if not known:
                del self._by_product[product]


_NONE: Final[frozenset[frozenset[str]]] = frozenset()
