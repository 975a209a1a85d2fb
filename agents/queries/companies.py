"""Agents, as the console lists them."""

from __future__ import annotations

import uuid

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.actors import Actor
from agents.models import Agent
from agents.queries import care
from tenants.models import Domain, Site


def list_agents(actor: Actor) -> QuerySet[Agent]:
    """The agents `actor` may see, each with name, state and main address of its site."""
    site = Site.objects.filter(id=OuterRef("site_id"))
    main = Domain.objects.filter(tenant=OuterRef("site_id"), is_primary=True, state=Domain.State.ACTIVE)
    agents = Agent.objects.annotate(
        site_name=Subquery(site.values("name")[:1]),
        site_state=Subquery(site.values("state")[:1]),
        host=Subquery(main.values("domain")[:1]),
    )
    only = care.narrowed(actor)
    return agents if only is None else agents.filter(id__in=only)


def get_agent(agent_id: uuid.UUID, actor: Actor) -> Agent | None:
    """An agent `actor` may see."""
    return list_agents(actor).filter(id=agent_id).first()


def visible_sites(actor: Actor) -> list[uuid.UUID] | None:
    """Ids of the sites whose merchants `actor` may see, or None for all. The main site is everybody's."""
    only = care.narrowed(actor)
    if only is None:
        return None
    sites = list(Agent.objects.filter(id__in=only).values_list("site_id", flat=True))
    return [*sites, *Site.objects.filter(kind=Site.Kind.MAIN).values_list("id", flat=True)]


def of_site(site_id: uuid.UUID) -> Agent | None:
    """The agent of a site, without what is the platform's own business."""
    return Agent.objects.filter(site_id=site_id).defer("note", "created_by").first()
