"""Whose paper a statement is: the company in its header and whom it is for, as they were when it was made."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from agents.models import Agent
from agents.statements.choices import Level
from agents.statements.models import Statement
from merchants.models import Merchant
from tenants.models import Site
from tenants.queries import sites
from tenants.walls import current_site


def of(level: str, statements: Sequence[Statement]) -> dict[uuid.UUID, dict[str, Any]]:
    """`company` and `owner` of each statement, by its id."""
    if level == Level.MERCHANT:
        return _of_merchants(statements)
    if level == Level.AGENT:
        return {statement.id: _of_agent(statement) for statement in statements}
    main = company(sites.main_site())
    return {statement.id: {"company": main, "owner": {}} for statement in statements}


def company(site: Site) -> dict[str, Any]:
    """The name, address and logo that stand in the header."""
    return {
        "name": site.legal_name or site.name, "address": site.address, "email": site.support_email,
        "phone": site.support_phone, "logo": site.logo, "logo_site": str(site.id),
    }  # fmt: skip


def _of_merchants(statements: Sequence[Statement]) -> dict[uuid.UUID, dict[str, Any]]:
    issuer = company(current_site())
    wanted: list[Any] = [statement.merchant_id for statement in statements]
    known: dict[uuid.UUID | None, Merchant] = {found.id: found for found in Merchant.objects.filter(id__in=wanted)}
    papers = {}
    for statement in statements:
        merchant = known[statement.merchant_id]
        papers[statement.id] = {
            "company": issuer,
            "owner": {
                "name": merchant.legal_name, "brand": merchant.brand_name, "address": merchant.address,
                "number": merchant.number,
            },
        }  # fmt: skip
    return papers


def _of_agent(statement: Statement) -> dict[str, Any]:
    """The agent's own company heads its paper: the platform's brand shows on no agent's site."""
    assert statement.agent_id is not None
    agent = Agent.objects.only("company", "address").get(id=statement.agent_id)
    own = company(current_site())
    return {"company": {**own, "name": agent.company, "address": agent.address or own["address"]}, "owner": {}}
