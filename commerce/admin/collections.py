from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from commerce import usage
from commerce.admin import rows
from commerce.admin.filter_editor import document, found, preview
from commerce.admin.filter_editor.catalogue import ARTICLE_FIELDS
from commerce.admin.filter_editor.fields import FilterField
from commerce.admin.filter_editor.page import Asked, FilterPageMixin
from commerce.admin.pickers import ARTICLES, Kind
from commerce.models import Product, ProductCollection, ProductCollectionItem, Sku
from commerce.selectors import collections as selectors
from commerce.services import collections
from core import words
from core.admin.base import adopt, staff_actor
from core.admin.pages import Fact, PageAdmin, Panel
from core.api.filters import FilterFields

_SHOWN = 50


class CollectionForm(forms.ModelForm):
    kind = forms.ChoiceField(
        choices=(
            (ProductCollection.Type.AUTO_UPDATE, "By conditions: what fits is in it"),
            (ProductCollection.Type.STATIC, "A fixed list of products and SKUs"),
        ),
        initial=ProductCollection.Type.AUTO_UPDATE,
        widget=UnfoldAdminSelectWidget(attrs={"data-kind-switch": ProductCollection.Type.STATIC}),
    )
    filter = FilterField(
        fields=ARTICLE_FIELDS,
        tables=lambda: (selectors.PRODUCT_FIELDS, selectors.SKU_FIELDS),
        resource="product",
        page="admin:commerce_productcollection",
        trial={
            "hint": "Whether a product or SKU belongs to it, and why. Nothing is written.",
            "picks": ARTICLES,
            "label": "Product or SKU",
        },
        help_text="Products and SKUs are tried each on its own.",
    )
    products = forms.CharField(
        required=False,
        label="Products and SKUs",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
        help_text="Ids in the shop, one in each line. 1,000 at most. A product has all of its SKUs with it.",
    )

    class Meta:
        model = ProductCollection
        fields = ("name", "filter")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            is_list = self.instance.type == ProductCollection.Type.STATIC
            for name in ("kind", "filter" if is_list else "products"):
                self.fields.pop(name, None)
            self.initial["products"] = "\n".join(_names(self.instance))

    def clean_products(self) -> list[dict[str, str]]:
        """:raises ValidationError: names the ids that nobody knows."""
        wanted = list(dict.fromkeys(self.cleaned_data["products"].split()))
        found: dict[str, dict[str, str]] = {}
        for model, kind in ((Sku, "sku"), (Product, "product")):
            known = model.objects.present().filter(Q(source_id__in=wanted) | Q(public_id__in=wanted))
            for public_id, source_id in known.values_list("public_id", "source_id"):
                for name in filter(None, (public_id, source_id)):
                    found[name] = {"id": public_id, "object": kind}
        unknown = [name for name in wanted if name not in found]
        if unknown:
            raise forms.ValidationError(f"Not in the catalogue: {', '.join(unknown[:10])}.")
        return [found[name] for name in wanted]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        is_list = data.get("kind", self.instance.type) == ProductCollection.Type.STATIC
        if not is_list and "filter" not in self.errors and not data.get("filter"):
            self.add_error("filter", "Add at least one condition.")
        return data

    def _post_clean(self) -> None:
        """The service makes the row: nothing is put on the instance here."""


