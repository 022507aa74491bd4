"""Finding areas and stores. Who is limited to places sees those, and the areas of his stores."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet

from core import places
from core.errors import NotFound
from core.models import Area, Store
from core.places import Limit


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


def names_of(ids: Collection[str]) -> dict[str, str]:
    """What areas and stores of these ids are called (a query for each kind)."""
    if not ids:
        return {}
    found = dict(Area.objects.filter(public_id__in=ids).values_list("public_id", "name"))
    return found | dict(Store.objects.filter(public_id__in=ids).values_list("public_id", "name"))


def spoken(words: Iterable[str], known: Mapping[str, str] | None = None) -> str:
    """in Bavaria, in all stores of Hesse and in Berlin 1; everywhere. `known` is as `names_of` gives it."""
    found = list(places.named(words))
    if known is None:
        known = names_of({name for _, name in found})
    said = [
        f"in {'all stores of ' if level == places.ALL_STORES else ''}{known.get(name, name)}"
        for level, name in found
    ]
    if not said:
        return "everywhere"
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def zones_of(words: Iterable[str]) -> list[ZoneInfo]:
    """The time zones of these areas and stores, each once, by name (a query for each kind)."""
    ids = {name for _, name in places.named(words)}
    if not ids:
        return []
    found = set(Area.objects.filter(public_id__in=ids).values_list("time_zone", flat=True))
    found |= {store.zone.key for store in Store.objects.filter(public_id__in=ids).select_related("area")}
    return [ZoneInfo(name) for name in sorted(found)]


def names_of_areas(words: Iterable[str]) -> list[str]:
    """The areas that the words speak of, also by one of their stores, by name."""
    ids = {word.partition(":")[2].rpartition("@")[2] for word in words}
    rows = Area.objects.filter(public_id__in=ids).order_by("name") if ids else Area.objects.none()
    return list(rows.values_list("name", flat=True))


def within(limit: Limit) -> list[str]:
    """All words of which something that lies wholly within the limit may have any (one query)."""
    whole = [name for level, name in places.named(limit.places) if level == places.ALL_STORES]
    stores = Store.objects.filter(area__public_id__in=whole).values_list("public_id", "area__public_id")
    inside = {places.store(store, area) for store, area in stores}
    some = {f"{places.SOME}:{area}" for area in whole}
    return sorted({*limit.places, *inside, *some})
