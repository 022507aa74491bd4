"""Events that the project knows: a table to fill in, one row for each thing that an event tells."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from core.admin.base import adopt, staff_actor
from core.admin.definitions import LABELS, DefinitionsField, DefinitionsWidget
from core.admin.pages import PageAdmin
from core.metadata_types import ValueType
from core.models import CustomEventSchema
from core.services import custom_event_schemas


class EventPropertiesWidget(DefinitionsWidget):
    template_name = "core/admin/event_properties.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["types"] = [(kind.value, LABELS[kind]) for kind in custom_event_schemas.TYPES]
        return context


class EventPropertiesField(DefinitionsField):
    """Cleans to `{key: {type, optional, deleted}}`."""

    widget = EventPropertiesWidget

    def clean(self, value: Any) -> dict[str, dict[str, Any]]:
        properties: dict[str, dict[str, Any]] = {}
        for row in value or []:
            if row["key"] in properties:
                raise ValidationError(f"“{row['key']}” is there twice.")
            properties[row["key"]] = {
                "type": row["type"] or ValueType.STRING.value,
                "optional": not row["required"],
                "deleted": bool(row["deleted"]),
            }
        return properties


class CustomEventSchemaForm(forms.ModelForm):
    properties = EventPropertiesField(
        label="What it tells",
        help_text=(
            "An event is refused when a value is of another kind, or when one is missing that is always "
            "there. What is not named here is kept as it comes. A row that is out of use is no longer "
            "checked, and can come back."
        ),
    )

    class Meta:
        model = CustomEventSchema
        fields = ("name", "properties")


@admin.register(CustomEventSchema)
class CustomEventSchemaAdmin(PageAdmin):
    """What the shop may report of customers. Whether unknown events are kept is a setting of the project."""

    resource = "custom_event_schemas"
    in_words = {"properties": "tells"}
    empty_hint = "Name the events that the shop reports of its customers, and what each of them tells."
    delete_hint = "The project forgets what this event tells. What was reported under its name stays."
    is_deletable = True
    form = CustomEventSchemaForm
    list_display = ("name", "tells", "created_at", "updated_at")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "properties")

    @display(description="What it tells")
    def tells(self, schema: CustomEventSchema) -> str:
        told = (
            f"{key} ({LABELS[ValueType(one['type'])].lower()}{'' if one['optional'] else ', always'})"
            for key, one in schema.properties.items()
            if not one["deleted"]
        )
        return ", ".join(told) or "Only that it happened"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("name",) if obj else ()

    def save_model(self, request: HttpRequest, obj: CustomEventSchema, form: Any, change: bool) -> None:
        properties = form.cleaned_data["properties"]
        actor, now = staff_actor(request), timezone.now()
        if change:
            saved = custom_event_schemas.update(schema_id=obj.pk, properties=properties, actor=actor, now=now)
        else:
            saved = custom_event_schemas.create(
                name=form.cleaned_data["name"], properties=properties, actor=actor, now=now
            )
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: CustomEventSchema) -> None:
        custom_event_schemas.delete(schema_id=obj.pk, actor=staff_actor(request), now=timezone.now())
