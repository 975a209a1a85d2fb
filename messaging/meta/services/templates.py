"""Texts that Meta approves: submitting them for a site, following what Meta says of them, resting one.

What Meta has is compared with what we want, and only the difference is submitted: that may run at any time and again.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import transaction

from accounts.actors import Actor, must
from kernel.services import outbox
from messaging.meta import locks, sample, texts
from messaging.meta.choices import CATEGORY, LOST, Purpose, TemplateStatus, Verdict, template_status
from messaging.meta.models import MessageTemplate, Sender
from messaging.meta.services import account
from messaging.meta.services.client import Client, Refused
from tenants.models import Site
from tenants.queries import sites
from tenants.walls import current_site, wall

log = structlog.get_logger("couponry.whatsapp")
SUBMIT, LOST_NEWS = "whatsapp.submit_templates", "whatsapp.template_lost"
EDITABLE = frozenset({TemplateStatus.APPROVED, TemplateStatus.REJECTED, TemplateStatus.PAUSED})
Json = dict[str, Any]


def pause(template_id: uuid.UUID, reason: str, now: dt.datetime) -> None:
    """Nothing goes out with this text until Meta says that it may. Raises MessageTemplate.DoesNotExist."""
    with transaction.atomic():
        row = locks.template(template_id)
        if row.status != TemplateStatus.APPROVED:
            return
        row.status, row.reason, row.changed_at = TemplateStatus.PAUSED, reason[:300], now
        row.save(update_fields=["status", "reason", "changed_at"])
        _tell(row, current_site().id, now)
    log.warning("template paused", template_id=str(template_id))


def order(*, site_id: uuid.UUID, now: dt.datetime) -> None:
    """Have a site's texts submitted by a worker. At level master."""
    outbox.emit(SUBMIT, site_id=account.HOME, now=now, of_site=str(site_id))


def submit_again(*, rows: Iterable[MessageTemplate], actor: Actor, now: dt.datetime) -> int:
    """Have these submitted anew, whatever Meta said of them. At level master. Returns how many. Raises NotAllowed."""
    must(actor, "meta.manage")
    chosen = list(rows)
    with transaction.atomic():
        # Without a body a text differs from what we want, so it is submitted.
        MessageTemplate.objects.filter(id__in=[row.id for row in chosen]).update(body="", reason="", changed_at=now)
        for home in sorted({row.site_id for row in chosen}):
            order(site_id=home, now=now)
    return len(chosen)


def unpause(*, row: MessageTemplate, actor: Actor, now: dt.datetime) -> None:
    """Ask Meta to let a paused text go out again. At level master.

    Raises NotAllowed, NotConnected, MetaRefused, MetaSilent.
    """
    must(actor, "meta.manage")
    with account.translated(now):
        client = account.client()
        client.unpause_template(row.meta_id)
        found = client.template(row.meta_id)
    status = template_status(str(found.get("status", "")))
    MessageTemplate.objects.filter(id=row.id).update(status=status, reason="", changed_at=now)


def submit_missing(*, site: Site, now: dt.datetime) -> int:
    """Submit what Meta does not have of `site`'s texts, or has otherwise. Returns how many were submitted.

    Raises NotConnected, client.Unreachable and client.Unknown: then it is run again, and finds what did arrive.
    """
    desk = _Desk.open(now)
    return desk.bring(site, desk.listed())


def sync(now: dt.datetime) -> int:
    """Read the state of every text from Meta, and submit what is missing. Returns how many were submitted.

    Raises NotConnected, client.Unreachable, client.Unknown.
    """
    desk = _Desk.open(now)
    at_meta = desk.listed()
    with wall(sites.console(), "master"):
        homes = list(Sender.objects.values_list("site_id", flat=True))
    return sum(desk.bring(sites.get_site(home), at_meta) for home in homes)


def outdated(site: Site) -> bool:
    """Whether buttons of a site's texts lead elsewhere than to its main domain, and can be mended now. At level master.

    What Meta refused has a reason and waits for the next sync.
    """
    linked = MessageTemplate.objects.filter(site_id=site.id, status__in=EDITABLE, reason="").exclude(meta_id="")
    return linked.exclude(purpose=Purpose.CODE).exclude(link_base=link_base(site)).exists()


def told(found: Json, now: dt.datetime) -> None:
    """News of one text, by webhook: another status or category. At level master, in a transaction."""
    values: Json = {"changed_at": now}
    if "event" in found:
        values |= {"status": template_status(str(found["event"])), "reason": _reason(found.get("reason"))}
    if "new_category" in found:
        values["category"] = str(found["new_category"])[:20]
    changed = locks.templates_of(str(found.get("message_template_id", "")))
    for row in changed:
        newly_lost = values.get("status") in LOST and row.status not in LOST
        MessageTemplate.objects.filter(id=row.id).update(**values)
        if newly_lost:
            _tell(row, account.HOME, now)
    log.info("template told", changed=len(changed), status=values.get("status", ""))


def link_base(site: Site) -> str:
    """What stands before the serial in a button's address."""
    return f"{sites.base_url(site)}/c/"


def name_of(purpose: Purpose, site: Site) -> str:
    """A text's name at Meta; short, and a site's own."""
    return f"{purpose}_s{site.number}"


