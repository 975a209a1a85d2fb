"""A site's number: connecting it, asking Meta how it is, letting it rest, sending again."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, must, system
from accounts.services import audit
from kernel.services import outbox
from messaging.meta import locks
from messaging.meta.choices import GONE, LOW, NO_RIGHT, WELL, SenderState, Verdict, number_status
from messaging.meta.countries import near
from messaging.meta.errors import MetaRefused, MetaSilent, SenderConflict
from messaging.meta.models import Sender
from messaging.meta.queries import senders as read
from messaging.meta.services import account, templates
from tenants.models import Site
from tenants.walls import current_site

log = structlog.get_logger("couponry.whatsapp")
PAUSED, UNWELL, CEILING = "whatsapp.sender_paused", "whatsapp.sender_unwell", "whatsapp.code_ceiling"
TOLD_AGAIN = dt.timedelta(hours=1)
ACTOR = system("WhatsApp")
STANDARD, HIGH = 80, 1000  # messages a second, by Meta's levels of throughput
SMALLEST = 50
TIERS: dict[str, int | None] = {
    "TIER_50": SMALLEST, "TIER_250": 250, "TIER_1K": 1_000, "TIER_2K": 2_000, "TIER_10K": 10_000, "TIER_100K": 100_000,
    "TIER_UNLIMITED": None,
}  # fmt: skip


def connect(*, site: Site, phone_number_id: str, actor: Actor, now: dt.datetime) -> Sender:
    """Give `site` a number of the account, and have its texts submitted. On the console.

    Raises NotAllowed, NotConnected, SenderConflict, MetaRefused, MetaSilent.
    """
    must(actor, "meta.manage")
    with account.translated(now):
        found = account.client().number(phone_number_id)
    try:
        with transaction.atomic():
            sender = Sender.objects.create(
                site_id=site.id,
                phone_number_id=phone_number_id,
                connected_at=now,
                checked_at=now,
                countries=near(site.country),
                **_figures(found),
            )
            audit.record("sender.connected", sender, actor=actor, now=now, after={"site": str(site)})
            templates.order(site_id=site.id, now=now)
    except IntegrityError as error:
        raise SenderConflict(_("This site has a number already, or another site has this number.")) from error
    return sender


def remove(*, sender_id: uuid.UUID, actor: Actor, now: dt.datetime) -> None:
    """Take the number from its site, whose WhatsApp is then off. On the console. Raises NotAllowed."""
    must(actor, "meta.manage")
    with transaction.atomic():
        sender = locks.sender(sender_id)
        audit.record("sender.removed", sender, actor=actor, now=now, before={"number": sender.display_phone})
        sender.delete()


def at_meta(now: dt.datetime) -> list[dict[str, Any]]:
    """The account's numbers in Meta's words. Raises NotConnected, MetaRefused, MetaSilent."""
    with account.translated(now):
        return account.client().numbers(account.waba_id())


def check(sender: Sender, *, now: dt.datetime) -> None:
    """Ask Meta how the number is, and note it; the console gets a mail about what became worse. On the console.

    One that Meta no longer knows rests until a person looked. Raises NotConnected, MetaRefused, MetaSilent.
    """
    try:
        with account.translated(now):
            found = account.client().number(sender.phone_number_id)
    except MetaRefused as refused:
        if refused.verdict == Verdict.PAUSE_SENDER and refused.number in {GONE, 100}:
            pause_for(sender.id, refused.number, now)
        raise
    with transaction.atomic():
        row = locks.sender(sender.id)
        figures = _figures(found, row)
        worse = _worse(row, figures)
        before = {name: getattr(row, name) for name in worse}
        if row.users_per_day != figures["users_per_day"]:
            figures["limit_fell_at"] = now if "users_per_day" in worse else None
        for name, value in figures.items():
            setattr(row, name, value)
        row.checked_at = now
        row.save(update_fields=[*figures, "checked_at"])
        if worse:
            after = {name: figures[name] for name in worse}
            audit.record("sender.unwell", row, actor=ACTOR, now=now, before=before, after=after)
            outbox.emit(UNWELL, site_id=account.HOME, now=now, sender_id=str(row.id), worse=worse)


def check_all(now: dt.datetime) -> None:
    """The same for every number. On the console; one that fails does not keep the others from it."""
    for sender in Sender.objects.all():
        try:
            check(sender, now=now)
        except (MetaRefused, MetaSilent) as error:
            log.warning("number not looked at", sender_id=str(sender.id), reason=error.code)


def resume_due(now: dt.datetime) -> int:
    """Resume what was paused until now. On the console. Returns how many."""
    due = list(Sender.objects.filter(state=SenderState.PAUSED, paused_until__lte=now).values_list("id", flat=True))
    for sender_id in due:
        resume(sender_id, now)
    return len(due)


def pause_for(sender_id: uuid.UUID, code: int | None, now: dt.datetime) -> None:
    """Meta's `code` says that nothing may go out of this number, until a person looked."""
    pause(sender_id, _said(code), None, now)


def _said(code: int | None) -> str:
    return f"Meta: {code}"


def pause(
    sender_id: uuid.UUID, reason: str, until: dt.datetime | None, now: dt.datetime, *, actor: Actor = ACTOR
) -> None:
    """Nothing goes out of this number until `until`, or until somebody resumes it. The console gets a mail, unless a
    person paused it.

    A pause that is there already is only made longer. Raises Sender.DoesNotExist.
    """
    with transaction.atomic():
        sender = locks.sender(sender_id)
        if sender.state == SenderState.OFF or (sender.state == SenderState.PAUSED and _lasts(sender, until)):
            return
        _set(sender, actor, now, state=SenderState.PAUSED, pause_reason=reason[:200], paused_until=until)
        if actor.kind == "system":
            outbox.emit(PAUSED, site_id=current_site().id, now=now, sender_id=str(sender.id))


