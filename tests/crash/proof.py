"""What callers were told, compared with what is in the database (INVARIANTS R1, R2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from commerce.models import Order
from core.models import IdempotencyKey, OutboxEvent
from promotions.models import CardTransaction, Hold, OrderReturn, Redemption, Rollback
from tests.crash.callers import head_of
from tests.crash.calls import Call, Kind


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the calls of one round left: ids by kind and name of the call."""

    ids: dict[tuple[Kind, str], list[str]]
    parts: Counter[str]
    holds: Counter[str]
    orders: set[str]
    keys: set[str]
    told: Counter[str]


def found(name: str) -> Found:
    """Everything that calls beginning with `name` left."""
    ids: dict[tuple[Kind, str], list[str]] = {}
    heads = Redemption.objects.filter(parent=None, result=Redemption.Result.SUCCESS)
    named = {
        Kind.REDEMPTION: heads.filter(metadata__call__startswith=name).values_list(
            "metadata__call", "public_id"
        ),
        Kind.TOP_UP: CardTransaction.objects.filter(source_id__startswith=name).values_list(
            "source_id", "public_id"
        ),
        Kind.ROLLBACK: Rollback.objects.filter(reason__startswith=name, parent=None).values_list(
            "reason", "public_id"
        ),
        Kind.RETURN: OrderReturn.objects.filter(reason__startswith=name).values_list("reason", "public_id"),
    }
    for kind, rows in named.items():
        for call, public_id in rows:
            ids.setdefault((kind, call), []).append(public_id)
    single = Redemption.objects.filter(
        metadata__call__startswith=name, result=Redemption.Result.SUCCESS
    ).exclude(related_object_type=Redemption.RelatedObject.REDEMPTION)
    by_id = dict(single.values_list("public_id", "metadata__call"))
    events = OutboxEvent.objects.filter(name="redemption.succeeded", entity_id__in=by_id)
    return Found(
        ids=ids,
        parts=Counter(by_id.values()),
        holds=Counter(
            Hold.objects.filter(session__key__startswith=name).values_list("session__key", flat=True)
        ),
        orders=set(Order.objects.filter(source_id__startswith=name).values_list("source_id", flat=True)),
        keys=set(IdempotencyKey.objects.filter(key__startswith=name).values_list("key", flat=True)),
        told=Counter(by_id[public_id] for public_id in events.values_list("entity_id", flat=True)),
    )


def differences(calls: Sequence[Call], left: Found) -> Iterator[str]:
    """One line for every call whose answer and effect do not go together."""
    for call in calls:
        for complaint in [*call.unexpected, *_complaints(call, left)]:
            yield f"{call.kind} {call.name} ({'with' if call.has_key else 'no'} key) {complaint}"
    yield from _of_holds(calls, left)


def is_there(call: Call, left: Found) -> bool:
    return (call.kind, call.name) in left.ids or left.holds[call.name] > 0


def _complaints(call: Call, left: Found) -> Iterator[str]:
    ids = left.ids.get((call.kind, call.name), [])
    if call.answer is not None and call.answer[0] >= 500:
        yield f"was answered with {call.answer[0]}: {call.wire}"
    if call.has_key and call.answer is not None and (call.name in left.keys) != call.is_success:
        yield f"was answered with {call.answer[0]}, its key is {'' if call.name in left.keys else 'not '}kept"
    if call.kind in (Kind.HOLD, Kind.RELEASE):
        return
    if len(ids) > 1:
        yield f"is there {len(ids)} times"
    if call.is_success and (len(ids) != 1 or _id_of(call) not in (ids[0], "")):
        yield f"was answered with success {_id_of(call)}, there is {ids}"
    if call.answer is not None and not call.is_success and ids:
        yield f"was refused ({call.wire.get('key')}) and is there: {ids}"
    if call.kind is Kind.REDEMPTION:
        yield from _of_whole(call, left, is_there=bool(ids))


def _id_of(call: Call) -> str:
    """What it was told to have made; a top-up is told the balance only."""
    return head_of(call) if call.kind is Kind.REDEMPTION else str(call.wire.get("id", ""))


def _of_whole(call: Call, left: Found, *, is_there: bool) -> Iterator[str]:
    """R1: all of a request, with its order and its events, or nothing."""
    asked = len((call.body or {})["redeemables"]) if is_there else 0
    if left.parts[call.name] != asked:
        yield f"used {left.parts[call.name]} of {asked} redeemables"
    if left.told[call.name] != asked:
        yield f"told of {left.told[call.name]} of {asked} redemptions"
    if (call.name in left.orders) != is_there:
        yield "left an order without a redemption, or the other way round"


def _of_holds(calls: Sequence[Call], left: Found) -> Iterator[str]:
    """A hold is there until it is redeemed or released, and what is held can be redeemed."""
    later = {call.session: call for call in calls if call.session and call.kind is not Kind.HOLD}
    for call in calls:
        if call.kind is not Kind.HOLD or call.answer is None or not call.is_success:
            continue
        then, held = later.get(call.name), left.holds[call.name]
        asked = len((call.body or {})["redeemables"])
        if not call.wire["valid"] and held:
            yield f"hold {call.name} was refused and holds {held}"
        elif call.wire["valid"] and then is None and held != asked:
            yield f"hold {call.name} holds {held} of {asked}"
        elif then is not None and then.kind is Kind.REDEMPTION and then.answer is not None:
            if not then.is_success:
                yield f"hold {call.name} was not honoured: {then.wire.get('key')} {then.wire.get('details')}"
            elif held:
                yield f"hold {call.name} was redeemed and still holds {held}"
        elif then is not None and then.is_success and held >= asked:
            yield f"hold {call.name} was released and still holds {held} of {asked}"
