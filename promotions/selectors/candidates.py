"""Candidates with the rules that hold for them and the counters that their rules read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from commerce.models import Customer
from engine.rules import Needs
from promotions.models import PromotionTier, Voucher
from promotions.redeemables import Found
from promotions.selectors import counts, unit_counts, validation_rules

if TYPE_CHECKING:
    from promotions.selectors.snapshots import Asking


def with_rules(found: Sequence[Found]) -> list[Found]:
    """Each candidate with its own rules and then its campaign's (contract: semantics-core 7.2). One query."""
    assigned = validation_rules.rules_of(
        vouchers=_keys(found, Voucher), tiers=_keys(found, PromotionTier), campaigns=_campaigns(found)
    )
    ruled = []
    for entry in found:
        own = (
            assigned.voucher(entry.row.pk)
            if isinstance(entry.row, Voucher)
            else assigned.tier(entry.row.pk)
            if isinstance(entry.row, PromotionTier)
            else ()
        )
        rules = own + (assigned.campaign(entry.campaign.pk) if entry.campaign is not None else ())
        if rules:
            versions = tuple(
                assigned.version_ids[rule.id] for rule in rules if rule.id in assigned.version_ids
            )
            candidate = replace(entry.candidate, rules=rules)
            entry = replace(entry, candidate=candidate, rule_version_ids=versions)
        ruled.append(entry)
    return ruled


def with_holder(found: Sequence[Found], customer: Customer | None) -> list[Found]:
    """Codes that somebody has say whether this customer is the one."""

    def held(entry: Found) -> Found:
        if not isinstance(entry.row, Voucher) or entry.row.holder_id is None:
            return entry
        is_his = customer is not None and customer.pk == entry.row.holder_id
        return replace(entry, candidate=replace(entry.candidate, is_held_by_customer=is_his))

    return [held(entry) for entry in found]


def with_counts(found: Sequence[Found], needs: Needs, asking: Asking) -> list[Found]:
    """Each candidate with its counters and metadata, as far as `needs` names them. At most four queries."""
    with_metadata = "candidate.metadata" in needs.facts
    with_units = "candidate.unit_counts" in needs.facts
    if not (needs.counts or with_metadata or with_units):
        return list(found)
    scope = counts.counting_for(
        customer=asking.customer,
        payload=asking.payload,
        actor=asking.actor,
        settings=asking.settings,
        now=asking.now,
    )
    campaigns = counts.of_campaigns(_campaigns(found), needs.counts, scope)
    vouchers = counts.of_vouchers(_keys(found, Voucher), needs.counts, scope)
    tiers = counts.of_tiers(_keys(found, PromotionTier), needs.counts, scope)
    units = unit_counts.load(campaigns=_campaigns(found), customer=asking.customer) if with_units else []
    complete = []
    for entry in found:
        row, campaign = entry.row, entry.campaign
        own = vouchers if isinstance(row, Voucher) else tiers
        counted = {
            **counts.NOTHING,
            **(campaigns.get(campaign.pk, {}) if campaign is not None else {}),
            **(own.get(row.pk, {}) if row is not None else {}),
        }
        candidate = replace(
            entry.candidate,
            counts={name: value for name, value in counted.items() if name in needs.counts},
            metadata=counts.metadata_of(row) if with_metadata else {},
            unit_counts=unit_counts.counters(
                units,
                entry.candidate.rules,
                campaign=campaign.pk,
                tier=row.pk if isinstance(row, PromotionTier) else None,
            )
            if campaign is not None
            else {},
        )
        complete.append(replace(entry, candidate=candidate))
    return complete


def _keys(found: Sequence[Found], model: type[Voucher | PromotionTier]) -> list[int]:
    return [entry.row.pk for entry in found if isinstance(entry.row, model)]


def _campaigns(found: Sequence[Found]) -> list[int]:
    return sorted({entry.campaign.pk for entry in found if entry.campaign is not None})
