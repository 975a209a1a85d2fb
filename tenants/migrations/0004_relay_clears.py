"""The relay removes events that were done long ago: several of them come with each message."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tenants", "0003_console")]
    operations = [
        migrations.RunSQL(
            "GRANT DELETE ON public.kernel_outboxevent TO couponry_relay",
            "REVOKE DELETE ON public.kernel_outboxevent FROM couponry_relay",
        ),
    ]
