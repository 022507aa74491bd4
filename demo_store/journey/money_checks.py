"""Money on the year's data: repeated calls change nothing, and partial returns conserve what was paid."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from commerce.models import OrderItem
from core.actors import Actor
from demo_store.journey.replay import KEY, key_of, post
from demo_store.journey.shaping import DATA_SET
from promotions.models import Redemption
from promotions.services import returns
from promotions.services.returns import ReturnedItem, ReturnSpec

TABLES = (
    "promotions_redemption",
    "promotions_rollback",
    "promotions_voucher",
    "promotions_counter",
    "promotions_budgetdraw",
    "promotions_cardtransaction",
    "commerce_order",
    "commerce_orderitem",
    "commerce_customer",
    "core_outboxevent",
    "core_eventsequence",
    "core_auditentry",
    "core_idempotencykey",
)


@dataclass(kw_only=True)
class Repeated:
    """`changed` are the tables whose content is another one after the repeated calls."""

    calls: int = 0
    unlike: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return bool(self.calls) and not self.unlike and not self.changed


@dataclass(kw_only=True)
class Returned:
    """`wrong` says of which orders the money does not add up."""

    orders: int = 0
    returns: int = 0
    complete: int = 0
    paid: int = 0
    refunded: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return bool(self.returns) and not self.wrong


def repeat(actor: Actor) -> Repeated:
    """Send every redemption of the replay again, with its key, as a till that lost the answer would."""
    found = Repeated()
    before = digests()
    for row in _replayed():
        assert row.order is not None and row.customer is not None  # noqa: S101, PT018 - the replay names both
        wire = {
            "redeemables": [{"object": "voucher", "id": row.voucher_code}],
            "customer": {"source_id": row.customer.source_id},
            "order": {"source_id": row.order.source_id},
            "metadata": row.metadata,
        }
        name = row.metadata[KEY]
        response = post(wire, key=key_of(name), actor=actor, now=row.redeemed_at)
        found.calls += 1
        if response.status_code != 200 or response.get("Idempotent-Replayed") != "true":
            found.unlike.append(f"{name}: {response.status_code}")
    after = digests()
    found.changed = [table for table in TABLES if before[table] != after[table]]
    return found


def give_back(actor: Actor, *, count: int, seed: int, keep: bool = False) -> Returned:
    """Return random parts of random orders with redemptions, `count` times; undone at the end unless kept.

    Each order comes back in up to four parts, in any order of lines; every second one whole.
    """
    chance = random.Random(seed)  # noqa: S311 - the same choice each time
    found = Returned()
    rows = list(_replayed())
    chance.shuffle(rows)
    with transaction.atomic():
        seen = set[int]()
        for row in rows:
            if found.returns >= count:
                break
            if row.order_id is not None and row.order_id not in seen:
                seen.add(row.order_id)
                _return_parts(row, chance, actor, found)
        transaction.set_rollback(not keep)
    return found


_DIGEST = """
SELECT count(*) || ':' || COALESCE(sum(hashtextextended(t::text, 0)::numeric), 0) FROM {table} AS t
"""


def digests() -> dict[str, str]:
    """The number of rows of each table and a hash over all of them, whatever their order."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(sql.SQL(_DIGEST).format(table=sql.Identifier(table)))
            found[table] = str(cursor.fetchone()[0])
    return found


def _replayed() -> Iterator[Redemption]:
    rows = Redemption.objects.filter(metadata__data_set=DATA_SET, result=Redemption.Result.SUCCESS)
    return rows.select_related("order", "customer").order_by("pk").iterator(chunk_size=500)


def _return_parts(row: Redemption, chance: random.Random, actor: Actor, found: Returned) -> None:
    order: Any = row.order
    left = {line.position: line.quantity for line in OrderItem.objects.filter(order=order) if line.quantity}
    if not left:
        return
    paid, refunded, whole = order.total_amount, 0, chance.random() < 0.5
    parts = chance.randint(1, 4)
    found.orders += 1
    for part in range(parts):
        is_last = whole and part == parts - 1
        chosen = left if is_last else _some(left, chance)
        spec = ReturnSpec(items=[ReturnedItem(position=at, quantity=n) for at, n in sorted(chosen.items())])
        promised = returns.quote_only(order_ref=order.public_id, spec=spec).quote
        now = row.redeemed_at + timedelta(days=1, hours=part)
        made = returns.create(order_ref=order.public_id, spec=spec, actor=actor, now=now)
        found.returns += 1
        refunded += made.refund_amount + made.credits_amount
        if promised.refund != made.refund_amount:
            found.wrong.append(f"{order.source_id}: quoted {promised.refund}, paid back {made.refund_amount}")
        left = {at: n - chosen.get(at, 0) for at, n in left.items() if n > chosen.get(at, 0)}
        if not left:
            break
    found.paid += paid
    found.refunded += refunded
    found.complete += not left
    if refunded > paid or (not left and refunded != paid):
        found.wrong.append(f"{order.source_id}: paid {paid}, paid back {refunded}")


def _some(left: dict[int, int], chance: random.Random) -> dict[int, int]:
    positions = chance.sample(sorted(left), chance.randint(1, len(left)))
    return {at: chance.randint(1, left[at]) for at in positions}
