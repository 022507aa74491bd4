from __future__ import annotations

from datetime import datetime
from typing import Final

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django_fsm import RETURN_VALUE, FSMField, FSMModelMixin, transition

from core.models import ExactJSONDecoder, PublicIdField, TimestampedModel
from promotions.models.categories import Category
from promotions.models.reach import CampaignsInReach
from promotions.models.validity import TimeLimited
from promotions.models.versions import Version

# What only knows the switch or the bin (the release before this field, a statement by hand) stays possible,
# and the lifecycle right. Drafts are left out: nothing but launching brings them to customers.
_FOLLOW_SWITCH: Final = """
NEW.lifecycle := COALESCE(NEW.lifecycle, 'LIVE');
IF NEW.deleted_at IS NOT NULL THEN
    NEW.lifecycle := 'ARCHIVED';
ELSIF NEW.lifecycle IN ('SCHEDULED', 'LIVE', 'ENDED') AND NOT NEW.is_active THEN
    NEW.lifecycle := 'PAUSED';
ELSIF NEW.lifecycle = 'PAUSED' AND NEW.is_active THEN
    NEW.lifecycle := 'LIVE';
END IF;
RETURN NEW;
"""


class Lifecycle(models.TextChoices):
    """Where a campaign stands. Contract: governance 1."""

    DRAFT = "DRAFT", "Draft"
    IN_REVIEW = "IN_REVIEW", "In review"
    CHANGES_REQUESTED = "CHANGES_REQUESTED", "Changes requested"
    REJECTED = "REJECTED", "Rejected"
    APPROVED = "APPROVED", "Approved"
    SCHEDULED = "SCHEDULED", "Scheduled"
    LIVE = "LIVE", "Running"
    PAUSED = "PAUSED", "Paused"
    ENDED = "ENDED", "Ended"
    ARCHIVED = "ARCHIVED", "In the bin"


DRAFTS: Final = (
    Lifecycle.DRAFT,
    Lifecycle.IN_REVIEW,
    Lifecycle.CHANGES_REQUESTED,
    Lifecycle.REJECTED,
    Lifecycle.APPROVED,
)
"""Not launched yet."""
BY_CLOCK: Final = (Lifecycle.SCHEDULED, Lifecycle.LIVE, Lifecycle.ENDED)
"""Switched on; which of them is only a matter of dates."""


