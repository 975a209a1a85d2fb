"""A connected account, senders and approved templates, written straight into the tables: for tests that are not about
connecting them. Other rooms use these too."""

from __future__ import annotations

from typing import Any

from messaging.meta.choices import CATEGORY, WITHOUT_IMAGE, Purpose
from messaging.meta.models import MessageTemplate, MetaAccount, Sender
from messaging.meta.services import account
from tenants.models import Site
from tenants.queries import sites
from tenants.walls import wall
from tests.factories import NOW

WABA, APP = "1029384756", "5647382910"
TOKEN, APP_SECRET, VERIFY = (
    "EAAcanaryToken000000000000000000",
    "canaryAppSecret0000000000000000",
    "canaryVerifyToken000",
)


def make_account(**fields: Any) -> MetaAccount:
    """The platform's account, whatever wall is open."""
    values = {
        "waba_id": WABA, "app_id": APP, "name": "Platform", "token_sealed": account.seal(TOKEN, account.TOKEN),
        "app_secret_sealed": account.seal(APP_SECRET, account.APP_SECRET),
        "verify_token_sealed": account.seal(VERIFY, account.VERIFY_TOKEN), "saved_at": NOW, "checked_at": NOW,
    }  # fmt: skip
    with wall(sites.console(), "master"):
        return MetaAccount.objects.create(**{**values, **fields})


def make_sender(site: Site, phone_number_id: str = "", **fields: Any) -> Sender:
    """A number that `site` sends from; the stand-in's is `number_id(site)`."""
    values = {
        "site_id": site.id, "phone_number_id": phone_number_id or number_id(site), "display_name": site.name,
        "display_phone": "+966 11 000 0001", "connected_at": NOW,
    }  # fmt: skip
    with wall(sites.console(), "master"):
        return Sender.objects.create(**{**values, **fields})


def make_templates(site: Site, **fields: Any) -> list[MessageTemplate]:
    """Every template of `site`, approved, in both languages."""
    with wall(sites.console(), "master"):
        return [
            MessageTemplate.objects.create(
                **{
                    "site_id": site.id, "purpose": purpose, "language": language, "name": f"{purpose}_s{site.number}",
                    "category": CATEGORY[purpose], "status": "APPROVED", "body": "{{1}} {{2}} {{3}} {{4}}",
                    "link_base": f"https://{site.id.hex[-4:]}.example.com/c/", "changed_at": NOW, **fields,
                }
            )
            for purpose in Purpose
            for language in ("en", "ar")
        ]  # fmt: skip


def number_id(site: Site) -> str:
    """The phone number id that tests give to `site`."""
    return f"1000000{site.number:05d}"


def at_meta(site: Site) -> list[dict[str, Any]]:
    """The same templates as Meta has them, for the stand-in."""
    return [
        {"name": f"{purpose}_s{site.number}", "language": language, "category": CATEGORY[purpose],
         "components": _components(purpose, site)}
        for purpose in Purpose
        for language in ("en", "ar")
    ]  # fmt: skip


def _components(purpose: Purpose, site: Site) -> list[dict[str, Any]]:
    link = f"https://{site.id.hex[-4:]}.example.com/c/{{{{1}}}}"
    if purpose == Purpose.CODE:
        copy = {
            "type": "URL",
            "text": "Copy code",
            "url": "https://www.whatsapp.com/otp/code/?code=otp{{1}}",
            "example": ["https://www.whatsapp.com/otp/code/?code=otp123456"],
            "otp": True,
        }
        return [
            {"type": "BODY", "text": "*{{1}}* is your code.", "example": {"body_text": [["123456"]]}},
            {"type": "BUTTONS", "buttons": [copy]},
        ]
    parts: list[dict[str, Any]] = [
        {
            "type": "BODY",
            "text": "Hello {{1}}, {{2}} has {{3}} for you until {{4}}.",
            "example": {"body_text": [list("abcd")]},
        },
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Open coupon", "url": link, "example": [link]}]},
    ]
    return (
        parts
        if purpose in WITHOUT_IMAGE
        else [{"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::x"]}}, *parts]
    )
