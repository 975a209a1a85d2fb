"""What the clock starts every ten minutes, now: for operators who do not want to wait."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kernel import clock
from messaging.automations.services import running
from tenants.queries import sites
from tenants.walls import wall


class Command(BaseCommand):
    help = "Opens what is due of every automation and campaign, on every site. Safe at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="say it as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        total = running.Run()
        for site in sites.list_sites():
            with wall(site, "site"):
                done = running.run(now=clock.now())
            total.sent += done.sent
            total.skipped += done.skipped
            total.paused += done.paused
        if options["json"]:
            self.stdout.write(json.dumps(vars(total)))
        else:
            self.stdout.write(f"{total.sent} messages queued, {total.skipped} skipped, {total.paused} paused")
