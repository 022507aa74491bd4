from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F
from django.db.models.functions import ExtractDay, ExtractMonth, Upper

from commerce import person_keys
from core.models import PublicIdField, TimestampedModel


class CustomerQuerySet(models.QuerySet["Customer"]):
    def present(self) -> CustomerQuerySet:
        """Customers that were not deleted."""
        return self.filter(deleted_at=None)


class Customer(TimestampedModel):
    """A person the shop told us about (contract: data file 3).

    A deleted customer stays as a row without `source_id` (kept in `former_source_id`), so that orders and
    redemptions keep their link; erasing empties the personal fields. The summary columns are kept by the
    services that change what they sum up: orders here, redemptions by the app above. Who is blocked gets
    nothing of any promotion (`commerce.services.blocking`); erasing keeps the block.
    """

    public_id = PublicIdField(prefix="cust")
    source_id = models.CharField(  # noqa: DJ001 - unique; null is "not known to the shop"
        max_length=255, null=True, blank=True, help_text="The customer's id in the shop. Set once."
    )
    name = models.CharField(max_length=255, blank=True, default="")
    email = models.CharField(max_length=320, blank=True, default="")
    phone = models.CharField(max_length=64, blank=True, default="")
    description = models.TextField(blank=True, default="")
    birthdate = models.DateField(null=True, blank=True)
    city = models.CharField(max_length=255, blank=True, default="")
    state = models.CharField(max_length=255, blank=True, default="")
    line_1 = models.CharField("address line 1", max_length=255, blank=True, default="")
    line_2 = models.CharField("address line 2", max_length=255, blank=True, default="")
    country = models.CharField(max_length=255, blank=True, default="")
    postal_code = models.CharField(max_length=64, blank=True, default="")
    metadata = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    channel = models.CharField("first seen through", max_length=32, blank=True, default="", editable=False)

    orders_count = models.PositiveIntegerField("paid orders", default=0, editable=False)
    orders_total_amount = models.BigIntegerField("value of paid orders", default=0, editable=False)
    last_order_amount = models.BigIntegerField(default=0, editable=False)
    last_order_at = models.DateTimeField("last paid order", null=True, editable=False)
    redemptions_succeeded = models.PositiveIntegerField(default=0, editable=False)
    redemptions_failed = models.PositiveIntegerField(default=0, editable=False)
    rollbacks_succeeded = models.PositiveIntegerField(default=0, editable=False)
    rollbacks_failed = models.PositiveIntegerField(default=0, editable=False)
    referrals_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    referred_customers = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    deleted_at = models.DateTimeField(null=True, editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)
    former_source_id = models.CharField(max_length=255, blank=True, default="", editable=False)

    blocked_at = models.DateTimeField("blocked", null=True, editable=False)
    blocked_reason = models.CharField(
        "why blocked", max_length=1000, blank=True, default="", db_default="", editable=False
    )

    objects = CustomerQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source_id"], name="commerce_customer_source_id"),
            models.CheckConstraint(
                condition=models.Q(orders_total_amount__gte=0),
                name="commerce_customer_orders_total_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(deleted_at=None) | models.Q(source_id=None),
                name="commerce_customer_deleted_frees_source_id",
            ),
            models.CheckConstraint(
                condition=models.Q(blocked_at__isnull=False) | models.Q(blocked_reason=""),
                name="commerce_customer_blocked_for_a_reason",
            ),
        )
        indexes = (
            models.Index(fields=["-created_at", "-id"], name="customer_newest"),
            models.Index(fields=["-updated_at", "-id"], name="customer_changed"),
            models.Index(Upper("email"), name="customer_email"),
            models.Index(Upper("name"), name="customer_name"),
            models.Index(Upper("city"), name="customer_city"),
            # Who might be the same person.
            models.Index(
                person_keys.mailbox(F("email")), name="customer_mailbox", condition=person_keys.HAS_EMAIL
            ),
            models.Index(
                person_keys.phone_end(F("phone")), name="customer_phone", condition=person_keys.HAS_PHONE
            ),
            models.Index(
                person_keys.home(person_keys.ADDRESS), name="customer_home", condition=person_keys.HAS_ADDRESS
            ),
            # Segments about age, and about birthdays: the day of the year whatever the year.
            models.Index(fields=["birthdate"], name="customer_birthdate"),
            models.Index(
                fields=["-id"], name="customer_blocked", condition=models.Q(blocked_at__isnull=False)
            ),
            models.Index(ExtractMonth("birthdate") * 100 + ExtractDay("birthdate"), name="customer_birthday"),
        )

    def __str__(self) -> str:
        # Also the label in the audit log, which is never emptied: no name, no e-mail.
        return self.source_id or self.public_id
