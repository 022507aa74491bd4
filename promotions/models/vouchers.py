from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from commerce.models import Customer
from core.models import ExactJSONDecoder, PublicIdField, TimestampedModel
from promotions.models.campaigns import Campaign
from promotions.models.categories import Category
from promotions.models.validity import TimeLimited


class Voucher(TimestampedModel, TimeLimited):
    """A code. `code_key` is what makes two codes the same (case-folded if the project ignores case).

    A code stays reserved in the bin; `released_at` frees it. `redeemed_quantity` counts successful
    redemptions that were not rolled back and moves only by guarded updates.
    """

    class Type(models.TextChoices):
        DISCOUNT_VOUCHER = "DISCOUNT_VOUCHER", "Discount coupon"

    public_id = PublicIdField(prefix="v", length=32)
    code = models.CharField(max_length=255)
    code_key = models.CharField(max_length=255, editable=False)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="vouchers"
    )
    type = models.CharField(max_length=24, choices=Type, default=Type.DISCOUNT_VOUCHER)
    discount = models.JSONField(
        null=True, blank=True, decoder=ExactJSONDecoder, help_text="Wire form; empty: the campaign's."
    )
    category = models.ForeignKey(
        Category, on_delete=models.SET_NULL, null=True, blank=True, related_name="vouchers"
    )
    is_active = models.BooleanField("enabled", default=True)
    additional_info = models.TextField(blank=True, default="")
    metadata = models.JSONField(default=dict, blank=True)
    redemption_quantity = models.PositiveIntegerField(
        "uses", null=True, blank=True, help_text="Empty: no limit."
    )
    redeemed_quantity = models.PositiveIntegerField("used", default=0, editable=False)
    holder = models.ForeignKey(
        Customer, on_delete=models.SET_NULL, null=True, blank=True, related_name="vouchers", db_index=False
    )
    published_at = models.DateTimeField(null=True, editable=False)
    publish_count = models.PositiveIntegerField(default=0, editable=False)
    deleted_at = models.DateTimeField("in the bin since", null=True, editable=False)
    released_at = models.DateTimeField("code free since", null=True, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["code_key"], condition=Q(released_at=None), name="voucher_code_once"
            ),
            models.CheckConstraint(
                condition=Q(redemption_quantity=None) | Q(redeemed_quantity__lte=F("redemption_quantity")),
                name="voucher_within_quantity",
            ),
            models.CheckConstraint(
                condition=Q(campaign__isnull=False) | Q(discount__isnull=False), name="voucher_has_a_discount"
            ),
        )
        indexes = (
            models.Index(fields=["-created_at", "-id"], name="voucher_newest"),
            models.Index(fields=["campaign", "-created_at", "-id"], name="voucher_campaign_newest"),
            models.Index(
                fields=["-created_at", "-id"], name="voucher_standalone", condition=Q(campaign__isnull=True)
            ),
            models.Index(fields=["holder"], name="voucher_holder", condition=Q(holder__isnull=False)),
        )

    def __str__(self) -> str:
        return self.code
