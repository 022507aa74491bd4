from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.models import ExactJSONDecoder, PublicIdField, TimestampedModel
from promotions.models.campaigns import Campaign
from promotions.models.tiers import PromotionTier
from promotions.models.versions import Version
from promotions.models.vouchers import Voucher


class ValidationRule(TimestampedModel):
    """Who and what a discount is for. The parts are kept in wire form, as they were sent; the engine reads
    them (`engine.rules.parse`).

    `applicable_to` also says which items the discount lowers. `bundle_rules` null: never given.
    """

    class Type(models.TextChoices):
        EXPRESSION = "expression", "Expression"
        BASIC = "basic", "Basic"
        ADVANCED = "advanced", "Advanced"
        COMPLEX = "complex", "Complex"

    public_id = PublicIdField(prefix="val", length=12)
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=16, choices=Type, default=Type.EXPRESSION)
    context_type = models.CharField(max_length=100, default="global", help_text="What it was built for.")
    rules = models.JSONField(default=dict, blank=True, decoder=ExactJSONDecoder)
    applicable_to = models.JSONField(default=dict, blank=True, decoder=ExactJSONDecoder)
    bundle_rules = models.JSONField(null=True, blank=True, decoder=ExactJSONDecoder)
    error = models.JSONField("message when refused", null=True, blank=True, decoder=ExactJSONDecoder)
    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )

    class Meta:
        # What people call a rule; "validation rule" is its name on the wire.
        verbose_name = "conditions"
        verbose_name_plural = "conditions"
        indexes = (models.Index(fields=["-created_at", "-id"], name="validation_rule_newest"),)

    def __str__(self) -> str:
        return self.name


class ValidationRuleAssignment(TimestampedModel):
    """A rule that holds for one voucher, one campaign or one tier. Each of them has at most one rule."""

    class RelatedObject(models.TextChoices):
        VOUCHER = "voucher", "Code"
        CAMPAIGN = "campaign", "Campaign"
        PROMOTION_TIER = "promotion_tier", "Promotion tier"

    public_id = PublicIdField(prefix="asgm", length=16)
    rule = models.ForeignKey(ValidationRule, on_delete=models.PROTECT, related_name="assignments")
    voucher = models.OneToOneField(
        Voucher, on_delete=models.PROTECT, null=True, blank=True, related_name="rule_assignment"
    )
    campaign = models.OneToOneField(
        Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="rule_assignment"
    )
    promotion_tier = models.OneToOneField(
        PromotionTier, on_delete=models.PROTECT, null=True, blank=True, related_name="rule_assignment"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=(
                    Q(voucher__isnull=False, campaign=None, promotion_tier=None)
                    | Q(voucher=None, campaign__isnull=False, promotion_tier=None)
                    | Q(voucher=None, campaign=None, promotion_tier__isnull=False)
                ),
                name="rule_assignment_of_one_object",
            ),
        )
        indexes = (models.Index(fields=["-created_at", "-id"], name="rule_assignment_newest"),)

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def related_object_type(self) -> str:
        """Its name on the wire, which is the name of its column too."""
        kinds = self.RelatedObject
        if self.voucher_id is not None:
            return str(kinds.VOUCHER.value)
        return str(kinds.PROMOTION_TIER.value if self.campaign_id is None else kinds.CAMPAIGN.value)
