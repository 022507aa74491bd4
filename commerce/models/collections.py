from __future__ import annotations

from django.db import models
from django.db.models import Q

from commerce.models.products import Product, Sku
from core.models import PublicIdField, TimestampedModel


class ProductCollection(TimestampedModel):
    """A named set of products and SKUs: a fixed list, or a filter tested on each (contract: data file 6)."""

    class Type(models.TextChoices):
        STATIC = "STATIC", "Fixed list"
        AUTO_UPDATE = "AUTO_UPDATE", "Filter"

    public_id = PublicIdField(prefix="pc")
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=16, choices=Type, default=Type.STATIC)
    filter = models.JSONField(
        null=True, blank=True, help_text="The wire form: {junction, field: {conditions}}."
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(type="STATIC", filter__isnull=True) | Q(type="AUTO_UPDATE", filter__isnull=False),
                name="commerce_product_collection_filter_by_type",
            ),
        )
        indexes = (models.Index(fields=["-created_at", "-id"], name="collection_newest"),)

    def __str__(self) -> str:
        return self.name


class ProductCollectionItem(models.Model):
    """One entry of a fixed list: a product (with all of its SKUs) or one SKU."""

    collection = models.ForeignKey(
        ProductCollection, on_delete=models.CASCADE, related_name="items", db_index=False
    )
    position = models.PositiveIntegerField()
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, null=True, blank=True, related_name="listings"
    )
    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, null=True, blank=True, related_name="listings")

    class Meta:
        verbose_name = "product collection item"
        constraints = (
            models.UniqueConstraint(
                fields=["collection", "position"], name="commerce_collection_item_position"
            ),
            models.UniqueConstraint(
                fields=["collection", "product"], name="commerce_collection_item_product"
            ),
            models.UniqueConstraint(fields=["collection", "sku"], name="commerce_collection_item_sku"),
            models.CheckConstraint(
                condition=Q(product=None, sku__isnull=False) | Q(product__isnull=False, sku=None),
                name="commerce_collection_item_names_one",
            ),
        )

    def __str__(self) -> str:
        return f"{self.product_id or self.sku_id} in {self.collection_id}"
