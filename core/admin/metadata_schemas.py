from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from core.admin.base import ModelAdmin, adopt, staff_actor
from core.admin.definitions import DefinitionsField
from core.models import MetadataSchema
from core.services import metadata_schemas


class MetadataSchemaForm(forms.ModelForm):
    properties = DefinitionsField(
        help_text=(
            "“From” and “to” are the length of a text or the size of a number. “Values” lists what is "
            "allowed, with commas between. A key that is out of use is no longer checked, and can come back."
        )
    )

    class Meta:
        model = MetadataSchema
        fields = ("related_object", "allow_defined_only", "properties")
        labels = {"related_object": "Belongs to"}  # noqa: RUF012

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "related_object" in self.fields:
            names = ", ".join(metadata_schemas.STANDARD_RESOURCES)
            self.fields[
                "related_object"
            ].help_text = f"One of {names}; or your own name, to be nested in these."
        if "properties" in self.fields:
            self.fields["properties"].stored = self.instance.properties or {}  # type: ignore[attr-defined]


@admin.register(MetadataSchema)
class MetadataSchemaAdmin(ModelAdmin):
    """Which metadata objects may carry."""

    resource = "metadata_schemas"
    empty_hint = (
        "A schema says which extra fields customers, orders or codes have. Conditions then offer them."
    )
    is_deletable = True
    form = MetadataSchemaForm
    list_display = ("related_object", "keys_in_use", "allow_defined_only", "created_at", "updated_at")
    search_fields = ("related_object",)
    ordering = ("related_object",)
    fields = ("related_object", "allow_defined_only", "properties")

    @display(description="Keys in use")
    def keys_in_use(self, schema: MetadataSchema) -> int:
        return sum(not definition.get("deleted") for definition in schema.properties.values())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("related_object",) if obj else ()

    def save_model(self, request: HttpRequest, obj: MetadataSchema, form: Any, change: bool) -> None:
        given = {name: form.cleaned_data[name] for name in form.changed_data}
        actor, now = staff_actor(request), timezone.now()
        if change:
            given.pop("related_object", None)
            saved = metadata_schemas.update(schema_id=obj.pk, **given, actor=actor, now=now)
        else:
            saved = metadata_schemas.create(**form.cleaned_data, actor=actor, now=now)
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: MetadataSchema) -> None:
        metadata_schemas.delete(schema_id=obj.pk, actor=staff_actor(request), now=timezone.now())
