"""The demo's WhatsApp: the stand-in's business account on the console, and numbers for the main site and one agent."""

from __future__ import annotations

import datetime as dt

import requests
from django.conf import settings

from config.demo.prices import PLATFORM
from kernel.models import OutboxEvent
from merchants.services import generation
from messaging.meta.models import MetaAccount, Sender
from messaging.meta.services import connection, senders, templates
from messaging.tasks import TAKEN
from tenants.models import Domain, Site
from tenants.queries import sites
from tenants.walls import wall

WABA, APP = "1029384756", "5647382910"
TOKEN, APP_SECRET = "EAAdemo0000000000000000", "demo-app-secret"
NUMBERS = {"main": ("100000000001", "+966 11 200 0001"), "sahm": ("100000000002", "+966 11 200 0002")}


def seed(now: dt.datetime) -> None:
    """Once, and only where a stand-in answers: Meta's own account is for people to connect."""
    if settings.WHATSAPP_API_BASE.startswith("https://"):
        return
    with wall(sites.console(), "master"):
        if MetaAccount.objects.exists():
            return
        _control("account", waba=WABA, app=APP, token=TOKEN, app_secret=APP_SECRET)
        connection.save(waba_id=WABA, app_id=APP, token=TOKEN, app_secret=APP_SECRET, actor=PLATFORM, now=now)
        register()
        homes = {
            "main": sites.main_site(), "sahm": Domain.objects.get(domain__startswith="sahm.").tenant,
        }  # fmt: skip
        for name, home in homes.items():
            _number(name, home, now)
    for home in homes.values():
        templates.submit_missing(site=home, now=now)


def register() -> None:
    """The web process is not up yet, so the stand-in is told our address without being asked back. At level master."""
    _control("account", webhook=connection.webhook_url())
    MetaAccount.objects.update(webhook_problem="")


def _number(name: str, home: Site, now: dt.datetime) -> None:
    number_id, phone = NUMBERS[name]
    _control("number", id=number_id, phone=phone, name=home.sender_name or home.name, limit="TIER_10K")
    if not Sender.objects.filter(site_id=home.id).exists():
        senders.connect(site=home, phone_number_id=number_id, actor=PLATFORM, now=now)


def _control(act: str, **params: str) -> None:
    requests.post(f"{settings.WHATSAPP_API_BASE}/_control/{act}", json=params, timeout=5).raise_for_status()


def settle_the_past(now: dt.datetime) -> None:
    """Claims of past weeks are not news, and dozens of batches made at once would keep the workers busy for a while:
    their pictures are laid out at their first claim instead."""
    for site in sites.list_sites():
        with wall(site, "site"):
            past = OutboxEvent.objects.filter(site_id=site.id, topic__in=[generation.MADE, TAKEN], done_at=None)
            past.update(relayed_at=now, done_at=now)
