"""Codes from files and bulk requests: new ones are made, known ones get what may change. Contract: core 13.

A slice of a background job; nothing here raises for a bad row. What was used elsewhere is no use of ours: a
code that may be used five times and was used twice comes in with three uses, a card of 50 of which 20 are
spent comes in with 30, so that uses and balances stay what redemptions and ledger say (INVARIANTS M2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from approvals.gate import gated
from core import audit, events, project
from core.actors import Actor
from core.errors import DomainError, NotFound
from core.locking import lock
from core.models import AuditEntry, ProjectSettings
from core.services import metadata_schemas
from core.services.metadata_schemas import Rulebook
from integrations.models import ImportFile
from integrations.registry import RowFailure, SliceResult
from integrations.services import imports
from promotions import points
from promotions.code_config import LONGEST_CODE
from promotions.models import Campaign, Category, Voucher
from promotions.selectors import campaigns as known_campaigns
from promotions.selectors import categories
from promotions.services import campaign_pool, codes, gifts, ledger, validity, versions, vouchers
from promotions.services.definitions import CATEGORY, GIFT, InvalidVoucher
from promotions.services.protection import refuse_protected
from promotions.services.vouchers import VoucherSpec

CAMPAIGN: Final = "campaign"
"""The parameter of an import that names its campaign, by primary key."""

_WRITTEN_AT_ONCE: Final = 500
_IS_ACTIVE: Final = "is_active"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row: the code with what is said about it, and what was used of it elsewhere."""

    row: int
    code: str
    spec: VoucherSpec
    used: int = 0
    spent: int = 0


@dataclass(kw_only=True)
class _Slice:
    campaign: Campaign | None
    settings: ProjectSettings
    rules: Mapping[str, Rulebook]
    actor: Actor
    now: datetime
    pattern: Voucher | None = None
    named: dict[str | None, Category | None] = field(default_factory=dict)
    failures: list[RowFailure] = field(default_factory=list)

    def refuse(self, entry: Entry, error: DomainError) -> None:
        reason = error.details or error.message
        self.failures.append(RowFailure(row=entry.row, name=entry.code[:255], key=error.key, reason=reason))

    def category(self, entry: Entry) -> Category | None:
        """:raises NotFound: there is no category of that name or id."""
        wanted = entry.spec.values.get(CATEGORY)
        if wanted not in self.named:
            self.named[wanted] = categories.named(wanted)
        return self.named[wanted]


@gated("vouchers.import")
@transaction.atomic
def start(*, file_id: int, actor: Actor, now: datetime, is_forced: bool = False) -> ImportFile:
    """Begin to import a file of codes, alone or into its campaign.

    :raises InvalidCampaign: the campaign takes no codes now.
    :raises SentBefore: the same file was imported before, and `is_forced` does not say that this is meant.
    :raises ImportIsOver: it was imported already.
    """
    file = ImportFile.objects.get(pk=file_id)
    if CAMPAIGN in file.params:
        campaign = open_campaign(file.params[CAMPAIGN])
        refuse_protected(campaign, actor)
    return imports.run(file_id=file_id, actor=actor, now=now, is_forced=is_forced)


def open_campaign(campaign_id: int) -> Campaign:
    """:raises InvalidCampaign: it takes no codes now.
    :raises NotFound: it was deleted.
    """
    campaign = known_campaigns.present().filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFound.of("campaign", str(campaign_id))
    campaign_pool.refuse_closed(campaign)
    return campaign


def write(
    entries: Sequence[Entry],
    *,
    campaign: Campaign | None,
    actor: Actor,
    now: datetime,
    is_told: bool = False,
) -> SliceResult:
    """Make or change the codes; `is_told`: new ones are events of their own."""
    resources = ("voucher", "campaign")
    state = _Slice(
        campaign=campaign,
        settings=codes.settled_settings(),
        rules={name: metadata_schemas.rulebook(resource=name) for name in resources},
        actor=actor,
        now=now,
    )
    keys = {entry.row: project.code_key(entry.code, state.settings) for entry in entries}
    stored = _stored(set(keys.values()))
    fresh: dict[str, tuple[Entry, Voucher]] = {}
    known: list[Entry] = []
    for entry in entries:
        key = keys[entry.row]
        if key in stored or key in fresh:
            known.append(entry)
            continue
        try:
            fresh[key] = entry, _new(entry, state)
        except DomainError as error:
            state.refuse(entry, error)
    made = _insert(fresh, state, is_told=is_told)
    _change(known, keys, stored | {key: fresh[key][1] for key in made}, state)
    failures = sorted(state.failures, key=lambda failure: failure.row)
    return SliceResult(done=len(entries) - len(failures), failures=failures)


