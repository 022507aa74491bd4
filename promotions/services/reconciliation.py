"""Put counters right that do not say what their rows say. INVARIANTS C1, M2.

What is repaired only repeats rows; ledgers, redemptions, rollbacks and returns are facts and stay.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, connection, models, transaction
from django.db.models import Case, F, When
from django.db.models.functions import Greatest

from commerce.models import Customer
from core import audit, project
from core.actors import Actor
from core.locking import lock, retried
from core.models import AuditEntry
from promotions.models import Campaign, CardTransaction, Counter, PromotionTier, Voucher
from promotions.selectors.reconcile import CHECKS_BY_NAME, Difference
from promotions.selectors.reconcile.cards import AMOUNT
from promotions.selectors.reconcile.comparing import Asked
from promotions.services import counting

_AT_ONCE: Final = 500
_MODELS: Final[dict[str, type[models.Model]]] = {
    "vouchers": Voucher,
    "tiers": PromotionTier,
    "customers": Customer,
    "counters": Counter,
    "budgets": Counter,
    "cards": Voucher,
    "held-vouchers": Voucher,
    "held-counters": Counter,
    "published": Voucher,
}


@dataclass(frozen=True, kw_only=True)
class Repaired:
    """`difference` as it was found under the lock; `refusal` says why it stays, empty: it was put right."""

    difference: Difference
    refusal: str = ""


def repair(found: Iterable[Difference], *, actor: Actor, now: datetime) -> Iterator[Repaired]:
    """Set what only repeats rows to what they say: added up again under the locks of those who move it.

    One transaction for some rows of one kind, or of one campaign, code or tier. What was right again in the
    meantime is passed over; so is what is not repairable.
    """
    by_check: dict[str, set[int]] = {}
    for difference in found:
        if difference.is_repairable:
            by_check.setdefault(difference.check, set()).add(difference.pk)
    for name in (name for name in CHECKS_BY_NAME if name in by_check):
        for pks in _transactions(name, sorted(by_check[name])):
            yield from _repair(name=name, pks=pks, actor=actor, now=now)


def recount(*, pks: Sequence[int], actor: Actor, now: datetime) -> int:
    """Counters of one campaign, code or tier, whose periods are others now; returns how many moved."""
    return len(_repair(name="counters", pks=pks, actor=actor, now=now, action="counter.recounted"))


def _transactions(name: str, pks: Sequence[int]) -> Iterable[Sequence[int]]:
    if name != "counters":
        return [pks[start : start + _AT_ONCE] for start in range(0, len(pks), _AT_ONCE)]
    by_scope: dict[tuple[str, int], list[int]] = {}
    for row in Counter.objects.filter(pk__in=pks).only("scope", "scope_id"):
        by_scope.setdefault((row.scope, row.scope_id), []).append(row.pk)
    return [by_scope[scope] for scope in sorted(by_scope)]


@retried
@transaction.atomic
def _repair(
    *, name: str, pks: Sequence[int], actor: Actor, now: datetime, action: str = "counter.repaired"
) -> list[Repaired]:
    _LOCKS[name](pks)
    asked = Asked(settings=project.current(), now=now, pks=pks)
    found: dict[int, list[Difference]] = {}
    for difference in CHECKS_BY_NAME[name].differences(asked):
        found.setdefault(difference.pk, []).append(difference)
    refusals = _torn_ledgers(asked) if name == "cards" else {}
    rows = _MODELS[name]._default_manager.in_bulk(found)
    entries, repaired = [], []
    for pk, wrong in found.items():
        refusal = refusals.get(pk) or _write(rows[pk], wrong)
        repaired += [Repaired(difference=one, refusal=refusal) for one in wrong]
        if not refusal:
            before, after = (
                {one.column: one.stored for one in wrong},
                {one.column: one.counted for one in wrong},
            )
            change = audit.entry_fields(actor, action, rows[pk], now=now, before=before, after=after)
            entries.append(AuditEntry(**change))
    AuditEntry.objects.bulk_create(entries)
    return repaired


def _write(row: models.Model, wrong: Sequence[Difference]) -> str:
    """Why the database refuses it, or nothing."""
    values: dict[str, Any] = {one.column: one.counted for one in wrong}
    if AMOUNT in values:
        values["gift_amount"] = values.pop(AMOUNT) + F("gift_subtracted")
    if "holder" in values:
        values["holder"] = Customer.objects.filter(public_id=values["holder"]).values("pk")
    if isinstance(row, Counter):
        values["most"] = _most(values)
    try:
        with transaction.atomic():
            type(row)._default_manager.filter(pk=row.pk).update(**values)
    except IntegrityError as error:
        return f"the database refuses it: {counting.constraint_of(error)}"
    return ""


def _most(values: dict[str, Any]) -> Case:
    """The limit of the last use follows what was used in truth; the next use brings its own."""
    total = values.get("value", F("value")) + values.get("held", F("held"))
    return Case(When(most=None, then=None), default=Greatest("most", total))


def _torn_ledgers(asked: Asked) -> dict[int, str]:
    """Cards whose ledger is not whole: nobody knows what is on them."""
    torn = {one.pk for one in CHECKS_BY_NAME["ledger"].differences(asked)}
    cards = CardTransaction.objects.filter(pk__in=torn).values_list("voucher", flat=True)
    return dict.fromkeys(cards, "its ledger contradicts itself")


def _lock_vouchers(pks: Collection[int]) -> None:
    lock(Voucher.objects.filter(pk__in=pks).only("pk"))


def _lock_tiers(pks: Collection[int]) -> None:
    lock(PromotionTier.objects.filter(pk__in=pks).only("pk"))


def _lock_customers(pks: Collection[int]) -> None:
    lock(Customer.objects.filter(pk__in=pks).only("pk"))


def _lock_counters(pks: Collection[int]) -> None:
    """In the order in which everybody moves them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM promotions_counter AS counter WHERE id = ANY(%s) ORDER BY counter.subject = '', "
            "counter.scope, counter.scope_id, counter.subject, counter.name, counter.period "
            "FOR NO KEY UPDATE",
            [list(pks)],
        )


def _lock_rule_counters(pks: Collection[int]) -> None:
    """What redemptions share a row of is locked first, as when a counter is made."""
    for scope, model in _TERMS.items():
        keys = Counter.objects.filter(pk__in=pks, scope=scope).values("scope_id")
        list(model._default_manager.filter(pk__in=keys).order_by("pk").select_for_update().values_list("pk"))
    _lock_counters(pks)


_TERMS: Final[dict[Counter.Scope, type[models.Model]]] = {
    Counter.Scope.VOUCHER: Voucher,
    Counter.Scope.TIER: PromotionTier,
    Counter.Scope.CAMPAIGN: Campaign,
}
_LOCKS: Final[dict[str, Callable[[Collection[int]], None]]] = {
    "vouchers": _lock_vouchers,
    "tiers": _lock_tiers,
    "customers": _lock_customers,
    "counters": _lock_rule_counters,
    "budgets": _lock_counters,
    "cards": _lock_vouchers,
    "held-vouchers": _lock_vouchers,
    "held-counters": _lock_counters,
    "published": _lock_vouchers,
}
