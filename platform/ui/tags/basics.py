"""Icons, figures, texts, times, pictures: what stands inside a line."""

from __future__ import annotations

import base64
import datetime as dt
import io
from typing import Any

import qrcode
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from qrcode.image.svg import SvgPathImage

from ui import clock, states, text
from ui.tags import draw, register

# These point somewhere and turn round in right-to-left pages.
_MIRRORED = (
    "arrow-left", "arrow-right", "chevron-left", "chevron-right", "chevrons-left", "chevrons-right", "log-in",
    "log-out", "panel-left", "undo", "undo-2", "redo", "redo-2", "send", "list", "external-link", "move-right",
    "corner-down-left", "reply",
    "forward", "trending-up", "trending-down", "text-align-start", "sliders-horizontal", "arrow-up-right",
)  # fmt: skip
NONE = mark_safe('<span class="muted" aria-hidden="true">—</span>')


@register.simple_tag
def icon(name: str, size: int = 20, label: Any = "", class_: str = "", **extra: str) -> SafeString:
    """A Lucide icon of the sprite."""
    css = " ".join(
        part
        for part in (
            "icon",
            "" if int(size) == 20 else f"icon-{size}",
            "icon-mirror" if name in _MIRRORED else "",
            class_ or extra.get("class", ""),
        )
        if part
    )
    href = f"{static('ui/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', css, label, href)
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', css, href)


@register.filter
def ltr(value: Any) -> SafeString:
    """Isolated left to right, for codes and figures inside Arabic."""
    return format_html('<bdi dir="ltr">{}</bdi>', "" if value is None else value)


register.filter("phone_text", text.phone_text)
register.filter("serial_text", text.group_serial)
register.filter("thousands", text.thousands)


@register.filter
def money_text(minor: int, currency: str) -> str:
    """Money as plain text."""
    return text.money_text(minor, currency)


@register.simple_tag
def money(minor: int | None, currency: str, sign: bool = False) -> SafeString:  # noqa: FBT001, FBT002 a template's argument
    """Integer minor units with their currency."""
    if minor is None:
        return NONE
    shown = text.money_text(minor, currency, sign=sign)
    return format_html('<bdi dir="ltr" class="num whitespace-nowrap">{}</bdi>', shown)


@register.simple_tag(name="credits")
def credit_figure(value: int | None, sign: bool = False) -> SafeString:  # noqa: FBT001, FBT002 a template's argument
    """A number of credits."""
    if value is None:
        return NONE
    shown = text.signed(value) if sign else text.thousands(value)
    return format_html('<bdi dir="ltr" class="num">{}</bdi>', shown)


@register.simple_tag
def number(value: Any) -> SafeString:
    """A plain figure."""
    return NONE if value is None else format_html('<bdi dir="ltr" class="num">{}</bdi>', text.thousands(value))


@register.simple_tag
def percent(value: float | None, digits: int = 0) -> SafeString:
    """A share of a hundred."""
    if value is None:
        return NONE
    return format_html('<bdi dir="ltr" class="num">{}</bdi>', text.percent_text(value, digits=digits))


@register.simple_tag
def phone(e164: str, link: bool = False) -> SafeString:  # noqa: FBT001, FBT002 a template's argument
    """A phone number in its international form."""
    if not e164:
        return NONE
    shown = text.phone_text(e164)
    if link:
        return format_html('<a class="link" href="tel:{}"><bdi dir="ltr" class="num">{}</bdi></a>', e164, shown)
    return format_html('<bdi dir="ltr" class="num whitespace-nowrap">{}</bdi>', shown)


@register.simple_tag
def copy(value: str, label: Any = "") -> SafeString:
    """A button that copies `value`."""
    return draw("copy", value=value, label=label or _("Copy"))


@register.simple_tag(name="serial")
def serial_text(value: str, copy: bool = True, size: str = "") -> SafeString:  # noqa: FBT001, FBT002 a template's argument
    """A serial in groups, with a copy button."""
    if not value:
        return NONE
    return draw("serial", value=value, grouped=text.group_serial(value), copy=copy, size=size)


@register.simple_tag
def when(moment: dt.datetime | dt.date | None, mode: str = "relative") -> SafeString:
    """A time in the site's zone; relative ones say the exact time on hover."""
    if not moment:
        return NONE
    if not isinstance(moment, dt.datetime):
        return format_html('<time datetime="{}">{}</time>', moment.isoformat(), date_format(moment, "j M Y"))
    here = clock.local(moment)
    if mode == "relative":
        shown = clock.relative(moment if timezone.is_aware(moment) else here, timezone.now())
    else:
        short = {"date": "j M Y", "time": "H:i"}.get(mode)
        shown = date_format(here, short) if short else clock.day_and_time(here)
    return format_html('<time datetime="{}" title="{}">{}</time>', here.isoformat(), clock.exact(moment), shown)


@register.simple_tag
def state_badge(code: Any, kind: str = "", label: Any = "", tone: str = "") -> SafeString:
    """A state as shape, word and colour."""
    found = states.State(label, tone or "neutral") if label else states.find(code, kind)
    return format_html(
        '<span class="state tone-{}">{}<span>{}</span></span>', tone or found.tone, icon(found.shape, 16), found.label
    )


@register.simple_tag
def qr(value: str, label: Any = "", size: str = "md") -> SafeString:
    """A QR image, black on white in both themes."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4, image_factory=SvgPathImage)
    code.add_data(value)
    buffer = io.BytesIO()
    code.make_image().save(buffer)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return format_html(
        '<img class="qr qr-{}" src="data:image/svg+xml;base64,{}" alt="{}">', size, data, label or _("QR code")
    )


@register.simple_tag
def avatar(name: str, image: str = "", size: str = "md", square: bool = False) -> SafeString:  # noqa: FBT001, FBT002
    """A picture, or the initials of a name. Decoration: the name itself stands beside it."""
    css = f"avatar-disc avatar-{size}" + (" avatar-square" if square else "")
    if image:
        return format_html('<span class="{}"><img src="{}" alt="" loading="lazy"></span>', css, image)
    # Drawn by the style sheet: as text they would be part of the name of a button that holds them.
    return format_html('<span class="{}" aria-hidden="true" data-initials="{}"></span>', css, text.initials(name))


@register.simple_tag(takes_context=True)
def logo(context: Any, size: str = "md") -> SafeString:
    """The site's logo, or its initial and name."""
    shell = context.get("shell")
    name = getattr(shell, "site_name", "")
    image = getattr(shell, "logo", "")
    if image:
        return format_html('<img class="site-logo logo-{}" src="{}" alt="{}">', size, image, name)
    if not name:
        return mark_safe("")
    return format_html(
        '<span class="site-mark" aria-hidden="true">{}</span><span class="sidebar-word truncate">{}</span>',
        text.initials(name)[:1],
        name,
    )
