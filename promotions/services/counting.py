"""Decide on counters that others move at the same time. Contract: semantics-core 5.5, 11.5.

A request is decided on counters as they were read, without holding them; at its end one guarded statement
moves them (`counter_moves`). Did one of them cross what the decision relied on meanwhile, the request starts
again and holds them from the beginning, so that its answer is exact. So a hot counter is locked for the time
of a commit only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from django.db import IntegrityError, connection, transaction

from commerce.models import Customer
from core import prepared, project
from core.errors import TemporarilyUnavailable
from core.locking import lock
from promotions.models import (
    Campaign,
    Counter,
    PromotionTier,
    Voucher,
)
from promotions.selectors import recounting
from promotions.selectors.counter_reading import Wanted, stored
from promotions.selectors.tallies import NEW_CUSTOMER, Counted, Tally
from promotions.services import holds
from promotions.services.counter_moves import DecisionOutdated

_ATTEMPTS: Final = 5
_LIMITS: Final = frozenset({"counter_within_its_limit", "voucher_within_quantity", "counter_once"})


class CountersMissing(Exception):
    """Counters of everybody are asked for the first time: they are made in a transaction of their own."""

    def __init__(self, tallies: Iterable[Tally]) -> None:
        self.tallies = frozenset(tallies)
        super().__init__("counters are missing")


class Taking:
    """Reads counters for a decision that counts.

    The caller holds the customer. `careful`: holds the counters too, until the transaction ends. `with_rows`:
    holds the customer itself, and makes his counters, where they are needed before they are moved.
    """

    def __init__(self, *, careful: bool = False, with_rows: bool = False) -> None:
        self._careful = careful
        self._with_rows = with_rows

    def read(self, wanted: Wanted) -> Mapping[Tally, Counted]:
        """:raises CountersMissing: some were never asked for before."""
        if self._with_rows and self._is_about_customer(wanted):
            assert wanted.customer is not None  # noqa: S101 - a tally names him
            lock(Customer.objects.filter(pk=wanted.customer.pk).only("pk"))
        unknown = {tally for tally in wanted.tallies if tally.subject == NEW_CUSTOMER}
        nothing = dict.fromkeys(unknown, Counted(id=0, value=0))
        found = nothing | stored(wanted)
        missing = wanted.tallies - found.keys()
        if self._with_rows:
            missing |= {tally for tally, one in found.items() if not one.id and tally not in unknown}
        shared = [tally for tally in missing if not _is_personal(tally)]
        if shared:
            raise CountersMissing(shared)
        if missing:
            # Whoever else counts the same person waits for the new row: it is taken before any voucher and
            # any counter that others have, by everybody.
            _make(missing)
        if self._careful:
            _hold(wanted)
        return nothing | stored(wanted) if missing or self._careful else found

    def _is_about_customer(self, wanted: Wanted) -> bool:
        mine = wanted.subjects.customer if wanted.customer is not None else ""
        return bool(mine) and any(tally.subject == mine for tally in wanted.tallies)


def decided[Result](attempt: Callable[[Taking], Result], *, with_rows: bool = False) -> Result:
    """Run `attempt`, a whole transaction, until its decision still holds at its end.

    :raises TemporarilyUnavailable: others were faster every time.
    """
    careful = False
    for _ in range(_ATTEMPTS):
        try:
            return attempt(Taking(careful=careful, with_rows=with_rows))
        except CountersMissing as missing:
            make_shared(missing.tallies)
        except DecisionOutdated:
            careful = True
        except IntegrityError as error:
            if constraint_of(error) not in _LIMITS:
                raise
            careful = True
    raise TemporarilyUnavailable("Too many requests use the same thing at once. Repeat the call.")


def constraint_of(error: IntegrityError) -> str:
    """The name of the constraint that refused, "" when the database names none."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


@transaction.atomic
def make_shared(missing: Iterable[Tally]) -> None:
    """Make counters of everybody from the rows that they sum up.

    Whoever uses something holds the rows of its voucher, tier and campaign before he moves counters. Locking
    these against that lets everything be finished that does not see the new counters yet, and nothing be
    missed.
    """
    found = sorted(missing, key=lambda tally: tally.place)
    for scope, model in _LOCKED:
        keys = {tally.scope_id for tally in found if tally.scope == scope}
        if keys:
            list(model.objects.filter(pk__in=keys).order_by("pk").select_for_update().values_list("pk"))
    _make(found)


