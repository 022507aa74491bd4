"""Many codes of one campaign: made or deleted in slices by a background job. Contract: semantics-core 15.

A slice is one transaction together with the job's progress, so a worker that dies leaves neither too few nor
too many codes. Small jobs are worked off within the request that asked for them; the slices of the others are
copied into the table (`code_copies`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from core import audit, events
from core.actors import Actor
from core.errors import DomainError
from core.instants import format_optional, parse_instant
from core.locking import lock, retried
from core.models import ProjectSettings
from integrations.models import AsyncAction
from integrations.registry import Row, SliceResult
from integrations.services import async_actions
from integrations.services.job_reports import OPEN
from promotions.code_config import CodeConfig
from promotions.models import Campaign, Voucher
from promotions.selectors import generation
from promotions.services import campaign_pool, code_copies, codes, ledger, versions, vouchers
from promotions.services.definitions import InvalidCampaign
from promotions.services.vouchers import VoucherSpec

GENERATE: Final = generation.GENERATE
DELETE: Final = "CAMPAIGN.VOUCHERS_DELETE"


class NothingToCancel(DomainError):
    key = "nothing_to_cancel"
    message = "Nothing to cancel"


_INSTANTS: Final = ("starts_at", "ends_at")


def make(*, campaign: Campaign, count: int, spec: VoucherSpec, actor: Actor, now: datetime) -> list[Voucher]:
    """Make `count` codes now, within the caller's transaction.

    :raises InvalidCodeConfig: too few codes are possible.
    :raises InvalidCampaign: the pool would exceed its size.
    """
    settings = codes.settled_settings()
    config = CodeConfig.from_wire(spec.code_config or campaign.code_config)
    pattern = vouchers.new(spec=spec, campaign=campaign, now=now)
    vouchers.check_metadata(pattern)
    columns = {
        field.attname: getattr(pattern, field.attname)
        for field in Voucher._meta.concrete_fields
        if field.attname not in ("id", "public_id", "code", "code_key")
    }
    made = codes.fill(
        config=config, count=count, build=lambda code: Voucher(**columns, code=code), settings=settings
    )
    ledger.issue(made, now=now)
    versions.note_all(Voucher, [code.pk for code in made], actor=actor, now=now)
    _count_in(campaign, count, actor, now)
    return made


def _count_in(campaign: Campaign, count: int, actor: Actor, now: datetime) -> None:
    campaign_pool.count_in(campaign_id=campaign.pk, count=count)
    audit.log(actor, "campaign.vouchers.added", campaign, now=now, after={"count": count})
    payload = {"campaign_id": campaign.public_id, "count": count}
    events.emit("campaign.vouchers.added", entity=campaign, actor=actor, now=now, payload=payload)


@retried
@transaction.atomic
def make_as_job(*, campaign: Campaign, count: int, spec: VoucherSpec, actor: Actor, now: datetime) -> str:
    """Make a few codes now, before any job that waits, and put that on record as a job; returns its id.

    :raises InvalidCodeConfig: too few codes are possible.
    :raises InvalidCampaign: the campaign takes no (more) codes now, or not so many.
    """
    campaign_pool.refuse_closed(campaign)
    made = make(campaign=campaign, count=count, spec=spec, actor=actor, now=now)
    action = async_actions.record_done(
        type=GENERATE, done=len(made), params={"campaign": campaign.pk}, actor=actor, now=now
    )
    _tell_end("campaign.vouchers.generation.completed", campaign, action, actor, now)
    return str(action.public_id)


@retried
@transaction.atomic
def start(*, campaign: Campaign, count: int, spec: VoucherSpec, actor: Actor, now: datetime) -> str:
    """Note a job that makes `count` codes; returns its id. The campaign is IN_PROGRESS until it is done.

    :raises InvalidCodeConfig: too few codes are possible, said before anything is promised.
    :raises InvalidCampaign: the campaign takes no (more) codes now, or not so many.
    """
    lock(Campaign.objects.filter(pk=campaign.pk))
    campaign.refresh_from_db(fields=["generation_status", "vouchers_count", "deleted_at"])
    campaign_pool.refuse_closed(campaign)
    if campaign.vouchers_count + count > campaign_pool.MOST_CODES:
        raise campaign_pool.full()
    settings = codes.settled_settings()
    config = CodeConfig.from_wire(spec.code_config or campaign.code_config)
    codes.lock_promises()
    check(config=config, count=count, settings=settings)
    # What is wrong with the codes themselves is said now, not by a job that fails.
    pattern = vouchers.new(spec=spec, campaign=campaign, now=now)
    vouchers.check_metadata(pattern)
    Campaign.objects.filter(pk=campaign.pk).update(generation_status=Campaign.GenerationStatus.IN_PROGRESS)
    params = {"campaign": campaign.pk, "config": config.to_wire(), **_stored(spec)}
    action = async_actions.create(
        type=GENERATE, body="", rows_count=count, params=params, actor=actor, now=now
    )
    audit.log(actor, "campaign.vouchers.generation.started", campaign, now=now, after={"count": count})
    events.emit(
        "campaign.vouchers.generation.started",
        entity=campaign,
        actor=actor,
        now=now,
        payload={"campaign_id": campaign.public_id, "count": count, "async_action_id": action.public_id},
    )
    return str(action.public_id)


def check(*, config: CodeConfig, count: int, settings: ProjectSettings) -> None:
    """Whether there can be `count` more codes of this form, beside those that jobs are making.

    :raises InvalidCodeConfig: too few codes are possible.
    """
    codes.check_capacity(config=config, count=count, settings=settings, promised=_promised(config))


def cancel(*, campaign: Campaign, actor: Actor, now: datetime) -> int:
    """Make no more codes of the job that runs; returns how many it made. They stay.

    :raises NothingToCancel: none is being made.
    """
    job = generation.running(campaign)
    if job is None:
        raise NothingToCancel("No codes of this campaign are being made.")
    return async_actions.cancel(public_id=job.public_id, actor=actor, now=now).done_count


def _promised(config: CodeConfig) -> int:
    """How many codes of this form are still to be made by jobs."""
    jobs = AsyncAction.objects.filter(type=GENERATE, status__in=OPEN).only("params", "rows_count", "position")
    return sum(
        job.rows_count - job.position
        for job in jobs
        if codes.is_same_form(CodeConfig.from_wire(job.params["config"]), config)
    )


def start_deletion(*, campaign: Campaign, force: bool, actor: Actor, now: datetime) -> str:
    """Note a job that takes the codes of a deleted campaign away; returns its id."""
    count = Voucher.objects.filter(campaign=campaign, released_at=None).count()
    action = async_actions.create(
        type=DELETE,
        body="",
        rows_count=max(count, 1),
        params={"campaign": campaign.pk, "force": force},
        actor=actor,
        now=now,
    )
    return str(action.public_id)


def begin_deletion(*, action_id: str, now: datetime) -> None:
    """Do the first slice at once, if it is the job's turn; a worker does the rest."""
    async_actions.advance(public_id=action_id, now=now)


