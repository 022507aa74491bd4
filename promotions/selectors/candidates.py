"""Candidates with the rules that hold for them and the counters that their rules read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from commerce.models import Customer
from core.exact import exact
from engine.rules import Needs
from promotions.models import Campaign, Holder, PromotionTier, PublishedCode, Voucher
from promotions.redeemables import Found
from promotions.selectors import validation_rules, whereabouts
from promotions.selectors.budgets_in_force import InForce, in_force
from promotions.selectors.candidate_budgets import budgets_of
from promotions.selectors.counter_reading import Wanted
from promotions.selectors.stops import Stops
from promotions.selectors.tallies import IN_CAMPAIGN_OF_EVERYBODY, Counted, Tally
from promotions.selectors.whereabouts import Called, Here

if TYPE_CHECKING:
    from promotions.selectors.snapshots import Asking


def with_rules(found: Sequence[Found], called: Called) -> tuple[list[Found], list[InForce], Stops, Here]:
    """Each candidate with its own rules and then its campaign's, the budgets of their campaigns, all stops,
    and the place that is called so.

    One query. Contract: semantics-core 7.2.
    """
    assigned = validation_rules.rules_of(
        vouchers=_keys(found, Voucher),
        tiers=_keys(found, PromotionTier),
        campaigns=_campaigns(found),
        called=called,
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
        inherited = assigned.campaign(entry.campaign.pk) if entry.campaign is not None else ()
        # What it came with: the conditions of a reward.
        rules = (*entry.candidate.rules, *own, *inherited)
        if rules:
            versions = tuple(
                assigned.version_ids[rule.id] for rule in rules if rule.id in assigned.version_ids
            )
            candidate = replace(entry.candidate, rules=rules)
            entry = replace(entry, candidate=candidate, rule_version_ids=versions)
        ruled.append(entry)
    return ruled, in_force(assigned.budgets), assigned.stops, assigned.here


def in_place(found: Sequence[Found], here: Here, asking: Asking) -> list[Found]:
    """Those of campaigns that do not apply here say why."""

    def placed(entry: Found) -> Found:
        if entry.campaign is None or not entry.campaign.places:
            return entry
        candidate = whereabouts.refused(entry.candidate, entry.campaign.places, here, asking)
        return replace(entry, candidate=candidate)

    return [placed(entry) for entry in found]


def with_holder(found: Sequence[Found], customer: Customer | None) -> list[Found]:
    """Codes that somebody has say whether this customer has them; one query if generic ones are among them,
    of which there may be many holders.
    """
    shared = [entry.row.pk for entry in found if entry.row is not None and _may_be_shared(entry, customer)]
    shared_with = (
        set(Holder.objects.filter(customer=customer, voucher__in=shared).values_list("voucher", flat=True))
        if shared
        else frozenset[int]()
    )

    def held(entry: Found) -> Found:
        if not isinstance(entry.row, Voucher) or entry.row.holder_id is None:
            return entry
        is_last = customer is not None and customer.pk == entry.row.holder_id
        is_his = is_last or entry.row.pk in shared_with
        return replace(entry, candidate=replace(entry.candidate, is_held_by_customer=is_his))

    return [held(entry) for entry in found]


def _may_be_shared(entry: Found, customer: Customer | None) -> bool:
    """Whether only the wallets know if this customer has the code: it was given to more than the last one."""
    row = entry.row
    if customer is None or not isinstance(row, Voucher) or row.holder_id in (None, customer.pk):
        return False
    return entry.campaign is None or entry.campaign.type == Campaign.Type.STANDALONE


def with_counts(
    found: Sequence[Found], needs: Needs, wanted: Wanted, counted: Mapping[Tally, Counted]
) -> list[Found]:
    """Each candidate with its counters, budgets and metadata, as far as rules and campaigns ask for them."""
    with_metadata = "candidate.metadata" in needs.facts
    said = _said_when_published(found) if "candidate.publication_metadata" in needs.facts else {}
    if not (needs.counts or with_metadata or said or wanted.of_rules or wanted.budgets):
        return list(found)
    complete = []
    for entry in found:
        named = wanted.of_rules.get((entry.requested.object, entry.requested.id), {})
        known = {name: counted[tally] for name, tally in named.items()}
        counts = {name: one.value + one.held for name, one in known.items() if ":" not in name}
        if entry.campaign is None:
            counts |= dict.fromkeys(needs.counts & IN_CAMPAIGN_OF_EVERYBODY, 0)
        granted = {name: one.granted for name, one in known.items() if one.granted}
        candidate = replace(
            entry.candidate,
            counts=counts,
            unit_counts={name: one.value + one.held for name, one in known.items() if ":" in name},
            granted=frozenset(granted),
            granted_amounts=granted,
            budgets=budgets_of(entry, wanted, counted),
            metadata=metadata_of(entry.row) if with_metadata else {},
            publication_metadata=said.get(entry.row.pk, {}) if isinstance(entry.row, Voucher) else {},
        )
        complete.append(replace(entry, candidate=candidate))
    return complete


def _said_when_published(found: Sequence[Found]) -> Mapping[int, Mapping[str, Any]]:
    """The metadata of the last publication of each code, by primary key."""
    given = PublishedCode.objects.filter(voucher__in=_keys(found, Voucher)).order_by("voucher", "-pk")
    last = given.distinct("voucher").values_list("voucher", "publication__metadata")
    return {pk: exact(metadata) for pk, metadata in last}


def metadata_of(row: Any) -> Mapping[str, Any]:
    """The metadata of a voucher or tier, exact."""
    metadata: Mapping[str, Any] = {} if row is None else exact(row.metadata)
    return metadata


def _keys(found: Sequence[Found], model: type[Voucher | PromotionTier]) -> list[int]:
    return [entry.row.pk for entry in found if isinstance(entry.row, model)]


def _campaigns(found: Sequence[Found]) -> list[int]:
    return sorted({entry.campaign.pk for entry in found if entry.campaign is not None})
