from __future__ import annotations

from django.db import models

from core.models.base import PublicIdField
from core.models.reach import ByResource


class BinEntry(models.Model):
    """Something that was deleted and is still in the bin, where it keeps its name taken.

    Services put it in, and take it out when its object is gone for good, in the transaction in which they
    delete. Contract: semantics-data-and-events 17.
    """

    class ResourceType(models.TextChoices):
        CAMPAIGN = "campaign", "Campaign"
        VOUCHER = "voucher", "Code"
        PRODUCT = "product", "Product"
        SKU = "sku", "SKU"

    public_id = PublicIdField(prefix="tbe", length=18)
    created_at = models.DateTimeField("deleted at")
    deleted_by_user_id = models.CharField(max_length=64, blank=True, default="")
    deleted_by = models.CharField(max_length=255, blank=True, default="")
    resource_type = models.CharField("kind", max_length=16, choices=ResourceType)
    resource_id = models.CharField(max_length=64)
    resource_name = models.CharField("name", max_length=500, blank=True, default="")
    resource_parent_id = models.CharField(max_length=64, blank=True, default="")

    objects = ByResource["BinEntry"]()

    class Meta:
        verbose_name = "thing in the bin"
        verbose_name_plural = "things in the bin"
        constraints = (
            models.UniqueConstraint(fields=["resource_type", "resource_id"], name="bin_entry_once"),
        )
        indexes = (
            models.Index(fields=["-created_at", "-id"], name="bin_entry_newest"),
            models.Index(fields=["resource_parent_id"], name="bin_entry_parent"),
        )

    def __str__(self) -> str:
        return self.resource_name or self.resource_id
