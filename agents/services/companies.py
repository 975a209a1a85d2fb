"""Agents: the company, and with it the order for its site."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.actors import Actor, must
from accounts.services import audit
from agents.models import Agent
from tenants.models import Site
from tenants.services import sites

COMPANY = ("company", "contact_name", "contact_email", "contact_phone", "address", "note")


def create(
    *, company: dict[str, Any], slug: str, site_name: str, brand: dict[str, Any], actor: Actor, now: dt.datetime
) -> Agent:
    """Order an agent's site and note its company; the contact becomes its first Super Admin, by e-mail.

    At the console. Raises NotAllowed, SlugRefused, AddressTaken.
    """
    must(actor, "agent.manage")
    with transaction.atomic():
        site = sites.order(slug=slug, name=site_name, now=now, **brand)
        agent = Agent.objects.create(
            number=(Agent.objects.aggregate(top=Max("number"))["top"] or 100) + 1,
            site_id=site.id,
            created_at=now,
            created_by=actor.id,
            **company,
        )
        audit.record(
            "agent.created",
            agent,
            actor=actor,
            now=now,
            after={"company": agent.company, "site": site.name, "slug": slug},
        )
    return agent


def edit(*, agent: Agent, actor: Actor, now: dt.datetime, **company: Any) -> None:
    """Change the company's data. Raises NotAllowed."""
    must(actor, "agent.manage")
    with transaction.atomic():
        agent = Agent.objects.select_for_update().get(id=agent.id)
        before = {name: getattr(agent, name) for name in company}
        for name, value in company.items():
            setattr(agent, name, value)
        agent.save(update_fields=list(company))
        if before != company:
            audit.record("agent.edited", agent, actor=actor, now=now, before=before, after=company)


def make_again(*, agent: Agent, site: Site, actor: Actor, now: dt.datetime) -> None:
    """Order the site again where making it failed. Raises NotAllowed."""
    must(actor, "agent.manage")
    if not site.ready:
        with transaction.atomic():
            sites.announce(site=site, now=now)
            audit.record("agent.ordered_again", agent, actor=actor, now=now)


def suspend(*, agent: Agent, site: Site, reason: str, actor: Actor, now: dt.datetime) -> None:
    """Close the agent's site to everybody but cashiers and holders of coupons. Raises NotAllowed."""
    must(actor, "agent.suspend")
    with transaction.atomic():
        if sites.suspend(site=site, now=now):
            audit.record(
                "agent.suspended",
                agent,
                actor=actor,
                now=now,
                reason=reason,
                before={"state": "active"},
                after={"state": "suspended"},
            )


def reopen(*, agent: Agent, site: Site, actor: Actor, now: dt.datetime) -> None:
    """Open a suspended site again. Raises NotAllowed."""
    must(actor, "agent.suspend")
    with transaction.atomic():
        if sites.reopen(site=site):
            audit.record(
                "agent.reopened", agent, actor=actor, now=now, before={"state": "suspended"}, after={"state": "active"}
            )
