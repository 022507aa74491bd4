from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateTimeFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminURLInputWidget

from commerce.admin import rows
from commerce.admin.products import article_spec
from commerce.models import Sku
from commerce.services import skus
from core import words
from core.admin.base import adopt, staff_actor
from core.admin.forms import MoneyField
from core.admin.metadata import MetadataField
from core.admin.pages import PageAdmin
from integrations.admin.list_files import ListFilesMixin


class SkuForm(forms.ModelForm):
    price = MoneyField(help_text="Empty: the price of the product.")
    attributes = MetadataField(label="Attributes", help_text="What sets it apart: colour, size.")
    image_url = forms.URLField(
        required=False, label="Picture", widget=UnfoldAdminURLInputWidget, help_text="Address of a picture."
    )
    metadata = MetadataField()

    class Meta:
        model = Sku
        fields = ("product", "source_id", "sku", "price", "image_url", "attributes", "metadata")
        labels = {"source_id": "Id in the shop"}  # noqa: RUF012


@admin.register(Sku)
class SkuAdmin(ListFilesMixin, PageAdmin):
    """Variants of products."""

    exported_object = "sku"
    import_kind = "skus"
    resource = "products"
    is_deletable = True
    form = SkuForm
    in_words = {"metadata": "noted", "price": "price_shown", "attributes": "sets_it_apart"}  # noqa: RUF012
    delete_hint = "The SKU goes into the bin. What was ordered stays as it is."
    empty_hint = "SKUs are variants of a product, such as its sizes. Add one if products have them."
    list_display = ("name_and_id", "of_product", "price_shown", "created_at")
    list_filter = (("product", AutocompleteSelectFilter), ("created_at", RangeDateTimeFilter))
    list_select_related = ("product",)
    search_fields = ("source_id__exact", "public_id__exact", "sku")
    search_help_text = "Id in the shop, or a part of the name."
    ordering = ("-created_at", "-pk")
    autocomplete_fields = ("product",)
    readonly_fields = ("created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("product", "source_id", "sku", "price", "image_url", "attributes")}),
        ("More", {"fields": ("metadata", "created_at", "updated_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sku]:
        return super().get_queryset(request).filter(deleted_at=None)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("product", "source_id", *self.readonly_fields) if obj else self.readonly_fields

    @display(description="SKU", header=True, ordering="sku")
    def name_and_id(self, sku: Sku) -> tuple[str, str]:
        return str(sku), sku.source_id or ""

    @display(description="Product")
    def of_product(self, sku: Sku) -> str:
        return rows.product_link(sku.product)

    @display(description="Attributes")
    def sets_it_apart(self, sku: Sku) -> str:
        return words.key_values(sku.attributes)

    @display(description="Price", ordering="price")
    def price_shown(self, sku: Sku) -> str:
        return words.money(sku.price) if sku.price is not None else "as the product"

    def save_model(self, request: HttpRequest, obj: Sku, form: Any, change: bool) -> None:
        spec = article_spec(form, "sku", change)
        actor, now = staff_actor(request), timezone.now()
        if change:
            saved = skus.update(sku_id=obj.pk, spec=spec, actor=actor, now=now)
        else:
            product = form.cleaned_data["product"]
            saved = skus.upsert(product_id=product.pk, spec=spec, actor=actor, now=now)
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: Sku) -> None:
        skus.delete(sku_id=obj.pk, force=False, actor=staff_actor(request), now=timezone.now())
