"""The words that go out, as customers read them: WhatsApp's text with a sample name, and a batch's own offer.

Called at level merchant; the texts are read at level site.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import translation
from django.utils.formats import date_format

from merchants import words
from merchants.models import Batch, Merchant
from messaging.automations.services import switching
from messaging.meta import texts
from messaging.meta.choices import Purpose, TemplateStatus
from messaging.meta.models import MessageTemplate
from messaging.meta.queries import templates
from tenants.walls import current_site, wall


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message in one language. Until its text is `approved` it goes out in the other language, or not at all."""

    language: str
    body: str
    footer: str
    button: str
    status: str

    @property
    def direction(self) -> str:
        return "rtl" if self.language == "ar" else "ltr"

    @property
    def approved(self) -> bool:
        return self.status == TemplateStatus.APPROVED


def example_batch(merchant: Merchant, *, now: dt.datetime) -> Batch | None:
    """A batch to show a reminder with, which has none of its own: the newest that still gives coupons."""
    return switching.usable_batches(merchant.id, now=now).first()


def bubbles(purpose: Purpose, batch: Batch | None, merchant: Merchant, *, now: dt.datetime) -> list[Bubble]:
    """The message in both languages; without a batch, its offer and last day are examples too."""
    site = current_site()
    with wall(site, "site"):
        rows = {row.language: row for row in templates.list_templates().filter(site_id=site.id, purpose=purpose)}
    return [_bubble(purpose, language, rows.get(language), batch, merchant, now) for language in texts.LANGUAGES]


def _bubble(
    purpose: Purpose, language: str, row: MessageTemplate | None, batch: Batch | None, merchant: Merchant,
    now: dt.datetime,
) -> Bubble:  # fmt: skip
    text, status = texts.text_of(purpose, language), row.status if row else TemplateStatus.MISSING
    body = row.body if row and row.is_usable and row.body else text.body
    for place, value in enumerate(_values(language, batch, merchant, now), start=1):
        body = body.replace(f"{{{{{place}}}}}", value)
    return Bubble(language, body, text.footer, text.button, status)


def _values(language: str, batch: Batch | None, merchant: Merchant, now: dt.datetime) -> list[str]:
    """What stands in the places of a text: name, brand, offer, last day."""
    name, _brand, offer, until = texts.EXAMPLES[language]
    if batch is None:
        return [name, merchant.name(language), offer, until]
    end = words.last_day(batch.use_until_of(now, merchant.time_zone), merchant.time_zone)
    with translation.override(language):
        return [name, merchant.name(language), batch.title(language), date_format(end, "j F Y")]
