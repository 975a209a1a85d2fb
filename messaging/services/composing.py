"""The words of a message, in its customer's language, and everything needed to send it without the database."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kernel import crypto
from kernel.errors import DomainError
from merchants import words
from merchants.models import Batch, Coupon, Merchant, MerchantCustomer
from merchants.paper.face import SAMPLE_SERIAL
from messaging import festivals
from messaging.choices import NOT_DRAWN, WITHOUT_PICTURE, Trigger, Type
from messaging.consent.queries import register
from messaging.meta import texts
from messaging.meta.choices import Purpose
from messaging.meta.models import MessageTemplate
from messaging.meta.queries import templates
from messaging.meta.services import bodies
from messaging.models import Contact, Message
from messaging.models.contact import WINDOW
from messaging.services import outcomes, pictures
from messaging.services.queue import ASKED_FOR, SECRET
from tenants.models import Site
from tenants.queries import sites

log = structlog.get_logger("couponry.messaging")
# A window that closes while the message is on its way would refuse it.
MARGIN = dt.timedelta(minutes=5)
ENOUGH = 2  # batches whose picture could not be read: the store of files is down, and each try takes its time
USABLE = {Coupon.State.HELD, Coupon.State.TAKEN}
Json = dict[str, Any]


class CannotSend(DomainError):
    """There is nothing to send, and never will be: `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CannotDraw(DomainError):
    """Its picture cannot be made, and it says nothing without one."""

    def __init__(self) -> None:
        super().__init__(NOT_DRAWN)


class NotNow(DomainError):
    """It has to wait: no approved text yet, or its offer or merchant rests. `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Letter:
    """A message ready to go. `body` takes the media id of its picture, "" where it has none."""

    form: str
    body: Callable[[str], Json]
    drawing: pictures.Drawing | None = None


@dataclass
class Desk:
    """What the letters of one round have in common, read once: texts, windows, who does not want it, faces."""

    site: Site
    base: str  # `https://host` of the site
    texts: dict[tuple[str, str], MessageTemplate]
    windows: set[bytes]  # recipients who wrote within the day
    unwanted: set[uuid.UUID]  # messages
    late: set[uuid.UUID]  # recalls whose customer came back by now
    sheets: dict[uuid.UUID, pictures.Sheet | None]
    unread: set[uuid.UUID] = field(default_factory=set)  # batches whose picture may be there a little later

    def text(self, purpose: str, language: str) -> MessageTemplate | None:
        """The approved text: in `language`, else in another."""
        others = (self.texts[purpose, code] for code, _name in settings.LANGUAGES if (purpose, code) in self.texts)
        return self.texts.get((purpose, language)) or next(others, None)


def desk(messages: Sequence[Message], *, site: Site, now: dt.datetime) -> Desk:
    """Look everything up for these messages, in a handful of queries."""
    texts = {(row.purpose, row.language): row for row in templates.list_usable()}
    recipients = [message.recipient for message in messages]
    written = Contact.objects.filter(phone_index__in=recipients, last_in_at__gt=now - WINDOW + MARGIN)
    windows = {bytes(index) for index in written.values_list("phone_index", flat=True) if index}
    return Desk(site, sites.base_url(site), texts, windows, _unwanted(messages, recipients), _late(messages), {})


def _unwanted(messages: Sequence[Message], recipients: Sequence[Any]) -> set[uuid.UUID]:
    """Asked again at the last moment: hours may lie between the queue and the send, and STOP counts at once."""
    stops = register.stops().filter(phone_index__in=recipients).values_list("phone_index", flat=True)
    stopped = {bytes(index) for index in stops}
    people: dict[uuid.UUID, set[uuid.UUID]] = {}
    for message in messages:
        if _needs_consent(message) and message.merchant_id and message.customer_id:
            people.setdefault(message.merchant_id, set()).add(message.customer_id)
    agreed = {merchant_id: register.may_write(merchant_id, ids) for merchant_id, ids in people.items()}
    return {
        message.id
        for message in messages
        if message.trigger not in ASKED_FOR
        and (
            bytes(message.recipient) in stopped
            or (_needs_consent(message) and message.customer_id not in agreed.get(message.payer, set()))
        )
    }


def _late(messages: Sequence[Message]) -> set[uuid.UUID]:
    """A night may lie between the queue and the send: who took or used a coupon meanwhile is not asked to come back."""
    recalls = [message for message in messages if message.trigger == Trigger.RECALL]
    if not recalls:
        return set()
    known = MerchantCustomer.objects.filter(
        merchant_id__in={message.merchant_id for message in recalls},
        customer_id__in={message.customer_id for message in recalls},
    ).values_list("merchant_id", "customer_id", "last_at", "last_redeemed_at")
    seen: dict[Any, dt.datetime] = {(shop, who): max(filter(None, visits)) for shop, who, *visits in known}
    return {
        message.id
        for message in recalls
        if seen.get((message.merchant_id, message.customer_id), message.created_at) > message.created_at
    }


def _needs_consent(message: Message) -> bool:
    return message.type == Type.BI and message.trigger != Trigger.TEST


