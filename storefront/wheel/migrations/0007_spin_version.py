"""The page of a spin says of which version it is: a new one may be spun on the same day."""

from importlib import import_module

from django.db import migrations

from tenants.walls.ops import SiteFunction

_spin = import_module("storefront.wheel.migrations.0003_spin")
_OLD = "'day', p.day,"
assert _spin.PAGE.count(_OLD) == 1
PAGE = _spin.PAGE.replace(_OLD, f"{_OLD} 'version', p.version_id,")


class Migration(migrations.Migration):
    dependencies = [("wheel", "0006_held_for_them")]
    operations = [SiteFunction("Spin", "spin_page(uuid)", PAGE, callers=("visitor",), replace=True)]
