from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldAdminURLInputWidget

from commerce.admin import rows
from commerce.models import Product, ProductCollectionItem, Sku
from commerce.services import products
from commerce.services.catalogue_specs import ArticleSpec
from core import words
from core.admin.base import adopt, staff_actor
from core.admin.forms import MoneyField, removed_keys
from core.admin.metadata import MetadataField
from core.admin.pages import SHOWN_ROWS, Fact, PageAdmin, Panel
from integrations.admin.list_files import ListFilesMixin


class NamesField(forms.Field):
    """A list of names, typed with commas between."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        return [name.strip() for name in (value or "").split(",") if name.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(data) != (initial or [])


class ProductForm(forms.ModelForm):
    price = MoneyField()
    image_url = forms.URLField(
        required=False, label="Picture", widget=UnfoldAdminURLInputWidget, help_text="Address of a picture."
    )
    attributes = NamesField(
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="What its SKUs differ in, with commas between: colour, size.",
    )
    metadata = MetadataField()

    class Meta:
        model = Product
        fields = ("source_id", "name", "price", "image_url", "attributes", "metadata")
        labels = {"source_id": "Id in the shop"}  # noqa: RUF012


@admin.register(Product)
class ProductAdmin(ListFilesMixin, PageAdmin):
    """What the shop sells."""

    exported_object = "product"
    import_kind = "products"
    resource = "products"
    is_deletable = True
    form = ProductForm
    in_words = {"metadata": "noted", "price": "price_shown", "attributes": "differs_in"}  # noqa: RUF012
    delete_hint = "The product and its SKUs go into the bin. What was ordered stays as it is."
    empty_hint = "Products arrive from the shop, or you add one here."
    list_display = ("name_and_id", "price_shown", "about", "created_at")
    list_filter = (("created_at", RangeDateTimeFilter), ("updated_at", RangeDateTimeFilter))
    search_fields = ("source_id__exact", "public_id__exact", "name")
    search_help_text = "Id in the shop, or a part of the name."
    ordering = ("-created_at", "-pk")
    readonly_fields = ("created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("source_id", "name", "price", "image_url", "attributes")}),
        ("More", {"fields": ("metadata", "created_at", "updated_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        return super().get_queryset(request).filter(deleted_at=None)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("source_id", *self.readonly_fields) if obj and obj.source_id else self.readonly_fields

    @display(description="Product", header=True, ordering="name")
    def name_and_id(self, product: Product) -> tuple[str, str]:
        return product.name or product.source_id or "Without a name", product.source_id or ""

    @display(description="Price", ordering="price")
    def price_shown(self, product: Product) -> str:
        return words.money(product.price)

    @display(description="Its SKUs differ in")
    def differs_in(self, product: Product) -> str:
        return ", ".join(map(str, product.attributes)) or words.NOTHING

    @display(description="About")
    def about(self, product: Product) -> str:
        """The first facts of its metadata, so that a long list can be told apart."""
        facts = [str(value) for value in product.metadata.values() if isinstance(value, str | int) and value]
        return ", ".join(facts[:3]) or words.NOTHING

    def facts(self, request: HttpRequest, obj: Product) -> list[Fact]:
        return [
            Fact(title="Price", value=words.money(obj.price)),
            Fact(title="Id in the shop", value=obj.source_id or words.NOTHING),
            Fact(title="Differs in", value=self.differs_in(obj)),
        ]

    def panels(self, request: HttpRequest, obj: Product) -> list[Panel]:
        skus = Sku.objects.present().filter(product=obj).order_by("-created_at", "-pk")
        listings = ProductCollectionItem.objects.filter(product=obj).select_related("collection")
        return [
            Panel(
                key="skus",
                title="SKUs",
                headers=("SKU", "Id in the shop", "Price"),
                rows=[
                    (rows.sku_link(sku), sku.source_id or words.NOTHING, words.money(sku.price))
                    for sku in skus[: SHOWN_ROWS * 2]
                ],
                empty="This product has no variants.",
                all_url=f"{reverse('admin:commerce_sku_changelist')}?product__id__exact={obj.pk}",
                all_label="See all its SKUs",
            ),
            Panel(
                key="collections",
                title="Collections",
                headers=("Collection",),
                rows=[
                    (
                        words.link(
                            item.collection.name,
                            reverse("admin:commerce_productcollection_change", args=[item.collection_id]),
                        ),
                    )
                    for item in listings.order_by("pk")[: SHOWN_ROWS * 2]
                ],
                empty="In no fixed collection.",
            ),
        ]

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        spec = article_spec(form, "name", change)
        actor, now = staff_actor(request), timezone.now()
        if change:
            saved = products.update(product_id=obj.pk, spec=spec, actor=actor, now=now)
        else:
            saved = products.upsert(spec=spec, actor=actor, now=now)
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: Product) -> None:
        products.delete(product_id=obj.pk, force=False, actor=staff_actor(request), now=timezone.now())


def article_spec(form: Any, name: str, change: bool) -> ArticleSpec:
    """What the form of a product or SKU says, and only that. `name` is the column of its name."""
    given = {key: form.cleaned_data[key] for key in form.changed_data}
    metadata = given.get("metadata", {})
    if "metadata" in given:
        metadata = {**removed_keys(form.initial.get("metadata") or {}, metadata), **metadata}
    columns = (name, "price", "attributes", "image_url")
    return ArticleSpec(
        source_id=None if change else given.get("source_id"),
        values={key: given[key] for key in columns if key in given},
        metadata=metadata,
    )
