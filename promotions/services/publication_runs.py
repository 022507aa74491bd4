"""Codes of a campaign for many customers: planned, given out by a background job, stopped, gone on with.

Who gets one is written down (`PublicationTarget`), so that a run that was stopped, or whose worker died, goes
on where it was and gives nobody two. A run at a pace of so many a minute has a job for each share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F, QuerySet, Sum

from approvals.gate import gated
from commerce.models import Customer, Segment
from commerce.selectors import segments as known_segments
from core import audit, events
from core.actors import Actor
from core.errors import DomainError, InvalidPayload, NotFound
from core.locking import lock, retried
from core.services import metadata_schemas
from core.words import count as counted
from integrations.models import AsyncAction
from integrations.services import async_actions
from promotions.code_config import CodeConfig
from promotions.models import Campaign, Holder, PublicationRun, PublicationTarget
from promotions.selectors import campaigns as known_campaigns
from promotions.services import code_pool, codes
from promotions.services.code_pool import NoVoucherSuitable
from promotions.services.publication_specs import LONGEST_CHANNEL, refuse_closed

PUBLISH: Final = "PUBLICATIONS.CREATE"
SLICE: Final = 100
MOST_LISTED: Final = 10_000
_GATHERED_AT_ONCE: Final = 5_000
_MINUTE: Final = timedelta(minutes=1)
_NAMED: Final = 5
_COUNTED: Final = 1_000_000
"""Free codes are counted up to here."""


class NobodyToPublishTo(DomainError):
    key = "invalid_publication"
    message = "Nobody to publish to"


class RunIsOver(DomainError):
    key = "publication_run_over"
    message = "This run is over"


@dataclass(frozen=True, kw_only=True)
class RunSpec:
    """`segment` (an id) or `customers` (ids or source ids) say who gets a code of `campaign` (id or name).

    `join_once`: who has a code of it already gets no other. `per_minute` None: as fast as it goes.
    """

    campaign: str
    segment: str = ""
    customers: tuple[str, ...] = ()
    join_once: bool = True
    per_minute: int | None = None
    channel: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run would take: of so many `customers` some `have_one`; `needed` codes against `free` ones.

    `promised` of the free ones are wanted by other runs at work. `makes_more`: what is missing is made.
    """

    campaign: Campaign
    segment: Segment | None
    customers: int
    have_one: int
    needed: int
    free: int
    promised: int
    makes_more: bool
    audience: str

    @property
    def missing(self) -> int:
        return max(self.needed - max(self.free - self.promised, 0), 0)


def plan(*, spec: RunSpec, now: datetime) -> Plan:
    """Say what a run would do; reads only.

    :raises NotFound: no such campaign or segment.
    :raises InvalidPayload: customers that are not known.
    :raises NobodyToPublishTo: the segment or the list is empty.
    :raises VoucherCannotBePublished: the campaign gives no codes out.
    """
    campaign = known_campaigns.get(spec.campaign)
    refuse_closed(campaign, now)
    segment = known_segments.by_reference(spec.segment) if spec.segment else None
    people = known_segments.members(segment, now=now) if segment else _listed(spec.customers)
    customers = people.count()
    if not customers:
        where = f"The segment {segment.name} is empty." if segment else "The list names nobody."
        raise NobodyToPublishTo(where)
    have_one = people.filter(pk__in=_joined(campaign)).count() if _gives_once(spec, campaign) else 0
    is_shared = campaign.type == Campaign.Type.STANDALONE
    needed = 0 if is_shared else customers - have_one
    promised = 0 if is_shared else _promised(campaign)
    audience = segment.name if segment else counted(customers, "customer")
    return Plan(
        campaign=campaign,
        segment=segment,
        customers=customers,
        have_one=have_one,
        needed=needed,
        free=code_pool.count_free(campaign=campaign, now=now, most=_COUNTED),
        promised=promised,
        makes_more=campaign.type == Campaign.Type.AUTO_UPDATE,
        audience=audience,
    )


