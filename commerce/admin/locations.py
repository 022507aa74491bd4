from __future__ import annotations

import json
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from commerce.admin import rows
from commerce.models import Location, Segment
from commerce.selectors import locations as selectors
from commerce.services import locations
from core import words
from core.admin.base import adopt, staff_actor
from core.admin.pages import Fact, PageAdmin, Panel
from core.api import filter_geo

_CIRCLE: Final = "circle"
_POLYGON: Final = "polygon"
_KINDS: Final = ((_CIRCLE, "Circle around a point"), (_POLYGON, "Polygon, drawn with a map tool"))


class LocationForm(forms.ModelForm):
    kind = forms.ChoiceField(
        choices=_KINDS, label="Shape", widget=UnfoldAdminSelectWidget(attrs={"data-kind-switch": _POLYGON})
    )
    center = forms.CharField(
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Latitude and longitude with a comma between, as maps show them: 52.2297, 21.0122",
    )
    radius = forms.CharField(
        required=False, widget=UnfoldAdminTextInputWidget, help_text="With a unit: 5 km, 3 mi or 800 m."
    )
    outline = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
        help_text="GeoJSON of the type Polygon or MultiPolygon, as map tools save it (geojson.io).",
    )

    class Meta:
        model = Location
        fields = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shape = self.instance.shape if self.instance.pk else {}
        distance = shape.get("distance", {})
        self.initial.update(
            kind=shape.get("type", _CIRCLE),
            center=distance.get("center", ""),
            radius=distance.get("radius", ""),
            outline=json.dumps(shape["geojson"]) if "geojson" in shape else "",
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        is_circle = data.get("kind") == _CIRCLE
        try:
            data["shape"] = _circle(data) if is_circle else _polygon(data.get("outline") or "")
            filter_geo.area(data["shape"])
        except (ValueError, RecursionError) as error:
            said = str(error) if isinstance(error, filter_geo.InvalidShape) else "This is no GeoJSON."
            self.add_error(("radius" if "radius" in said else "center") if is_circle else "outline", said)
        return data

    def _post_clean(self) -> None:
        """The service makes the row: nothing is put on the instance here."""


def _circle(data: dict[str, Any]) -> dict[str, Any]:
    distance = {"center": data.get("center", "").strip(), "radius": data.get("radius", "").strip()}
    return {"type": "circle", "format": "distance", "distance": distance}


def _polygon(text: str) -> dict[str, Any]:
    """Map tools save the polygon as a feature, or as the only feature of a collection."""
    found = json.loads(text)
    if isinstance(found, dict) and found.get("type") == "FeatureCollection" and len(found["features"]) == 1:
        found = found["features"][0]
    if isinstance(found, dict) and found.get("type") == "Feature":
        found = found.get("geometry")
    return {"type": "polygon", "format": "geojson", "geojson": found}


@admin.register(Location)
class LocationAdmin(PageAdmin):
    """Named areas on the map, for conditions on where somebody or something is."""

    resource = "locations"
    is_deletable = True
    form = LocationForm
    delete_hint = "The area is forgotten. What a segment or collection names cannot be deleted."
    empty_hint = (
        "A location names an area once. Segments then ask whether a point in a customer's metadata, written "
        "as geo:52.23,21.01, lies in it."
    )
    list_display = ("name", "shape_shown", "used", "created_at")
    search_fields = ("name", "public_id__exact")
    search_help_text = "A part of the location's name."
    ordering = ("-created_at", "-pk")
    in_words = {"kind": "shape_shown", "center": "", "radius": "", "outline": ""}  # noqa: RUF012
    readonly_fields = ("shape_shown",)

    class Media:
        js = ("commerce/kind_switch.js",)
        css = {"all": ("commerce/kind_switch.css",)}  # noqa: RUF012

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        return (
            (None, {"fields": ("name", "kind")}),
            ("Circle", {"fields": ("center", "radius"), "classes": ("filter-for-conditions",)}),
            ("Polygon", {"fields": ("outline",), "classes": ("filter-for-lists",)}),
        )

    @display(description="Shape")
    def shape_shown(self, location: Location) -> str:
        distance = location.shape.get("distance")
        if distance:
            return f"{distance['radius']} around {distance['center']}"
        return "Polygon"

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        shown = super().get_changelist_instance(request)
        numbers = selectors.numbers_of_users(shown.result_list)
        for row in shown.result_list:
            row.users_count = numbers[row.pk]
        return shown

    @display(description="Used by")
    def used(self, location: Location) -> str:
        known = getattr(location, "users_count", None)
        return words.count(len(selectors.users_of(location)) if known is None else known, "filter")

    def facts(self, request: HttpRequest, obj: Location) -> list[Fact]:
        return [
            Fact(title="Shape", value=self.shape_shown(obj)),
            Fact(title="Used by", value=self.used(obj)),
            Fact(title="Id", value=obj.public_id, note="for filters over the API"),
        ]

    def panels(self, request: HttpRequest, obj: Location) -> list[Panel]:
        return [
            Panel(
                key="usage",
                title="Used by",
                headers=("What", "Name"),
                rows=[
                    ("Segment", rows.segment_link(one))
                    if isinstance(one, Segment)
                    else ("Product collection", rows.collection_link(one))
                    for one in selectors.users_of(obj)
                ],
                empty="No segment and no collection names it.",
            )
        ]

    def save_model(self, request: HttpRequest, obj: Location, form: Any, change: bool) -> None:
        said = {"name": form.cleaned_data["name"], "shape": form.cleaned_data["shape"]}
        actor, now = staff_actor(request), timezone.now()
        if change:
            saved = locations.update(location_id=obj.pk, **said, actor=actor, now=now)
        else:
            saved = locations.create(**said, actor=actor, now=now)
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: Location) -> None:
        locations.delete(location_id=obj.pk, actor=staff_actor(request), now=timezone.now())
