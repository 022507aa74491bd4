import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.serializers.json
import django.db.models.deletion
from django.db import migrations, models

import core.models.base


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("commerce", "0009_who_might_be_one_person"),
        ("promotions", "0028_referral_programmes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Referral",
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
                        editable=False, length=24, max_length=64, prefix="ref", unique=True
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("redemption", "The code was redeemed"),
                            ("order", "The order was paid"),
                            ("custom_event", "An event was reported"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ACCEPTED", "Counts"),
                            ("HELD", "Waits for review"),
                            ("REFUSED", "Refused"),
                            ("REVERSED", "Taken back"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "findings",
                    models.JSONField(default=list, encoder=django.core.serializers.json.DjangoJSONEncoder),
                ),
                (
                    "judged",
                    models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
                ),
                (
                    "traits",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), default=list
                    ),
                ),
                ("decided_by", models.CharField(blank=True, default="", max_length=255)),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=1000)),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="promotions.campaign",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="commerce.customevent",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="commerce.order",
                    ),
                ),
                (
                    "redemption",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="promotions.redemption",
                    ),
                ),
                (
                    "referee",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals_received",
                        to="commerce.customer",
                    ),
                ),
                (
                    "referrer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals_made",
                        to="commerce.customer",
                    ),
                ),
                (
                    "voucher",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="promotions.voucher",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReferrerTier",
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
                        editable=False, length=24, max_length=64, prefix="rt", unique=True
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                (
                    "criterion",
                    models.CharField(
                        choices=[("EACH", "For each referral"), ("MINIMUM", "Once, for so many referrals")],
                        default="EACH",
                        max_length=8,
                        verbose_name="given",
                    ),
                ),
                ("minimum", models.PositiveIntegerField(default=1, verbose_name="referrals needed")),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrer_tiers",
                        to="promotions.campaign",
                    ),
                ),
                (
                    "reward",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrer_tiers",
                        to="promotions.reward",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        blank=True,
                        help_text="Only referrers in this segment get it. Empty: all.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="commerce.segment",
                    ),
                ),
            ],
            options={
                "verbose_name": "reward for referrers",
                "verbose_name_plural": "rewards for referrers",
            },
        ),
        migrations.CreateModel(
            name="ReferralReward",
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
                        editable=False, length=24, max_length=64, prefix="rfr", unique=True
                    ),
                ),
                ("is_once", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PENDING", "Waits"),
                            ("TO_HAND_OVER", "To be handed over"),
                            ("PAID", "Given"),
                            ("CANCELLED", "Cancelled"),
                            ("SKIPPED", "Not given"),
                            ("TAKEN_BACK", "Taken back"),
                        ],
                        max_length=12,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("paid_at", models.DateTimeField(null=True)),
                ("granted", models.BigIntegerField(default=0)),
                ("problem", models.CharField(blank=True, default="", max_length=1000)),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referral_rewards",
                        to="promotions.campaign",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referral_rewards",
                        to="commerce.customer",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rewards",
                        to="referrals.referral",
                    ),
                ),
                (
                    "reward",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="promotions.reward",
                    ),
                ),
                (
                    "voucher",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="promotions.voucher",
                    ),
                ),
                (
                    "tier",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="given",
                        to="referrals.referrertier",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["campaign", "referrer", "state", "id"], name="referral_of_referrer"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["referrer", "-id"], name="referral_made"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["referee", "-id"], name="referral_received"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["campaign", "-id"], name="referral_of_campaign"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("state", "HELD")), fields=["-id"], name="referral_to_review"
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=django.contrib.postgres.indexes.GinIndex(fields=["traits"], name="referral_traits"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("order__isnull", False)), fields=["order"], name="referral_of_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "REFUSED"), _negated=True),
                fields=("campaign", "referee"),
                name="referee_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("referrer", models.F("referee")), _negated=True),
                    ("state", "REFUSED"),
                    _connector="OR",
                ),
                name="referral_of_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.UniqueConstraint(
                condition=models.Q(("redemption__isnull", False)),
                fields=("redemption",),
                name="referral_of_a_redemption",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.UniqueConstraint(
                condition=models.Q(("event__isnull", False)),
                fields=("campaign", "event"),
                name="referral_of_an_event",
            ),
        ),
        migrations.AddIndex(
            model_name="referrertier",
            index=models.Index(fields=["campaign", "minimum", "id"], name="referrer_tier_ladder"),
        ),
        migrations.AddConstraint(
            model_name="referrertier",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at", None)),
                fields=("campaign", "name"),
                name="referrer_tier_name_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="referrertier",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("criterion", "EACH"), ("minimum", 1)),
                    models.Q(("criterion", "MINIMUM"), ("minimum__gte", 1)),
                    _connector="OR",
                ),
                name="referrer_tier_minimum",
            ),
        ),
        migrations.AddIndex(
            model_name="referralreward",
            index=models.Index(
                condition=models.Q(("state", "PENDING")), fields=["due_at", "id"], name="referral_reward_due"
            ),
        ),
        migrations.AddIndex(
            model_name="referralreward",
            index=models.Index(
                fields=["campaign", "customer", "created_at"], name="referral_reward_of_person"
            ),
        ),
        migrations.AddIndex(
            model_name="referralreward",
            index=models.Index(
                condition=models.Q(("state", "TO_HAND_OVER")), fields=["-id"], name="referral_reward_to_hand"
            ),
        ),
        migrations.AddConstraint(
            model_name="referralreward",
            constraint=models.UniqueConstraint(
                fields=("referral", "tier"), name="referral_reward_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="referralreward",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_once", True), ("state__in", ["PENDING", "TO_HAND_OVER", "PAID"])),
                fields=("tier", "customer"),
                name="referral_reward_of_a_minimum_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="referralreward",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("paid_at__isnull", False), ("state__in", ["PAID", "TAKEN_BACK"])),
                    models.Q(
                        ("paid_at", None), ("state__in", ["PENDING", "TO_HAND_OVER", "CANCELLED", "SKIPPED"])
                    ),
                    _connector="OR",
                ),
                name="referral_reward_paid_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="referralreward",
            constraint=models.CheckConstraint(
                condition=models.Q(("paid_at", None), ("paid_at__gte", models.F("due_at")), _connector="OR"),
                name="referral_reward_not_before_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="referralreward",
            constraint=models.CheckConstraint(
                condition=models.Q(("granted__gte", 0)), name="referral_reward_not_negative"
            ),
        ),
    ]
