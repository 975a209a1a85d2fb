"""E-mails under the site's own name: text and simple HTML from one description."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from tenants.models import Site
from tenants.queries import sites


def sender(site: Site) -> str:
    """The From address: the site's name, the operator's mailbox."""
    name = (site.sender_name or site.name).replace('"', "").replace("\r", "").replace("\n", "")
    return f'"{name}" <{settings.DEFAULT_FROM_EMAIL}>'


def brand(site: Site) -> dict[str, str]:
    """What the mail's layout needs of the brand: mail programs know no custom properties, colours are written out."""
    return {"name": site.name, "colour": site.primary_colour, "text": _readable_on(site.primary_colour)}


def send(
    *, to: str, site: Site, subject: str, lines: Sequence[str], action_url: str = "", action_label: str = "",
    footer: str = "", language: str,
) -> None:  # fmt: skip
    """Send one mail. The caller has activated `language` and translated the words."""
    context: dict[str, Any] = {
        "site": site, "brand": brand(site), "base_url": sites.base_url(site), "title": subject, "lines": lines,
        "action_url": action_url, "action_label": action_label, "footer": footer, "language": language,
        "direction": "rtl" if language == "ar" else "ltr",
    }  # fmt: skip
    message = EmailMultiAlternatives(
        f"{site.name}: {subject}", render_to_string("mail/message.txt", context), sender(site), [to]
    )
    message.attach_alternative(render_to_string("mail/message.html", context), "text/html")
    message.send()


def _readable_on(colour: str) -> str:
    """White or near-black, whichever reads on `colour`."""
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return "#101114" if 0.299 * red + 0.587 * green + 0.114 * blue > 0.6 else "#ffffff"
