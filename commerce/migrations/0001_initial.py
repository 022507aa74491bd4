import django.core.serializers.json
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
from django.db import migrations, models

import commerce.models.orders
import core.models.base


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Customer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(editable=False)),
                ("updated_at", models.DateTimeField(editable=False, null=True)),
                (
                    "public_id",
                    core.models.base.PublicIdField(
                        editable=False, length=24, max_length=64, prefix="cust", unique=True
                    ),
                ),
                (
                    "source_id",
                    models.CharField(
                        blank=True,
                        help_text="The customer's id in the shop. Set once.",
                        max_length=255,
                        null=True,
                    ),
                ),
                ("name", models.CharField(blank=True, default="", max_length=255)),
                ("email", models.CharField(blank=True, default="", max_length=320)),
                ("phone", models.CharField(blank=True, default="", max_length=64)),
                ("description", models.TextField(blank=True, default="")),
                ("birthdate", models.DateField(blank=True, null=True)),
                ("city", models.CharField(blank=True, default="", max_length=255)),
                ("state", models.CharField(blank=True, default="", max_length=255)),
                (
                    "line_1",
                    models.CharField(blank=True, default="", max_length=255, verbose_name="address line 1"),
                ),
                (
                    "line_2",
                    models.CharField(blank=True, default="", max_length=255, verbose_name="address line 2"),
                ),
                ("country", models.CharField(blank=True, default="", max_length=255)),
                ("postal_code", models.CharField(blank=True, default="", max_length=64)),
                (
                    "metadata",
                    models.JSONField(
                        blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        default="",
                        editable=False,
                        max_length=32,
                        verbose_name="first seen through",
                    ),
                ),
                (
                    "orders_count",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="paid orders"),
                ),
                (
                    "orders_total_amount",
                    models.BigIntegerField(default=0, editable=False, verbose_name="value of paid orders"),
                ),
                ("last_order_amount", models.BigIntegerField(default=0, editable=False)),
                (
                    "last_order_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="last paid order"),
                ),
                ("redemptions_succeeded", models.PositiveIntegerField(default=0, editable=False)),
                ("redemptions_failed", models.PositiveIntegerField(default=0, editable=False)),
                ("rollbacks_succeeded", models.PositiveIntegerField(default=0, editable=False)),
                ("rollbacks_failed", models.PositiveIntegerField(default=0, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
                ("erased_at", models.DateTimeField(editable=False, null=True)),
                (
                    "former_source_id",
                    models.CharField(blank=True, default="", editable=False, max_length=255),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="customer_newest"),
                    models.Index(fields=["-updated_at", "-id"], name="customer_changed"),
                    models.Index(django.db.models.functions.text.Upper("email"), name="customer_email"),
                    models.Index(django.db.models.functions.text.Upper("name"), name="customer_name"),
                    models.Index(django.db.models.functions.text.Upper("city"), name="customer_city"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source_id",), name="commerce_customer_source_id"),
                    models.CheckConstraint(
                        condition=models.Q(("orders_total_amount__gte", 0)),
                        name="commerce_customer_orders_total_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("deleted_at", None), ("source_id", None), _connector="OR"),
                        name="commerce_customer_deleted_frees_source_id",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(editable=False)),
                ("updated_at", models.DateTimeField(editable=False, null=True)),
                (
                    "public_id",
                    core.models.base.PublicIdField(
                        editable=False, length=24, max_length=64, prefix="ord", unique=True
                    ),
                ),
                (
                    "source_id",
                    models.CharField(
                        blank=True, help_text="The order's id in the shop.", max_length=255, null=True
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("CREATED", "Created"),
                            ("PAID", "Paid"),
                            ("CANCELED", "Canceled"),
                            ("FULFILLED", "Fulfilled"),
                        ],
                        default="CREATED",
                        max_length=16,
                    ),
                ),
                ("amount", models.BigIntegerField(default=0, help_text="Before discounts, in minor units.")),
                (
                    "initial_amount",
                    models.BigIntegerField(
                        blank=True, help_text="Before any promotion changed the lines.", null=True
                    ),
                ),
                (
                    "discount_amount",
                    models.BigIntegerField(default=0, help_text="Taken off the order as a whole."),
                ),
                (
                    "items_discount_amount",
                    models.BigIntegerField(default=0, help_text="Taken off its lines."),
                ),
                ("total_discount_amount", models.BigIntegerField(default=0)),
                ("total_amount", models.BigIntegerField(default=0, help_text="What is to be paid.")),
                ("applied_discount_amount", models.BigIntegerField(default=0)),
                ("items_applied_discount_amount", models.BigIntegerField(default=0)),
                ("total_applied_discount_amount", models.BigIntegerField(default=0)),
                (
                    "metadata",
                    models.JSONField(
                        blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                    ),
                ),
                (
                    "redemptions",
                    models.JSONField(
                        blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                    ),
                ),
                ("paid_at", models.DateTimeField(editable=False, null=True)),
                ("fulfilled_at", models.DateTimeField(editable=False, null=True)),
                ("canceled_at", models.DateTimeField(editable=False, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="commerce.customer",
                    ),
                ),
                (
                    "referrer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referred_orders",
                        to="commerce.customer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(editable=False)),
                ("updated_at", models.DateTimeField(editable=False, null=True)),
                (
                    "public_id",
                    core.models.base.PublicIdField(
                        editable=False, length=24, max_length=64, prefix="prod", unique=True
                    ),
                ),
                (
                    "source_id",
                    models.CharField(
                        blank=True, help_text="The product's id in the shop.", max_length=255, null=True
                    ),
                ),
                ("name", models.CharField(blank=True, default="", max_length=500)),
                ("price", models.BigIntegerField(blank=True, help_text="In minor units.", null=True)),
                (
                    "attributes",
                    models.JSONField(blank=True, default=list, help_text="Names of what its SKUs differ in."),
                ),
                ("image_url", models.TextField(blank=True, default="")),
                (
                    "metadata",
                    models.JSONField(
                        blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                    ),
                ),
                (
                    "deleted_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="in the bin since"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="product_newest"),
                    models.Index(fields=["-updated_at", "-id"], name="product_changed"),
                    models.Index(fields=["name"], name="product_name"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source_id",), name="commerce_product_source_id"),
                    models.CheckConstraint(
                        condition=models.Q(("price", None), ("price__gte", 0), _connector="OR"),
                        name="commerce_product_price_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductCollection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(editable=False)),
                ("updated_at", models.DateTimeField(editable=False, null=True)),
                (
                    "public_id",
                    core.models.base.PublicIdField(
                        editable=False, length=24, max_length=64, prefix="pc", unique=True
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                (
                    "type",
                    models.CharField(
                        choices=[("STATIC", "Fixed list"), ("AUTO_UPDATE", "Filter")],
                        default="STATIC",
                        max_length=16,
                    ),
                ),
                (
                    "filter",
                    models.JSONField(
                        blank=True, help_text="The wire form: {junction, field: {conditions}}.", null=True
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["-created_at", "-id"], name="collection_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("filter__isnull", True), ("type", "STATIC")),
                            models.Q(("filter__isnull", False), ("type", "AUTO_UPDATE")),
                            _connector="OR",
                        ),
                        name="commerce_product_collection_filter_by_type",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Segment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(editable=False)),
                ("updated_at", models.DateTimeField(editable=False, null=True)),
                (
                    "public_id",
                    core.models.base.PublicIdField(
                        editable=False, length=24, max_length=64, prefix="seg", unique=True
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("static", "Fixed list"),
                            ("passive", "Filter, evaluated when asked"),
                            ("auto-update", "Filter, followed live"),
                        ],
                        default="static",
                        max_length=16,
                    ),
                ),
                ("filter", models.JSONField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["-created_at", "-id"], name="segment_newest")],
            },
        ),
        migrations.CreateModel(
            name="SegmentMembership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entered_at", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="commerce.customer",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="commerce.segment",
                    ),
                ),
            ],
            options={
                "verbose_name": "segment member",
            },
        ),
        migrations.CreateModel(
            name="Sku",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(editable=False)),
                ("updated_at", models.DateTimeField(editable=False, null=True)),
                (
                    "public_id",
                    core.models.base.PublicIdField(
                        editable=False, length=24, max_length=64, prefix="sku", unique=True
                    ),
                ),
                (
                    "source_id",
                    models.CharField(
                        blank=True, help_text="The SKU's id in the shop.", max_length=255, null=True
                    ),
                ),
                ("sku", models.CharField(blank=True, default="", max_length=500, verbose_name="name")),
                (
                    "price",
                    models.BigIntegerField(
                        blank=True, help_text="In minor units. Empty: the product's price.", null=True
                    ),
                ),
                ("currency", models.CharField(blank=True, default="", max_length=3)),
                ("attributes", models.JSONField(blank=True, default=dict)),
                ("image_url", models.TextField(blank=True, default="")),
                (
                    "metadata",
                    models.JSONField(
                        blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                    ),
                ),
                (
                    "deleted_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="in the bin since"),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="skus",
                        to="commerce.product",
                    ),
                ),
            ],
            options={
                "verbose_name": "SKU",
                "verbose_name_plural": "SKUs",
            },
        ),
        migrations.CreateModel(
            name="ProductCollectionItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                (
                    "collection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="commerce.productcollection",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="listings",
                        to="commerce.product",
                    ),
                ),
                (
                    "sku",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="listings",
                        to="commerce.sku",
                    ),
                ),
            ],
            options={
                "verbose_name": "product collection item",
            },
        ),
        migrations.CreateModel(
            name="OrderItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=commerce.models.orders.new_line_id,
                        editable=False,
                        max_length=24,
                        verbose_name="id",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "related_object",
                    models.CharField(
                        blank=True, choices=[("product", "Product"), ("sku", "SKU")], default="", max_length=8
                    ),
                ),
                (
                    "source_id",
                    models.CharField(
                        blank=True, default="", max_length=255, verbose_name="article id in the shop"
                    ),
                ),
                ("quantity", models.BigIntegerField(default=1)),
                ("initial_quantity", models.BigIntegerField(default=1)),
                ("discount_quantity", models.BigIntegerField(default=0)),
                ("price", models.BigIntegerField(blank=True, null=True)),
                ("amount", models.BigIntegerField(blank=True, null=True)),
                ("initial_amount", models.BigIntegerField(blank=True, null=True)),
                ("discount_amount", models.BigIntegerField(default=0)),
                (
                    "product_data",
                    models.JSONField(
                        blank=True, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True
                    ),
                ),
                (
                    "sku_data",
                    models.JSONField(
                        blank=True, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True
                    ),
                ),
                (
                    "metadata",
                    models.JSONField(
                        blank=True, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True
                    ),
                ),
                (
                    "applied",
                    models.JSONField(
                        blank=True, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="commerce.order",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="order_items",
                        to="commerce.product",
                    ),
                ),
                (
                    "sku",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="order_items",
                        to="commerce.sku",
                    ),
                ),
            ],
            options={
                "verbose_name": "order line",
            },
        ),
        migrations.CreateModel(
            name="CustomEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    core.models.base.PublicIdField(
                        editable=False, length=24, max_length=64, prefix="evcus", unique=True
                    ),
                ),
                ("name", models.CharField(max_length=300)),
                (
                    "metadata",
                    models.JSONField(
                        blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                    ),
                ),
                ("channel", models.CharField(max_length=32)),
                ("created_at", models.DateTimeField(editable=False)),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="custom_events",
                        to="commerce.customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "custom event",
                "indexes": [
                    models.Index(fields=["customer", "-created_at"], name="custom_event_of_customer"),
                    models.Index(fields=["name", "-created_at"], name="custom_event_by_name"),
                    models.Index(fields=["-created_at", "-id"], name="custom_event_newest"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["created_at", "id"], name="order_oldest"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["-updated_at", "-id"], name="order_changed"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["customer", "-created_at"], name="order_of_customer"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("referrer__isnull", False)), fields=["referrer"], name="order_of_referrer"
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(fields=("source_id",), name="commerce_order_source_id"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gte", 0),
                    ("discount_amount__gte", 0),
                    ("items_discount_amount__gte", 0),
                    ("total_amount__gte", 0),
                    models.Q(("initial_amount", None), ("initial_amount__gte", 0), _connector="OR"),
                ),
                name="commerce_order_amounts_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "total_discount_amount",
                        django.db.models.expressions.CombinedExpression(
                            models.F("discount_amount"), "+", models.F("items_discount_amount")
                        ),
                    ),
                    (
                        "total_amount",
                        django.db.models.expressions.CombinedExpression(
                            models.F("amount"), "-", models.F("total_discount_amount")
                        ),
                    ),
                ),
                name="commerce_order_totals_add_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "total_applied_discount_amount",
                        django.db.models.expressions.CombinedExpression(
                            models.F("applied_discount_amount"),
                            "+",
                            models.F("items_applied_discount_amount"),
                        ),
                    )
                ),
                name="commerce_order_applied_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="segmentmembership",
            constraint=models.UniqueConstraint(
                fields=("segment", "customer"), name="commerce_segment_membership_once"
            ),
        ),
        migrations.AddIndex(
            model_name="sku",
            index=models.Index(fields=["product", "-created_at", "-id"], name="sku_of_product"),
        ),
        migrations.AddIndex(
            model_name="sku",
            index=models.Index(fields=["-created_at", "-id"], name="sku_newest"),
        ),
        migrations.AddConstraint(
            model_name="sku",
            constraint=models.UniqueConstraint(fields=("source_id",), name="commerce_sku_source_id"),
        ),
        migrations.AddConstraint(
            model_name="sku",
            constraint=models.CheckConstraint(
                condition=models.Q(("price", None), ("price__gte", 0), _connector="OR"),
                name="commerce_sku_price_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="productcollectionitem",
            constraint=models.UniqueConstraint(
                fields=("collection", "position"), name="commerce_collection_item_position"
            ),
        ),
        migrations.AddConstraint(
            model_name="productcollectionitem",
            constraint=models.UniqueConstraint(
                fields=("collection", "product"), name="commerce_collection_item_product"
            ),
        ),
        migrations.AddConstraint(
            model_name="productcollectionitem",
            constraint=models.UniqueConstraint(
                fields=("collection", "sku"), name="commerce_collection_item_sku"
            ),
        ),
        migrations.AddConstraint(
            model_name="productcollectionitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("product", None), ("sku__isnull", False)),
                    models.Q(("product__isnull", False), ("sku", None)),
                    _connector="OR",
                ),
                name="commerce_collection_item_names_one",
            ),
        ),
        migrations.AddIndex(
            model_name="orderitem",
            index=models.Index(
                condition=models.Q(("product__isnull", False)), fields=["product"], name="order_item_product"
            ),
        ),
        migrations.AddIndex(
            model_name="orderitem",
            index=models.Index(
                condition=models.Q(("sku__isnull", False)), fields=["sku"], name="order_item_sku"
            ),
        ),
        migrations.AddConstraint(
            model_name="orderitem",
            constraint=models.UniqueConstraint(
                fields=("order", "position"), name="commerce_order_item_position"
            ),
        ),
        migrations.AddConstraint(
            model_name="orderitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("quantity__gte", 0),
                    ("initial_quantity__gte", 0),
                    ("discount_quantity__gte", 0),
                    ("discount_amount__gte", 0),
                    models.Q(("price", None), ("price__gte", 0), _connector="OR"),
                ),
                name="commerce_order_item_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount", None), ("discount_amount", 0)),
                    ("amount__gte", models.F("discount_amount")),
                    _connector="OR",
                ),
                name="commerce_order_item_discount_within_amount",
            ),
        ),
    ]