class Campaign(FSMModelMixin, TimestampedModel, TimeLimited):
    """A marketing idea with its codes or promotion tiers.

    `voucher_*` and `discount` are what its codes inherit; a code's own value wins, field by field.

    `lifecycle` is for people, lists and events: what may be redeemed is decided by `is_active`, the dates and
    `deleted_at`, so that a clock that is late harms nobody. `planned_codes` and `planned_code` say what a
    draft gets when it is launched, and stay.
    """

    class CampaignType(models.TextChoices):
        DISCOUNT_COUPONS = "DISCOUNT_COUPONS", "Discount coupons"
        PROMOTION = "PROMOTION", "Promotion (applied without a code)"
        GIFT_VOUCHERS = "GIFT_VOUCHERS", "Gift cards"
        LOYALTY_PROGRAM = "LOYALTY_PROGRAM", "Loyalty programme"
        REFERRAL_PROGRAM = "REFERRAL_PROGRAM", "Referral programme"

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
    lifecycle = FSMField(
        "state",
        max_length=20,
        choices=Lifecycle,
        default=Lifecycle.LIVE,
        protected=True,
        db_index=False,
        editable=False,
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
    loyalty = models.JSONField(
        null=True,
        blank=True,
        decoder=ExactJSONDecoder,
        help_text="How a loyalty programme works: {points, expiration_rules, auto_join, …}.",
    )
    referral = models.JSONField(
        null=True,
        blank=True,
        help_text="How a referral programme works: {conversion_event_type, referee_reward, delay_days, …}.",
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
    planned_codes = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    planned_code = models.CharField(max_length=255, blank=True, default="", db_default="", editable=False)
    vouchers_count = models.PositiveIntegerField(default=0, editable=False)
    generation_status = models.CharField(
        max_length=16, choices=GenerationStatus, default=GenerationStatus.DONE, editable=False
    )
    metadata = models.JSONField(default=dict, blank=True)
    # Follows the assignments to areas and stores (a trigger writes it). Empty: everywhere.
    places = ArrayField(models.CharField(max_length=80), default=list, db_default=[], editable=False)
    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )
    deleted_at = models.DateTimeField("in the bin since", null=True, editable=False)
    released_at = models.DateTimeField("name free since", null=True, editable=False)

    objects = CampaignsInReach["Campaign"]()

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
            models.CheckConstraint(
                condition=Q(
                    campaign_type="LOYALTY_PROGRAM",
                    loyalty__isnull=False,
                    discount__isnull=True,
                    gift__isnull=True,
                )
                | ~Q(campaign_type="LOYALTY_PROGRAM") & Q(loyalty__isnull=True),
                name="campaign_loyalty_fits_kind",
            ),
            models.CheckConstraint(
                condition=Q(campaign_type="REFERRAL_PROGRAM", referral__isnull=False, discount__isnull=False)
                & ~Q(type="STANDALONE")
                | ~Q(campaign_type="REFERRAL_PROGRAM") & Q(referral__isnull=True),
                name="campaign_referral_fits_kind",
            ),
            models.CheckConstraint(
                condition=Q(lifecycle__in=[*DRAFTS, Lifecycle.PAUSED], is_active=False)
                | Q(lifecycle__in=BY_CLOCK, is_active=True)
                | Q(lifecycle=Lifecycle.ARCHIVED),
                name="campaign_lifecycle_fits_switch",
            ),
            models.CheckConstraint(
                condition=Q(lifecycle=Lifecycle.ARCHIVED, deleted_at__isnull=False)
                | ~Q(lifecycle=Lifecycle.ARCHIVED) & Q(deleted_at=None),
                name="campaign_archived_is_in_the_bin",
            ),
        )
        indexes = (
            models.Index(fields=["-created_at", "-id"], name="campaign_newest"),
            # What the clock moves next.
            models.Index(fields=["lifecycle", "starts_at"], name="campaign_next_start"),
            models.Index(fields=["lifecycle", "ends_at"], name="campaign_next_end"),
            GinIndex(fields=["places"], name="campaign_places"),
        )
        triggers = (
            pgtrigger.Trigger(
                name="campaign_lifecycle_follows_switch",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=_FOLLOW_SWITCH,
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_draft(self) -> bool:
        return self.lifecycle in DRAFTS

    def by_clock(self, now: datetime) -> Lifecycle:
        """What its dates make of it when it is switched on."""
        if self.ends_at is not None and self.ends_at <= now:
            return Lifecycle.ENDED
        is_early = self.starts_at is not None and self.starts_at > now
        return Lifecycle.SCHEDULED if is_early else Lifecycle.LIVE

    @transition(field=lifecycle, source=list(DRAFTS), target=Lifecycle.DRAFT)
    def take_back(self) -> None:
        """Nobody is asked any more."""

    @transition(field=lifecycle, source=list(DRAFTS), target=Lifecycle.IN_REVIEW)
    def review(self) -> None:
        """Somebody has to decide about its launch."""

    @transition(field=lifecycle, source=list(DRAFTS), target=Lifecycle.CHANGES_REQUESTED)
    def request_changes(self) -> None:
        """Whoever decides wants it otherwise."""

    @transition(field=lifecycle, source=list(DRAFTS), target=Lifecycle.REJECTED)
    def reject(self) -> None:
        """Whoever decides does not want it."""

    @transition(field=lifecycle, source=list(DRAFTS), target=Lifecycle.APPROVED)
    def approve(self) -> None:
        """Everybody said yes; it waits for the instant of its launch."""

    @transition(field=lifecycle, source=list(DRAFTS), target=RETURN_VALUE(*BY_CLOCK))
    def launch(self, now: datetime) -> Lifecycle:
        """It reaches customers, within its dates."""
        self.is_active = True
        return self.by_clock(now)

    @transition(field=lifecycle, source=list(BY_CLOCK), target=RETURN_VALUE(*BY_CLOCK))
    def settle(self, now: datetime) -> Lifecycle:
        """Time went by, or its dates were changed."""
        return self.by_clock(now)

    @transition(field=lifecycle, source=list(BY_CLOCK), target=Lifecycle.PAUSED)
    def pause(self) -> None:
        """Switched off for the time being."""
        self.is_active = False

    @transition(field=lifecycle, source=Lifecycle.PAUSED, target=RETURN_VALUE(*BY_CLOCK))
    def resume(self, now: datetime) -> Lifecycle:
        """Switched on again."""
        self.is_active = True
        return self.by_clock(now)

    @transition(field=lifecycle, source="*", target=Lifecycle.ARCHIVED)
    def archive(self, now: datetime) -> None:
        """Into the bin. The switch stays as it was."""
        self.deleted_at = self.deleted_at or now
