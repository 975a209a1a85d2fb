"""Reading statements."""

from __future__ import annotations

import hashlib
import uuid

from django.db.models import QuerySet

from accounts.actors import Actor
from agents.queries import companies
from agents.statements.choices import Level, State
from agents.statements.errors import Damaged, NoSuchStatement
from agents.statements.models import Statement
from tenants import files
from tenants.walls import current_site


def list_own() -> QuerySet[Statement]:
    """At level merchant: its own that are ready."""
    return Statement.objects.filter(level=Level.MERCHANT, state=State.READY).defer("figures")


def list_of_site(level: str = "") -> QuerySet[Statement]:
    """At level site: every one of the site; of one level, if told."""
    found = Statement.objects.filter(site_id=current_site().id).defer("figures")
    return found.filter(level=level) if level else found


def list_for_console(actor: Actor) -> QuerySet[Statement]:
    """At level master: the platform's own, and agents'; where agents in care narrow `actor`, only theirs."""
    found = Statement.objects.exclude(level=Level.MERCHANT).defer("figures")
    sites = companies.visible_sites(actor)
    return found if sites is None else found.filter(site_id__in=sites)


def get(statement_id: uuid.UUID, *, within: QuerySet[Statement]) -> Statement:
    """One of `within`, with its figures. Raises NoSuchStatement."""
    found = within.defer(None).filter(id=statement_id).first()
    if found is None:
        raise NoSuchStatement
    return found


def read_file(statement: Statement, language: str) -> bytes:
    """The file as it was made. Raises Damaged when it is not that any more, FileNotFoundError when it is gone."""
    arabic = language == "ar"
    content = files.read(statement.site_id, statement.file_ar if arabic else statement.file_en)
    if hashlib.sha256(content).hexdigest() != (statement.hash_ar if arabic else statement.hash_en):
        raise Damaged
    return content


def corrections_of(statement: Statement) -> list[Statement]:
    """The later documents of the same owner and month, as far as they are ready."""
    return list(
        Statement.objects.filter(
            site_id=statement.site_id, level=statement.level, merchant_id=statement.merchant_id, month=statement.month,
            revision__gt=statement.revision, state=State.READY,
        ).defer("figures").order_by("revision")
    )  # fmt: skip