@admin.register(ProductCollection)
class ProductCollectionAdmin(FilterPageMixin, PageAdmin):
    """Named sets of products, for discounts and rules."""

    resource = "product_collections"
    filter_page = "commerce_productcollection"
    filter_fields = ARTICLE_FIELDS
    is_deletable = True
    form = CollectionForm
    delete_hint = "The list is forgotten, its products stay."
    empty_hint = "A collection names a set of products once, so that discounts can refer to it."
    list_display = ("name", "kind_shown", "size", "said", "created_at")
    list_filter = (("type", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    search_fields = ("name", "public_id__exact")
    search_help_text = "A part of the collection's name."
    ordering = ("-created_at", "-pk")
    readonly_fields = ("kind_shown", "said")
    in_words = {"kind": "kind_shown", "filter": "said", "products": ""}  # noqa: RUF012

    def filter_tables(self) -> tuple[FilterFields, ...]:
        return (selectors.PRODUCT_FIELDS, selectors.SKU_FIELDS)

    def filter_kinds(self) -> tuple[Asked, ...]:
        products = Asked(
            kind=Kind.PRODUCT,
            one="product",
            many="products",
            matching=lambda wire, now: selectors.products_in(_of_filter(wire), now=now),
            shown=str,
            found=found.of_article,
        )
        skus = Asked(
            kind=Kind.SKU,
            one="SKU",
            many="SKUs",
            matching=lambda wire, now: selectors.skus_in(_of_filter(wire), now=now),
            shown=str,
            found=found.of_article,
        )
        return (products, skus)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductCollection]:
        return super().get_queryset(request).annotate(items_count=Count("items"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not _is_predefined(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_predefined(obj)

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        conditions = ("What is in it", {"fields": ("filter",), "classes": ("filter-for-conditions",)})
        listed = ("What is in it", {"fields": ("products",), "classes": ("filter-for-lists",)})
        if obj is None:
            return ((None, {"fields": ("name", "kind")}), conditions, listed)
        is_list = obj.type == ProductCollection.Type.STATIC
        return ((None, {"fields": ("name",)}), listed if is_list else conditions)

    @display(description="Kind", label={"Fixed list": "info", "Filter": "primary"})
    def kind_shown(self, collection: ProductCollection) -> str:
        return collection.get_type_display()

    @display(description="Entries")
    def size(self, collection: ProductCollection) -> str:
        if collection.type == ProductCollection.Type.AUTO_UPDATE:
            return "whatever matches"
        return words.number(collection.items_count)  # type: ignore[attr-defined]

    @display(description="Conditions")
    def said(self, collection: ProductCollection) -> str:
        if collection.filter is None:
            return words.NOTHING
        return document.sentence(collection.filter, ARTICLE_FIELDS)

    def facts(self, request: HttpRequest, obj: ProductCollection) -> list[Fact]:
        now = timezone.now()
        users = usage.users_of(obj.public_id)
        running = sum(user.is_running for user in users)
        return [
            Fact(title="Products", value=preview.count_of(selectors.products_in(obj, now=now))),
            Fact(title="SKUs", value=preview.count_of(selectors.skus_in(obj, now=now))),
            Fact(
                title="Used by",
                value=words.number(len(users)),
                note=f"{running} running now" if running else "",
            ),
            Fact(title="Kind", value=obj.get_type_display()),
        ]

    def panels(self, request: HttpRequest, obj: ProductCollection) -> list[Panel]:
        return [
            Panel(
                key="products",
                title="Products",
                headers=("Article", "Id in the shop", "Price"),
                rows=_content(obj),
                empty="Nothing is in it now.",
            ),
            rows.usage_panel(obj.public_id),
        ]

    def save_model(self, request: HttpRequest, obj: ProductCollection, form: Any, change: bool) -> None:
        actor, now, data = staff_actor(request), timezone.now(), form.cleaned_data
        kind = obj.type if change else data["kind"]
        is_list = kind == ProductCollection.Type.STATIC
        if change:
            changed = form.changed_data
            saved = collections.update(
                collection_id=obj.pk,
                name=data["name"],
                filter=data["filter"] if not is_list and "filter" in changed else None,
                products=data["products"] if is_list and "products" in changed else None,
                actor=actor,
                now=now,
            )
        else:
            spec = collections.CollectionSpec(
                name=data["name"],
                type=kind,
                products=data["products"] if is_list else (),
                filter=None if is_list else data["filter"],
            )
            saved = collections.create(spec=spec, actor=actor, now=now)
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: ProductCollection) -> None:
        collections.delete(collection_id=obj.pk, actor=staff_actor(request), now=timezone.now())


def _of_filter(wire: Mapping[str, Any]) -> ProductCollection:
    return ProductCollection(type=ProductCollection.Type.AUTO_UPDATE, filter=dict(wire))


def _is_predefined(collection: Any) -> bool:
    return collection is not None and collection.public_id == selectors.ALL_PRODUCTS


def _names(collection: ProductCollection) -> list[str]:
    """The entries of a fixed list as its form takes them."""
    items = collection.items.select_related("product", "sku").order_by("position")
    articles = (item.product or item.sku for item in items)
    return [article.source_id or article.public_id for article in articles if article is not None]


def _content(collection: ProductCollection) -> list[tuple[str, ...]]:
    if collection.type == ProductCollection.Type.STATIC:
        items = ProductCollectionItem.objects.filter(collection=collection).select_related(
            "product", "sku", "sku__product"
        )
        return [_item_row(item) for item in items.order_by("position")[:_SHOWN]]
    now = timezone.now()
    found = [
        *((one, None) for one in preview.some(selectors.products_in(collection, now=now), _SHOWN // 2)),
        *(
            (one.product, one)
            for one in preview.some(
                selectors.skus_in(collection, now=now).select_related("product"), _SHOWN // 2
            )
        ),
    ]
    return [_article_row(product, sku) for product, sku in found]


def _item_row(item: ProductCollectionItem) -> tuple[str, ...]:
    return _article_row(item.product or (item.sku.product if item.sku else None), item.sku)


def _article_row(product: Product | None, sku: Sku | None) -> tuple[str, ...]:
    article = sku or product
    return (
        rows.article_link(product, sku, ""),
        (article.source_id if article else "") or words.NOTHING,
        words.money(article.price if article else None),
    )
