"""Sites and staff of the demo."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings

from accounts.models import RoleGrant, User
from accounts.roles import StaffRole
from agents.models import Agent
from credits.services import wallets
from tenants.models import Site
from tenants.services import provision
from tenants.walls import wall

PASSWORD = "demo-coupons-1"  # noqa: S105 - printed by bin/up, and only made there

AGENTS: list[dict[str, Any]] = [
    {
        "slug": "sahm", "name": "Sahm Offers", "company": "Sahm Marketing Co.", "primary_colour": "#7c3aed",
        "accent_colour": "#db2777", "language": "ar", "tagline_en": "Today's offers near you",
        "tagline_ar": "عروض اليوم بالقرب منك", "owner": ("Nora Sahm", "nora@sahm.example"),
    },
    {
        "slug": "palmy", "name": "Palmy Deals", "company": "Palmy Digital LLC", "primary_colour": "#c2410c",
        "accent_colour": "#0369a1", "language": "en", "country": "AE", "currency": "AED", "time_zone": "Asia/Dubai",
        "tagline_en": "Small prices, big smiles", "tagline_ar": "أسعار صغيرة وابتسامات كبيرة",
        "owner": ("Omar Palmy", "omar@palmy.example"),
    },
]  # fmt: skip


def make_staff(site: Site, name: str, email: str, role: str, now: dt.datetime) -> User:
    """A person who signs in with the demo's password."""
    with wall(site, "master" if site.type == "master" else "site"):
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User.objects.create_user(email, name=name, password=PASSWORD, created_at=now)
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        RoleGrant.objects.get_or_create(user=user, role=role, defaults={"granted_at": now})
    return user


def make_agent_site(agent: dict[str, Any], now: dt.datetime) -> Site:
    fields = {name: value for name, value in agent.items() if name not in {"slug", "company", "owner"}}
    domain = f"{agent['slug']}.{settings.SITES_SUFFIX}"
    existing = Site.objects.filter(domains__domain=domain).first()
    site = existing or provision.create_site(kind="agent", domain=domain, now=now, **fields)
    name, email = agent["owner"]
    company, made = Agent.objects.get_or_create(
        site_id=site.id,
        defaults={
            "number": 100 + Agent.objects.count() + 1, "company": agent["company"], "contact_name": name,
            "contact_email": email, "created_at": now,
        },
    )  # fmt: skip
    if made:
        with wall(site, "site"):
            wallets.open_for_agent(agent_id=company.id, currency=site.currency, now=now)
    return site


def seed(now: dt.datetime) -> None:
    """The console's and both kinds of sites' staff. Safe to repeat."""
    master = Site.objects.get(kind="master")
    main = Site.objects.get(kind="main")
    make_staff(master, "Salma Platform", "salma@platform.example", StaffRole.SUPER_ADMIN, now)
    make_staff(master, "Fadi Finance", "fadi@platform.example", StaffRole.FINANCE, now)
    make_staff(main, "Mira Main", "mira@main.example", StaffRole.SUPER_ADMIN, now)
    for agent in AGENTS:
        site = make_agent_site(agent, now)
        name, email = agent["owner"]
        make_staff(site, name, email, StaffRole.SUPER_ADMIN, now)
