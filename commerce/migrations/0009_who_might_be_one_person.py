import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Built while the table is in use."""

    atomic = False

    dependencies = [
        ("commerce", "0008_referrals_counted"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(
                django.db.models.functions.text.Replace(
                    django.db.models.functions.text.Replace(
                        models.Func(
                            django.db.models.functions.text.Lower(models.F("email")),
                            models.Value("\\+[^@]*@"),
                            models.Value("@"),
                            models.Value("g"),
                            function="regexp_replace",
                            output_field=models.TextField(),
                        ),
                        models.Value("."),
                        models.Value(""),
                        output_field=models.TextField(),
                    ),
                    models.Value("googlemailcom"),
                    models.Value("gmailcom"),
                    output_field=models.TextField(),
                ),
                condition=models.Q(("email", ""), _negated=True),
                name="customer_mailbox",
            ),
        ),
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(
                django.db.models.functions.text.Right(
                    models.Func(
                        models.F("phone"),
                        models.Value("\\D"),
                        models.Value(""),
                        models.Value("g"),
                        function="regexp_replace",
                        output_field=models.TextField(),
                    ),
                    9,
                    output_field=models.TextField(),
                ),
                condition=models.Q(("phone", ""), _negated=True),
                name="customer_phone",
            ),
        ),
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(
                models.Func(
                    django.db.models.functions.text.Concat(
                        models.F("postal_code"),
                        models.Value("|"),
                        models.F("line_1"),
                        models.Value(" "),
                        models.F("line_2"),
                        output_field=models.TextField(),
                    ),
                    models.Value("[^0-9|]"),
                    models.Value(""),
                    models.Value("g"),
                    function="regexp_replace",
                    output_field=models.TextField(),
                ),
                condition=models.Q(
                    models.Q(("postal_code", ""), _negated=True), models.Q(("line_1", ""), _negated=True)
                ),
                name="customer_home",
            ),
        ),
    ]
