"""Areas on the map answer alike in Python and in PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.api import filter_geo as geo
from core.api.filter_columns import JsonColumn
from core.api.filter_geo import InvalidShape, area
from core.api.filter_subjects import JsonValue
from tests.core.api.filter_sample import Sample, Tag

WARSAW = {"type": "circle", "format": "distance", "distance": {"center": "52.23,21.01", "radius": "10 km"}}
SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
HOLE = [[4, 4], [6, 4], [6, 6], [4, 6], [4, 4]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {
        "type": "polygon",
        "format": "geojson",
        "geojson": {"type": "Polygon", "coordinates": list(rings)},
    }


def holds(shape: Any, text: str) -> bool:
    return JsonValue(text).inside([area(shape)])


@pytest.mark.parametrize(
    ("shape", "text", "is_inside"),
    [
        (WARSAW, "geo:52.23,21.01", True),
        (WARSAW, "geo:52.31,21.01", True),  # 8.9 km
        (WARSAW, "geo:52.33,21.01", False),  # 11.1 km
        (WARSAW, "geo:91,21.01", False),
        (WARSAW, "52.23,21.01", False),
        (polygon(SQUARE), "geo:5,5", True),
        (polygon(SQUARE), "geo:0,5", True),
        (polygon(SQUARE), "geo:5,10.5", False),
        (polygon(SQUARE, HOLE), "geo:5,5", False),
        (polygon(SQUARE, HOLE), "geo:3,5", True),
    ],
)
def test_points_of_areas(shape: Any, text: str, is_inside: bool) -> None:
    assert holds(shape, text) is is_inside


def test_several_polygons() -> None:
    other = [[20, 20], [21, 20], [21, 21], [20, 20]]
    shape = {"type": "polygon", "geojson": {"type": "MultiPolygon", "coordinates": [[SQUARE], [other]]}}

    assert holds(shape, "geo:20.2,20.9")
    assert holds(shape, "geo:1,1")
    assert not holds(shape, "geo:15,15")


def test_radius_in_other_units() -> None:
    def circle(radius: str) -> Any:
        return {"type": "circle", "distance": {"center": "0,0", "radius": radius}}

    for radius, is_inside in (("112", True), ("70 mi", True), ("69 mi", False), ("111000 m", False)):
        assert holds(circle(radius), "geo:0,1") is is_inside, radius


@pytest.mark.parametrize(
    "shape",
    [
        None,
        {},
        {"type": "circle"},
        {"type": "circle", "distance": {"center": "95,0", "radius": "5 km"}},
        {"type": "circle", "distance": {"center": "5,0", "radius": "5 parsec"}},
        {"type": "circle", "distance": {"center": "5,0", "radius": "0"}},
        polygon(),
        polygon([[0, 0], [1, 1], [0, 0]]),
        polygon([[0, 0], [1, 0], [1, 1], [0, 1]]),
        polygon([[0, 0], [0, 95], [1, 1], [0, 0]]),
        polygon([["0", 0], [0, 5], [1, 1], ["0", 0]]),
        polygon([[0, 0], [float("nan"), 5], [1, 1], [0, 0]]),
    ],
)
def test_refuses_what_is_no_shape(shape: Any) -> None:
    with pytest.raises(InvalidShape):
        area(shape)


_degrees = st.integers(-120, 120).map(lambda number: number / 10 + 0.03)


@st.composite
def shapes(draw: st.DrawFn) -> Any:
    if draw(st.booleans()):
        radius = f"{draw(st.integers(1, 2000))}.5 km"
        return {
            "type": "circle",
            "distance": {"center": f"{draw(_degrees)},{draw(_degrees)}", "radius": radius},
        }
    corners = draw(st.lists(st.tuples(_degrees, _degrees).map(list), min_size=3, max_size=6))
    return polygon([*corners, corners[0]])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shape=shapes(), points=st.lists(st.tuples(st.integers(-12, 12), st.integers(-12, 12)), max_size=12))
def test_sql_and_memory_agree(shape: Any, points: list[tuple[int, int]], samples: None) -> None:
    texts = [f"geo:{lat},{lon}" for lat, lon in points]
    Sample.objects.all().delete()
    Sample.objects.bulk_create(Sample(text=text, metadata={"at": text}) for text in texts)
    found = Sample.objects.filter(JsonColumn("metadata", "at").inside([area(shape)]))

    assert sorted(found.values_list("text", flat=True)) == sorted(t for t in texts if holds(shape, t))


@pytest.fixture
def samples(db: None) -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Sample)
        editor.create_model(Tag)


def test_point_text() -> None:
    assert geo.point("geo:40.71,-74.00") is not None
    assert [geo.point(raw) for raw in ("geo:1", "geo:1,2,3", "geo:a,b", 5, None, "geo:1,181")] == [None] * 6
