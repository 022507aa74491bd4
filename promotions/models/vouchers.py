from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from commerce.models import Customer
from core.models import ExactJSONDecoder, PublicIdField, TimestampedModel
from promotions.models.campaigns import Campaign
from promotions.models.categories import Category
from promotions.models.reach import OfCampaigns
from promotions.models.validity import TimeLimited
from promotions.models.versions import Version


class Voucher(TimestampedModel, TimeLimited):
    """A code. `code_key` is what makes two codes the same (case-folded if the project ignores case).

    A code stays reserved in the bin; `released_at` frees it. `redeemed_quantity` counts successful
    redemptions that were not rolled back and moves only by guarded updates. A gift card's credits are minor
    units: `gift_balance` is `gift_amount` less what was subtracted and redeemed, and the sum of its
    transactions. A loyalty card's points stand in `loyalty`. `held_*` is what validation sessions keep, also
    those that ended and were not tidied yet. `holder` is whoever got the code last. `is_out_of_pool` is set
    once, when a code is given out or used: its campaign does not give it out (again).
    """

    class Type(models.TextChoices):
        DISCOUNT_VOUCHER = "DISCOUNT_VOUCHER", "Discount coupon"
        GIFT_VOUCHER = "GIFT_VOUCHER", "Gift card"
        LOYALTY_CARD = "LOYALTY_CARD", "Loyalty card"

    class GiftEffect(models.TextChoices):
        APPLY_TO_ORDER = "APPLY_TO_ORDER", "Pays the order"
        APPLY_TO_ITEMS = "APPLY_TO_ITEMS", "Pays the items that its conditions name"

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
    held_quantity = models.PositiveIntegerField("held", default=0, db_default=0, editable=False)
    gift_effect = models.CharField(
        "pays", max_length=16, choices=GiftEffect, blank=True, default="", db_default=""
    )
    gift_amount = models.BigIntegerField("credits in all", null=True, editable=False)
    gift_subtracted = models.BigIntegerField(default=0, db_default=0, editable=False)
    gift_redeemed = models.BigIntegerField(default=0, db_default=0, editable=False)
    gift_balance = models.BigIntegerField("balance", null=True, editable=False)
    gift_held = models.BigIntegerField(default=0, db_default=0, editable=False)
    holder = models.ForeignKey(
        Customer, on_delete=models.SET_NULL, null=True, blank=True, related_name="vouchers", db_index=False
    )
    published_at = models.DateTimeField(null=True, editable=False)
    publish_count = models.PositiveIntegerField(default=0, editable=False)
    is_out_of_pool = models.BooleanField(default=False, db_default=False, editable=False)
    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )
    deleted_at = models.DateTimeField("in the bin since", null=True, editable=False)
    released_at = models.DateTimeField("code free since", null=True, editable=False)

    objects = OfCampaigns["Voucher"]()

    class Meta:
        constraints = (
            # This kind of index also finds codes by their beginning.
            models.UniqueConstraint(
                fields=["code_key"],
                condition=Q(released_at=None),
                name="voucher_code_key_once",
                opclasses=["varchar_pattern_ops"],
            ),
            models.CheckConstraint(
                condition=Q(redemption_quantity=None)
                | Q(redemption_quantity__gte=F("redeemed_quantity") + F("held_quantity")),
                name="voucher_within_quantity",
            ),
            models.CheckConstraint(
                condition=Q(campaign__isnull=False) | Q(discount__isnull=False) | Q(type="GIFT_VOUCHER"),
                name="voucher_has_a_discount",
            ),
            models.CheckConstraint(
                condition=Q(
                    type__in=["DISCOUNT_VOUCHER", "LOYALTY_CARD"],
                    gift_amount=None,
                    gift_balance=None,
                    gift_effect="",
                )
                | Q(type="GIFT_VOUCHER", gift_amount__isnull=False, gift_balance__isnull=False)
                & ~Q(gift_effect=""),
                name="voucher_gift_fits_type",
            ),
            models.CheckConstraint(
                condition=~Q(type="LOYALTY_CARD") | Q(campaign__isnull=False, discount__isnull=True),
                name="voucher_card_of_a_programme",
            ),
            models.CheckConstraint(
                condition=Q(gift_balance=None)
                | Q(
                    gift_balance=F("gift_amount") - F("gift_subtracted") - F("gift_redeemed"),
                    gift_balance__gte=F("gift_held"),
                    gift_held__gte=0,
                    gift_subtracted__gte=0,
                    gift_redeemed__gte=0,
                ),
                name="voucher_gift_balance_adds_up",
            ),
        )
        indexes = (
            models.Index(fields=["-created_at", "-id"], name="voucher_newest"),
            models.Index(fields=["campaign", "-created_at", "-id"], name="voucher_campaign_newest"),
            models.Index(
                fields=["-created_at", "-id"], name="voucher_standalone", condition=Q(campaign__isnull=True)
            ),
            models.Index(
                fields=["campaign", "deleted_at"],
                name="voucher_deleted",
                condition=Q(deleted_at__isnull=False),
            ),
            models.Index(fields=["holder"], name="voucher_holder", condition=Q(holder__isnull=False)),
            # Codes that a campaign may give out, the oldest first.
            models.Index(
                fields=["campaign", "id"],
                name="voucher_free",
                condition=Q(
                    campaign__isnull=False,
                    is_out_of_pool=False,
                    is_active=True,
                    deleted_at=None,
                    released_at=None,
                ),
            ),
        )

    def __str__(self) -> str:
        return self.code