def resume_permitted(now: dt.datetime, *, actor: Actor) -> int:
    """A new token may do what the old one might not: resume what rests for want of a right. On the console."""
    reasons = [_said(code) for code in NO_RIGHT]
    waiting = Sender.objects.filter(state=SenderState.PAUSED, paused_until=None, pause_reason__in=reasons)
    found = list(waiting.values_list("id", flat=True))
    for sender_id in found:
        resume(sender_id, now, actor=actor)
    return len(found)


def resume(sender_id: uuid.UUID, now: dt.datetime, *, actor: Actor = ACTOR) -> None:
    """Send again. Raises Sender.DoesNotExist."""
    with transaction.atomic():
        sender = locks.sender(sender_id)
        if sender.state != SenderState.ON:
            _set(sender, actor, now, state=SenderState.ON, pause_reason="", paused_until=None)


def switch_off(*, sender_id: uuid.UUID, actor: Actor, now: dt.datetime) -> None:
    """Switch a site's WhatsApp off, until it is resumed. On the console. Raises NotAllowed."""
    must(actor, "meta.manage")
    with transaction.atomic():
        sender = locks.sender(sender_id)
        if sender.state != SenderState.OFF:
            _set(sender, actor, now, state=SenderState.OFF, pause_reason="", paused_until=None)


def edit(
    *, sender_id: uuid.UUID, code_ceiling_per_hour: int, countries: list[str], actor: Actor, now: dt.datetime
) -> None:
    """How many codes an hour a site may cost the platform, and to which countries it sends (none: to all). On the
    console. Raises NotAllowed."""
    must(actor, "meta.manage")
    after = {"code_ceiling_per_hour": code_ceiling_per_hour, "countries": countries}
    with transaction.atomic():
        sender = locks.sender(sender_id)
        before = {name: getattr(sender, name) for name in after}
        for name, value in after.items():
            setattr(sender, name, value)
        sender.save(update_fields=list(after))
        audit.record("sender.edited", sender, actor=actor, now=now, before=before, after=after)


def lock_mine() -> Sender | None:
    """The open site's number, locked until the transaction ends; None where it has none."""
    found = read.mine()
    return locks.sender(found.id) if found else None


def ceiling_reached(sender: Sender, *, now: dt.datetime) -> None:
    """The site has paid for as many codes as it may in an hour: the console gets a mail, once an hour at most.

    The caller holds the number's lock.
    """
    if sender.ceiling_told_at is not None and sender.ceiling_told_at > now - TOLD_AGAIN:
        return
    sender.ceiling_told_at = now
    sender.save(update_fields=["ceiling_told_at"])
    outbox.emit(CEILING, site_id=sender.site_id, now=now, sender_id=str(sender.id))


def keep_figures(
    *, waiting: int, waiting_since: dt.datetime | None, sent_lately: int, failed_lately: int, codes_lately: int,
    now: dt.datetime,
) -> None:  # fmt: skip
    """What the open site counted of its queue, a day's messages and an hour's codes: the console reads it here."""
    Sender.objects.filter(site_id=current_site().id).update(
        waiting=waiting, waiting_since=waiting_since, sent_lately=sent_lately, failed_lately=failed_lately,
        codes_lately=codes_lately, counted_at=now,
    )  # fmt: skip


def _lasts(sender: Sender, until: dt.datetime | None) -> bool:
    """Whether the pause there is lasts at least until then."""
    return sender.paused_until is None or (until is not None and sender.paused_until >= until)


def _set(sender: Sender, actor: Actor, now: dt.datetime, **values: object) -> None:
    before = {name: getattr(sender, name) for name in values}
    for name, value in values.items():
        setattr(sender, name, value)
    sender.save(update_fields=list(values))
    audit.record(f"sender.{sender.state}", sender, actor=actor, now=now, before=before, after=values)


def _worse(sender: Sender, figures: dict[str, Any]) -> list[str]:
    """Which of a number's figures people must hear of: its status, its quality, its limit. Each once."""
    limit, before = figures["users_per_day"], sender.users_per_day
    found = {
        "status": figures["status"] not in {*WELL, sender.status},
        "quality": figures["quality"] == LOW != sender.quality,
        "users_per_day": limit is not None and (before is None or limit < before),
    }
    return [name for name, is_worse in found.items() if is_worse]


def _figures(found: dict[str, Any], before: Sender | None = None) -> dict[str, Any]:
    """A number's figures in Meta's words, as we keep them; `before`: what is known already."""
    level = str((found.get("throughput") or {}).get("level", "")).upper()
    speed = before.messages_per_second if before else STANDARD
    tier = str(found.get("whatsapp_business_manager_messaging_limit") or "").upper()
    # What Meta leaves out stays as it was; a word that nobody knows is the smallest limit, not none.
    limit = before.users_per_day if before and not tier else TIERS.get(tier, SMALLEST)
    return {
        "display_phone": str(found.get("display_phone_number", ""))[:30],
        "display_name": str(found.get("verified_name", ""))[:160],
        "status": number_status(str(found.get("status") or "")),
        "quality": str(found.get("quality_rating", ""))[:10],
        "users_per_day": limit,
        "messages_per_second": HIGH if level == "HIGH" else min(speed, STANDARD) if level == "STANDARD" else speed,
    }