@dataclass
class _Desk:
    """Submitting with one client, behind the console's wall for each row."""

    client: Client
    waba_id: str
    app_id: str
    now: dt.datetime
    handle: str = ""

    @classmethod
    def open(cls, now: dt.datetime) -> _Desk:
        client = account.client()
        found = account.opened()
        assert found
        return cls(client, found.waba_id, found.app_id, now)

    def listed(self) -> dict[tuple[str, str], Json]:
        """What Meta has, by name and language."""
        try:
            return {(str(t.get("name")), str(t.get("language"))): t for t in self.client.templates(self.waba_id)}
        except Refused as error:
            self._refused(error)
            raise

    def bring(self, site: Site, at_meta: dict[tuple[str, str], Json]) -> int:
        """Make Meta's texts of `site` those we want."""
        submitted = 0
        for purpose in Purpose:
            for language in texts.LANGUAGES:
                row = self._row(site, purpose, language)
                self._adopt(row, at_meta.get((row.name, language)))
                submitted += self._submit_if_needed(row, site)
        return submitted

    def _row(self, site: Site, purpose: Purpose, language: str) -> MessageTemplate:
        made = {"name": name_of(purpose, site), "category": CATEGORY[purpose], "changed_at": self.now}
        with wall(sites.console(), "master"):
            row, _ = MessageTemplate.objects.get_or_create(
                site_id=site.id, purpose=purpose, language=language, defaults=made
            )
        return row

    def _adopt(self, row: MessageTemplate, found: Json | None) -> None:
        """What Meta says of this text now."""
        before = (row.meta_id, row.status, row.category)
        if found is None:
            row.meta_id, row.status = "", TemplateStatus.MISSING
        else:
            if not row.meta_id:
                row.body, row.link_base = _submitted(found)
            row.meta_id, row.status = str(found["id"]), template_status(str(found.get("status", "")))
            row.category = str(found.get("category") or row.category)[:20]
        if before != (row.meta_id, row.status, row.category):
            row.reason = _reason(found.get("rejected_reason")) if found else ""
            self._save(row, "meta_id", "status", "category", "reason", "body", "link_base")

    def _submit_if_needed(self, row: MessageTemplate, site: Site) -> bool:
        purpose = Purpose(row.purpose)
        wanted = (texts.text_of(purpose, row.language).body, "" if purpose == Purpose.CODE else link_base(site))
        if row.meta_id and ((row.body, row.link_base) == wanted or row.status not in EDITABLE):
            return False
        try:
            self._submit(row, purpose, wanted[1])
        except Refused as error:
            self._refused(error)
            row.reason = f"{error.code}: {error.title}"[:300]
            self._save(row, "reason")
            return False
        row.body, row.link_base, row.submitted_at, row.reason = *wanted, self.now, ""
        self._save(row, "meta_id", "status", "category", "reason", "body", "link_base", "submitted_at")
        return True

    def _submit(self, row: MessageTemplate, purpose: Purpose, base: str) -> None:
        if texts.has_image(purpose) and not self.handle:
            self.handle = self.client.upload_sample(self.app_id, sample.picture(), sample.MIME, sample.NAME)
        parts = texts.components(purpose, row.language, link_base=base, handle=self.handle)
        if row.meta_id:
            self.client.edit_template(row.meta_id, {"components": parts})
            found = self.client.template(row.meta_id)
        else:
            found = self.client.submit_template(
                self.waba_id,
                {"name": row.name, "language": row.language, "category": CATEGORY[purpose], "components": parts},
            )
        row.meta_id = str(found.get("id") or row.meta_id)
        row.status = template_status(str(found.get("status", "")))
        row.category = str(found.get("category") or row.category)[:20]

    def _save(self, row: MessageTemplate, *fields: str) -> None:
        row.changed_at = self.now
        with wall(sites.console(), "master"), transaction.atomic():
            was = locks.template(row.id).status
            row.save(update_fields=[*fields, "changed_at"])
            if row.status in LOST and was not in LOST:
                _tell(row, account.HOME, self.now)

    def _refused(self, error: Refused) -> None:
        """What a refusal means for the whole account. Raises it on when nothing further can be done."""
        log.warning("templates refused", code=error.code, verdict=error.verdict)
        if error.verdict == Verdict.TOKEN_DEAD:
            account.token_died(self.now)
            raise error


def _tell(row: MessageTemplate, home: uuid.UUID, now: dt.datetime) -> None:
    """Have the console told that a text can no longer be sent; `home` is the site whose wall is open."""
    outbox.emit(LOST_NEWS, site_id=home, now=now, of_site=str(row.site_id), text_id=str(row.id))


def _submitted(found: Json) -> tuple[str, str]:
    """Body and link of a text that Meta has already."""
    parts = {str(part.get("type", "")).upper(): part for part in found.get("components") or []}
    buttons = parts.get("BUTTONS", {}).get("buttons") or [{}]
    address = str(buttons[0].get("url", ""))
    linked = address.endswith("/c/{{1}}")
    return str(parts.get("BODY", {}).get("text", "")), address.removesuffix("{{1}}") if linked else ""


def _reason(found: Any) -> str:
    return "" if found in (None, "NONE") else str(found)[:300]
