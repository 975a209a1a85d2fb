"""Prints where everything is and who may sign in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.demo import merchants, people
from tenants.models import Domain
from tenants.walls import registry

SIGN_INS = {
    "master": ["salma@platform.example", "fadi@platform.example"],
    "main": ["mira@main.example"],
    "sahm": ["nora@sahm.example"],
    "palmy": ["omar@palmy.example"],
}


class Command(BaseCommand):
    help = "Prints the addresses of all sites, and the demo's sign-ins."

    def handle(self, *args: Any, **options: Any) -> None:
        port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
        scheme = "https" if settings.HTTPS else "http"
        with registry():
            domains = list(Domain.objects.filter(is_primary=True, state="active").select_related("tenant"))
        order = {"master": 0, "main": 1, "agent": 2}
        for domain in sorted(domains, key=lambda d: (order[d.tenant.kind], d.tenant.number)):
            name = "Console" if domain.tenant.kind == "master" else domain.tenant.name
            self.stdout.write(f"  {name:<22} {scheme}://{domain.domain}{port}/")
            key = domain.domain.split(".")[0] if domain.tenant.kind == "agent" else domain.tenant.kind
            if not settings.DEMO:
                continue
            for email in SIGN_INS.get(key, []):
                self.stdout.write(f"  {'':<22}   sign in: {email}")
            owners = merchants.sign_ins().get(key)
            if owners:
                self.stdout.write(f"  {'':<22}   merchants: {', '.join(owners)}")
        if settings.DEMO:
            self.stdout.write(f"  Every demo password is  {people.PASSWORD}")
            self.stdout.write(f"  Cashiers: user name till, PIN {merchants.CASHIER_PIN}, on a paired device")