def letter(message: Message, desk: Desk) -> Letter:
    """What is sent for a message: free-form inside the customer-service window, else a template.

    Raises CannotSend, CannotDraw, NotNow.
    """
    to = outcomes.phone_of(message)
    if not to:
        raise CannotSend("erased")
    if message.coupon and message.coupon.state not in USABLE:
        raise CannotSend("coupon_gone")
    if message.trigger == Trigger.CODE:
        return _code(message, to, desk)
    if message.id in desk.unwanted:
        raise CannotSend("stopped")
    if message.id in desk.late:
        raise CannotSend("came_back")
    if message.batch is None or message.merchant is None:
        raise CannotSend("no_offer")
    if message.merchant.state != Merchant.State.ACTIVE:
        raise NotNow("merchant_rests")
    if message.coupon and message.coupon.state == Coupon.State.HELD and message.batch.state == Batch.State.PAUSED:
        raise NotNow("batch_paused")
    with translation.override(message.language):
        if message.type == Type.UI and bytes(message.recipient) in desk.windows:
            return _free(message, to, desk)
        return _template(message, to, desk)


def callback_of(message: Message) -> str:
    """What Meta brings back with each status: which message, and which of its posts."""
    return f"{message.id}:{message.turn}"


def _code(message: Message, to: str, desk: Desk) -> Letter:
    if not message.secret_sealed:
        raise CannotSend("code_gone")
    code = crypto.open_sealed(message.secret_sealed, site_id=desk.site.id, field=SECRET)
    found = desk.text(Purpose.CODE, message.language)
    if found is None:
        raise NotNow("no_template")
    made = bodies.template(to, found.name, found.language, body=[code], code=code, callback=callback_of(message))
    return Letter(outcomes.form_of(found.name, found.language), lambda _media: made)


def _template(message: Message, to: str, desk: Desk) -> Letter:
    purpose = message.says
    found = desk.text(purpose, message.language)
    drawing = _drawing(message, desk) if found else None
    if drawing is None and purpose in WITHOUT_PICTURE:
        # Without its picture, or without a template that has one: the plain words.
        found = desk.text(WITHOUT_PICTURE[purpose], message.language)
    if found is None:
        raise NotNow("no_template")
    if drawing is None and purpose not in WITHOUT_PICTURE:
        raise NotNow(NOT_DRAWN) if message.batch_id in desk.unread else CannotDraw
    with translation.override(found.language):
        said = _said(message, found)
    button, name, language, callback = _serial(message), found.name, found.language, callback_of(message)

    def body(media: str) -> Json:
        return bodies.template(
            to, name, language, body=said, image=media or None, button=button, callback=callback
        )

    return Letter(outcomes.form_of(name, language), body, drawing)


def _said(message: Message, text: MessageTemplate) -> list[str]:
    """What stands in the places of an approved text, in the language that is on."""
    values = {
        "name": _name(message), "brand": _brand(message), "festival": _festival(message), "offer": _title(message),
        "until": until(message),
    }  # fmt: skip
    purpose = Purpose(text.purpose)
    body = text.body or texts.text_of(purpose, text.language).body
    return [values[name] for name in texts.parameters(purpose, body)]


def _free(message: Message, to: str, desk: Desk) -> Letter:
    caption = _("%(name)s, here is your coupon from %(brand)s: %(offer)s. Use it until %(until)s.") % {
        "name": _name(message), "brand": _brand(message), "offer": _title(message), "until": until(message),
    }  # fmt: skip
    caption = f"{caption}\n{desk.base}/c/{_serial(message)}"
    drawing, callback = _drawing(message, desk), callback_of(message)
    if drawing is None:
        made = bodies.text(to, caption, callback)
        return Letter("text", lambda _media: made)
    return Letter("image", lambda media: bodies.image(to, media, caption, callback), drawing)


def _drawing(message: Message, desk: Desk) -> pictures.Drawing | None:
    """How to draw the coupon; None where its picture was refused or cannot be drawn: then words must do."""
    assert message.batch
    assert message.merchant
    if message.plain:
        return None
    if message.batch.id not in desk.sheets:
        desk.sheets[message.batch.id] = _sheet(message.batch, message.merchant, desk)
    sheet, serial = desk.sheets[message.batch.id], _serial(message)
    return sheet.drawing(serial, f"{desk.base}/c/{serial}".upper()) if sheet else None


def _sheet(batch: Batch, merchant: Merchant, desk: Desk) -> pictures.Sheet | None:
    """The shared part of a batch's pictures; None where it cannot be had. What may be well in a minute is noted."""
    if len(desk.unread) >= ENOUGH:
        desk.unread.add(batch.id)
        return None
    try:
        return pictures.sheet(batch, merchant, desk.site)
    except (DomainError, OSError) as error:
        log.warning("coupon not drawn", batch_id=str(batch.id), reason=type(error).__name__)
    except Exception as error:  # the store of files has errors of its own
        log.error("coupon not drawn for now", batch_id=str(batch.id), exc_info=error)
        desk.unread.add(batch.id)
    return None


def until(message: Message) -> str:
    """The last day of the coupon, in the words of the language that is on."""
    assert message.batch
    assert message.merchant
    zone = message.merchant.time_zone
    end = message.coupon.use_until if message.coupon and message.coupon.use_until else None
    end = end or message.batch.use_until_of(message.due_at, zone)
    return date_format(words.last_day(end, zone), "j F Y")


def _serial(message: Message) -> str:
    return message.coupon.serial if message.coupon else SAMPLE_SERIAL


def _name(message: Message) -> str:
    return (message.customer.name if message.customer else "") or _("Dear customer")


def _brand(message: Message) -> str:
    assert message.merchant
    return message.merchant.name(translation.get_language() or "en")


def _festival(message: Message) -> str:
    festival = festivals.BY_CODE.get(message.festival)
    return festival.wish(translation.get_language() or "en") if festival else _("this occasion")


def _title(message: Message) -> str:
    assert message.batch
    return message.batch.title(translation.get_language() or "en")
