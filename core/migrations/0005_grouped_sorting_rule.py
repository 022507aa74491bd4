from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_role_groups"),
    ]

    operations = [
        migrations.AddField(
            model_name="projectsettings",
            name="grouped_redeemables_sorting_rule",
            field=models.CharField(
                choices=[
                    ("JOINT_ALWAYS_LAST", "Joint ones after the exclusive ones"),
                    ("SORTING_RULE", "As the order of application says"),
                ],
                db_default="JOINT_ALWAYS_LAST",
                default="JOINT_ALWAYS_LAST",
                help_text="The order when an exclusive discount and a joint one are used in one request.",
                max_length=24,
                verbose_name="exclusive and joint together",
            ),
        ),
    ]
