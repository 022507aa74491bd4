from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from commerce.admin import rows
from commerce.models import Product, ProductCollection, ProductCollectionItem
from commerce.services import collections
from core import words
from core.admin.base import adopt, staff_actor
from core.admin.pages import Fact, PageAdmin, Panel

_SHOWN = 50


class CollectionForm(forms.ModelForm):
    products = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget,
        help_text="Ids of products in the shop, one in each line. 1,000 at most.",
    )

    class Meta:
        model = ProductCollection
        fields = ("name",)

    def clean_products(self) -> list[Product]:
        """:raises ValidationError: names the ids that nobody knows."""
        wanted = list(dict.fromkeys(self.cleaned_data["products"].split()))
        found = {
            product.source_id: product for product in Product.objects.present().filter(source_id__in=wanted)
        }
        unknown = [name for name in wanted if name not in found]
        if unknown:
            raise forms.ValidationError(f"Not in the catalogue: {', '.join(unknown[:10])}.")
        return [found[name] for name in wanted]


@admin.register(ProductCollection)
class ProductCollectionAdmin(PageAdmin):
    """Named sets of products, for discounts and rules."""

    resource = "product_collections"
    is_deletable = True
    form = CollectionForm
    delete_hint = "The list is forgotten, its products stay."
    empty_hint = "A collection names a set of products once, so that discounts can refer to it."
    list_display = ("name", "kind", "size", "created_at")
    list_filter = (("type", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    search_fields = ("name", "public_id__exact")
    search_help_text = "A part of the collection's name."
    ordering = ("-created_at", "-pk")
    readonly_fields = ("kind", "conditions", "created_at", "updated_at")
    add_fieldsets = ((None, {"fields": ("name", "products")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductCollection]:
        return super().get_queryset(request).annotate(items_count=Count("items"))

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        conditions = () if obj.filter is None else ("conditions",)
        return ((None, {"fields": ("name", "kind", *conditions, "created_at", "updated_at")}),)

    @display(description="Kind", label={"Fixed list": "info", "Filter": "primary"})
    def kind(self, collection: ProductCollection) -> str:
        return collection.get_type_display()

    @display(description="Entries")
    def size(self, collection: ProductCollection) -> str:
        if collection.type == ProductCollection.Type.AUTO_UPDATE:
            return "whatever matches"
        return f"{collection.items_count:,}"  # type: ignore[attr-defined]

    @display(description="Conditions")
    def conditions(self, collection: ProductCollection) -> str:
        return words.key_values(collection.filter)

    def facts(self, request: HttpRequest, obj: ProductCollection) -> list[Fact]:
        return [
            Fact(title="Entries", value=self.size(obj)),
            Fact(title="Kind", value=obj.get_type_display()),
        ]

    def panels(self, request: HttpRequest, obj: ProductCollection) -> list[Panel]:
        if obj.type == ProductCollection.Type.AUTO_UPDATE:
            return []
        items = ProductCollectionItem.objects.filter(collection=obj).select_related(
            "product", "sku", "sku__product"
        )
        return [
            Panel(
                key="products",
                title="Products",
                headers=("Article", "Id in the shop", "Price"),
                rows=[_item_row(item) for item in items.order_by("position")[:_SHOWN]],
                empty="This list is empty.",
            )
        ]

    def save_model(self, request: HttpRequest, obj: ProductCollection, form: Any, change: bool) -> None:
        actor, now = staff_actor(request), timezone.now()
        if change:
            name = form.cleaned_data["name"]
            saved = collections.update(collection_id=obj.pk, name=name, filter=None, actor=actor, now=now)
        else:
            products = [
                {"id": product.public_id, "object": "product"} for product in form.cleaned_data["products"]
            ]
            spec = collections.CollectionSpec(name=form.cleaned_data["name"], products=products)
            saved = collections.create(spec=spec, actor=actor, now=now)
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: ProductCollection) -> None:
        collections.delete(collection_id=obj.pk, actor=staff_actor(request), now=timezone.now())


def _item_row(item: ProductCollectionItem) -> tuple[str, ...]:
    article = item.sku or item.product
    price = article.price if article else None
    product = item.product or (item.sku.product if item.sku else None)
    return (
        rows.article_link(product, item.sku, ""),
        (article.source_id if article else "") or words.NOTHING,
        words.money(price),
    )