@transaction.atomic
def conclude(*, action_id: str, now: datetime) -> None:
    """Say on the campaign that its job is over. Safe to repeat."""
    action = AsyncAction.objects.filter(public_id=action_id, type=GENERATE).first()
    if action is None or action.finished_at is None:
        return
    campaigns = lock(
        Campaign.objects.filter(
            pk=action.params["campaign"], generation_status=Campaign.GenerationStatus.IN_PROGRESS
        )
    )
    if not campaigns:
        return
    is_done = action.status == AsyncAction.Status.DONE
    status = Campaign.GenerationStatus.DONE if is_done else Campaign.GenerationStatus.FAILED
    Campaign.objects.filter(pk=campaigns[0].pk).update(generation_status=status)
    actor = Actor.system("promotions", channel="TASK")
    name = f"campaign.vouchers.generation.{'completed' if is_done else 'failed'}"
    audit.log(actor, name, campaigns[0], now=now, after={"count": action.done_count})
    _tell_end(name, campaigns[0], action, actor, now)


def generate_slice(
    entries: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime
) -> SliceResult:
    """As many codes as there are rows; their content says nothing."""
    campaign = Campaign.objects.filter(pk=params["campaign"], deleted_at=None).first()
    if campaign is None:
        raise InvalidCampaign("The campaign was deleted, so it gets no more codes.")
    spec = VoucherSpec(
        code_config=params["config"], values=_loaded(params["values"]), metadata=params["metadata"]
    )
    settings = codes.settled_settings()
    config = CodeConfig.from_wire(spec.code_config)
    pattern = vouchers.new(spec=spec, campaign=campaign, now=now)
    codes.lock_form(config)
    pks = code_copies.fill(config=config, count=len(entries), pattern=pattern, settings=settings)
    if pattern.gift_balance is not None:
        ledger.issue((Voucher(pk=pk, gift_balance=pattern.gift_balance) for pk in pks), now=now)
    # All have the same terms, so the first one shows whether they are any of their own.
    if versions.note_all(Voucher, pks[:1], actor=actor, now=now):
        versions.note_all(Voucher, pks[1:], actor=actor, now=now)
    _count_in(campaign, len(pks), actor, now)
    return SliceResult(done=len(pks))


def delete_slice(
    entries: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime
) -> SliceResult:
    """The next codes of the campaign go where it went; rows only say how many."""
    left = Voucher.objects.filter(campaign=params["campaign"], released_at=None)
    if not params["force"]:
        left = left.filter(deleted_at=None)
    next_ones = list(left.order_by("pk").values_list("pk", flat=True)[: len(entries)])
    pks = [row.pk for row in lock(Voucher.objects.filter(pk__in=next_ones).only("pk"))]
    Voucher.objects.filter(pk__in=pks, deleted_at=None).update(deleted_at=now)
    if params["force"]:
        Voucher.objects.filter(pk__in=pks).update(released_at=now)
    versions.note_all(Voucher, pks, actor=actor, now=now)
    return SliceResult(done=len(pks))


def _tell_end(name: str, campaign: Campaign, action: AsyncAction, actor: Actor, now: datetime) -> None:
    payload = {
        "campaign_id": campaign.public_id,
        "count": action.done_count,
        "completed_at": format_optional(action.finished_at),
        "async_action_id": action.public_id,
    }
    events.emit(name, entity=campaign, actor=actor, now=now, payload=payload)


def _stored(spec: VoucherSpec) -> dict[str, Any]:
    """What a job's parameters keep of a spec: instants as text."""
    values = {
        name: format_optional(value) if name in _INSTANTS else value for name, value in spec.values.items()
    }
    return {"values": values, "metadata": dict(spec.metadata)}


def _loaded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: parse_instant(value) if name in _INSTANTS and value else value for name, value in values.items()
    }
