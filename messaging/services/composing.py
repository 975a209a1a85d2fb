"""The words of a message, in its customer's language, and everything needed to send it without the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kernel import crypto
from kernel.errors import DomainError
from merchants import words
from merchants.models import Coupon
from merchants.paper.face import SAMPLE_SERIAL
from merchants.services import customers
from messaging.choices import PURPOSE_OF, Trigger, Type
from messaging.meta.choices import Purpose
from messaging.meta.queries import templates
from messaging.meta.services import bodies
from messaging.meta.services import templates as template_services
from messaging.models import Message
from messaging.services import outcomes, pictures
from messaging.services.queue import SECRET
from tenants.models import Site
from tenants.queries import sites
from tenants.walls import current_site

log = structlog.get_logger("couponry.messaging")
WITHOUT_PICTURE = {Purpose.COUPON: Purpose.COUPON_TEXT}
USABLE = {Coupon.State.HELD, Coupon.State.TAKEN}
Json = dict[str, Any]


class CannotSend(DomainError):
    """There is nothing to send, and never will be: `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoTemplate(DomainError):
    """No approved template says this yet."""

    def __init__(self) -> None:
        super().__init__(_("No template of this kind is approved yet."))


@dataclass(frozen=True)
class Letter:
    """A message ready to go. `body` takes the media id of its picture, "" where it has none."""

    form: str
    body: Callable[[str], Json]
    drawing: pictures.Drawing | None = None


def letter(message: Message, *, site: Site, in_window: bool) -> Letter:
    """What is sent for a message: free-form inside the customer-service window, else a template.

    Raises CannotSend, NoTemplate.
    """
    to = outcomes.phone_of(message)
    if not to:
        raise CannotSend("erased")
    if message.coupon and message.coupon.state not in USABLE:
        raise CannotSend("coupon_gone")
    if message.trigger == Trigger.CODE:
        return _code(message, to, site)
    if message.batch is None or message.merchant is None:
        raise CannotSend("no_offer")
    drawing = None if message.plain else _drawing(message, site)
    with translation.override(message.language):
        if in_window and message.type == Type.UI:
            return _free(message, to, site, drawing)
        return _template(message, to, drawing)


def _code(message: Message, to: str, site: Site) -> Letter:
    if not message.secret_sealed:
        raise CannotSend("code_gone")
    code = crypto.open_sealed(message.secret_sealed, site_id=site.id, field=SECRET)
    found = templates.usable(Purpose.CODE, message.language)
    if found is None:
        raise NoTemplate
    made = bodies.template(to, found.name, found.language, body=[code], code=code, callback=str(message.id))
    return Letter(found.name, lambda _media: made)


def _template(message: Message, to: str, drawing: pictures.Drawing | None) -> Letter:
    purpose = PURPOSE_OF[Trigger(message.trigger)]
    found = templates.usable(purpose, message.language) if drawing else None
    if found is None:
        # Without its picture, or without a template that has one: the plain words.
        found = templates.usable(WITHOUT_PICTURE.get(purpose, purpose), message.language)
        drawing = drawing if purpose not in WITHOUT_PICTURE else None
    if found is None:
        raise NoTemplate
    with translation.override(found.language):
        said = [_name(message), _brand(message), _title(message), until(message)]
    button, name, language, callback = _serial(message), found.name, found.language, str(message.id)

    def body(media: str) -> Json:
        return bodies.template(
            to, name, language, body=said, image=media or None, button=button, callback=callback
        )

    return Letter(name, body, drawing)


def _free(message: Message, to: str, site: Site, drawing: pictures.Drawing | None) -> Letter:
    caption = _("%(name)s, here is your coupon from %(brand)s: %(offer)s. Use it until %(until)s.") % {
        "name": _name(message), "brand": _brand(message), "offer": _title(message), "until": until(message),
    }  # fmt: skip
    caption = f"{caption}\n{link(message, site)}"
    callback = str(message.id)
    if drawing is None:
        made = bodies.text(to, caption, callback)
        return Letter("text", lambda _media: made)
    return Letter("image", lambda media: bodies.image(to, media, caption, callback), drawing)


def _drawing(message: Message, site: Site) -> pictures.Drawing | None:
    """How to draw the coupon; None where its face cannot be drawn: then words must do."""
    assert message.batch
    assert message.merchant
    serial = message.coupon.serial if message.coupon else ""
    try:
        return pictures.drawing(message.batch, message.merchant, site, serial)
    except DomainError as error:
        log.warning("coupon not drawn", batch_id=str(message.batch_id), code=error.code)
        return None


def link(message: Message, site: Site) -> str:
    """The coupon's own page, in the form people read."""
    return f"{sites.base_url(site)}/c/{_serial(message)}"


def until(message: Message) -> str:
    """The last day of the coupon, in the words of the language that is on."""
    assert message.batch
    assert message.merchant
    zone = message.merchant.time_zone
    end = message.coupon.use_until if message.coupon and message.coupon.use_until else None
    end = end or message.batch.use_until_of(message.due_at, zone)
    return date_format(words.last_day(end, zone), "j F Y")


def rest(form: str, reason: str, now: dt.datetime) -> None:
    """Meta refuses a template: it is not used again until Meta says that it may be."""
    for found in templates.list_templates().filter(site_id=current_site().id, name=form):
        template_services.pause(found.id, f"Meta: {reason}", now)


def _serial(message: Message) -> str:
    return message.coupon.serial if message.coupon else SAMPLE_SERIAL


def _name(message: Message) -> str:
    name = customers.opened(message.customer).name if message.customer else ""
    return name or _("Dear customer")


def _brand(message: Message) -> str:
    assert message.merchant
    return message.merchant.name(translation.get_language() or "en")


def _title(message: Message) -> str:
    assert message.batch
    return message.batch.title(translation.get_language() or "en")
