"""What a page shows of the words that go out, and the test message, which has the same words."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from kernel import clock
from merchants import words
from merchants.models import Batch, Merchant
from merchants.web.base import FormView, actor_of, file_url, language, merchant_of, or_404, site_of
from messaging.automations.choices import Kind
from messaging.automations.models import Automation, Campaign
from messaging.automations.queries import screens
from messaging.automations.services import showing, standing, switching, trying
from messaging.automations.web.forms import TestForm
from messaging.festivals import Festival


def bubbles_of(
    row: Automation | Campaign, merchant: Merchant, request: HttpRequest, *, now: dt.datetime
) -> dict[str, Any]:
    """The message of an automation or campaign in both languages, with the picture of the coupon that it gives."""
    batch = _batch(row, merchant, now)
    face = batch.face if batch else {}
    # A campaign's coupons count from its beginning on.
    goes_out = max(now, row.scheduled_at or now) if isinstance(row, Campaign) else now
    return {
        "bubbles": showing.bubbles(
            standing.purpose_of(row), batch, merchant, now=goes_out, festival=_festival(row, merchant, now)
        ), "layout": face.get("layout"),
        "image_url": file_url(face["image"]) if face.get("image") else "",
        "words": words.on_paper(batch, merchant, site_of(request).currency) if batch else None,
    }  # fmt: skip


def _festival(row: Automation | Campaign, merchant: Merchant, now: dt.datetime) -> Festival | None:
    """The one that a greeting would name next."""
    if not isinstance(row, Automation) or row.kind != Kind.FESTIVAL:
        return None
    coming = switching.next_festival(row, merchant, today=clock.local_date(now, merchant.time_zone))
    return coming.festival if coming else None


def _batch(row: Automation | Campaign, merchant: Merchant, now: dt.datetime) -> Batch | None:
    if isinstance(row, Automation) and row.kind == Kind.REMINDER:
        return showing.example_batch(merchant, now=now)
    return row.batch if row.batch_id else None


class TestView(FormView):
    """One message to a number that is typed, to see it on a phone: of one kind, or of a campaign."""

    verb = "automation.manage"
    kind = ""
    title = _("Send a test")
    submit_label = _("Send for 1 credit")
    done = _("The test is on its way.")

    @cached_property
    def row(self) -> Automation | Campaign:
        if self.kind:
            return switching.get_or_new(merchant_of(self.request), self.kind, now=clock.now())
        found: Campaign = or_404(screens.get_campaign, self.kwargs["campaign_id"])
        return found

    @property
    def lead(self) -> str:
        name = self.row.name if isinstance(self.row, Campaign) else self.row.get_kind_display()
        return _("The words of “%(name)s” to your own phone, for one WhatsApp BI credit.") % {"name": name}

    def form(self, data: Any = None, files: Any = None) -> TestForm:
        return TestForm(
            data, batch=_batch(self.row, merchant_of(self.request), clock.now()), merchant=merchant_of(self.request),
            site=site_of(self.request), language=language(), now=clock.now(),
        )  # fmt: skip

    def save(self, form: Any) -> str:
        said = form.cleaned_data
        merchant, now = merchant_of(self.request), clock.now()
        festival = _festival(self.row, merchant, now)
        trying.send_test(
            merchant=merchant, purpose=standing.purpose_of(self.row), language=said["language"],
            batch_id=uuid.UUID(said["batch"]), phone=said["phone"], festival=festival.code if festival else "",
            actor=actor_of(self.request), now=now,
        )  # fmt: skip
        return self.cancel_url()

    def cancel_url(self) -> str:
        if self.kind:
            return reverse(f"automations:{self.kind}")
        return reverse("automations:campaign", args=[self.kwargs["campaign_id"]])
