"""What staff may do about a statement: have a failed one made again, and correct one by a new document."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from accounts.actors import Actor, must, system
from accounts.services import audit
from agents.statements import locks
from agents.statements.choices import State
from agents.statements.errors import NotPossibleNow
from agents.statements.models import Statement
from agents.statements.services import runs
from tenants.queries import sites
from tenants.walls import current_site, wall


def make_again(*, statement_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Statement:
    """Queue a failed one once more. Raises NotAllowed, NoSuchStatement, NotPossibleNow."""
    must(actor, "statement.run")
    with transaction.atomic():
        statement = locks.statement(statement_id)
        if statement.state != State.FAILED:
            raise NotPossibleNow
        statement.state, statement.error = State.QUEUED, ""
        statement.save(update_fields=["state", "error"])
        audit.record("statement.again", statement, actor=actor, now=now)
        _start(statement.site_id, actor, now)
    return statement


def correct(*, statement_id: uuid.UUID, reason: str, actor: Actor, now: dt.datetime) -> Statement:
    """A new document for the same owner and month, with figures read anew. The old one stays as it is.

    Raises NotAllowed, NoSuchStatement, NotPossibleNow unless it is the latest of its month and ready.
    """
    must(actor, "statement.run")
    with transaction.atomic():
        old = locks.statement(statement_id)
        locks.numbers(old.site_id, old.level)
        latest = (
            Statement.objects.filter(
                site_id=old.site_id, level=old.level, merchant_id=old.merchant_id, month=old.month
            )
            .order_by("-revision")
            .first()
        )
        if old.state != State.READY or latest is None or latest.id != old.id:
            raise NotPossibleNow
        number = runs.next_number(old.site_id, old.level)
        new = Statement.objects.create(
            site_id=old.site_id, level=old.level, merchant_id=old.merchant_id, agent_id=old.agent_id,
            owner_name=old.owner_name, month=old.month, revision=old.revision + 1, corrects_id=old.id, reason=reason,
            number=number, label=runs.label(old.level, old.month, number), zone=old.zone, starts_at=old.starts_at,
            ends_at=old.ends_at, created_at=now,
        )  # fmt: skip
        audit.record(
            "statement.corrected", new, actor=actor, now=now, reason=reason, after={"corrects": old.label}
        )
        _start(old.site_id, actor, now)
    return new


def _start(site_id: uuid.UUID, actor: Actor, now: dt.datetime) -> None:
    """The job of the site whose statement it is; from the console, that of the agent's site."""
    if site_id == current_site().id:
        runs.ensure_job(actor=actor, now=now)
        return
    with wall(sites.get_site(site_id), "site"):
        runs.ensure_job(actor=system("statements"), now=now)
