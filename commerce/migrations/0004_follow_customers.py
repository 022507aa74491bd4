"""Triggers that put whoever a segment may gain or lose into the queue, in the transaction that wrote it.

All ways of writing pass here: services, imports, statements of promotions, a former release. Everything that
filters ask for is a column of the customer or a custom event of his.
"""

from django.db import migrations

_FOLLOW = """
CREATE FUNCTION commerce_note_customers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO commerce_segmentrecheck (customer_id) SELECT id FROM changed;
    RETURN NULL;
END $$;
CREATE FUNCTION commerce_note_custom_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO commerce_segmentrecheck (customer_id) SELECT DISTINCT customer_id FROM changed;
    RETURN NULL;
END $$;
CREATE TRIGGER note_new_customers AFTER INSERT ON commerce_customer
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION commerce_note_customers();
CREATE TRIGGER note_changed_customers AFTER UPDATE ON commerce_customer
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION commerce_note_customers();
CREATE TRIGGER note_custom_events AFTER INSERT ON commerce_customevent
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION commerce_note_custom_events();
"""
# Their triggers go with them.
_LET_GO = """
DROP FUNCTION commerce_note_custom_events() CASCADE;
DROP FUNCTION commerce_note_customers() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("commerce", "0003_segments"),
    ]

    operations = [
        migrations.RunSQL(sql=_FOLLOW, reverse_sql=_LET_GO),
    ]
