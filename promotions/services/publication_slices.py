"""A slice of a run: the next customers that wait get their codes, in a constant number of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from commerce.models import Customer
from commerce.services.blocking import CustomerBlocked
from core import project
from core.actors import Actor
from core.journal import Journal
from core.locking import lock
from integrations.registry import Row, RowFailure, SliceResult
from promotions.models import Campaign, Publication, PublicationRun, PublicationTarget, Voucher
from promotions.services import code_pool, publication_runs, wallets
from promotions.services.publication_specs import refuse_closed
from promotions.services.validations import tracking_of
from promotions.services.wallets import Gift

_GONE: Final = ("not_found", "The customer was deleted meanwhile.")
_HAS_ONE: Final = ("voucher_cannot_be_published", "Has a code of the campaign already.")
_BLOCKED: Final = (CustomerBlocked.key, "The customer is blocked.")
_NONE_LEFT: Final = (
    code_pool.NoVoucherSuitable.key,
    "No code was left. Add codes to the campaign, and publish to those who got none.",
)


@dataclass(frozen=True, kw_only=True)
class _Served:
    target: PublicationTarget
    customer: Customer


def publish_slice(rows: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime) -> SliceResult:
    """As many customers as there are rows, which only count. A run that was stopped gives nothing.

    :raises VoucherCannotBePublished: the campaign gives no codes out any more.
    """
    locked = lock(PublicationRun.objects.filter(pk=params["run"]))
    if not locked or locked[0].state != PublicationRun.State.RUNNING:
        return SliceResult(done=0)
    run = locked[0]
    campaign = run.campaign
    refuse_closed(campaign, now)
    targets = publication_runs.gather(run, wanted=len(rows), now=now)
    served, left_out = _sorted_out(run, targets)
    taken = _take(campaign, len(served), actor, now)
    given, without = served[: len(taken.pks)], served[len(taken.pks) :]
    left_out += [(one.target, _NONE_LEFT) for one in without]
    _give(run, campaign, given, taken.pks, actor, now)
    _leave_out(left_out)
    run.published_count += len(given)
    run.failed_count += len(left_out)
    run.customers_count = max(run.customers_count, run.published_count + run.failed_count)
    run.save(update_fields=["published_count", "failed_count", "customers_count"])
    code_pool.settle(campaign=campaign, taken=taken)
    return SliceResult(done=len(given), failures=_reported(rows, targets, left_out))


type _LeftOut = tuple[PublicationTarget, tuple[str, str]]


def _sorted_out(
    run: PublicationRun, targets: Sequence[PublicationTarget]
) -> tuple[list[_Served], list[_LeftOut]]:
    """Who is to get a code, his row locked, and who is not."""
    pks = [target.customer_id for target in targets]
    present = {row.pk: row for row in lock(Customer.objects.filter(pk__in=pks, deleted_at=None))}
    joined = publication_runs.joined_of(run, pks)
    served: list[_Served] = []
    left_out: list[_LeftOut] = []
    for target in targets:
        customer = present.get(target.customer_id)
        if customer is None:
            left_out.append((target, _GONE))
        elif customer.blocked_at is not None:
            left_out.append((target, _BLOCKED))
        elif customer.pk in joined:
            left_out.append((target, _HAS_ONE))
        else:
            served.append(_Served(target=target, customer=customer))
    return served, left_out


def _take(campaign: Campaign, count: int, actor: Actor, now: datetime) -> code_pool.Taken:
    if not count:
        return code_pool.Taken(pks=[])
    if wallets.is_personal(campaign):
        return code_pool.take(campaign=campaign, count=count, actor=actor, now=now, or_fewer=True)
    shared = lock(Voucher.objects.filter(campaign=campaign, deleted_at=None, released_at=None))
    return code_pool.Taken(pks=[row.pk for row in shared[:1]] * count)


def _give(
    run: PublicationRun,
    campaign: Campaign,
    given: Sequence[_Served],
    pks: Sequence[int],
    actor: Actor,
    now: datetime,
) -> None:
    if not given:
        return
    settings = project.current()
    gifts = [
        Gift(
            publication=Publication(
                created_at=now,
                customer=one.customer,
                campaign=campaign,
                channel=run.channel,
                tracking_id=tracking_of("", {"source_id": one.customer.source_id}, settings) or "",
                cause=run.public_id,
                metadata=dict(run.metadata),
            ),
            customer=one.customer,
            voucher_ids=[pk],
        )
        for one, pk in zip(given, pks, strict=True)
    ]
    journal = Journal()
    is_drawn = wallets.is_personal(campaign)
    wallets.give(gifts, campaign=campaign, is_drawn=is_drawn, journal=journal, now=now)
    journal.note(actor, "publication_run.published", run, now=now, after={"codes": len(gifts)})
    journal.write(actor, now)
    journal.capture()
    for one, gift in zip(given, gifts, strict=True):
        one.target.publication = gift.publication
    PublicationTarget.objects.bulk_update([one.target for one in given], ["publication"])


def _leave_out(left_out: Sequence[_LeftOut]) -> None:
    for target, (key, message) in left_out:
        target.failure_code, target.failure_message = key, message
    PublicationTarget.objects.bulk_update(
        [target for target, _ in left_out], ["failure_code", "failure_message"]
    )


def _reported(
    rows: Sequence[Row], targets: Sequence[PublicationTarget], left_out: Sequence[_LeftOut]
) -> list[RowFailure]:
    numbers = {target.pk: row.number for target, row in zip(targets, rows, strict=False)}
    names = dict(
        Customer.objects.filter(pk__in=[target.customer_id for target, _ in left_out]).values_list(
            "pk", "source_id"
        )
    )
    return [
        RowFailure(row=numbers[target.pk], reason=message, name=names.get(target.customer_id) or "", key=key)
        for target, (key, message) in left_out
    ]
