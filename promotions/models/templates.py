from __future__ import annotations

from django.db import models

from core.models import ExactJSONDecoder, PublicIdField, TimestampedModel
from promotions.models.campaigns import Campaign


class CampaignTemplate(TimestampedModel):
    """What new campaigns and tiers can be made of. Contract: semantics-data-and-events 18.

    `content` is a copy: discount or gift, settings, time, conditions, and all that the conditions name.
    Whatever becomes of the campaign that it was made of, it stays. `template_content.py` says its shape.
    """

    class CampaignType(models.TextChoices):
        DISCOUNT_COUPONS = Campaign.CampaignType.DISCOUNT_COUPONS.value, "Discount"
        GIFT_VOUCHERS = Campaign.CampaignType.GIFT_VOUCHERS.value, "Gift cards"

    public_id = PublicIdField(prefix="tmpl")
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, default="")
    campaign_type = models.CharField("kind", max_length=24, choices=CampaignType)
    content = models.JSONField(decoder=ExactJSONDecoder, editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["name"], name="campaign_template_name_once"),)
        indexes = (models.Index(fields=["-created_at", "-id"], name="campaign_template_newest"),)

    def __str__(self) -> str:
        return self.name