_LOCKED: Final[tuple[tuple[Counter.Scope, type[Voucher | PromotionTier | Campaign]], ...]] = (
    (Counter.Scope.VOUCHER, Voucher),
    (Counter.Scope.TIER, PromotionTier),
    (Counter.Scope.CAMPAIGN, Campaign),
)


def hold_campaigns(campaigns: Collection[int]) -> None:
    """Nobody makes counters of these campaigns anew until the transaction ends (see `make_shared`).

    To be called after vouchers and tiers are locked and before counters are moved. Inserting the redemption
    is not enough: its foreign keys take their share of the rows at the commit only.
    """
    if campaigns:
        with prepared.cursor() as cursor:
            cursor.execute(_HOLD_CAMPAIGNS, [sorted(campaigns)])


_HOLD_CAMPAIGNS: Final = (
    "SELECT 1 FROM promotions_campaign WHERE id = ANY(%s::bigint[]) ORDER BY id FOR KEY SHARE"
)


def _make(missing: Iterable[Tally]) -> None:
    values = recounting.recount(missing, project.current())
    budgets = {tally.scope_id for tally in values if tally.scope == Counter.Scope.BUDGET}
    limits = _limits_of(budgets) if budgets else {}
    rows = [
        Counter(**tally._asdict(), value=value, most=_limit_of(tally, limits))
        for tally, value in sorted(values.items(), key=lambda pair: pair[0].place)
    ]
    Counter.objects.bulk_create(rows, ignore_conflicts=True)
    holds.carry_over(values.keys())


def _limits_of(budgets: Collection[int]) -> dict[int, int]:
    """Their limits, which nobody changes until the transaction ends.

    Whoever changes a limit changes that of the counters that are there: none may come in between. The lock is
    shared: people who draw on a budget for the first time do not wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LIMITS_OF, [sorted(budgets)])
        return dict(cursor.fetchall())


_LIMITS_OF: Final = (
    'SELECT id, "limit" FROM promotions_budget WHERE id = ANY(%s::bigint[]) ORDER BY id FOR SHARE'
)


def _limit_of(tally: Tally, limits: Mapping[int, int]) -> int | None:
    return limits.get(tally.scope_id) if tally.scope == Counter.Scope.BUDGET else None


def _is_personal(tally: Tally) -> bool:
    if tally.scope == Counter.Scope.BUDGET:
        return bool(tally.subject)
    return tally.subject.startswith("customer:")


def _hold(wanted: Wanted) -> None:
    """Lock what the request will move, in the order in which it is moved, and tidy away what is over."""
    vouchers = [entry.row.pk for entry in wanted.found if isinstance(entry.row, Voucher)]
    tiers = [entry.row.pk for entry in wanted.found if isinstance(entry.row, PromotionTier)]
    over = holds.over(vouchers=vouchers, counters=_counters(_FIND, wanted.tallies), now=wanted.now)
    # What is over may be of other vouchers too: they are locked with ours, before any counter.
    touched = {*vouchers, *(pk for pk in over.values() if pk is not None)}
    if touched:
        lock(Voucher.objects.filter(pk__in=touched).only("pk"))
    if tiers:
        lock(PromotionTier.objects.filter(pk__in=tiers).only("pk"))
    released = holds.release(holds=over.keys())
    _counters(_LOCK, wanted.tallies | released.counters.keys())
    holds.give_back(released)


def _counters(statement: str, tallies: Collection[Tally]) -> list[int]:
    """Primary keys of those that exist; `_LOCK` holds them until the transaction ends."""
    if not tallies:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in zip(*tallies, strict=True)])
        return [pk for (pk,) in cursor.fetchall()]


_FIND: Final = """
SELECT counter.id
FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[])
    AS wanted(scope, scope_id, subject, name, period)
JOIN promotions_counter AS counter USING (scope, scope_id, subject, name, period)
"""
_LOCK: Final = f"""{_FIND}
ORDER BY counter.subject = '', counter.scope, counter.scope_id, counter.subject, counter.name,
         counter.period
FOR NO KEY UPDATE OF counter
"""
