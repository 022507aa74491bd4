from __future__ import annotations

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from commerce.models import Customer
from core.models import PublicIdField
from promotions.models.campaigns import Campaign
from promotions.models.reach import OfCampaigns
from promotions.models.vouchers import Voucher


class Publication(models.Model):
    """One attempt to give a customer a code, or several codes of one campaign. Contract: semantics-core 18.

    Facts are final; what may be personal (`metadata`, `source_id`, `tracking_id`) can be emptied. Of a
    failure there is only this row. `voucher_code` is the first code that was given, or the one asked for.
    `drawn_up_to` is set where the campaign chose: the highest primary key of the codes that it gave; the
    next choice begins there. `cause` names what published beside a caller (a run, a distribution's event):
    it gives a customer something once.
    """

    class Result(models.TextChoices):
        SUCCESS = "SUCCESS", "Given out"
        FAILURE = "FAILURE", "Refused"

    public_id = PublicIdField(prefix="pub", length=32)
    created_at = models.DateTimeField()
    result = models.CharField(max_length=8, choices=Result)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, related_name="publications", db_index=False
    )
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, related_name="publications", db_index=False
    )
    voucher_code = models.CharField("code", max_length=255, blank=True, default="")
    codes_count = models.PositiveSmallIntegerField("codes", default=0)
    drawn_up_to = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=64, blank=True, default="")
    source_id = models.CharField(max_length=255, blank=True, default="", help_text="The caller's own id.")
    tracking_id = models.CharField(max_length=255, blank=True, default="")
    cause = models.CharField(max_length=100, blank=True, default="")
    metadata = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    failure_code = models.CharField(max_length=64, blank=True, default="")
    failure_message = models.CharField(max_length=1000, blank=True, default="")

    objects = OfCampaigns["Publication"]()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["source_id"],
                condition=Q(result="SUCCESS") & ~Q(source_id=""),
                name="publication_source_id_once",
            ),
            models.UniqueConstraint(
                fields=["cause", "customer"],
                condition=Q(result="SUCCESS") & ~Q(cause=""),
                name="publication_once_for_a_cause",
            ),
            models.CheckConstraint(
                condition=Q(result="SUCCESS", customer__isnull=False, codes_count__gte=1, failure_code="")
                | Q(result="FAILURE", codes_count=0, drawn_up_to=None) & ~Q(failure_code=""),
                name="publication_gave_or_failed",
            ),
        )
        indexes = (
            models.Index(fields=["-created_at", "-id"], name="publication_newest"),
            models.Index(
                fields=["customer", "-created_at", "-id"],
                name="publication_customer",
                condition=Q(customer__isnull=False),
            ),
            models.Index(
                fields=["campaign", "-created_at", "-id"],
                name="publication_campaign",
                condition=Q(campaign__isnull=False),
            ),
            # Where the next choice of a campaign begins.
            models.Index(
                fields=["campaign", "-id"],
                name="publication_drawn",
                condition=Q(drawn_up_to__isnull=False),
            ),
            models.Index(fields=["voucher_code", "id"], name="publication_code"),
        )
        triggers = (
            pgtrigger.Protect(name="publication_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="publication_facts_are_final", exclude=["metadata", "source_id", "tracking_id"]
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)


class PublishedCode(models.Model):
    """A code that a publication gave."""

    publication = models.ForeignKey(
        Publication, on_delete=models.PROTECT, related_name="codes", db_index=False
    )
    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="published_codes")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["publication", "voucher"], name="published_code_once"),
        )
        triggers = (
            pgtrigger.Protect(
                name="published_codes_are_final", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        )

    def __str__(self) -> str:
        return f"{self.voucher_id} by {self.publication_id}"


class Holder(models.Model):
    """A code in a customer's wallet. Contract: data file 3.3.

    `is_personal`: the code is one of many of its campaign and belongs to nobody else (INVARIANTS P1). A
    generic code may have any number of holders.
    """

    class Role(models.TextChoices):
        OWNER = "OWNER", "Got the code"
        REFERRER = "REFERRER", "Recommends with it"
        REFEREE = "REFEREE", "Was recommended"

    public_id = PublicIdField(prefix="rh")
    created_at = models.DateTimeField()
    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="holders", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="wallet", db_index=False)
    role = models.CharField(max_length=8, choices=Role, default=Role.OWNER)
    is_personal = models.BooleanField()
    metadata = models.JSONField(default=dict, db_default={}, blank=True, encoder=DjangoJSONEncoder)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["voucher", "customer"], name="holder_once"),
            models.UniqueConstraint(
                fields=["voucher"],
                condition=Q(is_personal=True) & ~Q(role="REFEREE"),
                name="holder_of_a_personal_code",
            ),
        )
        indexes = (models.Index(fields=["customer", "-id"], name="holder_wallet"),)

    def __str__(self) -> str:
        return str(self.public_id)
