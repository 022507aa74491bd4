from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.models import ExactJSONDecoder, PublicIdField, TimestampedModel
from promotions.models.categories import Category
from promotions.models.validity import TimeLimited
from promotions.models.versions import Version


class Campaign(TimestampedModel, TimeLimited):
    """A marketing idea with its codes or promotion tiers.

    `voucher_*` and `discount` are what its codes inherit; a code's own value wins, field by field.
    """

    class CampaignType(models.TextChoices):
        DISCOUNT_COUPONS = "DISCOUNT_COUPONS", "Discount coupons"
        PROMOTION = "PROMOTION", "Promotion (applied without a code)"
        GIFT_VOUCHERS = "GIFT_VOUCHERS", "Gift cards"

    class Type(models.TextChoices):
        STATIC = "STATIC", "Fixed pool of codes"
        AUTO_UPDATE = "AUTO_UPDATE", "New code for each publication"
        STANDALONE = "STANDALONE", "One generic code"

    class ReturnPolicy(models.TextChoices):
        KEEP = "KEEP", "What is kept keeps its discount"
        REEVALUATE = "REEVALUATE", "Calculate the discount again for what is kept"
        CHARGE_BACK = (
            "CHARGE_BACK",
            "Charge the discount back if what is kept no longer fulfils the conditions",
        )

    class GenerationStatus(models.TextChoices):
        IN_PROGRESS = "IN_PROGRESS", "Being generated"
        DONE = "DONE", "Done"
        FAILED = "FAILED", "Failed"

    public_id = PublicIdField(prefix="camp")
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, default="")
    campaign_type = models.CharField("kind", max_length=24, choices=CampaignType)
    type = models.CharField("codes", max_length=16, choices=Type, default=Type.STATIC)
    category = models.ForeignKey(
        Category,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="campaigns",
        verbose_name="category",
    )
    is_active = models.BooleanField("enabled", default=True)
    protected = models.BooleanField(default=False, help_text="Cannot be changed or deleted over the API.")
    join_once = models.BooleanField(default=False, help_text="A customer gets one code at most.")
    use_voucher_metadata_schema = models.BooleanField(default=False)
    activity_duration_after_publishing = models.CharField(
        "valid after publishing for",
        max_length=32,
        blank=True,
        default="",
        help_text="ISO 8601 duration, e.g. P24D.",
    )
    discount = models.JSONField(
        null=True, blank=True, decoder=ExactJSONDecoder, help_text="The codes' discount, in wire form."
    )
    gift = models.JSONField(
        null=True, blank=True, help_text="What new gift cards hold: {amount, effect}, in wire form."
    )
    return_policy = models.CharField(
        "when items are returned",
        max_length=16,
        choices=ReturnPolicy,
        default=ReturnPolicy.KEEP,
        db_default=ReturnPolicy.KEEP,
    )
    code_config = models.JSONField(default=dict, blank=True)
    voucher_redemption_quantity = models.PositiveIntegerField(
        "uses per code", null=True, blank=True, help_text="Empty: no limit."
    )
    vouchers_count = models.PositiveIntegerField(default=0, editable=False)
    generation_status = models.CharField(
        max_length=16, choices=GenerationStatus, default=GenerationStatus.DONE, editable=False
    )
    metadata = models.JSONField(default=dict, blank=True)
    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )
    deleted_at = models.DateTimeField("in the bin since", null=True, editable=False)
    released_at = models.DateTimeField("name free since", null=True, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["name"], condition=Q(released_at=None), name="campaign_name_once"
            ),
            models.CheckConstraint(
                condition=Q(campaign_type="PROMOTION", discount__isnull=True) | ~Q(campaign_type="PROMOTION"),
                name="campaign_promotion_without_own_discount",
            ),
            models.CheckConstraint(
                condition=Q(campaign_type="GIFT_VOUCHERS", gift__isnull=False, discount__isnull=True)
                | ~Q(campaign_type="GIFT_VOUCHERS") & Q(gift__isnull=True),
                name="campaign_gift_fits_kind",
            ),
        )
        indexes = (models.Index(fields=["-created_at", "-id"], name="campaign_newest"),)

    def __str__(self) -> str:
        return self.name
