"""Points as finance counts them, for programs. Goes beyond the contract."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core import project
from core.api.query import Query, read_query
from core.api.views import ProjectAPIView
from core.errors import InvalidQueryParams
from loyalty.selectors import finance, worth
from loyalty.selectors.finance import Breakage, Month, Movement, Outstanding
from loyalty.worth import Worth
from promotions.models import Campaign

MOST_MONTHS: Final = 60
USUAL_MONTHS: Final = 12
_MONTH: Final = re.compile(r"(20\d\d|21\d\d)-(0[1-9]|1[0-2])", re.ASCII)


def _parameter(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.QUERY, description=description)


class PointsReportView(ProjectAPIView):
    """`GET /v1/reports/points`: of each loyalty programme what came, went and is owed by month, what that is
    worth, and how much expires unused. Beyond the contract.
    """

    resource = "finance"

    @extend_schema(
        parameters=[
            _parameter("from", "The first month, as 2026-03. The 11th before the last one if not given."),
            _parameter("to", "The last month; the running one if not given. 60 months at most."),
            _parameter("programme", "Only the programme with this id. May be repeated."),
        ]
    )
    def get(self, request: Request) -> Response:
        settings, query = project.current(), read_query(request)
        today = self.now.astimezone(settings.zone).date()
        first, last = _range(query, today)
        campaigns = list(_asked(query))
        pks = [campaign.pk for campaign in campaigns]
        courses = finance.course(pks, first, last)
        held, ended, worths = (
            finance.outstanding(pks),
            finance.breakage(pks, today),
            worth.of(pks),
        )
        return Response(
            {
                "object": "list",
                "data_ref": "programmes",
                "programmes": [
                    _programme(one, courses[one.pk], held[one.pk], ended[one.pk], worths.get(one.pk))
                    for one in campaigns
                ],
                "total": len(campaigns),
                "currency": settings.currency,
                "time_zone": settings.time_zone,
            }
        )


def _asked(query: Query) -> Collection[Campaign]:
    given = query.get("programme")
    if given is None:
        return finance.programmes()
    ids = [given] if isinstance(given, str) else given
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise InvalidQueryParams("programme: ids are expected.")
    found = list(finance.programmes().filter(public_id__in=ids))
    if missing := set(ids) - {one.public_id for one in found}:
        raise InvalidQueryParams(f"programme: there is no loyalty programme {min(missing)!r}.")
    return found


def _range(query: Query, today: date) -> tuple[date, date]:
    last = _month(query, "to") or today.replace(day=1)
    usual = last.month - USUAL_MONTHS
    first = _month(query, "from") or date(last.year + usual // 12, usual % 12 + 1, 1)
    if first > last:
        raise InvalidQueryParams("to: a month not before from is expected.")
    if len(finance.months(first, last)) > MOST_MONTHS:
        raise InvalidQueryParams(f"from: at most {MOST_MONTHS} months are told at once.")
    return first, last


def _month(query: Query, name: str) -> date | None:
    given = query.get(name)
    if given is None:
        return None
    found = _MONTH.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise InvalidQueryParams(f"{name}: a month such as 2026-03 is expected.")
    return date(int(found[1]), int(found[2]), 1)


def _programme(
    campaign: Campaign, course: Sequence[Month], held: Outstanding, ended: Breakage, worth: Worth | None
) -> dict[str, Any]:
    """Points, and amounts in minor units; amounts are null where nobody says what points are worth."""
    return {
        "id": campaign.public_id,
        "name": campaign.name,
        "object": "campaign",
        "worth": None if worth is None else _worth(worth),
        "outstanding": {
            "cards": held.cards,
            "balance": held.balance,
            "amount": worth and worth.of(held.balance),
            "owed_by_members": held.owed,
            "pending_points": held.pending,
        },
        "breakage": {
            "earned": ended.earned,
            "expired": ended.expired,
            "rate_permille": ended.permille,
        },
        "months": [_moved(month, worth) for month in course],
    }


def _worth(worth: Worth) -> Mapping[str, Any]:
    """`amount` is minor units, as text where it is no whole number."""
    is_whole = worth.amount == worth.amount.to_integral_value()
    return {
        "points": worth.points,
        "amount": int(worth.amount) if is_whole else f"{worth.amount.normalize():f}",
        "source": "REWARD" if worth.reward else "FINANCE",
        "reward": worth.reward or None,
    }


def _moved(month: Month, worth: Worth | None) -> dict[str, Any]:
    """Movements have the sign that they have on the cards: what was spent is below zero."""
    return {
        "month": f"{month.first:%Y-%m}",
        "opening": month.opening,
        **{kind.value: month[kind] for kind in Movement},
        "closing": month.closing,
        "closing_amount": worth and worth.of(month.closing),
        "object": "points_month",
    }
