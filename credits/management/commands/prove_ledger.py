"""`manage.py prove_ledger [--json]`: compute every balance again from the entries. Exit code 1 at a difference."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from credits.queries import proof
from tenants.queries import sites
from tenants.walls import wall


class Command(BaseCommand):
    help = "Proves the ledger of all sites; names the first difference of each kind and exits with 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON object instead of lines")

    def handle(self, *args: Any, as_json: bool = False, **options: Any) -> None:
        with wall(sites.console(), "master"):
            found = proof.prove()
        if as_json:
            self.stdout.write(json.dumps({"proved": not found.differences, **asdict(found)}))
        else:
            self.stdout.write(f"{found.accounts} accounts and {found.transfers} transfers looked at.")
            for difference in found.differences:
                self.stdout.write(str(difference))
        if found.differences:
            raise CommandError(f"The ledger is broken: {found.differences[0]}")
        if not as_json:
            self.stdout.write("The ledger is right.")
