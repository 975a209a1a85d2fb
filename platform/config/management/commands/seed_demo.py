"""The demo's data, made once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from config.demo import automations, merchants, people, prices, sales, tags, usage, whatsapp, wheels
from kernel import clock


class Command(BaseCommand):
    help = "Makes the demo's sites, people and data (owner's rights needed). Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        people.seed(now)
        prices.seed(now)
        merchants.seed(now)
        sales.seed(now)
        tags.seed(now)
        wheels.seed(now)
        whatsapp.seed(now)
        automations.seed(now)
        whatsapp.settle_the_past(now)
        usage.seed(now)
