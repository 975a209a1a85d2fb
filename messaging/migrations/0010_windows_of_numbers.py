"""A window is of a number: somebody who hides it and to whom nobody wrote cannot be answered."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0009_chosen_text")]
    operations = [
        migrations.RunSQL(
            "DELETE FROM messaging_contact WHERE phone_index IS NULL; SET CONSTRAINTS ALL IMMEDIATE",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveConstraint("contact", "messaging_contact_somebody"),
        migrations.RemoveField("contact", "user_id"),
        migrations.AlterField("contact", "phone_index", models.BinaryField(max_length=32, unique=True)),
    ]