def _stored(keys: set[str]) -> dict[str, Voucher]:
    """Codes that are there, locked; those in the bin keep their code, too."""
    rows = Voucher.objects.filter(code_key__in=keys, released_at=None)
    locked = [row.pk for row in lock(rows.only("pk"))]
    found = Voucher.objects.filter(pk__in=locked, released_at=None).select_related("campaign")
    return {row.code_key: row for row in found}


def _new(entry: Entry, state: _Slice) -> Voucher:
    """An unsaved voucher.

    :raises DomainError: it cannot be as the row says.
    """
    if not entry.code.strip() or len(entry.code) > LONGEST_CODE:
        raise InvalidVoucher(f"A code has 1 to {LONGEST_CODE} characters.")
    spec = entry.spec
    values = {name: value for name, value in spec.values.items() if name != CATEGORY}
    if state.campaign is None:
        voucher = _alone(spec, values, state)
    else:
        voucher = _of_campaign(state.campaign, spec, values, state)
    voucher.category = state.category(entry)
    voucher.code = entry.code
    _take_off(voucher, entry)
    resource = vouchers.metadata_resource(state.campaign)
    state.rules[resource].check(metadata=voucher.metadata, creating=resource == "voucher")
    return voucher


def _alone(spec: VoucherSpec, values: dict[str, Any], state: _Slice) -> Voucher:
    plain = VoucherSpec(type=spec.type, values=values, metadata=spec.metadata, points=spec.points)
    return vouchers.new(spec=plain, campaign=None, now=state.now)


def _of_campaign(campaign: Campaign, spec: VoucherSpec, values: dict[str, Any], state: _Slice) -> Voucher:
    """Like the campaign's other codes, but for what the row says; that is looked up once for all rows."""
    if state.pattern is None:
        state.pattern = vouchers.new(spec=VoucherSpec(), campaign=campaign, now=state.now)
    pattern = state.pattern
    if spec.type not in (None, pattern.type):
        raise InvalidVoucher(f"The codes of this campaign are {pattern.type}: leave the type out.")
    if values.get("discount") is not None:
        # Rare, and the campaign's conditions have a say in it.
        return vouchers.new(
            spec=VoucherSpec(values=values, metadata=spec.metadata), campaign=campaign, now=state.now
        )
    columns = {
        column.attname: getattr(pattern, column.attname)
        for column in Voucher._meta.concrete_fields
        if column.attname not in ("id", "public_id", "code", "code_key", "metadata")
    }
    gift = values.pop(GIFT, None)
    if spec.points is not None and pattern.type != Voucher.Type.LOYALTY_CARD:
        raise InvalidVoucher("The codes of this campaign are no loyalty cards. Leave the points out.")
    if gift is not None:
        if pattern.type != Voucher.Type.GIFT_VOUCHER:
            raise InvalidVoucher("The codes of this campaign have a discount. Leave the gift amount out.")
        columns |= gifts.columns(gifts.stored({"effect": pattern.gift_effect, **gift}, InvalidVoucher))
    voucher = Voucher(**{**columns, **values}, metadata={**pattern.metadata, **spec.metadata})
    validity.check(voucher, parent=campaign)
    return voucher


def _take_off(voucher: Voucher, entry: Entry) -> None:
    """What was used elsewhere.

    :raises InvalidVoucher: more than there is.
    """
    if entry.used and voucher.redemption_quantity is not None:
        if entry.used > voucher.redemption_quantity:
            raise InvalidVoucher(
                f"The code was used {entry.used} times and may be used {voucher.redemption_quantity} times."
            )
        voucher.redemption_quantity -= entry.used
    if entry.spent:
        if voucher.gift_amount is None or entry.spent > voucher.gift_amount:
            raise InvalidVoucher("More was spent of the card than it held, or it is no gift card.")
        voucher.gift_amount -= entry.spent
        voucher.gift_balance = voucher.gift_amount


