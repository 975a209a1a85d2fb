"""A merchant's tags on its customers. Both columns start empty by a constant, so the table is not written anew."""

import django.contrib.postgres.fields
from django.db import migrations, models

# Whoever erases a customer, the words of merchants about it go with it.
FORGET = """
CREATE FUNCTION merchants_customer_forget_tags() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE merchants_merchantcustomer SET tags = '{}', tag_keys = '{}'
    WHERE customer_id = NEW.id AND tag_keys <> '{}';
    RETURN NULL;
END $$;
CREATE TRIGGER forget_tags AFTER UPDATE OF erased_at ON merchants_customer
    FOR EACH ROW WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL)
    EXECUTE FUNCTION merchants_customer_forget_tags();
"""
KEEP = """
DROP TRIGGER forget_tags ON merchants_customer;
DROP FUNCTION merchants_customer_forget_tags();
"""


def _words(longest: int) -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.CharField(max_length=longest), blank=True, db_default=[], default=list, size=None
    )


class Migration(migrations.Migration):
    dependencies = [("merchants", "0006_wheel_source")]
    operations = [
        migrations.AddField(model_name="merchantcustomer", name="tags", field=_words(30)),
        migrations.AddField(model_name="merchantcustomer", name="tag_keys", field=_words(90)),
        migrations.AddConstraint(
            model_name="merchantcustomer",
            constraint=models.CheckConstraint(
                condition=models.Q(("tag_keys__len", models.F("tags__len")), ("tags__len__lte", 20)),
                name="merchants_merchantcustomer_tags",
            ),
        ),
        migrations.RunSQL(FORGET, KEEP),
    ]
