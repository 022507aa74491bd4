"""Finding areas and stores. Who is limited to places sees those, and the areas of his stores."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from core import places
from core.errors import NotFound
from core.models import Area, Store


def areas() -> QuerySet[Area]:
    """With `stores_count`, by name."""
    rows = Area.objects.annotate(stores_count=Count("stores"))
    limit = places.limit()
    if limit is None:
        return rows
    return rows.filter(public_id__in={place.partition(":")[2].rpartition("@")[2] for place in limit.places})


def stores() -> QuerySet[Store]:
    rows = Store.objects.select_related("area")
    limit = places.limit()
    if limit is None:
        return rows
    own = list(places.named(limit.places))
    single = {name for level, name in own if level == places.STORE}
    whole = {name for level, name in own if level == places.ALL_STORES}
    return rows.filter(public_id__in=single) | rows.filter(area__public_id__in=whole)


def get_area(area_id: str) -> Area:
    """:raises NotFound: there is none of this id."""
    found = areas().filter(public_id=area_id).first()
    if found is None:
        raise NotFound.of("area", area_id)
    return found


def get_store(store_id: str, *, area: Area) -> Store:
    """:raises NotFound: the area has none of this id."""
    found = stores().filter(public_id=store_id, area=area).first()
    if found is None:
        raise NotFound.of("store", store_id)
    return found
