"""What `GET /v1/calendar` can be asked. Every name is checked, every range bounded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from calendar_app.selectors import timeline
from calendar_app.selectors.timeline import Asked
from calendar_app.standing import Standing
from core import places
from core.api import filter_values as read
from core.api.query import Query, read_query
from core.errors import InvalidQueryParams
from core.models import Area, ProjectSettings, Store
from promotions.models import Campaign

LONGEST: Final = timedelta(days=366)
USUAL: Final = timedelta(days=31)
FIRST_YEAR, LAST_YEAR = 2000, 2200
MOST_VALUES: Final = 50
NONE: Final = "none"
"""Asks for what has no category."""


def _parameter(name: str, description: str, kind: Any = OpenApiTypes.STR, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=description, **more)


_SEVERAL: Final = "May be repeated."
PARAMETERS: Final = [
    _parameter(
        "from", "The first instant. A day is its midnight in the project's time.", OpenApiTypes.DATETIME
    ),
    _parameter("to", "Before this instant; a year after `from` at most.", OpenApiTypes.DATETIME),
    _parameter("type", _SEVERAL, enum=Campaign.CampaignType.values),
    _parameter("category", f"An id, or `{NONE}` for what has none. {_SEVERAL}"),
    _parameter("area", "An id: what applies there or everywhere."),
    _parameter("store", "An id: what applies there or everywhere."),
    _parameter("channel", "The app id of a key, or a channel that metadata names."),
    _parameter("segment", "An id: what names it in its conditions."),
    _parameter("collection", "The id of a product collection: what names it in its conditions."),
    _parameter("owner", "The id of whoever made it, as items tell it."),
    _parameter("state", _SEVERAL, enum=[one.name for one in Standing]),
    _parameter("page", "From 1 on.", OpenApiTypes.INT),
    _parameter("limit", "1 to 100, 10 if nothing is said.", OpenApiTypes.INT),
]


def asked_of(request: Request, settings: ProjectSettings, now: datetime) -> Asked:
    """:raises InvalidQueryParams: something that there is not, or too long a stretch of time."""
    query = read_query(request)
    since, until = _range(query, settings, now)
    return Asked(
        since=since,
        until=until,
        kinds=_choices(query, "type", Campaign.CampaignType.values),
        categories=["" if one == NONE else one for one in _several(query, "category")],
        places=_places(query),
        channel=_one(query, "channel"),
        segment=_one(query, "segment"),
        collection=_one(query, "collection"),
        owner=_one(query, "owner"),
        standings=[Standing[one] for one in _choices(query, "state", [one.name for one in Standing])],
        tiers_of=None,
        with_scopes=True,
        with_owners=True,
    )


def _range(query: Query, settings: ProjectSettings, now: datetime) -> tuple[datetime, datetime]:
    zone = settings.zone
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    since = read.instant(query["from"], "from", zone=zone) if "from" in query else today
    if not FIRST_YEAR <= since.year <= LAST_YEAR:
        raise InvalidQueryParams(f"from: an instant of the years {FIRST_YEAR} to {LAST_YEAR} is expected.")
    until = read.instant(query["to"], "to", zone=zone) if "to" in query else since + USUAL
    if until <= since:
        raise InvalidQueryParams("to: an instant after from is expected.")
    if until - since > LONGEST:
        raise InvalidQueryParams(f"to: at most {LONGEST.days} days after from is expected.")
    return since, until


def _places(query: Query) -> frozenset[str]:
    """The words of everything that applies in an area, or in a store."""
    area_id, store_id = _one(query, "area"), _one(query, "store")
    if store_id:
        store = Store.objects.select_related("area").filter(public_id=store_id).first()
        if store is None or area_id not in {"", store.area.public_id}:
            raise InvalidQueryParams("store: there is no such store.")
        return timeline.within(places.store(store_id, store.area.public_id))
    if not area_id:
        return frozenset()
    if not Area.objects.filter(public_id=area_id).exists():
        raise InvalidQueryParams("area: there is no such area.")
    return timeline.within(places.area(area_id))


def _one(query: Query, name: str) -> str:
    return read.text(read.single(query[name], name), name) if name in query else ""


def _several(query: Query, name: str) -> list[str]:
    if name not in query:
        return []
    values = [read.text(value, name) for value in read.several(query[name], name)]
    if len(values) > MOST_VALUES:
        raise InvalidQueryParams(f"{name}: at most {MOST_VALUES} values are allowed.")
    return values


def _choices(query: Query, name: str, known: Sequence[str]) -> list[str]:
    values = _several(query, name)
    if any(value not in known for value in values):
        raise InvalidQueryParams(f"{name}: one of {', '.join(known)} is expected.")
    return values
