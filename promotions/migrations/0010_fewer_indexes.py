import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("commerce", "0002_order_returned"),
        ("promotions", "0009_money"),
    ]

    operations = [
        migrations.AlterField(
            model_name="redemption",
            name="campaign",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="redemptions",
                to="promotions.campaign",
            ),
        ),
        migrations.AlterField(
            model_name="redemption",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="redemptions",
                to="commerce.customer",
            ),
        ),
        migrations.AlterField(
            model_name="redemption",
            name="order",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="commerce.order",
            ),
        ),
        migrations.AlterField(
            model_name="redemption",
            name="voucher",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="redemptions",
                to="promotions.voucher",
            ),
        ),
    ]
