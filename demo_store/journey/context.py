"""What every stage of a run shares."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice

from core.actors import Actor
from demo_store.journey.clock import Shift
from demo_store.journey.report import Progress
from demo_store.journey.rows import (
    Basket,
    Campaign,
    CouponProduct,
    Household,
    Product,
    Redemption,
    Source,
    Target,
)

ORDER_BATCH = 2_000
CATALOGUE_BATCH = 10_000


@dataclass(frozen=True, kw_only=True)
class Context:
    """Source, move in time, who acts, and whether anything is written (`dry_run`: only counted)."""

    source: Source
    shift: Shift
    actor: Actor
    progress: Progress
    dry_run: bool = False


class FirstHouseholds:
    """Another source, as if only its first `limit` households (by number) had ever bought anything."""

    def __init__(self, source: Source, limit: int) -> None:
        self._source = source
        self._limit = limit
        self._chosen = frozenset(household.id for household in self.households())

    def households(self) -> Iterator[Household]:
        return islice(self._source.households(), self._limit)

    def products(self) -> Iterator[Product]:
        return self._source.products()

    def campaigns(self) -> Iterator[Campaign]:
        return self._source.campaigns()

    def targets(self) -> Iterator[Target]:
        return (target for target in self._source.targets() if target.household_id in self._chosen)

    def coupon_products(self) -> Iterator[CouponProduct]:
        return self._source.coupon_products()

    def redemptions(self) -> Iterator[Redemption]:
        return (row for row in self._source.redemptions() if row.household_id in self._chosen)

    def baskets(self, households: Collection[int] | None = None) -> Iterator[Basket]:
        wanted = self._chosen if households is None else self._chosen.intersection(households)
        return self._source.baskets(wanted)
