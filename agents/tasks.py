"""News for a site: it was made."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.actors import system
from accounts.roles import StaffRole
from accounts.services import invitations
from agents.queries import companies
from credits.services import wallets
from kernel.handlers import handles
from kernel.models import OutboxEvent
from tenants.tasks import SITE_READY
from tenants.walls import current_site

PLATFORM = "Platform"  # how the platform is called on an agent's site: never by its own name


@handles(SITE_READY)
def welcome(event: OutboxEvent, now: dt.datetime) -> None:
    """Invite the agent's contact as the first Super Admin and open the agent's money wallet."""
    agent = companies.of_site(event.site_id)
    if agent is None:
        return
    with transaction.atomic():
        wallets.open_for_agent(agent_id=agent.id, currency=current_site().currency, now=now)
        try:
            invitations.invite_staff(
                email=agent.contact_email, name=agent.contact_name, roles=[StaffRole.SUPER_ADMIN],
                actor=system(PLATFORM), now=now,
            )  # fmt: skip
        except invitations.AlreadyThere:
            return  # the event came twice
