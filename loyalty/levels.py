"""Rules of promotions may ask who holds a tier: here is who answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from commerce import event_codes
from core import project
from loyalty.selectors import members, tiers
from promotions import loyalty_tiers


class Levels:
    """What `promotions.loyalty_tiers` asks. "Today" is the project's."""

    def held_by_each(
        self, customers: Collection[int], wanted: Collection[str], *, now: datetime
    ) -> Mapping[int, frozenset[str]]:
        day = project.day_of(now)
        return tiers.held_by_each(customers, wanted, day=day)

    def names(self, public_ids: Collection[str]) -> Mapping[str, str]:
        return tiers.names(public_ids)


def register() -> None:
    loyalty_tiers.register(Levels())
    event_codes.register("loyalty", lambda code, _: members.check(code))
