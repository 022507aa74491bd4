from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from core.models import PublicIdField, TimestampedModel


class ProductQuerySet(models.QuerySet["Product"]):
    def present(self) -> ProductQuerySet:
        """Products that are not in the bin."""
        return self.filter(deleted_at=None)


class SkuQuerySet(models.QuerySet["Sku"]):
    def present(self) -> SkuQuerySet:
        """SKUs that are not in the bin."""
        return self.filter(deleted_at=None)


class Product(TimestampedModel):
    """Something the shop sells (contract: data file 5). In the bin its `source_id` stays taken."""

    public_id = PublicIdField(prefix="prod")
    source_id = models.CharField(  # noqa: DJ001 - unique; null is "not known to the shop"
        max_length=255, null=True, blank=True, help_text="The product's id in the shop."
    )
    name = models.CharField(max_length=500, blank=True, default="")
    price = models.BigIntegerField(null=True, blank=True, help_text="In minor units.")
    attributes = models.JSONField(default=list, blank=True, help_text="Names of what its SKUs differ in.")
    image_url = models.TextField(blank=True, default="")
    metadata = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    deleted_at = models.DateTimeField("in the bin since", null=True, editable=False)

    objects = ProductQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source_id"], name="commerce_product_source_id"),
            models.CheckConstraint(
                condition=models.Q(price=None) | models.Q(price__gte=0),
                name="commerce_product_price_not_negative",
            ),
        )
        indexes = (
            models.Index(fields=["-created_at", "-id"], name="product_newest"),
            models.Index(fields=["-updated_at", "-id"], name="product_changed"),
            models.Index(fields=["name"], name="product_name"),
        )

    def __str__(self) -> str:
        return self.name or self.source_id or self.public_id


class Sku(TimestampedModel):
    """One variant of a product. Its `source_id` is unique in the whole catalogue."""

    public_id = PublicIdField(prefix="sku")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="skus", db_index=False)
    source_id = models.CharField(  # noqa: DJ001 - unique; null is "not known to the shop"
        max_length=255, null=True, blank=True, help_text="The SKU's id in the shop."
    )
    sku = models.CharField("name", max_length=500, blank=True, default="")
    price = models.BigIntegerField(
        null=True, blank=True, help_text="In minor units. Empty: the product's price."
    )
    currency = models.CharField(max_length=3, blank=True, default="")
    attributes = models.JSONField(default=dict, blank=True)
    image_url = models.TextField(blank=True, default="")
    metadata = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    deleted_at = models.DateTimeField("in the bin since", null=True, editable=False)

    objects = SkuQuerySet.as_manager()

    class Meta:
        verbose_name = "SKU"
        verbose_name_plural = "SKUs"
        constraints = (
            models.UniqueConstraint(fields=["source_id"], name="commerce_sku_source_id"),
            models.CheckConstraint(
                condition=models.Q(price=None) | models.Q(price__gte=0),
                name="commerce_sku_price_not_negative",
            ),
        )
        indexes = (
            models.Index(fields=["product", "-created_at", "-id"], name="sku_of_product"),
            models.Index(fields=["-created_at", "-id"], name="sku_newest"),
        )

    def __str__(self) -> str:
        return self.sku or self.source_id or self.public_id
