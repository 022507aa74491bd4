"""Campaigns: made with their codes or tiers, changed, switched, deleted. Contract: semantics-core 15."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from approvals.gate import gated
from core import audit, events
from core.actors import Actor
from core.errors import DuplicateFound, NotFound
from core.locking import lock, retried
from core.models import BinEntry
from core.services import bin, metadata_schemas
from core.services.assignments import Access
from promotions import points
from promotions.code_config import CodeConfig
from promotions.models import Campaign, Lifecycle, ValidationRule, Voucher
from promotions.selectors import campaigns as selectors
from promotions.selectors import validation_rules as known_rules
from promotions.services import (
    campaign_places,
    campaign_worth,
    code_batches,
    drafts,
    guarding,
    inheritance,
    lifecycle,
    rule_assignments,
    tiers,
    validation_rules,
    validity,
    versions,
)
from promotions.services.definitions import (
    DISCOUNT,
    GIFT,
    LOYALTY,
    REFERRAL,
    InvalidCampaign,
    assign,
    facts,
    with_category,
)
from promotions.services.drafts import AT_ONCE
from promotions.services.protection import refuse_protected
from promotions.services.tiers import TierSpec
from promotions.services.vouchers import VoucherSpec

_KIND_OF_VOUCHER: Final = {
    Voucher.Type.DISCOUNT_VOUCHER.value: Campaign.CampaignType.DISCOUNT_COUPONS.value,
    Voucher.Type.GIFT_VOUCHER.value: Campaign.CampaignType.GIFT_VOUCHERS.value,
    Voucher.Type.LOYALTY_CARD.value: Campaign.CampaignType.LOYALTY_PROGRAM.value,
}


@dataclass(frozen=True, kw_only=True)
class CampaignSpec:
    """What a caller says about a campaign.

    `values` maps columns to what was sent, and only that; `category` is an id or a name, `discount`,
    `gift` and `code_config` are in wire form. Of `loyalty` and `referral` only what is sent changes; with
    `looks_again` its members get the tiers that it gives them now. `code` is the one code of a campaign of
    type STANDALONE. `tiers` None: none were sent. `unset_metadata` names keys to take away. `rules` are ids,
    one at most, and only count for a new campaign.
    `is_draft`: nothing of it runs, and codes are only counted, until it is launched.
    `access` says where it applies from now on; None: as it is.
    `conditions` is the id of the rule that something that is there shall have, "" none, None: not said.
    `new_conditions` are the columns of a rule that is made along with a new one, in place of `rules`.
    """

    kind: str | None = None
    voucher_type: str | None = None
    code: str | None = None
    vouchers_count: int = 0
    tiers: tuple[TierSpec, ...] | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    unset_metadata: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    conditions: str | None = None
    new_conditions: Mapping[str, Any] | None = None
    access: Access | None = None
    is_draft: bool = False
    looks_again: bool = False


@gated("campaigns.create")
@retried
@transaction.atomic
def create(*, spec: CampaignSpec, actor: Actor, now: datetime) -> Campaign:
    """Make a campaign with its codes or tiers. Up to 200 codes are there at once, more follow.

    It runs within its dates from now on; a draft waits for its launch and has no codes until then.

    :raises InvalidCampaign: no kind, or one that this version does not know.
    :raises InvalidCampaignParams: a discount that the engine cannot calculate, a gift without an amount, or
        too many codes.
    :raises InvalidCodeConfig: too few codes are possible.
    :raises DuplicateFound: the name is taken, also by a campaign in the bin; or the one code is.
    :raises NotFound: unknown category or validation rule.
    :raises OutsideOwnPlaces: the actor works in single areas, and it would apply elsewhere.
    :raises DomainError: something stands in its way (`promotions.launch_guards`); so say the others.
    """
    kind = _kind(spec)
    rule = validation_rules.of_new(spec.rules, spec.new_conditions, actor=actor, now=now)
    campaign = _new(spec, kind, rule, now)
    validity.check(campaign)
    _insert(campaign)
    _, applies = campaign_places.settle(campaign, spec.access, is_new=True, actor=actor, now=now)
    where = {"places": applies} if applies else {}
    audit.log(actor, "campaign.created", campaign, now=now, after={**facts(_summary(campaign)), **where})
    events.emit("campaign.created", entity=campaign, actor=actor, now=now, payload=ids(campaign))
    if rule is not None:
        rule_assignments.attach(rule=rule, related=campaign, actor=actor, now=now)
    versions.note(campaign, actor=actor, now=now)
    if kind == Campaign.CampaignType.PROMOTION:
        for tier in spec.tiers or ():
            tiers.add(campaign=campaign, spec=tier, actor=actor, now=now)
    elif not campaign.is_draft:
        guarding.check(campaign, (), now=now)
        drafts.make_codes(campaign, count=spec.vouchers_count, code=spec.code, actor=actor, now=now)
    return selectors.printable(Campaign.objects.all()).get(pk=campaign.pk)


@gated("campaigns.update")
@retried
@transaction.atomic
def update(*, campaign_id: int, spec: CampaignSpec, actor: Actor, now: datetime) -> Campaign:
    """Change what was sent; metadata is merged per key.

    Dates, windows and category reach only codes that were neither published nor redeemed: the others keep
    what they had. The discount's values reach every code without a discount of its own. All of a draft can
    be changed but its kind. Other dates may start or end the campaign here and now.

    :raises InvalidCampaignParams: a discount value that the engine cannot calculate, or too many codes.
    :raises InvalidCodeConfig: a draft wants more codes than are possible.
    :raises DuplicateFound: a draft wants a code that is taken.
    :raises ResourceProtected: the campaign is write-protected.
    :raises NotFound: unknown category, area or store, or deleted in the meantime.
    :raises OutsideOwnPlaces: as `create`.
    """
    inheritance.lock_used_codes(campaign_id, spec.values)
    campaign = _locked(campaign_id)
    refuse_protected(campaign, actor)
    columns = _changed_columns(campaign, spec)
    is_moved = guarding.concerns(columns) or spec.access is not None
    offers = guarding.offers(campaign) if is_moved else ()
    before = assign(campaign, columns)
    validity.check(campaign)
    campaign.updated_at = now
    campaign.save(update_fields=[*columns, "updated_at"])
    applied, applies = campaign_places.settle(campaign, spec.access, actor=actor, now=now)
    if is_moved:
        guarding.check(campaign, offers, now=now)
    versions.note(campaign, actor=actor, now=now)
    kept = inheritance.keep_for_used_codes(campaign, before, columns)
    versions.note_all(Voucher, kept, actor=actor, now=now)
    told = inheritance.spread_metadata(campaign, spec.metadata, spec.unset_metadata)
    versions.note_all(Voucher, told, actor=actor, now=now)
    rule_assignments.settle(rule_id=spec.conditions, related=campaign, actor=actor, now=now)
    old, new = audit.changes({**facts(before), "places": applied}, {**facts(columns), "places": applies})
    if new:
        audit.log(actor, "campaign.updated", campaign, now=now, before=old, after=new)
        events.emit("campaign.updated", entity=campaign, actor=actor, now=now, payload=ids(campaign))
    lifecycle.settle(campaign, actor=actor, now=now)
    if spec.looks_again and campaign.campaign_type == Campaign.CampaignType.LOYALTY_PROGRAM:
        points.keeper().look_again(campaign, actor=actor, now=now)
    return selectors.printable(Campaign.objects.all()).get(pk=campaign.pk)


@gated("campaigns.switch")
@transaction.atomic
def set_active(*, campaign_id: int, is_active: bool, actor: Actor, now: datetime) -> Campaign:
    """Pause or resume with all codes and tiers, whose own switches stay; the second time nothing happens.

    The contract calls it disabled and enabled.

    :raises CampaignIsDraft: it was never launched, so there is nothing to resume.
    :raises NotFound: deleted in the meantime.
    """
    campaign = _locked(campaign_id)
    if campaign.is_draft and is_active:
        raise lifecycle.CampaignIsDraft("It is a draft and was never enabled. Launch it.")
    if campaign.is_active != is_active:
        was, campaign.updated_at = campaign.lifecycle, now
        campaign.resume(now) if is_active else campaign.pause()
        campaign.save(update_fields=["lifecycle", "is_active", "updated_at"])
        guarding.check(campaign, (), now=now, resumes=True)
        versions.note(campaign, actor=actor, now=now)
        name = "campaign.enabled" if is_active else "campaign.disabled"
        before = {"active": not is_active, "lifecycle": str(was)}
        after = {"active": is_active, "lifecycle": str(campaign.lifecycle)}
        audit.log(actor, name, campaign, now=now, before=before, after=after)
        events.emit(name, entity=campaign, actor=actor, now=now, payload=ids(campaign))
    return campaign


@gated("campaigns.launch")
@retried
@transaction.atomic
def launch(*, campaign_id: int, actor: Actor, now: datetime) -> Campaign:
    """Let a draft reach customers, within its dates, and make the codes that it wants.

    :raises CampaignNotDraft: it was launched already.
    :raises CampaignNotReady: its end is past, or it is a promotion without tiers.
    :raises InvalidCodeConfig: by now too few codes are possible.
    :raises DuplicateFound: by now its code is taken.
    :raises NotFound: deleted in the meantime.
    """
    campaign = _locked(campaign_id)
    lifecycle.check_ready(campaign, now)
    was, campaign.updated_at = campaign.lifecycle, now
    campaign.launch(now)
    campaign.save(update_fields=["lifecycle", "is_active", "updated_at"])
    guarding.check(campaign, (), now=now)
    versions.note(campaign, actor=actor, now=now)
    lifecycle.tell(campaign, "campaign.launched", was, actor, now)
    drafts.make_codes(
        campaign, count=campaign.planned_codes, code=campaign.planned_code, actor=actor, now=now
    )
    return selectors.printable(Campaign.objects.all()).get(pk=campaign.pk)


@gated("campaigns.add_codes")
def add_codes(*, campaign: Campaign, count: int, spec: VoucherSpec, actor: Actor, now: datetime) -> str:
    """Add random codes by a background job; returns its id. Up to 200 are there on return.

    :raises InvalidCampaign: the campaign takes no (more) codes now, or not so many.
    :raises InvalidCodeConfig: too few codes are possible.
    """
    add = code_batches.make_as_job if count <= AT_ONCE else code_batches.start
    return add(campaign=campaign, count=count, spec=spec, actor=actor, now=now)


@gated("campaigns.delete")
def delete(*, campaign_id: int, force: bool, actor: Actor, now: datetime) -> str:
    """Into the bin at once with the first thousand codes; a background job takes the others. Returns its id.

    In the bin, name and codes stay reserved; `force` frees them, also those of a campaign in the bin.
    Redemptions keep their campaign and voucher, so their history can still be read.

    :raises ResourceProtected: the campaign is write-protected.
    :raises NotFound: it is in the bin already (with `force`: it has left the bin).
    """
    action_id = _delete(campaign_id, force, actor, now)
    code_batches.begin_deletion(action_id=action_id, now=now)
    return action_id


@transaction.atomic
def _delete(campaign_id: int, force: bool, actor: Actor, now: datetime) -> str:
    campaign = _locked(campaign_id, from_bin=force)
    refuse_protected(campaign, actor)
    was_present = campaign.deleted_at is None
    campaign.archive(now)
    campaign.released_at = now if force else None
    campaign.updated_at = now
    campaign.save(update_fields=["lifecycle", "deleted_at", "released_at", "updated_at"])
    versions.note(campaign, actor=actor, now=now)
    audit.log(
        actor, "campaign.deleted", campaign, now=now, before={"name": campaign.name}, after={"force": force}
    )
    if force:
        bin.take_out(campaign.public_id)
    else:
        kind = BinEntry.ResourceType.CAMPAIGN
        bin.put(kind=kind, resource_id=campaign.public_id, name=campaign.name, actor=actor, now=now)
    if was_present:
        events.emit("campaign.deleted", entity=campaign, actor=actor, now=now, payload=ids(campaign))
    return code_batches.start_deletion(campaign=campaign, force=force, actor=actor, now=now)


def ids(campaign: Campaign) -> dict[str, Any]:
    return {"campaign_id": campaign.public_id}


def _kind(spec: CampaignSpec) -> str:
    """The kind that was named, or follows from the value object (contract: semantics-core 15.1)."""
    kind = spec.kind or (Campaign.CampaignType.PROMOTION.value if spec.tiers is not None else None)
    of_voucher = _KIND_OF_VOUCHER.get(spec.voucher_type or "")
    kind = kind or of_voucher
    if kind is None and DISCOUNT in spec.values:
        kind = Campaign.CampaignType.DISCOUNT_COUPONS.value
    if kind is None and GIFT in spec.values:
        kind = Campaign.CampaignType.GIFT_VOUCHERS.value
    if kind is None and LOYALTY in spec.values:
        kind = Campaign.CampaignType.LOYALTY_PROGRAM.value
    if REFERRAL in spec.values and spec.kind is None:
        kind = Campaign.CampaignType.REFERRAL_PROGRAM.value
    if kind is None:
        raise InvalidCampaign("campaign_type, voucher or promotion is needed to know the kind of campaign.")
    if kind == Campaign.CampaignType.REFERRAL_PROGRAM:
        of_voucher = kind if spec.voucher_type in (None, Voucher.Type.DISCOUNT_VOUCHER) else of_voucher
    if of_voucher not in (None, kind):
        raise InvalidCampaign(f"The codes of a {kind} campaign are no {spec.voucher_type}.")
    return kind


def _new(spec: CampaignSpec, kind: str, rule: ValidationRule | None, now: datetime) -> Campaign:
    columns = with_category(spec.values)
    worth = {name: columns.pop(name, None) for name in campaign_worth.NAMES}
    config = CodeConfig.from_wire(columns.pop("code_config", None))
    if kind != Campaign.CampaignType.PROMOTION:
        columns |= campaign_worth.of_codes(
            kind, worth, on_items=known_rules.targets_items(rule), campaign_type=columns.get("type")
        )
        columns["code_config"] = config.to_wire()
        drafts.check_count(spec.vouchers_count)
    schema = "voucher" if columns.get("use_voucher_metadata_schema") else "campaign"
    metadata_schemas.check(resource=schema, metadata=spec.metadata, creating=True)
    given = {**columns, "campaign_type": kind, "metadata": dict(spec.metadata), "created_at": now}
    if spec.is_draft:
        return _draft(spec, given)
    campaign = Campaign(**given)
    campaign.settle(now)
    return campaign


def _draft(spec: CampaignSpec, given: Mapping[str, Any]) -> Campaign:
    campaign = Campaign(**given, lifecycle=Lifecycle.DRAFT, is_active=False)
    wanted = {"planned_codes": spec.vouchers_count, "planned_code": spec.code or ""}
    assign(campaign, drafts.plan(campaign, wanted))
    return campaign


def _insert(campaign: Campaign) -> None:
    try:
        with transaction.atomic():
            campaign.save(force_insert=True)
    except IntegrityError as error:
        raise DuplicateFound(f"Duplicated campaign exists with name {campaign.name}") from error


def _changed_columns(campaign: Campaign, spec: CampaignSpec) -> dict[str, Any]:
    columns = with_category(spec.values)
    columns |= (
        campaign_worth.draft_columns(campaign, columns)
        if campaign.is_draft
        else campaign_worth.launched_columns(campaign, columns)
    )
    if spec.metadata or spec.unset_metadata:
        schema = "voucher" if campaign.use_voucher_metadata_schema else "campaign"
        metadata_schemas.check(resource=schema, metadata=spec.metadata, creating=False)
        merged = {**campaign.metadata, **spec.metadata}
        columns["metadata"] = {k: v for k, v in merged.items() if k not in spec.unset_metadata}
    return columns


def _locked(campaign_id: int, *, from_bin: bool = False) -> Campaign:
    rows = lock(Campaign.objects.filter(pk=campaign_id, released_at=None))
    if not rows or (rows[0].deleted_at is not None and not from_bin):
        raise NotFound.of("campaign", str(campaign_id))
    return selectors.printable(Campaign.objects.all()).get(pk=campaign_id)


def _summary(campaign: Campaign) -> dict[str, Any]:
    names = ("name", "campaign_type", "type", "starts_at", "ends_at", "voucher_redemption_quantity")
    return {
        **{name: getattr(campaign, name) for name in names},
        DISCOUNT: campaign.discount,
        GIFT: campaign.gift,
        LOYALTY: campaign.loyalty,
        REFERRAL: campaign.referral,
    }
