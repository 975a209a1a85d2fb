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
from messaging.festivals import Festival
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


def bubbles(
    purpose: Purpose, batch: Batch | None, merchant: Merchant, *, now: dt.datetime, festival: Festival | None = None
) -> list[Bubble]:
    """The message in both languages; without a batch, its offer and last day are examples too, as is the festival."""
    site = current_site()
    with wall(site, "site"):
        rows = {row.language: row for row in templates.list_templates().filter(site_id=site.id, purpose=purpose)}
    return [
        _bubble(purpose, language, rows.get(language), _values(language, batch, merchant, festival, now))
        for language in texts.LANGUAGES
    ]


def example(purpose: Purpose, language: str, merchant: Merchant) -> str:
    """The words in one language, all values but the brand being examples."""
    values = {**texts.EXAMPLES[language], "brand": merchant.name(language)}
    return texts.filled(purpose, texts.text_of(purpose, language).body, values)


def _bubble(purpose: Purpose, language: str, row: MessageTemplate | None, values: dict[str, str]) -> Bubble:
    text, status = texts.text_of(purpose, language), row.status if row else TemplateStatus.MISSING
    body = row.body if row and row.is_usable and row.body else text.body
    return Bubble(language, texts.filled(purpose, body, values), text.footer, text.button, status)


def _values(
    language: str, batch: Batch | None, merchant: Merchant, festival: Festival | None, now: dt.datetime
) -> dict[str, str]:
    """What stands in the places of a text."""
    values = {**texts.EXAMPLES[language], "brand": merchant.name(language)}
    if festival is not None:
        values["festival"] = festival.wish(language)
    if batch is not None:
        end = words.last_day(batch.use_until_of(now, merchant.time_zone), merchant.time_zone)
        with translation.override(language):
            values |= {"offer": batch.title(language), "until": date_format(end, "j F Y")}
    return values