@gated("vouchers.publish_many")
@retried
@transaction.atomic
def start(*, spec: RunSpec, actor: Actor, now: datetime) -> PublicationRun:
    """Begin to give every customer of a segment or list a code; a background job does it.

    :raises NoVoucherSuitable: fewer codes are free than are needed, and the campaign makes no others.
    :raises InvalidCodeConfig: the campaign makes others, but too few are possible.
    :raises NotFound, InvalidPayload, NobodyToPublishTo, VoucherCannotBePublished: see `plan`.
    :raises MetadataInvalid: the metadata breaks the schema of publications.
    """
    if spec.per_minute is not None and spec.per_minute < 1:
        raise InvalidPayload("per_minute must be at least 1.")
    metadata_schemas.check(resource="publication", metadata=spec.metadata, creating=True)
    planned = plan(spec=spec, now=now)
    _refuse_too_few(planned)
    run = PublicationRun.objects.create(
        created_at=now,
        campaign=planned.campaign,
        segment=planned.segment,
        audience=planned.audience[:300],
        channel=(spec.channel or actor.channel)[:LONGEST_CHANNEL],
        metadata=dict(spec.metadata),
        per_minute=spec.per_minute,
        join_once=_gives_once(spec, planned.campaign),
        customers_count=planned.customers,
        is_gathered=planned.segment is None,
    )
    if planned.segment is None:
        _write_targets(run, list(_listed(spec.customers).order_by("pk").values_list("pk", flat=True)))
    _begin_portion(run, actor, now)
    after = {"campaign": planned.campaign.public_id, "for": run.audience, "customers": planned.customers}
    audit.log(actor, "publication_run.started", run, now=now, after=after)
    events.emit("publication_run.started", entity=run, actor=actor, now=now, payload=_payload(run))
    return run


@retried
@transaction.atomic
def stop(*, run_id: int, actor: Actor, now: datetime) -> PublicationRun:
    """Give no more codes out; who has one keeps it. The second time nothing happens.

    :raises RunIsOver: everybody was served.
    """
    run = _locked(run_id)
    if run.state == PublicationRun.State.DONE:
        raise RunIsOver("Everybody was served already.")
    if run.state == PublicationRun.State.RUNNING:
        _set_state(run, PublicationRun.State.STOPPED, actor, now, because=f"Stopped by {actor.label}")
    return run


@retried
@transaction.atomic
def resume(*, run_id: int, actor: Actor, now: datetime) -> PublicationRun:
    """Go on with a run that was stopped: those who wait still are served.

    :raises RunIsOver: everybody was served.
    :raises VoucherCannotBePublished: the campaign gives no codes out any more.
    """
    run = _locked(run_id)
    if run.state == PublicationRun.State.DONE:
        raise RunIsOver("Everybody was served already.")
    if run.state == PublicationRun.State.STOPPED:
        refuse_closed(run.campaign, now)
        _set_state(run, PublicationRun.State.RUNNING, actor, now, because="")
        if run.action is None or run.action.finished_at is not None:
            _begin_portion(run, actor, now)
    return run


@transaction.atomic
def follow(*, action_id: str, now: datetime) -> None:
    """The job of a portion is over: begin the next one, or end the run. Safe to repeat."""
    action = AsyncAction.objects.filter(public_id=action_id, type=PUBLISH).defer("body").first()
    if action is None or action.finished_at is None:
        return
    rows = lock(PublicationRun.objects.filter(pk=action.params["run"], action=action.pk))
    if not rows or rows[0].state != PublicationRun.State.RUNNING:
        return
    run = rows[0]
    actor = async_actions.actor_of(action)
    if action.status != AsyncAction.Status.DONE:
        because = (action.result or {}).get("message") or "Its job was cancelled"
        _set_state(run, PublicationRun.State.STOPPED, actor, now, because=because)
    elif not _left(run):
        _set_state(run, PublicationRun.State.DONE, actor, now, because="")
    elif run.per_minute is None:
        _begin_portion(run, actor, now)


@transaction.atomic
def go_on(*, now: datetime) -> int:
    """Begin the next minute's share of runs at a pace, where the last one is done; returns how many."""
    due = PublicationRun.objects.filter(
        state=PublicationRun.State.RUNNING,
        per_minute__isnull=False,
        action__finished_at__isnull=False,
        action__created_at__lte=now - _MINUTE,
    )
    begun = 0
    for run in lock(PublicationRun.objects.filter(pk__in=list(due.values_list("pk", flat=True)))):
        if run.state == PublicationRun.State.RUNNING and _left(run):
            assert run.action is not None  # noqa: S101 - it was asked for
            _begin_portion(run, async_actions.actor_of(run.action), now)
            begun += 1
    return begun


def gather(run: PublicationRun, *, wanted: int, now: datetime) -> list[PublicationTarget]:
    """The next customers of a run that wait; looks for more in its segment when too few do."""
    while not run.is_gathered and _waiting(run).count() < wanted:
        _gather_more(run)
    return list(_waiting(run).order_by("pk")[:wanted])


def joined_of(run: PublicationRun, customers: Sequence[int]) -> set[int]:
    """Those who have a code of the campaign already, if that matters."""
    if not run.join_once:
        return set()
    return set(_joined(run.campaign).filter(customer__in=customers).values_list("customer", flat=True))