def _insert(fresh: Mapping[str, tuple[Entry, Voucher]], state: _Slice, *, is_told: bool) -> set[str]:
    """Insert in one order; returns the keys of those whose code nobody took meanwhile."""
    order = sorted(fresh)
    made = codes.insert([fresh[key][1] for key in order], state.settings) if order else []
    got = {voucher.code_key for voucher in made}
    for key in order:
        if key not in got:
            state.refuse(fresh[key][0], codes.taken(fresh[key][0].code))
    if not made:
        return got
    ledger.issue(made, now=state.now)
    for voucher in made:
        if (first := fresh[voucher.code_key][0].spec.points) is not None:
            points.keeper().open([voucher], points=first, actor=state.actor, now=state.now)
    versions.note_all(Voucher, [voucher.pk for voucher in made], actor=state.actor, now=state.now)
    _audit_new(made, state)
    if is_told:
        told = [(voucher, vouchers.ids(voucher)) for voucher in made]
        events.emit_all("voucher.created", entities=told, actor=state.actor, now=state.now)
    if state.campaign is not None:
        campaign_pool.count_in(campaign_id=state.campaign.pk, count=len(made))
    return got


def _audit_new(made: Sequence[Voucher], state: _Slice) -> None:
    credits = sum(voucher.gift_balance or 0 for voucher in made)
    after = {"count": len(made)} | ({"credits": credits} if credits else {})
    if state.campaign is not None:
        audit.log(state.actor, "campaign.vouchers.imported", state.campaign, now=state.now, after=after)
        return
    AuditEntry.objects.bulk_create(
        (
            AuditEntry(
                **audit.entry_fields(
                    state.actor, "voucher.created", voucher, now=state.now, after={"bulk": True}
                )
            )
            for voucher in made
        ),
        batch_size=_WRITTEN_AT_ONCE,
    )


def _change(
    entries: Sequence[Entry], keys: Mapping[int, str], stored: Mapping[str, Voucher], state: _Slice
) -> None:
    """Whether it is enabled, its category and its metadata: nothing else changes on a code that is there."""
    changed: dict[int, Voucher] = {}
    log: list[AuditEntry] = []
    for entry in entries:
        voucher = stored.get(keys[entry.row])
        try:
            if voucher is None:
                raise codes.taken(entry.code)
            columns = _changes(voucher, entry, state)
        except DomainError as error:
            state.refuse(entry, error)
            continue
        before = {name: getattr(voucher, name) for name in columns}
        for name, value in columns.items():
            setattr(voucher, name, value)
        if columns:
            voucher.updated_at = state.now
            changed[voucher.pk] = voucher
            log.append(_entry(voucher, before, columns, state))
    if changed:
        names = [_IS_ACTIVE, CATEGORY, "metadata", "updated_at"]
        Voucher.objects.bulk_update(changed.values(), names, batch_size=_WRITTEN_AT_ONCE)
        versions.note_all(Voucher, changed, actor=state.actor, now=state.now, by_hand=True)
        AuditEntry.objects.bulk_create(log, batch_size=_WRITTEN_AT_ONCE)


def _changes(voucher: Voucher, entry: Entry, state: _Slice) -> dict[str, Any]:
    """:raises DomainError: it is another campaign's, in the bin, or its metadata would break the schema."""
    if voucher.deleted_at is not None:
        raise InvalidVoucher("The code is in the bin, and stays reserved there.")
    if state.campaign is not None and voucher.campaign_id != state.campaign.pk:
        raise InvalidVoucher("The code belongs to another campaign, or to none.")
    resource = vouchers.metadata_resource(voucher.campaign)
    state.rules[resource].check(metadata=entry.spec.metadata, creating=False)
    category = state.category(entry)
    wanted: dict[str, Any] = {"metadata": {**voucher.metadata, **entry.spec.metadata}}
    if _IS_ACTIVE in entry.spec.values:
        wanted[_IS_ACTIVE] = entry.spec.values[_IS_ACTIVE]
    if category is not None:
        wanted[CATEGORY] = category
    return {name: value for name, value in wanted.items() if getattr(voucher, name) != value}


def _entry(
    voucher: Voucher, before: Mapping[str, Any], after: Mapping[str, Any], state: _Slice
) -> AuditEntry:
    old, new = dict(_facts(before)), dict(_facts(after))
    fields = audit.entry_fields(state.actor, "voucher.updated", voucher, now=state.now, before=old, after=new)
    return AuditEntry(**fields)


def _facts(columns: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in columns.items():
        yield name, value.public_id if isinstance(value, Category) else value
