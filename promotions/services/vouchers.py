"""Single codes: standalone, or of a campaign. Contract: semantics-core 13, 15.3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from approvals.gate import gated
from core import audit, events
from core.actors import Actor
from core.errors import NotFound
from core.locking import lock, retried
from core.models import BinEntry, ProjectSettings
from core.services import bin, metadata_schemas
from promotions import points, terms
from promotions.code_config import LONGEST_CODE, CodeConfig
from promotions.models import Campaign, ValidationRule, Voucher
from promotions.selectors import validation_rules as known_rules
from promotions.selectors import vouchers as selectors
from promotions.services import (
    campaign_pool,
    codes,
    discounts,
    gifts,
    holds,
    ledger,
    rule_assignments,
    validity,
    versions,
)
from promotions.services.definitions import DISCOUNT, GIFT, InvalidVoucher, assign, facts, with_category

LONGEST_INFO: Final = 10_000


@dataclass(frozen=True, kw_only=True)
class VoucherSpec:
    """What a caller says about a voucher.

    `values` maps columns to what was sent, and only that; `category` is an id or a name, `discount` and
    `gift` are in wire form. `code` None: draw one by `code_config` (wire form), or by the campaign's. `rules`
    are ids, one at most. They and `type` only count for a new code; the type has to fit what it is worth.
    `conditions` is the id of the rule that something that is there shall have, "" none, None: not said.
    `inherits_discount`: a code of a campaign gives its own discount up for its campaign's. `points` are the
    first ones of a loyalty card; None: as its programme says.
    """

    type: str | None = None
    code: str | None = None
    code_config: Mapping[str, Any] | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    conditions: str | None = None
    inherits_discount: bool = False
    points: int | None = None


@gated("vouchers.create")
@retried
@transaction.atomic
def create(*, spec: VoucherSpec, actor: Actor, now: datetime, campaign: Campaign | None = None) -> Voucher:
    """Make one voucher: with its own discount, a gift card, or in a campaign that lends what is not set.

    :raises InvalidVoucher: no discount and no credits, or a discount that the engine cannot calculate.
    :raises InvalidCampaign: the campaign takes no codes.
    :raises InvalidCodeConfig: too few codes are possible.
    :raises DuplicateFound: the code is taken.
    :raises NotFound: unknown category or validation rule.
    """
    rule = known_rules.named(spec.rules)
    settings = codes.settled_settings()
    if campaign is not None:
        campaign_pool.refuse_closed(campaign)
    voucher = new(spec=spec, campaign=campaign, rule=rule, now=now)
    check_metadata(voucher)
    voucher = _insert(voucher, spec, campaign, settings)
    ledger.issue([voucher], now=now)
    if spec.points is not None:
        points.keeper().open([voucher], points=spec.points, actor=actor, now=now)
    if campaign is not None:
        campaign_pool.count_in(campaign_id=campaign.pk, count=1)
    audit.log(actor, "voucher.created", voucher, now=now, after=_summary(voucher))
    events.emit("voucher.created", entity=voucher, actor=actor, now=now, payload=ids(voucher))
    if rule is not None:
        rule_assignments.attach(rule=rule, related=voucher, actor=actor, now=now)
    versions.note(voucher, actor=actor, now=now)
    return selectors.printable(Voucher.objects.all()).get(pk=voucher.pk)


def new(
    *, spec: VoucherSpec, campaign: Campaign | None, now: datetime, rule: ValidationRule | None = None
) -> Voucher:
    """An unsaved voucher, checked, still without a code unless the spec has one."""
    columns = with_category(spec.values)
    columns |= _worth(columns.pop(DISCOUNT, None), columns.pop(GIFT, None), campaign, rule)
    if spec.points is not None and columns.get("type") != Voucher.Type.LOYALTY_CARD:
        raise InvalidVoucher("Only the codes of a loyalty programme have points. Leave loyalty_card out.")
    metadata = dict(spec.metadata)
    if campaign is not None:
        columns.setdefault("redemption_quantity", campaign.voucher_redemption_quantity)
        if campaign.use_voucher_metadata_schema:
            metadata = {**campaign.metadata, **metadata}
    voucher = Voucher(campaign=campaign, metadata=metadata, created_at=now, **columns)
    if spec.type not in (None, voucher.type):
        raise InvalidVoucher(f"This voucher is a {voucher.type}, not a {spec.type}: leave type out.")
    validity.check(voucher, parent=campaign)
    return voucher


def _worth(
    discount: Mapping[str, Any] | None,
    gift: Mapping[str, Any] | None,
    campaign: Campaign | None,
    rule: ValidationRule | None,
) -> dict[str, Any]:
    """The columns of what a new code is worth: a discount or credits, its own or those of its campaign."""
    if discount is not None and gift is not None:
        raise InvalidVoucher("A gift card has credits and no discount: send gift or discount, not both.")
    if campaign is not None and campaign.campaign_type == Campaign.CampaignType.LOYALTY_PROGRAM:
        if discount is not None or gift is not None:
            raise InvalidVoucher("The codes of this campaign are loyalty cards. Leave discount and gift out.")
        return {"type": Voucher.Type.LOYALTY_CARD}
    if campaign is not None and gift is not None and campaign.gift is None:
        raise InvalidVoucher("The codes of this campaign have a discount. Leave gift out.")
    if campaign is not None and discount is not None and campaign.gift is not None:
        raise InvalidVoucher("The codes of this campaign are gift cards. Leave discount out.")
    on_items = known_rules.targets_items(rule, known_rules.of_campaign(campaign))
    if discount is not None:
        return {DISCOUNT: discounts.stored(discount, InvalidVoucher, targets_items=on_items)}
    if gift is not None:
        return gifts.columns(gifts.stored(gift, InvalidVoucher, targets_items=on_items))
    if campaign is None:
        raise InvalidVoucher(
            "A voucher without a campaign needs a discount or a gift; a loyalty card needs its programme."
        )
    return {} if campaign.gift is None else gifts.columns(campaign.gift)


@gated("vouchers.update")
@transaction.atomic
def update(*, voucher_id: int, spec: VoucherSpec, actor: Actor, now: datetime) -> Voucher:
    """Change what was sent; metadata is merged per key. The type of the discount stays, whatever was sent.

    Another `amount` of a gift card is an entry of its ledger.

    :raises InvalidVoucher: a discount value that the engine cannot calculate, or fewer uses than were made.
    :raises InvalidAddBalanceParams: the card would have less than was spent or is held.
    :raises MetadataInvalid: the metadata breaks its schema.
    :raises NotFound: unknown category, or the voucher was deleted in the meantime.
    """
    voucher = _locked(voucher_id)
    campaign = voucher.campaign
    metadata_schemas.check(resource=metadata_resource(campaign), metadata=spec.metadata, creating=False)
    columns = with_category(spec.values)
    wire = columns.pop(DISCOUNT, None)
    if wire is not None:
        inherited = campaign.discount if campaign else None
        changed = discounts.merged(voucher.discount or inherited, wire, InvalidVoucher)
        columns |= {} if changed is None else {DISCOUNT: changed}
    if spec.inherits_discount and campaign is not None and campaign.discount:
        columns[DISCOUNT] = None
    gift = columns.pop(GIFT, None) or {}
    is_card = voucher.type == Voucher.Type.GIFT_VOUCHER
    if is_card and gift.get("effect"):
        columns["gift_effect"] = gift["effect"]
    if spec.metadata:
        columns["metadata"] = {**voucher.metadata, **spec.metadata}
    before = assign(voucher, columns)
    validity.check(voucher, parent=campaign)
    _check_uses(voucher, now)
    voucher.updated_at = now
    voucher.save(update_fields=[*columns, "updated_at"])
    old, new_ = audit.changes(facts(before), facts(columns))
    if new_:
        by_hand = not terms.columns_of(Voucher).isdisjoint(new_)
        versions.note(voucher, actor=actor, now=now, by_hand=by_hand)
        audit.log(actor, "voucher.updated", voucher, now=now, before=old, after=new_)
        events.emit("voucher.updated", entity=voucher, actor=actor, now=now, payload=ids(voucher))
    rule_assignments.settle(rule_id=spec.conditions, related=voucher, actor=actor, now=now)
    if is_card and gift.get("amount") is not None:
        ledger.set_amount(voucher=voucher, amount=gift["amount"], actor=actor, now=now)
    return selectors.printable(Voucher.objects.all()).get(pk=voucher.pk)


@gated("vouchers.switch")
@transaction.atomic
def set_active(*, voucher_id: int, is_active: bool, actor: Actor, now: datetime) -> Voucher:
    """Enable or disable; the second time nothing happens.

    :raises NotFound: deleted in the meantime.
    """
    voucher = _locked(voucher_id)
    if voucher.is_active != is_active:
        voucher.is_active, voucher.updated_at = is_active, now
        voucher.save(update_fields=["is_active", "updated_at"])
        versions.note(voucher, actor=actor, now=now)
        name = "voucher.enabled" if is_active else "voucher.disabled"
        audit.log(
            actor, name, voucher, now=now, before={"active": not is_active}, after={"active": is_active}
        )
        events.emit(name, entity=voucher, actor=actor, now=now, payload=ids(voucher))
    return selectors.printable(Voucher.objects.all()).get(pk=voucher.pk)


@gated("vouchers.delete")
@retried
@transaction.atomic
def delete(*, voucher_id: int, force: bool, actor: Actor, now: datetime) -> None:
    """Into the bin, where the code stays reserved; with `force` out of it, and the code is free again.

    Redemptions keep their voucher, so its history can still be read.

    :raises NotFound: it is in the bin already (with `force`: it has left the bin).
    """
    voucher = _locked(voucher_id, from_bin=force)
    was_present = voucher.deleted_at is None
    voucher.deleted_at = voucher.deleted_at or now
    voucher.released_at = now if force else None
    voucher.updated_at = now
    voucher.save(update_fields=["deleted_at", "released_at", "updated_at"])
    versions.note(voucher, actor=actor, now=now, by_hand=True)
    if was_present and voucher.campaign_id is not None:
        campaign_pool.count_out(campaign_id=voucher.campaign_id, count=1)
    audit.log(actor, "voucher.deleted", voucher, now=now, before=_summary(voucher), after={"force": force})
    if force:
        bin.take_out(voucher.public_id)
    else:
        bin.put(
            kind=BinEntry.ResourceType.VOUCHER,
            resource_id=voucher.public_id,
            name=voucher.code,
            parent_id=voucher.campaign.public_id if voucher.campaign else "",
            actor=actor,
            now=now,
        )
    if was_present:
        events.emit("voucher.deleted", entity=voucher, actor=actor, now=now, payload=ids(voucher))


def check_metadata(voucher: Voucher) -> None:
    """Hold the metadata of a new code against its schema.

    Where the campaign's schema counts, its required keys are the campaign's: a code need not repeat them.

    :raises MetadataInvalid: a key that breaks its definition, or is missing.
    """
    resource = metadata_resource(voucher.campaign)
    metadata_schemas.check(resource=resource, metadata=voucher.metadata, creating=resource == "voucher")


def metadata_resource(campaign: Campaign | None) -> str:
    """Whose metadata schema counts for a code (contract: semantics-core 13)."""
    return "voucher" if campaign is None or campaign.use_voucher_metadata_schema else "campaign"


def ids(voucher: Voucher) -> dict[str, Any]:
    return {
        "voucher_id": voucher.public_id,
        "code": voucher.code,
        "campaign_id": voucher.campaign.public_id if voucher.campaign else None,
    }


def _insert(
    voucher: Voucher, spec: VoucherSpec, campaign: Campaign | None, settings: ProjectSettings
) -> Voucher:
    if spec.code is not None:
        if not spec.code.strip() or len(spec.code) > LONGEST_CODE or "\0" in spec.code:
            raise InvalidVoucher(f"A code has 1 to {LONGEST_CODE} characters.")
        voucher.code = spec.code
        if selectors.is_reserved(spec.code, settings) or not codes.insert([voucher], settings):
            raise codes.taken(spec.code)
        return voucher
    inherited = campaign.code_config if campaign else None
    config = CodeConfig.from_wire(spec.code_config or inherited)

    def build(code: str) -> Voucher:
        voucher.code = code
        return voucher

    return codes.fill(config=config, count=1, build=build, settings=settings)[0]


def _check_uses(voucher: Voucher, now: datetime) -> None:
    """The row is locked, so nobody uses or holds the code meanwhile."""
    allowed, used = voucher.redemption_quantity, voucher.redeemed_quantity
    if allowed is None or allowed >= used + voucher.held_quantity:
        return
    holds.tidy(voucher=voucher.pk, now=now)
    voucher.refresh_from_db(fields=["held_quantity"])
    held, least = voucher.held_quantity, used + voucher.held_quantity
    if allowed < least:
        kept = f" and is held by {held} open baskets" if held else ""
        raise InvalidVoucher(
            f"The code was used {used} times already{kept}; allow at least {least}, or disable it."
        )


def _locked(voucher_id: int, *, from_bin: bool = False) -> Voucher:
    rows = lock(Voucher.objects.filter(pk=voucher_id, released_at=None))
    if not rows or (rows[0].deleted_at is not None and not from_bin):
        raise NotFound.of("voucher", str(voucher_id))
    return selectors.printable(Voucher.objects.all()).get(pk=voucher_id)


def _summary(voucher: Voucher) -> dict[str, Any]:
    return {
        "code": voucher.code,
        "campaign": voucher.campaign.public_id if voucher.campaign else None,
        "discount": voucher.discount,
        "gift_amount": voucher.gift_amount,
        "redemption_quantity": voucher.redemption_quantity,
    }