def _gather_more(run: PublicationRun) -> None:
    if run.segment is None:
        run.is_gathered = True
    else:
        members = known_segments.members(run.segment, now=run.created_at).filter(pk__gt=run.gathered_up_to)
        pks = list(members.order_by("pk").values_list("pk", flat=True)[:_GATHERED_AT_ONCE])
        _write_targets(run, pks)
        run.gathered_up_to = pks[-1] if pks else run.gathered_up_to
        run.is_gathered = len(pks) < _GATHERED_AT_ONCE
    if run.is_gathered:
        run.customers_count = run.targets.count()
    run.save(update_fields=["gathered_up_to", "is_gathered", "customers_count"])


def _write_targets(run: PublicationRun, pks: Sequence[int]) -> None:
    PublicationTarget.objects.bulk_create(
        [PublicationTarget(run=run, customer_id=pk) for pk in pks], ignore_conflicts=True
    )


def _begin_portion(run: PublicationRun, actor: Actor, now: datetime) -> None:
    left = max(run.customers_count - run.published_count - run.failed_count, 1)
    run.action = async_actions.create(
        type=PUBLISH,
        body="",
        rows_count=min(left, run.per_minute or left),
        params={"run": run.pk},
        actor=actor,
        now=now,
    )
    run.save(update_fields=["action"])


def _set_state(
    run: PublicationRun, state: PublicationRun.State, actor: Actor, now: datetime, *, because: str
) -> None:
    was, run.state = run.state, state
    run.stopped_because, run.updated_at = because[:300], now
    run.finished_at = None if state == PublicationRun.State.RUNNING else now
    run.save(update_fields=["state", "stopped_because", "updated_at", "finished_at"])
    name = f"publication_run.{_SAID[state]}"
    audit.log(actor, name, run, now=now, before={"state": was}, after={"state": state, "because": because})
    events.emit(name, entity=run, actor=actor, now=now, payload=_payload(run))


_SAID: Final = {
    PublicationRun.State.RUNNING: "resumed",
    PublicationRun.State.STOPPED: "stopped",
    PublicationRun.State.DONE: "completed",
}


def _payload(run: PublicationRun) -> dict[str, Any]:
    return {
        "publication_run_id": run.public_id,
        "campaign_id": run.campaign.public_id,
        "customers": run.customers_count,
        "published": run.published_count,
        "failed": run.failed_count,
    }


def _locked(run_id: int) -> PublicationRun:
    rows = lock(PublicationRun.objects.filter(pk=run_id))
    if not rows:
        raise NotFound.of("publication_run", str(run_id))
    return rows[0]


def _left(run: PublicationRun) -> bool:
    return not run.is_gathered or _waiting(run).exists()


def _waiting(run: PublicationRun) -> QuerySet[PublicationTarget]:
    return PublicationTarget.objects.filter(run=run, publication=None, failure_code="")


def _gives_once(spec: RunSpec, campaign: Campaign) -> bool:
    return spec.join_once or campaign.join_once


def _joined(campaign: Campaign) -> QuerySet[Holder, int]:
    """Primary keys of the customers who have a code of the campaign."""
    held = Holder.objects.filter(voucher__campaign=campaign, voucher__deleted_at=None, role=Holder.Role.OWNER)
    return held.values_list("customer", flat=True)


def _promised(campaign: Campaign) -> int:
    """How many codes the runs at work still want."""
    at_work = PublicationRun.objects.filter(campaign=campaign, state=PublicationRun.State.RUNNING)
    left = F("customers_count") - F("published_count") - F("failed_count")
    return int(at_work.aggregate(left=Sum(left))["left"] or 0)


def _listed(references: Sequence[str]) -> QuerySet[Customer]:
    """:raises InvalidPayload: too many, or some that nobody knows."""
    wanted = {reference.strip() for reference in references} - {""}
    if len(wanted) > MOST_LISTED:
        raise InvalidPayload(f"A list may name at most {MOST_LISTED:,} customers. Make a segment of them.")
    known = Customer.objects.filter(deleted_at=None)
    by_id = known.filter(public_id__in=wanted)
    found = dict(by_id.values_list("public_id", "pk")) | dict(
        known.filter(source_id__in=wanted).values_list("source_id", "pk")
    )
    if missing := sorted(wanted - found.keys()):
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        raise InvalidPayload(f"Nobody is known as {', '.join(missing[:_NAMED])}{more}.")
    return Customer.objects.filter(pk__in=set(found.values()))


def _refuse_too_few(planned: Plan) -> None:
    missing = planned.missing
    if not missing:
        return
    if planned.makes_more:
        settings = codes.settled_settings()
        config = CodeConfig.from_wire(planned.campaign.code_config)
        codes.check_capacity(config=config, count=missing, settings=settings)
        return
    promised = f", {planned.promised:,} of them promised to others" if planned.promised else ""
    raise NoVoucherSuitable(
        f"{planned.needed:,} codes are needed and {planned.free:,} are free{promised}. "
        f"Add {missing:,} codes to the campaign, or publish to fewer customers."
    )
