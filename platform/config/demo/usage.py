"""The demo's figures on the console: each site counts its months once, as beat has it do every hour."""

from __future__ import annotations

import datetime as dt

from console.services import counting
from tenants.queries import sites
from tenants.walls import wall


def seed(now: dt.datetime) -> None:
    """Safe to repeat."""
    for site in sites.list_sites():
        with wall(site, "site"):
            counting.count(now=now)
