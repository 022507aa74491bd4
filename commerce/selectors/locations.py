"""Locations, and the areas that filters name (contract: data file 15)."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from commerce.models import Location, ProductCollection, Segment
from core.api import filter_geo
from core.api.filter_geo import Area
from core.errors import NotFound


def by_reference(reference: str) -> Location:
    """:raises NotFound: no such location."""
    found = Location.objects.filter(public_id=reference).first()
    if found is None:
        raise NotFound.of("location", reference)
    return found


def areas(ids: Collection[str]) -> list[Area]:
    """The areas of those that exist: what is gone holds nobody."""
    shapes = Location.objects.filter(public_id__in=ids).order_by("pk").values_list("shape", flat=True)
    return [filter_geo.area(shape) for shape in shapes]


def numbers_of_users(locations: Collection[Location]) -> dict[int, int]:
    """By the key of a location: how many segments and collections name it. Two queries for all of them."""
    filters = [
        text
        for model in (Segment, ProductCollection)
        for text in model.objects.annotate(words=Cast("filter", TextField()))
        .filter(words__contains='"loc_')
        .values_list("words", flat=True)
    ]
    return {one.pk: sum(f'"{one.public_id}"' in text for text in filters) for one in locations}


def users_of(location: Location) -> list[Segment | ProductCollection]:
    """The segments and collections whose filter names it."""
    named = Q(words__contains=f'"{location.public_id}"')
    found: list[Segment | ProductCollection] = []
    for model in (Segment, ProductCollection):
        rows = model.objects.annotate(words=Cast("filter", TextField())).filter(named)
        found += rows.order_by("name", "pk")
    return found
