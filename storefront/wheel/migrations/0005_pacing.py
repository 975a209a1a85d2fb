"""A wheel whose prizes all wait for their hour is not turned: the spin of the day is kept for later."""

from importlib import import_module

from django.db import migrations

from tenants.walls.ops import SiteFunction

_spin = import_module("storefront.wheel.migrations.0003_spin")

# Before anything else is given: what everybody gets belongs to a spin.
GIVES_ANYWAY = "        IF v.always_batch_id IS NOT NULL THEN"
UNLESS_PACED = """        IF picked IS NULL AND EXISTS (SELECT 1 FROM jsonb_each_text(reasons) r WHERE r.value = 'pacing') THEN
            outcome := 'pacing';
        ELSIF v.always_batch_id IS NOT NULL THEN"""
NOTHING = "        outcome := CASE WHEN picked IS NULL AND extra IS NULL THEN 'nothing_left' END;"
OR_PACED = "        outcome := coalesce(outcome, CASE WHEN picked IS NULL AND extra IS NULL THEN 'nothing_left' END);"
assert _spin.SPIN.count(GIVES_ANYWAY) == _spin.SPIN.count(NOTHING) == 1
SPIN = _spin.SPIN.replace(GIVES_ANYWAY, UNLESS_PACED).replace(NOTHING, OR_PACED)


class Migration(migrations.Migration):
    dependencies = [("wheel", "0004_seen")]
    operations = [SiteFunction("Spin", _spin.SPIN_SIGNATURE, SPIN, callers=("visitor",), replace=True)]
