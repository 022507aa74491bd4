"""Points and areas on the map, for `$in_location`: each area answers in Python and, alike, in PostgreSQL.

A point is the text `geo:40.71,-74.00` (latitude, longitude). Contract: semantics-data-and-events 15.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import asin, cos, isfinite, radians, sin, sqrt
from typing import Any, Final, Protocol

POINT_TEXT: Final = r"geo:-?[0-9]{1,3}(\.[0-9]{1,15})?,-?[0-9]{1,3}(\.[0-9]{1,15})?"
EARTH_METRES: Final = 6_371_009
MAX_POINTS: Final = 5000
_UNITS: Final[Mapping[str, Decimal]] = {
    "": Decimal(1000),
    "km": Decimal(1000),
    "mi": Decimal("1609.344"),
    "m": Decimal(1),
}
_RADIUS: Final = re.compile(r"\s*([0-9]{1,7}(?:\.[0-9]{1,6})?)\s*(km|mi|m|)\s*", re.IGNORECASE)
_CENTER: Final = re.compile(r"\s*(?:geo:)?(-?[0-9]{1,3}(?:\.[0-9]+)?)\s*,\s*(-?[0-9]{1,3}(?:\.[0-9]+)?)\s*")

type Point = tuple[Any, Any]
"""Latitude and longitude in degrees."""
type Ring = Sequence[Point]


class InvalidShape(ValueError):
    """Says what is wrong with it."""


class Area(Protocol):
    def contains(self, point: Point) -> bool: ...

    def sql(self, lat: str, lon: str) -> tuple[str, list[Any]]:
        """The same as a condition on two columns, with its parameters."""
        ...


@dataclass(frozen=True, kw_only=True)
class Circle:
    center: Point
    metres: Any

    def contains(self, point: Point) -> bool:
        lat, lon = radians(point[0]), radians(point[1])
        here, there = radians(self.center[0]), radians(self.center[1])
        haversine = sin((lat - here) / 2) ** 2 + cos(here) * cos(lat) * sin((lon - there) / 2) ** 2
        return bool(2 * EARTH_METRES * asin(min(1, sqrt(haversine))) <= self.metres)

    def sql(self, lat: str, lon: str) -> tuple[str, list[Any]]:
        here = "radians(%s::float8)"
        haversine = (
            f"power(sin((radians({lat}) - {here}) / 2), 2) + "
            f"cos({here}) * cos(radians({lat})) * power(sin((radians({lon}) - {here}) / 2), 2)"
        )
        center_lat, center_lon = self.center
        return (
            f"2 * {EARTH_METRES} * asin(least(1, sqrt({haversine}))) <= %s::float8",
            [center_lat, center_lat, center_lon, self.metres],
        )


@dataclass(frozen=True, kw_only=True)
class Polygon:
    """An outline and the holes in it; their edges count as inside."""

    outline: Ring
    holes: Sequence[Ring] = ()

    def contains(self, point: Point) -> bool:
        return _encloses(self.outline, point) and not any(_encloses(hole, point) for hole in self.holes)

    def sql(self, lat: str, lon: str) -> tuple[str, list[Any]]:
        inside = f"%s::polygon @> point({lon}, {lat})"
        parts = [inside, *(f"NOT ({inside})" for _ in self.holes)]
        return " AND ".join(parts), [_path(ring) for ring in (self.outline, *self.holes)]


@dataclass(frozen=True, kw_only=True)
class Several:
    areas: Sequence[Area]

    def contains(self, point: Point) -> bool:
        return any(area.contains(point) for area in self.areas)

    def sql(self, lat: str, lon: str) -> tuple[str, list[Any]]:
        found = [area.sql(lat, lon) for area in self.areas]
        return " OR ".join(f"({sql})" for sql, _ in found), [param for _, own in found for param in own]


def point(raw: object) -> Point | None:
    """`geo:40.71,-74.00` as numbers; None when it is no point of the map."""
    if not isinstance(raw, str) or not re.fullmatch(POINT_TEXT, raw):
        return None
    lat, lon = (Decimal(part) for part in raw.removeprefix("geo:").split(","))
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


def area(shape: Any) -> Area:
    """The area of a location's wire form.

    :raises InvalidShape: it is none.
    """
    if not isinstance(shape, Mapping):
        raise InvalidShape("A circle or a polygon is expected.")
    if shape.get("type") == "circle":
        return _circle(shape.get("distance"))
    if shape.get("type") == "polygon":
        return _polygons(shape.get("geojson"))
    raise InvalidShape("A circle or a polygon is expected.")


def _circle(distance: Any) -> Circle:
    if not isinstance(distance, Mapping):
        raise InvalidShape("A circle has a distance with center and radius.")
    center = _CENTER.fullmatch(str(distance.get("center", "")))
    radius = _RADIUS.fullmatch(str(distance.get("radius", "")))
    if center is None or abs(Decimal(center[1])) > 90 or abs(Decimal(center[2])) > 180:
        raise InvalidShape("The center is written as latitude, longitude: 52.23, 21.01")
    if radius is None or not Decimal(radius[1]):
        raise InvalidShape("The radius is a number with km, mi or m: 5 km")
    metres = Decimal(radius[1]) * _UNITS[radius[2].lower()]
    return Circle(center=(Decimal(center[1]), Decimal(center[2])), metres=metres)


def _polygons(geojson: Any) -> Area:
    kind = geojson.get("type") if isinstance(geojson, Mapping) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise InvalidShape("GeoJSON of the type Polygon or MultiPolygon is expected.")
    found = geojson.get("coordinates")
    polygons = [found] if kind == "Polygon" else found
    if not isinstance(polygons, list) or not polygons:
        raise InvalidShape("The polygon has no coordinates.")
    areas = [_polygon(rings) for rings in polygons]
    if sum(len(ring) for one in areas for ring in (one.outline, *one.holes)) > MAX_POINTS:
        raise InvalidShape(f"A location has at most {MAX_POINTS:,} points.")
    return areas[0] if len(areas) == 1 else Several(areas=areas)


def _polygon(rings: Any) -> Polygon:
    if not isinstance(rings, list) or not rings:
        raise InvalidShape("A polygon is a list of rings.")
    read = [_ring(ring) for ring in rings]
    return Polygon(outline=read[0], holes=read[1:])


def _ring(ring: Any) -> Ring:
    if not isinstance(ring, list) or len(ring) < 4 or ring[0] != ring[-1]:
        raise InvalidShape("A ring has four positions or more, and its last one is its first.")
    return [_position(position) for position in ring]


def _position(position: Any) -> Point:
    """GeoJSON writes longitude first."""
    numbers = position[:2] if isinstance(position, list) else []
    usable = [n for n in numbers if isinstance(n, int | float | Decimal) and not isinstance(n, bool)]
    if len(usable) != 2 or not all(isfinite(n) for n in usable):
        raise InvalidShape("A position is written as [longitude, latitude].")
    lon, lat = (Decimal(str(n)) for n in usable)
    if abs(lat) > 90 or abs(lon) > 180:
        raise InvalidShape("A position is outside of the map: longitude comes first.")
    return lat, lon


def _encloses(ring: Ring, point: Point) -> bool:
    """Even-odd rule; a point on an edge is inside."""
    lat, lon = point
    inside = False
    for (lat1, lon1), (lat2, lon2) in zip(ring, ring[1:], strict=False):
        turn = (lon2 - lon1) * (lat - lat1) - (lat2 - lat1) * (lon - lon1)
        if (
            turn == 0
            and min(lat1, lat2) <= lat <= max(lat1, lat2)
            and min(lon1, lon2) <= lon <= max(lon1, lon2)
        ):
            return True
        if (lat1 > lat) != (lat2 > lat) and (turn < 0) == (lat2 < lat1):
            inside = not inside
    return inside


def _path(ring: Ring) -> str:
    return "(" + ",".join(f"({lon},{lat})" for lat, lon in ring) + ")"
