"""Points under the addresses of codes and campaigns: answered by whoever keeps them.

`/v1/vouchers/{code}/balance` and its neighbours are those of gift cards and of loyalty cards.
"""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponseBase
from rest_framework.request import Request

from core.api.views import ProjectAPIView
from promotions.models import Campaign, Voucher

_views: Final[dict[str, type[ProjectAPIView]]] = {}


def register(name: str, view: type[ProjectAPIView]) -> None:
    """`name` is one of balance, transactions, export, programme_transactions and programme_export."""
    _views[name] = view


def is_of_points(row: Voucher | Campaign) -> bool:
    if isinstance(row, Voucher):
        return row.type == Voucher.Type.LOYALTY_CARD
    return row.campaign_type == Campaign.CampaignType.LOYALTY_PROGRAM


def answer(name: str, asked: ProjectAPIView, request: Request, **kwargs: Any) -> HttpResponseBase:
    """Let the other view answer a call that this one has let in."""
    view = _views[name]()
    view.setup(request._request, **kwargs)
    view.request, view.now = request, asked.now
    view.format_kwarg = asked.format_kwarg  # type: ignore[attr-defined]
    method = getattr(view, (request.method or "GET").lower())
    found: HttpResponseBase = method(request, **kwargs)
    return found
