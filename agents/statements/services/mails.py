"""The mail that says a statement is there: once, to whoever reads money at its owner."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.permissions import CONSOLE, SITE
from accounts.queries.people import owner_emails, staff_emails
from accounts.services import mail
from agents.statements import locks
from agents.statements.choices import Level, State
from agents.statements.models import Statement
from tenants.queries import sites
from tenants.walls import current_site

PATHS = {Level.MERCHANT: "/merchant/statements/", Level.AGENT: "/office/statements/", Level.PLATFORM: "/statements/"}


def tell(*, statement_id: uuid.UUID, now: dt.datetime) -> None:
    """Send it, and note that it was sent. Raises NoSuchStatement; what was told is not told again."""
    site = current_site()
    with transaction.atomic():
        statement = locks.statement(statement_id)
        if statement.state != State.READY or statement.emailed_at:
            return
        with override(site.language):
            month = date_format(statement.month, "F Y")
            for email in _readers(statement):
                mail.send(
                    to=email, site=site, subject=_("Your statement for %(month)s") % {"month": month},
                    lines=_lines(statement, month),
                    action_url=f"{sites.base_url(site)}{PATHS[Level(statement.level)]}{statement.id}/",
                    action_label=_("Open the statement"), language=site.language,
                )  # fmt: skip
        Statement.objects.filter(id=statement.id).update(emailed_at=now)


def _lines(statement: Statement, month: str) -> list[str]:
    lines = [
        _("Statement %(number)s for %(month)s is ready, in English and Arabic.")
        % {"number": statement.label, "month": month}
    ]
    if statement.corrects_id:
        lines.append(_("It corrects an earlier one: %(reason)s") % {"reason": statement.reason})
    return lines


def _readers(statement: Statement) -> list[str]:
    if statement.merchant_id:
        return owner_emails(statement.merchant_id)
    return staff_emails("statement.run", CONSOLE if statement.level == Level.PLATFORM else SITE)
