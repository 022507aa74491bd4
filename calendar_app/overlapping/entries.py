"""An item made ready to be compared with thousands of others."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from calendar_app.overlapping import scopes, when
from calendar_app.overlapping.items import Item
from calendar_app.overlapping.scopes import Audience
from calendar_app.overlapping.together import Asked
from calendar_app.overlapping.wishes import Wish, wish_of
from calendar_app.overlapping.world import World
from engine import Candidate, Validity, algebra, rules
from engine.algebra import Profile, Side
from engine.effects import DiscountType, to_wire

DAYS: Final = 400
"""So far ahead days are told apart; what comes later is compared by its dates only."""
_ALL_HOURS: Final = (1 << 168) - 1
_DAY: Final = (1 << 24) - 1
_SLACK: Final = timedelta(hours=27)
"""The same date comes in other zones up to so much earlier or later."""


@dataclass(eq=False, slots=True)
class Entry:
    """`live` is its candidate as somebody new meets it. `days` has a bit for each day from now on in which it
    may be open, `hours` one for each hour of a week on the wall. `products` None: all. `percent` is the most
    that it may take off. `potential` sorts: what gives most away first, of equal ones the key decides.
    `named` are the segments and collections that its rules name; `is_plain`: it is known which articles are
    in these collections; `unreadable` are those whose whole content nobody knows. `surely` are some products
    that it is for, where not all of them are known, `barred` those that it is never for.
    """

    item: Item
    live: Candidate
    validity: Validity
    days: int
    hours: int
    spots: int
    products: frozenset[str] | None
    surely: frozenset[str] | None
    barred: frozenset[str]
    audience: Audience
    percent: int
    potential: tuple[int, str]
    is_plain: bool
    unreadable: frozenset[str]
    wish: Wish | None
    named: frozenset[str]
    asked: Asked
    slot: int = -1
    profiles: dict[str, Profile] = field(default_factory=dict)

    @property
    def reach(self) -> tuple[object, ...]:
        """All that bitmaps know of it."""
        return self.days, self.hours, self.spots, self.products, self.audience

    def profile_in(self, world: World, zone: str) -> Profile:
        """What the rule algebra makes of it in places of this zone."""
        if zone not in self.profiles:
            candidate = self.live
            if zone != world.zone:
                above = candidate.campaign_validity
                candidate = replace(
                    candidate,
                    validity=when.there(candidate.validity, zone, world.zone),
                    campaign_validity=None if above is None else when.there(above, zone, world.zone),
                )
            side = Side(key=self.item.key, candidate=candidate)
            self.profiles[zone] = algebra.profile(side, world.rules_in(zone))
        return self.profiles[zone]


def entry_of(item: Item, world: World) -> Entry | None:
    """None: nobody can say what it gives, or it is over."""
    candidate = item.candidate
    if candidate is None or not item.can_reach:
        return None
    validity = item.validity
    days = _days(validity, world)
    if not days:
        return None
    percent = _percent(candidate.discount)
    audience = scopes.audience(candidate)
    live = algebra.as_live(candidate)
    barred = world.products.of(scopes.excluded(candidate)) or frozenset()
    products = world.products.of(scopes.targets(candidate))
    if products is not None and barred:
        products -= barred
    needs = rules.joined(rules.needs(one) for one in candidate.rules)
    return Entry(
        item=item,
        live=live,
        validity=validity,
        days=days,
        hours=_hours(validity),
        spots=world.spots_of(item.places),
        products=products,
        barred=barred,
        surely=products if products is not None else _surely(candidate, world),
        audience=audience,
        percent=percent,
        is_plain=needs.collections <= world.readable,
        unreadable=needs.collections - world.rules.collections.keys(),
        asked=Asked.of(0, live),
        named=needs.segments | needs.collections,
        wish=wish_of(candidate, audience),
        potential=(-(item.daily_cost or 0) - percent, item.key),
    )


def _surely(candidate: Candidate, world: World) -> frozenset[str] | None:
    """Some products that it is for; None: it is for all, or none is known."""
    return world.products.surely(scopes.targets(candidate), world.samples) or None


def _days(validity: Validity, world: World) -> int:
    slack = _SLACK if len(world.zones) > 1 else timedelta()
    starts = None if validity.starts_at is None else validity.starts_at - slack
    ends = None if validity.ends_at is None else validity.ends_at + slack
    if ends is not None and ends <= world.now:
        return 0
    first = 0 if starts is None else _day(starts, world.now)
    last = DAYS if ends is None else _day(ends, world.now)
    return ((1 << last + 1) - 1) & ~((1 << first) - 1)


def _day(moment: datetime, now: datetime) -> int:
    return min(max((moment - now) // timedelta(days=1), 0), DAYS)


def _hours(validity: Validity) -> int:
    days = validity.days_of_week
    found = _ALL_HOURS if days is None else _of_days(days)
    if validity.daily_hours is None:
        return found
    open_hours = 0
    for daily in validity.daily_hours:
        first = daily.start_time.hour
        end = daily.expiration_time
        # An hour that is entered at all counts whole.
        last = 24 if end is None else end.hour + (end.minute > 0 or end.second > 0 or end.microsecond > 0)
        within = ((1 << last) - 1) & ~((1 << first) - 1)
        for day in daily.days_of_week:
            open_hours |= within << 24 * day
    return found & open_hours


@lru_cache(maxsize=256)
def _of_days(days: tuple[int, ...]) -> int:
    found = 0
    for day in days:
        found |= _DAY << 24 * day
    return found


def _percent(discount: object) -> int:
    """The most that it takes off, in percent, where it says so; 100 where nobody can tell."""
    if discount is None:
        return 0
    wire = to_wire(discount)  # type: ignore[arg-type]  # any effect
    if wire["type"] != DiscountType.PERCENT or "percent_off_formula" in wire:
        return 100
    return min(100, int(wire.get("percent_off") or 0))
