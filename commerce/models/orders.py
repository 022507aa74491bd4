from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q, Value

from commerce.models.customers import Customer
from commerce.models.products import Product, Sku
from core.ids import new_id
from core.models import PublicIdField, TimestampedModel

LINE_ID_LENGTH = 18


def new_line_id() -> str:
    return new_id("ordli", LINE_ID_LENGTH)


class Order(TimestampedModel):
    """What a customer buys, with what promotions took off (contract: semantics-core 4, data file 7).

    All amounts are minor units. `*applied*` is the part that the last request added. `redemptions` is the
    wire map of what was redeemed on the order, written by the redemption service. `returned` is what came
    back, by the return's id: `{date, refund_amount, credits_amount, items: [{position, quantity}]}`; amounts
    and quantities of the order stay what was bought.
    """

    class Status(models.TextChoices):
        CREATED = "CREATED", "Created"
        PAID = "PAID", "Paid"
        CANCELED = "CANCELED", "Canceled"
        FULFILLED = "FULFILLED", "Fulfilled"

    public_id = PublicIdField(prefix="ord")
    source_id = models.CharField(  # noqa: DJ001 - unique; null is "not known to the shop"
        max_length=255, null=True, blank=True, help_text="The order's id in the shop."
    )
    status = models.CharField(max_length=16, choices=Status, default=Status.CREATED)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="orders", db_index=False
    )
    referrer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="referred_orders",
        db_index=False,
    )
    amount = models.BigIntegerField(default=0, help_text="Before discounts, in minor units.")
    initial_amount = models.BigIntegerField(
        null=True, blank=True, help_text="Before any promotion changed the lines."
    )
    discount_amount = models.BigIntegerField(default=0, help_text="Taken off the order as a whole.")
    items_discount_amount = models.BigIntegerField(default=0, help_text="Taken off its lines.")
    total_discount_amount = models.BigIntegerField(default=0)
    total_amount = models.BigIntegerField(default=0, help_text="What is to be paid.")
    applied_discount_amount = models.BigIntegerField(default=0)
    items_applied_discount_amount = models.BigIntegerField(default=0)
    total_applied_discount_amount = models.BigIntegerField(default=0)
    metadata = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    redemptions = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    returned = models.JSONField(
        default=dict, db_default=Value({}, models.JSONField()), editable=False, encoder=DjangoJSONEncoder
    )
    paid_at = models.DateTimeField(null=True, editable=False)
    fulfilled_at = models.DateTimeField(null=True, editable=False)
    canceled_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source_id"], name="commerce_order_source_id"),
            models.CheckConstraint(
                condition=Q(amount__gte=0)
                & Q(discount_amount__gte=0)
                & Q(items_discount_amount__gte=0)
                & Q(total_amount__gte=0)
                & (Q(initial_amount=None) | Q(initial_amount__gte=0)),
                name="commerce_order_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(total_discount_amount=F("discount_amount") + F("items_discount_amount"))
                & Q(total_amount=F("amount") - F("total_discount_amount")),
                name="commerce_order_totals_add_up",
            ),
            models.CheckConstraint(
                condition=Q(
                    total_applied_discount_amount=F("applied_discount_amount")
                    + F("items_applied_discount_amount")
                ),
                name="commerce_order_applied_adds_up",
            ),
        )
        indexes = (
            models.Index(fields=["created_at", "id"], name="order_oldest"),
            models.Index(fields=["-updated_at", "-id"], name="order_changed"),
            models.Index(fields=["customer", "-created_at"], name="order_of_customer"),
            models.Index(fields=["referrer"], name="order_of_referrer", condition=Q(referrer__isnull=False)),
        )

    def __str__(self) -> str:
        return self.source_id or self.public_id


class OrderItem(models.Model):
    """One line of an order. Millions of rows: no timestamps, rare things share one JSON column.

    A line without a price has no amounts. `product_data` and `sku_data` are what the request said about the
    article (`{name?, price?, metadata?, …}`); null when it only named it. `applied` is what the last request
    added (`applied_discount_amount`, `applied_discount_quantity`, `applied_quantity`,
    `applied_quantity_amount`, `application_details`); null when nothing was.
    """

    class RelatedObject(models.TextChoices):
        PRODUCT = "product", "Product"
        SKU = "sku", "SKU"

    public_id = models.CharField("id", max_length=24, default=new_line_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items", db_index=False)
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(
        Product, on_delete=models.SET_NULL, null=True, blank=True, related_name="order_items", db_index=False
    )
    sku = models.ForeignKey(
        Sku, on_delete=models.SET_NULL, null=True, blank=True, related_name="order_items", db_index=False
    )
    related_object = models.CharField(max_length=8, choices=RelatedObject, blank=True, default="")
    source_id = models.CharField("article id in the shop", max_length=255, blank=True, default="")
    quantity = models.BigIntegerField(default=1)
    initial_quantity = models.BigIntegerField(default=1)
    discount_quantity = models.BigIntegerField(default=0)
    price = models.BigIntegerField(null=True, blank=True)
    amount = models.BigIntegerField(null=True, blank=True)
    initial_amount = models.BigIntegerField(null=True, blank=True)
    discount_amount = models.BigIntegerField(default=0)
    product_data = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    sku_data = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    metadata = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    applied = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = "order line"
        constraints = (
            models.UniqueConstraint(fields=["order", "position"], name="commerce_order_item_position"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0)
                & Q(initial_quantity__gte=0)
                & Q(discount_quantity__gte=0)
                & Q(discount_amount__gte=0)
                & (Q(price=None) | Q(price__gte=0)),
                name="commerce_order_item_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(amount=None, discount_amount=0) | Q(amount__gte=F("discount_amount")),
                name="commerce_order_item_discount_within_amount",
            ),
        )
        indexes = (
            models.Index(fields=["product"], name="order_item_product", condition=Q(product__isnull=False)),
            models.Index(fields=["sku"], name="order_item_sku", condition=Q(sku__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.source_id or self.product_id or self.sku_id}"

    @property
    def subtotal_amount(self) -> int | None:
        return None if self.amount is None else self.amount - self.discount_amount
