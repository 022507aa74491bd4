"""What the guardrails judge: the proposal, and what is there already. A constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import Q

from commerce import costs
from core import project
from core.models import Area, ProjectSettings
from core.patience import TookTooLong, attempt
from engine import eligibility, timeframes
from promotions import code_words
from promotions.code_config import CodeConfig, InvalidCodeConfig
from promotions.models import Campaign, ValidationRuleAssignment, Voucher
from promotions.previews.audience import Audience
from promotions.previews.bench import Bench
from promotions.previews.past_orders import PriceEffect
from promotions.previews.proposal import Codes, Proposal
from promotions.previews.purchases import Purchase
from promotions.previews.samples import Samples
from promotions.services import code_batches

MOST_OTHERS: Final = 200
_FEW: Final = 5


@dataclass(frozen=True, kw_only=True)
class Other:
    """A campaign that runs at the same time for some of the same products, customers and places."""

    name: str
    pk: int
    ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """`opens_at` is when it can be had for the first time, None: never within the engine's look-ahead.

    `others` are the first of `overlapping` campaigns, `together` all that run at the same time.
    `currencies` are those of the areas in which it applies, by the area's name.
    """

    proposal: Proposal
    now: datetime
    settings: ProjectSettings
    opens_at: datetime | None = None
    samples: Samples | None = None
    price_effect: PriceEffect | None = None
    audience: Audience | None = None
    fits_without_budgets: bool = False
    has_namesake: bool = False
    is_code_taken: bool = False
    code_weakness: str = ""
    code_refusal: str = ""
    others: tuple[Other, ...] = ()
    overlapping: int = 0
    together: int = 0
    below_cost: tuple[str, ...] = ()
    currencies: Mapping[str, str] = field(default_factory=dict)


def gather(
    bench: Bench,
    *,
    samples: Samples | None,
    price_effect: PriceEffect | None,
    audience: Audience | None,
    fits_without_budgets: bool = False,
) -> Facts:
    """The facts of one proposal, with what other parts of the preview found out."""
    proposal, now, settings = bench.proposal, bench.now, bench.settings
    weakness, refusal = _codes(proposal, settings)
    rows = _at_the_same_time(proposal, now)
    found = [Other(name=one.name, pk=one.pk, ends_at=one.ends_at) for one in _overlapping(proposal, rows)]
    return Facts(
        proposal=proposal,
        now=now,
        settings=settings,
        opens_at=opens_at(bench),
        samples=samples,
        price_effect=price_effect,
        audience=audience,
        fits_without_budgets=fits_without_budgets,
        has_namesake=_has_namesake(proposal),
        is_code_taken=_is_taken(proposal.codes, proposal.campaign_id, settings),
        code_weakness=weakness,
        code_refusal=refusal,
        others=tuple(found[:_FEW]),
        overlapping=len(found),
        together=len(rows),
        currencies=_currencies(proposal),
        below_cost=tuple(_below_cost(samples, settings)),
    )


def _below_cost(samples: Samples | None, settings: ProjectSettings) -> Iterator[str]:
    """Articles that the smallest basket gets for less than the shop pays for them, where that is known."""
    if samples is None or samples.good is None:
        return
    order = samples.good.step.order
    for (ware, units), line in zip(samples.good.purchase.lines, order.lines if order else (), strict=False):
        metadata = [ware.sku.metadata] if ware.sku is not None else []
        cost = costs.unit_cost(settings.cost_field, *metadata, ware.product.metadata)
        if cost is None or line.subtotal_amount is None or order is None or not order.amount:
            continue
        # A discount on the whole order lowers every line by its share.
        share = order.discount_amount * (line.amount or 0) // order.amount
        if line.subtotal_amount - share < cost * units:
            yield ware.name


def opens_at(bench: Bench) -> datetime | None:
    """The first instant from now on at which dates, weekdays and hours let it be used."""
    snapshot = bench.judge(Purchase(lines=(), at=bench.now)).snapshot
    zone = bench.settings.zone
    case = eligibility.case_of(bench.entry.candidate, snapshot, zone=zone)
    return timeframes.next_opening(case.validity, bench.now, zone)


def _has_namesake(proposal: Proposal) -> bool:
    """Names are taken in the whole project, also where somebody does not see the campaign."""
    rows = Campaign._base_manager.filter(name=proposal.campaign, released_at=None)
    return bool(proposal.campaign) and rows.exclude(public_id=proposal.campaign_id).exists()


def _is_taken(codes: Codes | None, campaign_id: str, settings: ProjectSettings) -> bool:
    if codes is None or not codes.code:
        return False
    key = project.code_key(codes.code, settings)
    rows = Voucher._base_manager.filter(code_key=key, released_at=None)
    return rows.exclude(campaign__public_id=campaign_id).exists() if campaign_id else rows.exists()


def _codes(proposal: Proposal, settings: ProjectSettings) -> tuple[str, str]:
    """Whether its codes are easy to guess, and whether there can be so many."""
    codes = proposal.codes
    if codes is None or codes.type == Campaign.Type.STANDALONE:
        return "", ""
    try:
        config = CodeConfig.from_wire(codes.config)
        weakness = code_words.weakness(
            config, live=max(codes.count, 1), ignore_case=settings.case_insensitive_codes
        )
        if codes.count:
            with attempt():
                code_batches.check(config=config, count=codes.count, settings=settings)
    except InvalidCodeConfig as refusal:
        return "", refusal.details or refusal.message
    except TookTooLong:
        return weakness, ""
    return weakness, ""


def _at_the_same_time(proposal: Proposal, now: datetime) -> list[Campaign]:
    """Campaigns that are switched on and whose dates meet those of the proposal, what ends first first."""
    starts = max(now, proposal.starts_at or now)
    begins_before = Q(starts_at=None)
    if proposal.ends_at is not None:
        begins_before |= Q(starts_at__lt=proposal.ends_at)
    else:
        begins_before = Q()
    rows = Campaign.objects.filter(begins_before, Q(ends_at=None) | Q(ends_at__gt=starts))
    rows = rows.filter(is_active=True, deleted_at=None).exclude(public_id=proposal.campaign_id)
    return list(rows.only("name", "public_id", "ends_at", "places").order_by("ends_at", "pk")[:MOST_OTHERS])


def _overlapping(proposal: Proposal, rows: Sequence[Campaign]) -> Iterator[Campaign]:
    """Those for some of the same products and customers, as far as both name them in the same words."""
    if not rows:
        return
    documents = _documents([one.pk for one in rows])
    own = _reach(proposal.rules)
    for one in rows:
        theirs = _reach(documents.get(one.pk, ()))
        is_near = not one.places or not proposal.places or not set(one.places).isdisjoint(proposal.places)
        if is_near and all(_meet(mine, other) for mine, other in zip(own, theirs, strict=True)):
            yield one


def _documents(campaigns: Sequence[int]) -> dict[int, list[Mapping[str, Any]]]:
    held = ValidationRuleAssignment.objects.filter(
        Q(campaign__in=campaigns) | Q(promotion_tier__campaign__in=campaigns)
    ).select_related("rule", "promotion_tier")
    found: dict[int, list[Mapping[str, Any]]] = {}
    for one in held.only("campaign_id", "promotion_tier__campaign_id", "rule__rules", "rule__applicable_to"):
        pk = one.campaign_id or (one.promotion_tier.campaign_id if one.promotion_tier else 0)
        found.setdefault(pk, []).append({"rules": one.rule.rules, "applicable_to": one.rule.applicable_to})
    return found


def _reach(documents: Iterable[Mapping[str, Any]]) -> tuple[set[str], set[str]]:
    """Ids of the products that discounts are for, and of the segments that are named; empty = all."""
    products: set[str] = set()
    segments: set[str] = set()
    for one in documents:
        included = (one.get("applicable_to") or {}).get("included") or ()
        entries = included.get("data", ()) if isinstance(included, Mapping) else included
        products |= {str(entry.get("id") or entry.get("source_id")) for entry in entries}
        segments |= {text for text in _texts(one.get("rules")) if text.startswith("seg_")}
    return products, segments


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _meet(left: set[str], right: set[str]) -> bool:
    return not left or not right or not left.isdisjoint(right)


def _currencies(proposal: Proposal) -> dict[str, str]:
    ids = {word.partition(":")[2].rpartition("@")[2] for word in proposal.places}
    if not ids:
        return {}
    rows = Area.objects.filter(public_id__in=ids).order_by("name")
    return dict(rows.values_list("name", "currency"))
