"""Making statements: figures, proof, paper, files; each is published or failed on its own, once.

Whoever makes one holds a claim on it. A maker that fell silent loses its claim to the next, and what it finishes late
is not published.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Sequence
from contextlib import nullcontext

import structlog
from django.conf import settings
from django.db import transaction

from agents.statements import locks, registry
from agents.statements.choices import Level, State
from agents.statements.models import Statement
from agents.statements.paper import document
from agents.statements.paper.press import Press
from agents.statements.queries import proof
from agents.statements.services import parties
from kernel.errors import DomainError
from kernel.services import outbox
from tenants import files
from tenants.walls import current_site

READY = "statement.ready"
CHUNK = 50

log = structlog.get_logger("couponry.statements")


def make_next(*, limit: int = CHUNK, now: dt.datetime, press: Press | None = None) -> int:
    """Make up to `limit` statements of this site (or the console) that wait; how many were taken up."""
    site = current_site()
    claim = uuid.uuid4()
    with transaction.atomic():
        locks.claim_next(site.id, claim=claim, limit=limit, now=now)
    taken = list(Statement.objects.filter(site_id=site.id, claim=claim, state=State.MAKING).order_by("number"))
    if taken:
        # Printers start when they get their first document, and read fonts and rules once.
        with nullcontext(press) if press else Press(settings.STATEMENT_PRINTERS) as printers:
            for level in Level:
                own = [statement for statement in taken if statement.level == level]
                if own:
                    _make(own, claim, printers, now=now)
    return len(taken)


def owner_of(statement: Statement) -> registry.Owner:
    """Whose figures a statement wants."""
    owner_id = statement.merchant_id or statement.agent_id or statement.site_id
    return registry.Owner(owner_id, statement.site_id, statement.starts_at, statement.ends_at)


def _make(statements: Sequence[Statement], claim: uuid.UUID, press: Press, *, now: dt.datetime) -> None:
    """All of one level and month: the same owner stands in it once, unless corrected meanwhile."""
    level = statements[0].level
    owners = [owner_of(statement) for statement in statements]
    built = registry.build_all(level, owners)
    sections = {statement.id: built[owner.id] for statement, owner in zip(statements, owners, strict=True)}
    wrong = proof.differences(statements, sections)
    for statement in statements:
        if statement.id in wrong:
            _fail(statement, claim, wrong[statement.id])
    right = [statement for statement in statements if statement.id not in wrong]
    known = parties.of(level, right)
    corrected = [statement.corrects_id for statement in right if statement.corrects_id]
    earlier = dict(Statement.objects.filter(id__in=corrected).values_list("id", "label"))
    for statement in right:
        statement.figures = {
            **known[statement.id], "corrects": earlier[statement.corrects_id] if statement.corrects_id else "",
            "sections": [section.as_json() for section in sections[statement.id]],
        }
    _print(right, claim, press, now=now)


def _print(statements: Sequence[Statement], claim: uuid.UUID, press: Press, *, now: dt.datetime) -> None:
    languages = [code for code, _name in settings.LANGUAGES]
    logos: dict[str, str] = {}
    # Written while earlier ones are being printed, and published while later ones are.
    pages = (document.html(statement, language, logos) for statement in statements for language in languages)
    printed = press.print_all(pages)
    for statement in statements:
        made = {language: next(printed) for language in languages}
        failed = next((pdf for pdf in made.values() if isinstance(pdf, DomainError)), None)
        if failed:
            _fail(statement, claim, failed)
            continue
        _publish(statement, claim, {language: pdf for language, pdf in made.items() if isinstance(pdf, bytes)}, now=now)


def _publish(statement: Statement, claim: uuid.UUID, made: dict[str, bytes], *, now: dt.datetime) -> None:
    """Store the files, then say so, unless the claim was lost. A file of a lost claim is nobody's, and harmless."""
    folder = f"statements/{statement.month:%Y-%m}"
    stored = {
        language: files.store(statement.site_id, f"{folder}/{statement.id}-{language}.pdf", pdf)
        for language, pdf in made.items()
    }
    with transaction.atomic():
        published = Statement.objects.filter(id=statement.id, claim=claim, state=State.MAKING).update(
            state=State.READY, figures=statement.figures, made_at=now, error="", claim=None, claimed_at=None,
            file_en=stored["en"], file_ar=stored["ar"],
            hash_en=hashlib.sha256(made["en"]).hexdigest(), hash_ar=hashlib.sha256(made["ar"]).hexdigest(),
        )  # fmt: skip
        if published:
            outbox.emit(READY, site_id=current_site().id, now=now, statement_id=str(statement.id))


def _fail(statement: Statement, claim: uuid.UUID, error: DomainError) -> None:
    log.error("statement failed", statement_id=str(statement.id), code=error.code, **error.data)
    details = " ".join(f"{name}={value}" for name, value in error.data.items())
    Statement.objects.filter(id=statement.id, claim=claim, state=State.MAKING).update(
        state=State.FAILED, error=f"{error.code} {details}".strip()[:300], claim=None, claimed_at=None
    )
