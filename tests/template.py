"""Makes the template database: public, the console, the main site and two agents' sites with fixed ids."""

from __future__ import annotations

import datetime as dt

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from tenants.services import lists, provision  # noqa: E402
from tests.cluster import HOSTS, SITES  # noqa: E402

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def main() -> None:
    call_command("migrate_schemas", shared=True, verbosity=0, skip_checks=True)
    lists.ensure()
    provision.create_master(now=NOW, domain=HOSTS["master"], name="Platform")
    for name, kind, title in (("main", "main", "Main"), ("ada", "agent", "Ada Deals"), ("bob", "agent", "Bob Saves")):
        provision.create_site(site_id=SITES[name], kind=kind, name=title, domain=HOSTS[name], now=NOW)


if __name__ == "__main__":
    main()
