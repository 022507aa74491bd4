"""Old questions about tiers, codes or campaigns that fit (contract: endpoints, marked "dep")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from rest_framework.request import Request

from commerce.api.serializers.orders import order_spec
from core.api.fields import parse
from core.api.filter_values import boolean, number, single
from core.api.filters import Json, Text, build
from core.api.query import read_query
from core.errors import InvalidQueryParams
from core.ids import new_id
from core.instants import format_instant
from promotions.api.serializers.campaigns import campaign_base_output
from promotions.api.serializers.decision_input import SingleVoucherInput
from promotions.api.serializers.deprecated_decisions import effect_of, tier_facts
from promotions.api.serializers.qualified import qualified_output
from promotions.api.serializers.vouchers import voucher_base_output
from promotions.models import Campaign, PromotionTier, Voucher
from promotions.selectors import tiers as known_tiers
from promotions.selectors.scenarios import Scenario
from promotions.services.qualifications import Narrowing, QualificationSpec, Qualified

# What has no pages, or is sorted by something else than its age, is looked at up to here.
MOST_HITS: Final = 1000
_DEFAULT_LIMIT: Final = 5
_HIGHEST_LIMIT: Final = 50
_TIER_FILTERS: Final = {"metadata": Json("metadata"), "promotion_id": Text("campaign__public_id")}
VOUCHER_ORDERS: Final = {"created_at": "created_at", "updated_at": "updated_at", "code": "code"}
CAMPAIGN_ORDERS: Final = {
    "created_at": "created_at",
    "updated_at": "updated_at",
    "type": "type",
    "code": "name",
    "category": "category__name",
    "campaign": "name",
}


@dataclass(frozen=True, kw_only=True)
class Paging:
    """`limit` and `order` of the query; `columns` to order by."""

    limit: int
    columns: tuple[str, str]

    @property
    def hits_needed(self) -> int:
        """Hits come newest first; in every other order all of them must be known first."""
        return self.limit if self.columns == ("-created_at", "-pk") else MOST_HITS


def paging(request: Request, orders: Mapping[str, str]) -> Paging:
    """:raises InvalidQueryParams: a limit outside of 1 to 50, or another order than those of `orders`."""
    query = read_query(request)
    limit = number(single(query.get("limit", str(_DEFAULT_LIMIT)), "limit"), "limit")
    if limit != limit.to_integral_value() or not 1 <= limit <= _HIGHEST_LIMIT:
        raise InvalidQueryParams(f"limit: a whole number from 1 to {_HIGHEST_LIMIT} is expected.")
    wanted = query.get("order", "-created_at")
    column = orders.get(wanted.removeprefix("-")) if isinstance(wanted, str) else None
    if column is None:
        raise InvalidQueryParams(f"order: {', '.join(f'{name}, -{name}' for name in orders)} is expected.")
    sign = "-" if str(wanted).startswith("-") else ""
    return Paging(limit=int(limit), columns=(f"{sign}{column}", f"{sign}pk"))


def is_about_audience_only(request: Request) -> bool:
    """`audienceRulesOnly` of the query."""
    return boolean(read_query(request).get("audienceRulesOnly", "false"), "audienceRulesOnly")


def question(
    request: Request, *, kind: str, limit: int = MOST_HITS, narrowing: Narrowing | None = None
) -> QualificationSpec:
    """The body as a question about all redeemables of one kind.

    :raises InvalidPayload, InvalidQueryParams: wrong shape.
    """
    given = parse(SingleVoucherInput, request.data)
    order = given.get("order")
    return QualificationSpec(
        order=order_spec(order) if order is not None else None,
        customer=given.get("customer") or (order or {}).get("customer"),
        metadata=given.get("metadata") or {},
        tracking_id=given.get("tracking_id") or "",
        scenario=Scenario.AUDIENCE_ONLY if is_about_audience_only(request) else Scenario.ALL,
        limit=limit,
        narrowing=lambda record: record["resource_type"] == kind and (narrowing is None or narrowing(record)),
    )


def tiers_narrowing(request: Request, *, now: datetime) -> Narrowing | None:
    """`filters` of `POST /v1/promotions/validation`.

    :raises InvalidQueryParams: a filter that is not known.
    """
    filters = read_query(request).get("filters")
    if filters is None:
        return None
    rows = known_tiers.present().filter(build(filters, _TIER_FILTERS, now=now))
    ids = frozenset(rows.values_list("public_id", flat=True))
    return lambda record: record["resource_id"] in ids


def promotions_output(qualified: Qualified) -> dict[str, Any]:
    """All tiers that apply, each alone on the order, in the order in which they are offered."""
    effects = {
        entry["id"]: effect_of(entry)
        for entry in qualified_output(qualified, expand=())["redeemables"]["data"]
    }
    tiers = known_tiers.printable(PromotionTier.objects.filter(public_id__in=effects))
    wire: dict[str, Any] = {"valid": bool(effects)}
    if qualified.tracking_id:
        wire["tracking_id"] = qualified.tracking_id
    wire["promotions"] = [
        {"valid": True, "id": tier.public_id, "object": "promotion_tier"}
        | tier_facts(tier)
        | effects[tier.public_id]
        for tier in tiers.order_by("hierarchy", "pk")
    ]
    return wire


def vouchers_output(qualified: Qualified, page: Paging, *, now: datetime) -> dict[str, Any]:
    """The answer of `POST /v1/vouchers/qualification`."""
    rows = Voucher.objects.select_related("campaign", "campaign__category", "category", "holder")
    found = rows.filter(_named(qualified)).order_by(*page.columns)[: page.limit]
    return _listing([voucher_base_output(row) for row in found], qualified, now)


def campaigns_output(qualified: Qualified, page: Paging, *, now: datetime) -> dict[str, Any]:
    """The answer of `POST /v1/campaigns/qualification`."""
    rows = Campaign.objects.select_related("category").filter(_named(qualified))
    found = rows.order_by(*page.columns)[: page.limit]
    return _listing([campaign_base_output(row) for row in found], qualified, now)


def _named(qualified: Qualified) -> Q:
    return Q(pk__in=[hit.offer.pk for hit in qualified.hits])


def _listing(data: Sequence[dict[str, Any]], qualified: Qualified, now: datetime) -> dict[str, Any]:
    wire = {"object": "list", "data_ref": "data", "data": data, "total": len(data)}
    wire |= {"id": new_id("qual"), "created_at": format_instant(now)}
    return wire | ({"tracking_id": qualified.tracking_id} if qualified.tracking_id else {})
