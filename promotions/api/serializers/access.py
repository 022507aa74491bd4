"""Where campaigns apply, on the wire (contract: openapi/campaigns, `access_settings`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rest_framework.request import Request

from core import places
from core.api.filter_values import several
from core.api.query import read_query
from core.errors import InvalidQueryParams
from core.instants import format_instant
from core.models import Store
from promotions.models import Campaign, CampaignAssignment

EXPANDED: Final = "access_settings_assignments"
_LEVELS: Final = {
    "areas_ids": places.AREA,
    "area_all_stores_ids": places.ALL_STORES,
    "area_stores_ids": places.STORE,
}


def readonly(campaign: Campaign) -> bool | None:
    """Whether the caller, who works in single areas, may only look at it; None: he works everywhere."""
    limit = places.limit()
    return None if limit is None else not limit.contains(campaign.places)


def is_expanded(request: Request) -> bool:
    """Whether a list shall show where its campaigns apply."""
    raw = read_query(request).get("expand")
    return raw is not None and EXPANDED in several(raw, "expand")


def assignments_output(campaign: Campaign) -> dict[str, Any]:
    """Reads the assignments: load them along (`selectors.campaigns.with_assignments`)."""
    rows = [_assignment(row) for row in campaign.assignments.all()]
    return {"object": "list", "data_ref": "data", "data": rows, "total": len(rows)}


def _assignment(row: CampaignAssignment) -> dict[str, Any]:
    store = row.store
    area = store.area if store is not None else (row.area or row.all_stores_of)
    assert area is not None  # noqa: S101 - it is one of the three
    wire: dict[str, Any] = {
        "id": f"asca_{row.pk}",
        "area_id": area.public_id,
        "all_stores": row.all_stores_of_id is not None,
    }
    if store is not None:
        wire["area_store_id"] = store.public_id
    return {
        **wire,
        "created_at": format_instant(row.created_at),
        "object": "area_store_campaign_assignment",
    }


def wanted_places(request: Request) -> list[str] | None:
    """The words of `access_settings[filter]`; None: it was not sent.

    :raises InvalidQueryParams: another shape.
    """
    given = read_query(request).get("access_settings")
    if given is None:
        return None
    chosen = given.get("filter") if isinstance(given, Mapping) else None
    if not isinstance(chosen, Mapping) or not set(chosen) <= set(_LEVELS):
        raise InvalidQueryParams(f"access_settings[filter] may have: {', '.join(_LEVELS)}")
    found: list[str] = []
    for name, ids in chosen.items():
        found += [f"{_LEVELS[name]}:{one}" for one in several(ids, f"access_settings[filter][{name}]")]
    return [word for one in found for word in _whole(one)]


def _whole(word: str) -> list[str]:
    """The word of a store names its area, too."""
    level, _, name = word.partition(":")
    if level != places.STORE:
        return [word]
    areas = Store.objects.filter(public_id=name).values_list("area__public_id", flat=True)
    return [places.store(name, area) for area in areas]
